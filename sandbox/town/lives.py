"""What is true of a person, whether or not anybody knows it: the town's hidden side.

A life decides which traces somebody leaves in departments' files, how she answers a reminder, whether
she opens the door, and when she dies. Actors and reports may ask it; the platform never can.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Final


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


class Trace(StrEnum):
    """What somebody leaves behind in a department's books."""

    ADMITTED = "admitted"
    TREATED = "treated"
    DISCHARGED = "discharged"
    DIED_IN_HOSPITAL = "died_in_hospital"
    TRAVELLED = "travelled"
    RODE = "rode"
    BOUGHT = "bought"
    PAID_GAS = "paid_gas"
    FACE = "face"
    CARE_HOME = "care_home"
    CREMATED = "cremated"
    CUSTODY = "custody"
    EMPLOYEE_PENSION = "employee_pension"


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """One thing that left a trace: on which day, and in which words of the department."""

    day: date
    trace: Trace
    word: str = ""  # the code of custody, …
    by_herself: bool = field(default=True, compare=False)  # False: somebody else used her card or account
    wrong: bool = field(default=False, compare=False)  # the department's mistake: it is not true of her


@dataclass(frozen=True, slots=True)
class Life:
    """The truth about one person over the whole span of the run."""

    manner: Manner
    happenings: tuple[Happening, ...]
    dies_on: date | None = None
    in_custody: bool = False
    draws_twice: bool = False
    comes_back_after: int | None = None  # days from noticing the missing pension to certifying; None: never
    style: str = ""

    def lives_on(self, day: date) -> bool:
        """Whether she is alive at the end of that day."""
        return self.dies_on is None or day < self.dies_on

    def jailed_on(self, day: date) -> bool:
        """Whether she is in prison or awaits judgment there on that day."""
        return self.in_custody and any(h.trace is Trace.CUSTODY and h.day <= day for h in self.happenings)

    def in_hospital_on(self, day: date) -> bool:
        """Whether she lies in a hospital bed on that day."""
        stays = [h for h in self.happenings if h.trace in (Trace.ADMITTED, Trace.DISCHARGED) and h.day <= day]
        return bool(stays) and stays[-1].trace is Trace.ADMITTED and self.lives_on(day)


MANNERS: Final = {
    Manner.VISIBLE: 0.900,
    Manner.SELF: 0.032,
    Manner.COUNTER: 0.014,
    Manner.HOME: 0.018,
    Manner.AWAY: 0.006,
    Manner.MOVED: 0.003,
    Manner.REFUSES: 0.003,
    Manner.UNSEEN: 0.024,
}
STYLES: Final = {"patient": 0.68, "cards": 0.09, "traveller": 0.15, "care_home": 0.06, "app": 0.02}
DEATHS_A_YEAR: Final = 0.03
CUSTODY: Final = {"sentence": 0.0020, "awaiting_judgment": 0.0010, "suspended_sentence": 0.0015}
DRAWS_TWICE: Final = 0.003
WRONGLY_RECORDED: Final = 0.0015  # per kind: cremation, employee pension


def live(age: int, first: date, start: date, last: date, rng: Random) -> Life:
    """Draw a life that leaves traces from `first` to `last`, and ends, if at all, after `start`."""
    manner = _pick(MANNERS, rng)
    style = _pick(STYLES, rng) if manner is Manner.VISIBLE else ""
    dies_on = _death(age, start, last, rng)
    fraud = _fraud(dies_on, rng)
    if fraud:  # what relatives carry on with is never an own card beside another trace
        style = "patient" if manner is Manner.VISIBLE else ""
    traces = sorted(_traces(style, first, last, rng))
    if fraud == "card":
        traces = [happening for happening in traces if happening.trace is not Trace.PAID_GAS]
    if dies_on is not None:
        traces = [*_until(traces, dies_on), *_end(dies_on, last, fraud, rng)]
    custody, draws_twice = "", False
    if dies_on is None:
        custody = _pick_rare(CUSTODY, rng)
        draws_twice = not custody and rng.random() < DRAWS_TWICE
        traces += _negatives(custody, draws_twice, start, last, rng)
    jailed = custody in ("sentence", "awaiting_judgment")
    if jailed:
        day = next(h.day for h in traces if h.trace is Trace.CUSTODY)
        traces = [h for h in traces if h.day <= day or h.trace is Trace.CUSTODY]
    return Life(
        manner=manner,
        happenings=tuple(sorted(traces)),
        dies_on=dies_on,
        in_custody=jailed,
        draws_twice=draws_twice,
        comes_back_after=rng.randint(15, 75) if rng.random() < 0.85 else None,
        style=style,
    )


def _pick(weights: dict[Manner, float] | dict[str, float], rng: Random) -> Manner:
    return rng.choices(list(weights), list(weights.values()))[0]  # type: ignore[return-value]


