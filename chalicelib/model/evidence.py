"""证据 · What departments send: events of feeds, and evidence about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.model.names import FeedId, FileId

NAME_SENT: Final = "name"  # a fact of ours about a record, beside those of its feed
ANOTHER: Final = "another"
WITHDRAWS: Final = "~"  # before the event of a row that takes a record back: never taken for a record


class Proves(StrEnum):
    """What an event of a feed speaks about (domain section 3, "proves")."""

    PRESENCE = "presence"
    CONDITION = "condition"
    EXCLUSION = "exclusion"  # draws something that excludes a benefit: double receipt
    LOSS = "loss"  # death, custody
    WITHDRAWAL = "withdrawal"  # the department takes an earlier record back (rule 14)
    NOTHING = "nothing"  # known and deliberately without weight, e.g. a settlement


class Strength(StrEnum):
    """Strong evidence certifies by itself; weak evidence may be somebody else using the card."""

    STRONG = "strong"
    WEAK = "weak"


class Trace(StrEnum):
    """How the person was there; what makes weak evidence independent (rule 4)."""

    BODY = "body"
    OWN_CARD = "own_card"
    ACCOUNT = "account"
    HOUSEHOLD = "household"


class Route(StrEnum):
    """By which way somebody was certified (认证途径)."""

    SILENT = "silent"
    SELF = "self"
    ASSISTED = "assisted"
    COUNTER = "counter"
    VISIT = "visit"
    REMOTE = "remote"


class Stay(StrEnum):
    """An event that begins or ends a stay in hospital or a care home (rule 10 d)."""

    BEGINS = "begins"
    ENDS = "ends"


class SuspicionKind(StrEnum):
    """What must be verified by a person (疑点)."""

    DEATH = "death"
    CUSTODY = "custody"
    DOUBLE_RECEIPT = "double_receipt"
    CONTRADICTION = "contradiction"
    CONDITION = "condition"  # a condition of the benefit does not hold on the facts known
    WRONG_AMOUNT = "wrong_amount"  # paid too little or too much for the person's facts (rule 16)
    DOUBTED = "doubted"  # the authority of one benefit doubts the result (row A11)
    TWO_NUMBERS = "two_numbers"  # another number draws under the same payee: perhaps one person (rule 19)
    UNLISTED = "unlisted"  # no roster lists them any more: their authority is asked (rule 20)
    REVERSAL = "reversal"  # what was confirmed and ended a payment may have been wrong (rule 14)
    UPCOMING = "upcoming"  # a date will change it: a birthday, the end of a card, of a sentence (rule 15)
    STOP_ASKED = "stop_asked"  # the person asks that the payment stop (row B6)
    RESTART = "restart"  # what rightly ended a payment is over: released, renewed, granted anew (rule 15)


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """What one event code of one feed is worth; declared in the feed's YAML file."""

    feed: FeedId
    event: str
    zh: str
    en: str
    proves: Proves
    route: Route = Route.SILENT
    strength: Strength | None = None  # only where it proves presence
    trace: Trace | None = None  # only where it proves presence
    stay: Stay | None = None
    suspicion: SuspicionKind | None = None  # where it proves loss or exclusion
    withdraws: str | None = None  # where it proves a withdrawal: the event of the same person, day and feed
    releases: tuple[str, ...] = ()  # the events of the same person and feed whose loss is over from its day
    repays: bool = False  # and was never to be: what was withheld meanwhile is owed (acquitted)
    carries_months: int | None = None  # presence that carries less far than other strong evidence
    department: str = ""  # who sends the feed: two traces of one trip to one department are one


@dataclass(frozen=True, slots=True, order=True)
class EvidenceKey:
    """The natural key of a piece of evidence within one person: the same file twice is one fact."""

    day: date
    feed: FeedId
    event: str

    def __str__(self) -> str:
        return f"{self.day.isoformat()}#{self.feed}#{self.event}"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a piece of evidence that was taken back: its key, and the day of the file that did so.

    What a file of a later day says again counts again; a repetition of an earlier one stays void. No day:
    written before it was kept, or taken back by no file.
    """

    day: date
    feed: FeedId
    event: str
    file_day: date | None = None

    @property
    def key(self) -> EvidenceKey:
        """The key of what was taken back."""
        return EvidenceKey(self.day, self.feed, self.event)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A normalised record about a recipient.

    `day` is when it happened (for lists of states: the list's as-of day), never when it arrived.
    `facts` holds the few further words that a rule may need ("until", "benefit", "by"). `recovered`: the
    number was damaged and its owner found by 15 digits, name and roster, which neither certifies by
    itself nor accuses of death (domain section 6).
    """

    key: EvidenceKey
    file: FileId
    line: int
    facts: Mapping[str, str] = field(default_factory=dict)
    recovered: bool = False  # by 15 digits and name: neither certifies strongly nor accuses of death

    @property
    def is_under_another_name(self) -> bool:
        """Whether the department named somebody else than the roster does: presence that certifies nobody."""
        return self.facts.get(NAME_SENT) == ANOTHER
