"""Speed and memory, measured against peers in one run: `make bench` (docs/benchmarks.md)."""
