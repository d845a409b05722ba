"""The whole platform on one machine: moto as AWS, an invented town, a clock that jumps."""
