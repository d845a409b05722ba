"""An invented town: its people, what really became of them, its departments, and who acts in it.

Read in this order: `people` (who lives here), `lives` (what is true of them), `departments` (what the
departments know of it and drop into the inbox), `recipients` (who acts, by what a real one could use).
"""
