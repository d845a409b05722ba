"""答复 · Figures of the nightly pass, and which of a month's certificates are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from chalicelib.api.answers.files import Coverage
from chalicelib.api.answers.shared import Answer, Next, Words
from chalicelib.engine.statistics.summary import Summary
from chalicelib.engine.suspicion.rechecks import Signal
from chalicelib.model import VisitOutcome


class Proved(Answer):
    """What visits said of a feed in a month."""

    checked: int
    wrong: int


class Awaited(Answer):
    """A later day whose figures are not there, because not all shards could be counted."""

    as_of: date
    shards: int
    of: int


class AreaBelow(Answer):
    """One of the areas just below that which was asked for."""

    area: str
    figures: Summary


class OfAuthority(Answer):
    """The people and entitlements of one authority in the area."""

    authority: str
    figures: Summary


class OfBenefit(Answer):
    """The entitlements to one benefit in the area: of people nothing is said."""

    benefit: str
    title: Words | None
    figures: Summary


class Figures(Answer):
    """The figures of a day; before the first night `as_of` is null, and nothing counted."""

    as_of: date | None
    awaited: Awaited | None
    left_out: int = 0
    """People whose record could not be read: they are counted nowhere."""
    recipients: int = 0
    entitlements: int = 0
    status: Mapping[str, int] = {}
    route: Mapping[str, int] = {}
    county: Mapping[str, int] = {}
    case_state: Mapping[str, int] = {}
    suspicion: Mapping[str, int] = {}
    paid: Mapping[str, Mapping[str, int]] = {}
    feeds: Mapping[str, Coverage] = {}
    proved: Mapping[str, Mapping[str, Proved]] = {}
    area: str = ""
    authority: str | None = None
    figures: Summary | None = None
    """Of the area, and of the authority if one was named; null for a day before figures were kept by area."""
    below: tuple[AreaBelow, ...] = ()
    by_authority: tuple[OfAuthority, ...] = ()
    by_benefit: tuple[OfBenefit, ...] = ()


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
