"""The departments: what they know of the town, when they write it down, and what they drop.

Each drop is rendered only when its time comes. What a file must turn out to be (rows, rejected,
strangers, its state) is noted as it is written, so that every row can be accounted for afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from chalicelib.clock import CHINA
from chalicelib.model import FeedId, FileState
from chalicelib.sources.feed import Feed
from sandbox.town.chance import chance
from sandbox.town.lives import Happening, Trace
from sandbox.town.people import Town, Townsperson
from sandbox.town.rows import Cell, Line, Style, spoil, write
from sandbox.town.shapes import DateShape, Kind

DIRTY: Final = 0.02
HANDED_OVER: Final = 9  # the hour of the first day at which departments hand over their history
TWICE: Final = 0.005  # rows that stand twice in a file
STRANGERS: Final = 2.5  # rows about strangers for each row about a recipient, over the whole span

# Trace -> feed and event; the event "" stands for the only one that the feed declares.
BOOKS: Final[Mapping[Trace, tuple[str, str]]] = {
    Trace.ADMITTED: ("hospital_inpatient", "admitted"),
    Trace.TREATED: ("hospital_inpatient", "treated"),
    Trace.DISCHARGED: ("hospital_inpatient", "discharged"),
    Trace.DIED_IN_HOSPITAL: ("hospital_inpatient", "died"),
    Trace.TRAVELLED: ("travel_agency", ""),
    Trace.RODE: ("bus_rides", ""),
    Trace.BOUGHT: ("pharmacy_purchases", ""),
    Trace.PAID_GAS: ("gas_bills", ""),
    Trace.FACE: ("wanshitong_face", ""),
    Trace.CARE_HOME: ("care_home", ""),
    Trace.CREMATED: ("cremations", ""),
    Trace.CUSTODY: ("custody", "*"),  # the code is the happening's own word
    Trace.EMPLOYEE_PENSION: ("employee_pension", ""),
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a department sends a feed: a weekday, or a day of every n-th month; and how it writes."""

    style: Style
    weekday: int | None = None  # 0 = Monday
    day: int = 1
    every_months: int = 1
    hour: int = 10
    lag_days: tuple[int, int] = (0, 0)  # from the happening to its being written down
    history: int = 0  # days before the start for which files are handed over on the first morning


def _csv(kind: Kind, dates: DateShape) -> Style:
    return Style(kind, dates)


RHYTHMS: Final[Mapping[str, Rhythm]] = {
    "care_home": Rhythm(_csv(Kind.XLSX, DateShape.ISO), day=1, hour=14),
    "wanshitong_face": Rhythm(_csv(Kind.UTF8, DateShape.ISO), weekday=1, hour=8, history=270),
    "hospital_inpatient": Rhythm(_csv(Kind.GB18030, DateShape.ISO), weekday=0, hour=9, history=270),
    "travel_agency": Rhythm(_csv(Kind.XLSX, DateShape.ISO), day=4, hour=15, history=270),
    "bus_rides": Rhythm(_csv(Kind.UTF8, DateShape.COMPACT), day=5, hour=10, history=62),
    "pharmacy_purchases": Rhythm(_csv(Kind.UTF8_BOM, DateShape.SLASHES), day=6, hour=11, history=62),
    "cremations": Rhythm(_csv(Kind.GB18030, DateShape.CHINESE), weekday=3, hour=16, lag_days=(10, 34)),
    "gas_bills": Rhythm(_csv(Kind.GB18030, DateShape.COMPACT), day=12, every_months=2, hour=9),
    "custody": Rhythm(_csv(Kind.GB18030, DateShape.ISO), day=15, lag_days=(5, 25)),
    "employee_pension": Rhythm(_csv(Kind.UTF8_BOM, DateShape.SLASHES), day=18, hour=14, lag_days=(3, 20)),
}


@dataclass(frozen=True, slots=True)
class Written:
    """What the town knows of a file that it dropped: the truth against which a receipt is held."""

    key: str
    feed: str
    rows: int
    rejected: int
    strangers: int
    state: FileState
    about: tuple[tuple[int, Happening], ...] = ()  # recipients by index, and what their good rows say


