"""答复 · Files that departments drop, their receipts, and every feed as it stands."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import ConfigDict

from chalicelib.api.answers.shared import Answer, Next, Words
from chalicelib.model import FileState
from chalicelib.sources.feeds.freshness import FeedState


class RowCounts(Answer):
    """What became of a file's rows; they add up."""

    rows: int
    accepted: int
    rejected: int
    strangers: int
    superseded: int


class WhyFile(Words):
    """Why a file was held or refused."""

    code: str


class NoticeOfFile(Words):
    """What an officer has to look into about a whole file."""

    code: str
    count: int
    of: int


class Stage(Answer):
    """One stage of a file: when, by whom, and why."""

    state: FileState
    at: datetime
    by: str
    reason: str | None


class DroppedFileShown(Answer):
    """A file, never by its name."""

    id: str
    department: str
    feed: str
    day: date
    state: FileState
    received: datetime
    finished: datetime | None
    counts: RowCounts
    changed: int | None
    changed_nothing: dict[str, int] | None
    certified: int
    kept_for_later: int
    withdrawn: int
    corrects: str | None
    repairs: dict[str, int]
    why: WhyFile | None
    notices: list[NoticeOfFile]
    stages: list[Stage]


class DroppedFiles(Answer):
    """A page of files."""

    items: list[DroppedFileShown]
    next: Next


class Note(Words):
    """Something to correct in an accepted row."""

    line: int
    field: str
    code: str


class Double(Answer):
    """Lines that name one person twice."""

    code: str
    lines: list[int]
    with_an_earlier_roster: bool


class Receipt(Answer):
    """What the department was told; receipts of before lack what was added since."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    file: str
    feed: str
    title: str | None = None
    day: date
    digest: str | None = None
    state: FileState
    code: str | None = None
    zh: str
    en: str
    rows: int
    accepted: int
    changed: int | None = None
    changed_nothing: dict[str, int] | None = None
    rejected: int
    strangers: int
    superseded: int
    guests_of_other_regions: int | None = None
    people_certified: int | None = None
    people_kept_for_later: int | None = None
    withdrawn: int | None = None
    corrects: str | None = None
    notices: list[NoticeOfFile] | None = None
    rejected_rows: str | None = None
    repairs_by_rule: dict[str, int] | None = None
    repaired_numbers: str | None = None
    received: datetime
    finished: datetime | None = None
    stages: list[Stage] | None = None
    rejections_by_code: dict[str, int] | None = None
    rows_that_are_no_data: int | None = None
    rows_not_filled_in: int | None = None
    suggested_lines: list[int] | None = None
    doubles: list[Double] | None = None
    notes_by_code: dict[str, int] | None = None
    notes: list[Note] | None = None


class Progress(Answer):
    """How far a file that is applied shard by shard has come, and the shards that failed."""

    shards: int
    of: int
    rows: int
    of_rows: int
    failed: list[str]


class FileWithReceipt(DroppedFileShown):
    """A file with the receipt that its department has, and how far it has come."""

    progress: Progress | None
    receipt: Receipt | None


class MayBe(Answer):
    """Somebody whom a row may be about."""

    person: str
    name: str


class Suggestion(Answer):
    """A row that went back, and whom of the caller's area it may be about."""

    line: int
    may_be: list[MayBe]


class Suggestions(Answer):
    """A page of suggestions."""

    items: list[Suggestion]
    next: Next


class FileOfFeed(Answer):
    """A feed's newest file."""

    id: str
    day: date
    received: datetime
    rows: int
    rejected: int
    rejected_share: float | None


class Coverage(Answer):
    """People whose certificate rests on a feed, and who would have to be visited without it."""

    certified: int
    alone: int


class FeedStands(Answer):
    """A feed: whether it delivers, and what it contributes."""

    feed: str
    kind: str
    title: Words
    department: str
    load: str | None
    state: FeedState
    last: date | None
    next_due: date | None
    days_late: int
    loaded: FileOfFeed | None
    held: FileOfFeed | None
    repairs: dict[str, int]
    coverage: Coverage | None


class Feeds(Answer):
    """Every feed."""

    as_of: date
    coverage_as_of: date | None
    recipients: int | None
    items: list[FeedStands]
