"""From a dropped file to certificates: receive, read, keep, assess, answer the department.

dropping    S3 notifications → files, one at a time; duplicates, unknown feeds, dead letters
loading     what each kind of file changes: evidence here, rosters and payments in their own modules
deciding    a person releases or refuses a held file
correcting  a corrected file stands in the place of an earlier one
receipts    what the department gets back
"""

from chalicelib.intake.deciding import refuse, release
from chalicelib.intake.dropping import file_died, file_dropped, redrive

__all__ = ["file_died", "file_dropped", "redrive", "refuse", "release"]