@dataclass(frozen=True, slots=True)
class Drop:
    """A file to be dropped at an instant; `make` renders it."""

    at: datetime
    key: str
    feed: str
    make: Callable[[], tuple[bytes, Written]]


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a Chinese civil day, as an instant in UTC."""
    return datetime.combine(day, time(hour, minute), CHINA).astimezone(UTC)


def key_of(feed: Feed, day: date, name: str) -> str:
    """Where a file of a feed belongs in the inbox."""
    return f"{feed.department}/{feed.id}/{day:%Y%m%d}/{name}"


def drops(town: Town, feeds: Mapping[FeedId, Feed]) -> Iterator[Drop]:
    """Every evidence file of the whole span, in the order of the books, not of time."""
    books = _books(town)
    for name, rhythm in RHYTHMS.items():
        feed = feeds.get(FeedId(name))
        if feed is None:
            continue
        days = list(sending_days(rhythm, town.start - timedelta(rhythm.history), town.end))
        before = days[0] - timedelta(31)  # a list, or a file without history, begins a month before it
        entries = [entry for entry in books.get(name, ()) if before <= entry[0] < days[-1]]
        # As many strangers in each file: a feed's size is steady, and a file of half of it is suspect.
        strangers = round(len(entries) / len(days) * STRANGERS) + 2
        since = before + timedelta(4) if feed.day == "as_of" else before  # a list says only how it is
        for day in days:
            about = [(person, happening) for noted, person, happening in entries if since <= noted < day]
            since = day
            yield evidence_drop(town, feed, rhythm, day, about, strangers)


def _books(town: Town) -> dict[str, list[tuple[date, Townsperson, Happening]]]:
    """Feed -> the day on which each happening is written down, whom it is about, and what it is."""
    books: dict[str, list[tuple[date, Townsperson, Happening]]] = {}
    for person in town.people:
        for happening in person.life.happenings:
            name = BOOKS[happening.trace][0]
            least, most = RHYTHMS[name].lag_days
            lag = chance(town.seed, "lag", person.index, happening.day, happening.trace).randint(least, most)
            # A list of states is written on the day on which it is sent, so that day's entry is in it.
            noted = happening.day + timedelta(lag - (happening.trace is Trace.CARE_HOME))
            books.setdefault(name, []).append((noted, person, happening))
    return books


def sending_days(rhythm: Rhythm, start: date, end: date) -> Iterator[date]:
    """The days on which a feed is sent, from the start (inclusive) to the end."""
    day = start
    while day <= end:
        if rhythm.weekday is not None:
            sends = day.weekday() == rhythm.weekday
        else:
            sends = day.day == rhythm.day and (day.month - 1) % rhythm.every_months == 0
        if sends:
            yield day
        day += timedelta(1)


def evidence_drop(
    town: Town,
    feed: Feed,
    rhythm: Rhythm,
    day: date,
    about: list[tuple[Townsperson, Happening]],
    strangers: int,
) -> Drop:
    """One file about some happenings, among rows about strangers and rows gone wrong."""
    key = key_of(feed, day, f"{feed.id}_{day:%Y%m%d}.{rhythm.style.kind.suffix}")

    def make() -> tuple[bytes, Written]:
        rng = chance(town.seed, "file", key)
        pairs = [(line_of(feed, person, happening), (person.index, happening)) for person, happening in about]
        pairs += [pair for pair in pairs if rng.random() < TWICE]
        mine = spoil(feed, [line for line, _ in pairs], DIRTY, rng)
        told = tuple(sorted({w for line, (_, w) in zip(mine, pairs, strict=True) if not line.fault}))
        others = _strangers(town, feed, day, strangers, rng)
        lines = [*mine, *others]
        rng.shuffle(lines)
        return write(feed, lines, rhythm.style, rng), account(key, feed, lines, told)

    sent = instant(day, rhythm.hour, 10)
    handed_over = instant(town.start, HANDED_OVER)
    return Drop(max(sent, handed_over), key, feed.id, make)


def account(
    key: str,
    feed: Feed,
    lines: Sequence[Line],
    about: tuple[tuple[int, Happening], ...] = (),
    state: FileState = FileState.LOADED,
) -> Written:
    """What must become of a file's rows."""
    kinds = Counter(
        "rejected" if line.fault else "recipient" if line.recipient else "stranger" for line in lines
    )
    return Written(key, feed.id, len(lines), kinds["rejected"], kinds["stranger"], state, about)


def line_of(feed: Feed, person: Townsperson, happening: Happening) -> Line:
    """The row that a happening leaves in a feed's file."""
    return Line(person.number, person.name, _fields(feed, happening), recipient=True)


def _fields(feed: Feed, happening: Happening) -> dict[str, Cell]:
    event = BOOKS[happening.trace][1]
    word = happening.word if event == "*" else event or next(iter(feed.events))
    return {"day": happening.day, "event": word}


def _strangers(town: Town, feed: Feed, day: date, count: int, rng: Random) -> list[Line]:
    """Rows about people who draw nothing, of the weeks before."""
    words = sorted(feed.events)
    lines = []
    for _ in range(count):
        stranger = rng.choice(town.strangers)
        fields: dict[str, Cell] = {"day": day - timedelta(rng.randint(1, 28)), "event": rng.choice(words)}
        lines.append(Line(stranger.number, stranger.name, fields, recipient=False))
    return spoil(feed, lines, DIRTY, rng)
