"""答复 · Figures of the nightly pass, and which of a month's certificates are checked again."""

from __future__ import annotations

from datetime import date

from chalicelib.api.answers.files import Coverage
from chalicelib.api.answers.shared import Answer, Next, Words
from chalicelib.engine.suspicion.rechecks import Signal
from chalicelib.model import VisitOutcome


class Proved(Answer):
    """What visits said of a feed in a month."""

    checked: int
    wrong: int


class Figures(Answer):
    """The figures of the last nightly pass; of before the first one there is no day and nothing else."""

    as_of: date | None
    recipients: int | None = None
    entitlements: int | None = None
    status: dict[str, int] | None = None
    route: dict[str, int] | None = None
    county: dict[str, int] | None = None
    case_state: dict[str, int] | None = None
    suspicion: dict[str, int] | None = None
    paid: dict[str, dict[str, int]] | None = None
    feeds: dict[str, Coverage] | None = None
    proved: dict[str, dict[str, Proved]] | None = None


class Sample(Answer):
    """How a sample was drawn: of how many, how many, and with which confidence."""

    of: int
    drawn: int
    worst: int
    confidence_percent: float


class WhyChecked(Words):
    """Why a certificate is looked at, and what is to be done."""

    code: Signal
    what_to_do: Words


class CheckingVisit(Answer):
    """The visit that was ordered for it."""

    id: str
    due: date
    outcome: VisitOutcome | None
    by: str | None


class Recheck(Answer):
    """A certificate that is checked again."""

    person: str
    name: str
    area: str
    grid: str
    day: date
    feed: str
    author: str | None
    why: WhyChecked
    visit: CheckingVisit | None


class Rechecks(Answer):
    """A month's checks."""

    month: str
    drawn_on: date | None
    seed: str | None
    by_hand: Sample | None
    silent: Sample | None
    items: list[Recheck]
    next: Next
