"""答复 · People by area, and what waits in an area."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from chalicelib.api.answers.shared import Answer, Next, Words
from chalicelib.model import EntitlementStatus, KeyGroup, Route, StateName


class Drawn(Answer):
    """A benefit in a line of a list, as the record has it."""

    benefit: str
    title: Words
    authority: str
    status: EntitlementStatus
    valid_until_at_least: date
    route: Route | None


class WalkingCase(Answer):
    """Where an open case stands."""

    state: StateName
    due: date


class Recipient(Answer):
    """A person in a list: the name is masked."""

    person: str
    name: str
    area: str
    grid: str
    key_groups: list[KeyGroup]
    benefits: list[Drawn]
    case: WalkingCase | None
    suspicions: int
    deceased_on: date | None


class Recipients(Answer):
    """A page of people; it may hold fewer than asked for, and go on."""

    items: list[Recipient]
    next: Next


class WorkKind(StrEnum):
    """What may wait for somebody."""

    PROPOSALS = "suspension-proposals"
    SUSPICIONS = "suspicions"
    ENDINGS = "endings"
    OBJECTIONS = "objections"
    VISITS = "visits"
    NOTICES = "notices"
    RECOVERIES = "recoveries"
    OWED_TO_HEIRS = "owed-to-heirs"
    INSTRUCTIONS = "instructions"
    LIMITS = "suspension-limits"
    FILES = "files"
    FEEDS = "feeds"


class OnDay(Answer):
    """How many lines fall due on a day."""

    day: date
    waiting: int


class InArea(Answer):
    """How many lines lie in an area below the one asked for."""

    area: str
    waiting: int


class Waiting(Answer):
    """One kind of work: how many lines wait, by day and area; complete: counted to the end."""

    kind: WorkKind
    path: str
    waiting: int
    overdue: int
    complete: bool
    by_day: list[OnDay]
    by_area: list[InArea]


class Today(Answer):
    """What waits for whoever asks."""

    as_of: date
    area: str
    kinds: list[Waiting]
