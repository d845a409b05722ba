"""When a department sends a feed, and how it writes: from the declaration, and from its own habits.

The declaration says how often and in which formats. Which weekday, hour, encoding or shape of dates is
nobody's rule: each department has its own, drawn from the feed's name alone and so the same every year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, TypeVar

from chalicelib.sources.feeds.feed import Feed
from sandbox.town.seeded_random import chance
from sandbox.town.shapes import DateShape, Kind, Packing, Style

T = TypeVar("T")

KINDS: Final = {"csv": 2, "xlsx": 1, "jsonl": 3}  # of those agreed, what departments prefer
TEXTS: Final = {Kind.UTF8: 0.38, Kind.GB18030: 0.36, Kind.UTF8_BOM: 0.2, Kind.UTF16: 0.06}
SEPARATORS: Final = {",": 0.76, "\t": 0.14, "|": 0.10}
PACKINGS: Final = {Packing.NONE: 0.84, Packing.GZIP: 0.09, Packing.ZIP: 0.07}
SYNONYMS, TITLED, TOTALS = 0.3, 0.12, 0.12  # shares of departments with such habits
OFFICE_HOURS: Final = (8, 16)
HISTORY_FILE: Final = 93  # days that one file of the history spans; more where files come more seldom


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a department sends a feed: every n-th week on a weekday, or on a day of every n-th month."""

    style: Style
    interval: int  # days between two files at most
    every_weeks: int = 0
    weekday: int = 0  # 0 = Monday
    every_months: int = 0
    month: int = 0  # of the months n apart, which
    day: int = 1
    hour: int = 10


def rhythm_of(feed: Feed) -> Rhythm:
    """The rhythm of a feed that takes files."""
    if feed.arrives is None:
        raise ValueError(f"nobody sends files of {feed.id}")
    rng = chance("rhythm", feed.id)
    every = feed.arrives.every
    months = every.count if every.unit == "months" else every.count // 28
    return Rhythm(
        style=style_of(feed),
        interval=every.longest_days,
        every_weeks=0 if months else max(1, every.count // 7),
        weekday=rng.randrange(5),
        every_months=months,
        month=rng.randrange(max(1, months)),
        day=rng.randint(1, 24),
        hour=rng.randint(*OFFICE_HOURS),
    )


def style_of(feed: Feed) -> Style:
    """How the department of a feed writes its files, of the ways that have been agreed."""
    rng = chance("style", feed.id)
    kind = Kind.UTF8
    agreed = feed.format.kind if feed.format is not None else ["csv"]
    match rng.choices(agreed, [KINDS[kind] for kind in agreed])[0]:
        case "xlsx":
            kind = Kind.XLSX
        case "jsonl":
            kind = Kind.JSONL
        case "csv":
            kind = _one_of(TEXTS, rng)
    is_table = kind is not Kind.JSONL
    return Style(
        kind=kind,
        dates=rng.choice(list(DateShape)),
        separator=_one_of(SEPARATORS, rng),
        packing=_one_of(PACKINGS, rng) if kind is not Kind.XLSX else Packing.NONE,
        synonyms=rng.random() < SYNONYMS,
        titled=is_table and rng.random() < TITLED,
        totals=is_table and rng.random() < TOTALS,
    )


def _one_of(shares: Mapping[T, float], rng: Random) -> T:
    return rng.choices(list(shares), list(shares.values()))[0]


def sending_days(rhythm: Rhythm, start: date, end: date) -> Iterator[date]:
    """The days on which a feed is sent, from the start to the end, both inclusive."""
    day = start
    while day <= end:
        if rhythm.every_months:
            sends = day.day == rhythm.day and (day.month - 1) % rhythm.every_months == rhythm.month
        else:
            sends = day.weekday() == rhythm.weekday and day.toordinal() // 7 % rhythm.every_weeks == 0
        if sends:
            yield day
        day += timedelta(1)


def handing_over(rhythm: Rhythm, first: date, start: date) -> list[date]:
    """The days of the files in which the time before the start is handed over, each of some months."""
    span = timedelta(max(HISTORY_FILE, rhythm.interval))
    days, day = [], start - timedelta(1)
    while day > first:
        days.append(day)
        day -= span
    return days[::-1]
