"""读取条件 · What a file is read with: its feed, the roster, the day, and what is known of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.model import FileId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.people.roster_duplicates import Standing
from chalicelib.sources.people.roster_index import RosterIndex


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """All that decides how a file is read, but for its bytes.

    `as_of`: the day in the file's key, which dates a list of states.
    `damaged`: a person has released a file whose numbers a spreadsheet has cut; then numbers ending in 000
    are nobody's, and their people are recovered by 15 digits, name and roster.
    `released`: a person has looked at a HELD file and lets it pass its expectations and its manifest, hidden
    rows included.
    `usual_rows`: rows of the last loaded files of the same sender, None for the first.
    `manifest`: how many rows were announced; that it is of this file is known.
    `before`: of a roster, who stands on those that came before it.

    `roster_version`: of the roster, "" where there is none.

    A single range needs only the first six; the rest is asked of the whole file.
    """

    feed: Feed
    roster: RosterIndex | None
    file: FileId
    on: date
    as_of: date
    damaged: bool = False
    released: bool = False
    usual_rows: int | None = None
    manifest: Manifest | None = None
    before: Standing | None = None
    roster_version: str = ""

    @property
    def lacks_roster(self) -> bool:
        """Whether the rows cannot be matched with anybody: no roster has come yet."""
        return self.roster is None and self.feed.kind != "roster"

    @property
    def known(self) -> RosterIndex | None:
        """The roster that rows are matched with; None for a roster, whose people are new."""
        return None if self.feed.kind == "roster" else self.roster