def _pick_rare(shares: dict[str, float], rng: Random) -> str:
    draw = rng.random()
    for word, share in shares.items():
        if draw < share:
            return word
        draw -= share
    return ""


def _death(age: int, first: date, last: date, rng: Random) -> date | None:
    days = (last - first).days
    yearly = DEATHS_A_YEAR * (0.5 if age < 70 else 1.0 if age < 80 else 2.2)
    return first + timedelta(rng.randrange(days)) if rng.random() < yearly * days / 365 else None


def _fraud(dies_on: date | None, rng: Random) -> str:
    """What relatives carry on with: "" nothing, "household" gas and pharmacy, "card" the bus card."""
    if dies_on is None:
        return ""
    draw = rng.random()
    return "household" if draw < 0.30 else "card" if draw < 0.38 else ""


def _traces(style: str, first: date, last: date, rng: Random) -> Iterator[Happening]:
    match style:
        case "patient":
            yield from _patient(first, last, rng)
        case "cards":
            yield from _cards(first, last, rng)
        case "traveller":
            for day in _now_and_then(first, last, 90, 190, rng):
                yield Happening(day, Trace.TRAVELLED)
        case "care_home":
            month = first.replace(day=1)
            while month <= last:
                yield Happening(month, Trace.CARE_HOME)
                month = (month + timedelta(32)).replace(day=1)
        case "app":
            for day in _now_and_then(first, last, 120, 220, rng):
                yield Happening(day, Trace.FACE)
    if style not in ("cards", "care_home") and rng.random() < 0.18:
        yield from _gas(first, last, rng)


def _now_and_then(first: date, last: date, least: int, most: int, rng: Random) -> Iterator[date]:
    day = first + timedelta(rng.randint(0, most))
    while day <= last:
        yield day
        day += timedelta(rng.randint(least, most))


def _patient(first: date, last: date, rng: Random) -> Iterator[Happening]:
    for day in _now_and_then(first, last, 70, 165, rng):
        if rng.random() < 0.4:
            yield Happening(day, Trace.TREATED)
            continue
        yield Happening(day, Trace.ADMITTED)
        leaves = day + timedelta(rng.randint(3, 16))
        if leaves <= last:
            yield Happening(leaves, Trace.DISCHARGED)


def _cards(first: date, last: date, rng: Random) -> Iterator[Happening]:
    """Rides and purchases in some months, so that both fall close together when they do."""
    also = Trace.PAID_GAS if rng.random() < 0.15 else Trace.BOUGHT
    month, skip = first.replace(day=1), rng.randint(0, 2)
    while month <= last:
        if skip == 0:
            for trace, most in ((Trace.RODE, 4), (also, 2)):
                days = (month + timedelta(rng.randrange(28)) for _ in range(rng.randint(1, most)))
                yield from (Happening(day, trace) for day in days if first <= day <= last)
            skip = rng.choices([0, 1], [3, 1])[0] + 1
        skip -= 1
        month = (month + timedelta(32)).replace(day=1)


def _gas(first: date, last: date, rng: Random) -> Iterator[Happening]:
    day = first + timedelta(rng.randrange(60))
    while day <= last:
        yield Happening(day, Trace.PAID_GAS)
        day += timedelta(61)


def _until(traces: list[Happening], dies_on: date) -> list[Happening]:
    """Her own traces end before the day she dies; an unfinished stay ends with her."""
    return [happening for happening in traces if happening.day < dies_on]


def _end(dies_on: date, last: date, fraud: str, rng: Random) -> Iterator[Happening]:
    """What a death leaves: a hospital's word, a cremation, and what relatives go on with."""
    if rng.random() < 0.25:
        yield Happening(dies_on, Trace.DIED_IN_HOSPITAL)
    if rng.random() < (0.6 if fraud else 0.92):
        yield Happening(dies_on, Trace.CREMATED)
    for index in range(int(fraud != "") * 20):
        day = dies_on + timedelta(12 + 30 * index + rng.randrange(12))
        if day > last:
            return
        trace = Trace.RODE if fraud == "card" else (Trace.BOUGHT if index % 2 else Trace.PAID_GAS)
        yield Happening(day, trace, by_herself=False)


def _negatives(custody: str, twice: bool, first: date, last: date, rng: Random) -> Iterator[Happening]:
    """Custody, double receipt, and the departments' own mistakes about the living."""
    day = first + timedelta(rng.randrange(90, max(91, (last - first).days - 60)))
    if custody:
        yield Happening(day, Trace.CUSTODY, word=custody)
    if twice:
        yield Happening(day, Trace.EMPLOYEE_PENSION)
    for trace in (Trace.CREMATED, Trace.EMPLOYEE_PENSION):
        if not custody and not twice and rng.random() < WRONGLY_RECORDED:
            yield Happening(day, trace, wrong=True)
            return
