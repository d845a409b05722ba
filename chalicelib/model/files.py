"""部门文件 · Files from departments, through their stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from chalicelib.model.names import FeedId, FileId

UNKNOWN: Final = "unknown"
"""The department or feed of a file whose key names none of ours."""


class FileState(StrEnum):
    """Where a dropped file stands."""

    RECEIVED = "received"
    HELD = "held"  # a person must look, or another file must come first
    RELEASED = "released"  # a person has looked and lets it pass; it is about to be read again
    LOADED = "loaded"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # a corrected file stands in its place
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a file's rows: rows = accepted + rejected + strangers + superseded."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    strangers: int = 0  # about nobody on the roster: counted, never kept
    superseded: int = 0  # the same fact again within the file

    @property
    def add_up(self) -> bool:
        """Whether every row is in exactly one of the four."""
        return self.rows == self.accepted + self.rejected + self.strangers + self.superseded

    def __add__(self, other: Counts) -> Counts:
        """The counts of two parts together."""
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


class NoEffect(StrEnum):
    """Why a row was accepted and changes nothing all the same."""

    ALREADY_KNOWN = "already_known"  # an earlier file of the feed says the same
    NOT_NEWER = "not_newer"  # the same event is known of a later day
    PAST_ITS_USE = "past_its_use"  # presence of so long ago certifies nothing any more
    CERTIFIES_NOTHING = "certifies_nothing"  # the event is declared without weight
    ANOTHER_NAME = "another_name"  # presence under another name than the roster's
    NUMBER_RECOVERED = "number_recovered"  # whom it is about is only likely
    ONLY_RELATED = "only_related"  # about somebody who draws nothing, and no benefit asks
    DECEASED = "deceased"  # presence before the death that people have confirmed
    TAKEN_BACK = "taken_back"  # the department had withdrawn the record before
    NAMES_NOTHING = "names_nothing"  # a withdrawal of what was never received
    SAID_AGAIN = "said_again"  # a withdrawal of what a file of a later day says
    NOT_LISTED = "not_listed"  # paid for a benefit for which no roster lists the person


@dataclass(frozen=True, slots=True)
class FileStep:
    """One stage of a file: when it came there, by whom, and the reason that a person gave."""

    state: FileState
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileNotice:
    """Something about a whole file that an officer must look into (rule 12).

    `count` out of `of` people are not concerned yet because they are too many; 0 where it is about no people.
    """

    code: str
    zh: str
    en: str
    count: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class DroppedFile:
    """One file of one department, through its stages. `key` is personal data: never logged."""

    id: FileId
    department: str
    feed: FeedId
    day: date
    key: str
    digest: str
    state: FileState
    received: datetime
    counts: Counts = Counts()
    code: str = ""  # why held, refused or dead
    zh: str = ""
    en: str = ""
    certified: int = 0  # people whose certificate moved at once
    kept: int = 0  # people whose evidence waits in the lake until their certificate nears its end
    finished: datetime | None = None
    steps: tuple[FileStep, ...] = ()  # oldest first; nothing is ever taken out
    corrects: FileId | None = None  # the file in whose place it stands
    withdrawn: int = 0  # items of evidence taken back, by a code of its own or by what it corrects
    repairs: Mapping[str, int] = field(default_factory=dict)  # rule of repair → identity numbers
    notices: tuple[FileNotice, ...] = ()
    guests: int = 0  # of the strangers, people of other regions: told there (row A12)
    stranger_rows: Mapping[str, int] = field(default_factory=dict)  # of payments, by "month#benefit"
    stranger_fen: Mapping[str, int] = field(default_factory=dict)  # and how much they are together
    caused: Mapping[str, int] = field(default_factory=dict)  # what counts against a limit: word → how many
    sent_again: bool = False  # rejected rows that came back: how many says nothing of the feed
    # Of the accepted rows those that changed nothing, by reason (`NoEffect`); None where nobody has counted.
    changed_nothing: Mapping[str, int] | None = None
    roster: str = ""  # the version of the roster by which its people were known, once it is loaded
    brings_new_people: bool = False  # of a roster: other files are owed one more reading for them
    by_shards: bool = False  # it is about so many people that it goes shard by shard, until it is finished
    judged: bool = False  # of such a file: it is within its limits, and some of it may be applied already

    @property
    def changed(self) -> int | None:
        """Rows that say something new; with those that changed nothing they are the accepted ones."""
        nothing = self.changed_nothing
        return None if nothing is None else self.counts.accepted - sum(nothing.values())

    @property
    def was_released(self) -> bool:
        """Whether a person has let it pass its expectations."""
        return any(step.state is FileState.RELEASED for step in self.steps)

    @property
    def is_unread(self) -> bool:
        """Whether nobody knows yet what it says: it is being read, will be, or could not be."""
        return self.state in (FileState.RECEIVED, FileState.RELEASED, FileState.DEAD)

    @property
    def unread_since(self) -> datetime:
        """When it came, or when it last came to another stage: the later of them, in UTC."""
        return max([self.received, *(step.at for step in self.steps[-1:])]).astimezone(UTC)

    @property
    def stands_loaded(self) -> bool:
        """Whether it is loaded, even while it is read once more."""
        return bool(self.steps) and self.steps[-1].state is FileState.LOADED

    @property
    def was_loaded(self) -> bool:
        """Whether it is loaded, or was until a corrected file took its place."""
        return self.state is FileState.LOADED or any(step.state is FileState.LOADED for step in self.steps)

    @property
    def loaded_at(self) -> datetime | None:
        """When it was first loaded; read again later, it stays in that month."""
        return next((step.at for step in self.steps if step.state is FileState.LOADED), None)

    def at_stage(self, step: FileStep) -> DroppedFile:
        """The file at its next stage; the same stage by the same person again adds no line."""
        last = self.steps[-1] if self.steps else None
        same = last is not None and (last.state, last.by, last.reason) == (step.state, step.by, step.reason)
        return replace(self, state=step.state, steps=self.steps if same else (*self.steps, step))


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that could not be used; it goes back to the department with its line."""

    line: int
    field: str
    code: str
    zh: str
    en: str
