"""数据接收 · From a dropped file to certificates: receive, read, keep, assess, answer the department.

entry              S3 notifications → files, one at a time; dead letters
file_keys          what a key says; duplicates, unknown feeds; what a file is read with
manifests          manifests that come after their files
large_files        the same way for a large file: its ranges are read side by side
loading            what each kind of file changes: evidence here, the rest in modules of their own
by_shards          a file about many people, shard by shard
applied            what applying a file to some of its people has given
in_progress        whom something waits for: one look at the work lists
rosters, payments, outcome_sheets   three kinds of files that are no evidence alone
roster_comparison  a day's roster against all others, once its people are known
newly_known        a loaded file once more, for people who are new on a roster
file_outcome       loaded, held or refused, and its receipt
without_effect     which accepted rows change nothing, and why
death_limit        what changes far more people than usual waits for a person
held_files         a person releases or refuses a held file
corrections        a corrected file stands in the place of an earlier one
receipts           what the department gets back
receipt_page, receipt_index   the same on paper, and the list that leads to it
guests             people of other regions who were seen here
feed_watch         every feed against its rhythm, and reminders to who is late
quality, quality_page   the monthly page of each department
interface_queries  interfaces that are asked, once a week, about those who come due
"""

from chalicelib.intake.by_shards import progress
from chalicelib.intake.entry import file_died, file_dropped, redrive
from chalicelib.intake.feed_watch import watch_feeds
from chalicelib.intake.held_files import refuse, release
from chalicelib.intake.large_files import read_range
from chalicelib.intake.quality import monthly_quality

__all__ = [
    "file_died",
    "file_dropped",
    "monthly_quality",
    "progress",
    "read_range",
    "redrive",
    "refuse",
    "release",
    "watch_feeds",
]
