"""The report of a run: tables, outcomes, JSON."""
