"""What is true of a person, whether or not anybody knows it: the town's hidden side.

A life decides which traces somebody leaves in departments' files, how she answers a reminder, whether
she opens the door, and when she dies. Actors and reports may ask it; the platform never can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from chalicelib.model import FeedId, SuspicionKind


class Manner(StrEnum):
    """How somebody can be reached when data does not speak for her."""

    VISIBLE = "visible"  # leaves enough traces; answers a reminder if it comes to that
    SELF = "self"  # certifies by phone when reminded
    COUNTER = "counter"  # goes to a counter when reminded
    HOME = "home"  # answers no message, opens the door
    AWAY = "away"  # lives with children in another province, calls back later
    MOVED = "moved"  # lives in another village of the town now
    REFUSES = "refuses"  # refuses in writing
    UNSEEN = "unseen"  # never in when somebody knocks; notices when the money stops


class Style(StrEnum):
    """Which traces a visible person leaves."""

    SEEN = "seen"  # in a hospital, at a bank, on a journey: now and then somebody sees her
    CARDS = "cards"  # uses her own card, and little else
    HOME = "home"  # lives in a care home
    HANDLED = "handled"  # an app, a terminal, a sheet of somebody else's work
    NONE = "none"


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One thing that left a trace: on which day, and as which event of which feed."""

    day: date
    feed: FeedId
    event: str
    by_herself: bool = field(default=True, compare=False)  # False: somebody else used her card or account
    wrong: bool = field(default=False, compare=False)  # the department's mistake: it is not true of her
    accuses: SuspicionKind | None = field(default=None, compare=False)
    noted: date | None = field(default=None, compare=False)  # the department writes it down only then
    takes_back: str = field(default="", compare=False)  # the event of that day that was never true
    facts: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # further columns, if it matters
    of_relative: bool = False  # it happened to somebody related, whose number the row bears


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody stands on a list of states from a day on, until the day before another."""

    feed: FeedId
    event: str
    since: date
    until: date
    facts: tuple[tuple[str, str], ...] = ()

    def on(self, day: date) -> bool:
        """Whether the list of a day names her."""
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a run: departments know things from `first`, people die from `start` to `last`."""

    first: date
    start: date
    last: date


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a hospital bed; it has no end where she died in it, or where the run ended before."""

    began: date
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """The truth about one person over the whole span of the run."""

    manner: Manner
    happenings: tuple[Happening, ...]
    listed: tuple[Listed, ...] = ()
    stays: tuple[Stay, ...] = ()
    dies_on: date | None = None
    jailed_from: date | None = None
    released_on: date | None = None  # None: not within the run
    comes_back_after: int | None = None  # days from noticing the missing pension to certifying; None: never
    style: Style = Style.NONE

    @property
    def in_custody(self) -> bool:
        """Whether she goes to prison, or awaits judgment there, in the span."""
        return self.jailed_from is not None

    def lives_on(self, day: date) -> bool:
        """Whether she is alive at the end of that day."""
        return self.dies_on is None or day < self.dies_on

    def jailed_on(self, day: date) -> bool:
        """Whether she is in prison or awaits judgment there on that day."""
        out = self.released_on is not None and self.released_on <= day
        return self.jailed_from is not None and self.jailed_from <= day and not out

    def in_hospital_on(self, day: date) -> bool:
        """Whether she lies in a hospital bed on that day."""
        return self.lives_on(day) and any(
            stay.began <= day and (stay.ended is None or day < stay.ended) for stay in self.stays
        )

    def really(self, kind: SuspicionKind, day: date) -> bool:
        """Whether what a file accused her of on a day is true."""
        return any(h.accuses is kind and h.day == day and not h.wrong for h in self.happenings)


DEATHS_A_YEAR: Final = 0.03
FRAUD: Final = {"household": 0.30, "card": 0.08}  # what relatives of the dead carry on with


def death_of(age: int, span: Span, rng: Random) -> date | None:
    """The day on which somebody dies, if she does within the run."""
    days = (span.last - span.start).days
    older = 0.05 if age < 50 else 0.5 if age < 70 else 1.0 if age < 80 else 2.2
    if rng.random() >= DEATHS_A_YEAR * older * days / 365:
        return None
    return span.start + timedelta(rng.randrange(days))


def fraud_of(dies_on: date | None, rng: Random) -> str:
    """What relatives carry on with: "" nothing, "household" bills and accounts, "card" her own card."""
    draw = rng.random()
    if dies_on is None or draw >= sum(FRAUD.values()):
        return ""
    return "household" if draw < FRAUD["household"] else "card"
