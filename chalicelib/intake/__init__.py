"""数据接收 · From a dropped file to certificates: receive, read, keep, assess, answer the department.

dropping    S3 notifications → files, one at a time; dead letters
arriving    what a key says; duplicates, unknown feeds
announcing  manifests that come after their files
chunking    large files in ranges, side by side
finishing   loaded, held or refused, and its receipt
loading     what each kind of file changes: evidence here, rosters and payments in their own modules
deciding    a person releases or refuses a held file
correcting  a corrected file stands in the place of an earlier one
receipts    what the department gets back
watching    every feed against its rhythm, and reminders to who is late
quality     the monthly page of each department
asking      interfaces that are asked, once a week, about those who come due
"""

from chalicelib.intake.entry import file_died, file_dropped, redrive
from chalicelib.intake.feed_watch import watch_feeds
from chalicelib.intake.held_files import refuse, release
from chalicelib.intake.interface_queries import ask_interfaces
from chalicelib.intake.large_files import read_range
from chalicelib.intake.quality import monthly_quality

__all__ = [
    "ask_interfaces",
    "file_died",
    "file_dropped",
    "monthly_quality",
    "read_range",
    "redrive",
    "refuse",
    "release",
    "watch_feeds",
]
