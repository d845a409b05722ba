"""What a run promises, and all that it is checked with."""
