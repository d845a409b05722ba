"""The departments: what they know of the town, when they write it down, and what they drop.

When and how a department writes comes from the feed's own declaration; what that leaves open (which
weekday, which encoding) is a habit of the department, the same in every run. Each drop is rendered only
when its time comes. What a file must turn out to be (rows, rejected, strangers, its state) is noted as
it is written, so that every row can be accounted for afterwards.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from chalicelib.clock import CHINA
from chalicelib.model import FeedId, FileState, SuspicionKind
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.lives import Happening
from sandbox.town.people import HISTORY, Town
from sandbox.town.rhythms import Rhythm, handing_over, rhythm_of, sending_days
from sandbox.town.rows import Cell, Line, spoil, write
from sandbox.town.seeded_random import chance
from sandbox.town.shapes import Kind, Style
from sandbox.town.townsperson import Townsperson

DIRTY: Final = 0.02
HANDED_OVER: Final = 9  # the hour of the first day at which departments hand over their history
TWICE: Final = 0.005  # rows that stand twice in a file
STRANGERS: Final = 2.5  # rows about strangers for each row about a recipient, over the whole span
FEWEST_STRANGERS: Final = 2
HEARS_OF_A_NUMBER: Final = 0.5  # of departments

# How long it takes until something is written down, in days; what is not here is known the same day.
LAGS: Final[Mapping[SuspicionKind, tuple[int, int]]] = {
    SuspicionKind.DEATH: (10, 34),
    SuspicionKind.CUSTODY: (5, 25),
    SuspicionKind.DOUBLE_RECEIPT: (3, 20),
}


Entry = tuple[date, Townsperson, Happening]  # written down on a day


About = list[tuple[Townsperson, Happening]]


@dataclass(frozen=True, slots=True)
class Ruined:
    """A row that cannot be read, on which line, and what it should have said of whom."""

    line: int
    right: Line
    person: int
    happening: Happening


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
    ruined: tuple[Ruined, ...] = ()
    recovered: tuple[tuple[int, Happening], ...] = ()  # what rows with a cut number say of recipients
    unreadable: frozenset[tuple[int, str, str]] = (
        frozenset()
    )  # payments in ruined rows: person, benefit, month


@dataclass(frozen=True, slots=True)
class Drop:
    """A file to be dropped at an instant; `make` renders it."""

    at: datetime
    key: str
    feed: str
    make: Callable[[], tuple[bytes, Written]]
    size: int = 0  # about how many rows it has, where that is known before
    about: tuple[tuple[Townsperson, Happening], ...] = ()  # recipients, where that is known before


def instant(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour of a Chinese civil day, as an instant in UTC."""
    return datetime.combine(day, time(hour, minute), CHINA).astimezone(UTC)


def key_of(feed: Feed, day: date, name: str) -> str:
    """Where a file of a feed belongs in the inbox."""
    return f"{feed.department}/{feed.id}/{day:%Y%m%d}/{name}"


def drops(town: Town, feeds: Mapping[FeedId, Feed]) -> Iterator[Drop]:
    """Every evidence file of the whole span, in the order of the books, not of time."""
    books = _books(town)
    for name, feed in sorted(feeds.items()):
        if feed.kind == "evidence":
            yield from _drops_of(town, feed, books.get(name, []))


def _drops_of(town: Town, feed: Feed, entries: list[Entry]) -> Iterator[Drop]:
    """The files of one feed: the history on the first morning, then as its rhythm says."""
    rhythm = rhythm_of(feed)
    regular = list(sending_days(rhythm, town.start, town.end))
    history = handing_over(rhythm, town.start - HISTORY, town.start) if feed.day == "column" else []
    days = [*history, *regular]
    since = town.start - HISTORY
    files: list[About] = []
    for day in days:
        if feed.day == "as_of":
            files.append(_listed(town, feed, day))
        else:
            files.append([(person, what) for noted, person, what in entries if since <= noted < day])
        since = day
    usual = _usual([len(about) for about in files])
    for day, about in zip(days, files, strict=True):
        yield evidence_drop(town, feed, rhythm, day, about, usual)


def _usual(about: list[int]) -> int:
    """How many rows each file has: a feed's size is steady, and a file of half of it is suspect."""
    average = sum(about) / len(about)
    return max(round(average * (1 + STRANGERS)), max(about) * 2 // 3) + FEWEST_STRANGERS


def _books(town: Town) -> dict[str, list[Entry]]:
    """Feed -> the day on which each happening is written down, whom it is about, and what it is."""
    books: dict[str, list[Entry]] = {}
    for person in town.people:
        for happening in happenings_of(person):
            books.setdefault(happening.feed, []).append((_noted(town, person, happening), person, happening))
    return books


def happenings_of(person: Townsperson) -> Iterator[Happening]:
    """Everything that leaves a row about her, or about somebody for whose sake she draws."""
    yield from person.life.happenings
    if person.relative is not None:
        yield person.relative.happening


def _noted(town: Town, person: Townsperson, happening: Happening) -> date:
    if happening.noted is not None or happening.accuses is None:
        return happening.noted or happening.day
    lag = chance(town.seed, "lag", person.index, happening.day, happening.feed)
    return happening.day + timedelta(lag.randint(*LAGS[happening.accuses]))


def _listed(town: Town, feed: Feed, day: date) -> About:
    """Everybody whom the list of a day names."""
    return [
        (person, Happening(day, listed.feed, listed.event, facts=listed.facts))
        for person in town.people
        for listed in person.life.listed
        if listed.feed == feed.id and listed.on(day)
    ]


def evidence_drop(
    town: Town,
    feed: Feed,
    rhythm: Rhythm,
    day: date,
    about: About,
    usual: int,
) -> Drop:
    """One file about some happenings, filled up to its usual size with rows about strangers."""
    key = key_of(feed, day, f"{feed.id}_{day:%Y%m%d}.{rhythm.style.suffix}")

    def make() -> tuple[bytes, Written]:
        rng = chance(town.seed, "file", key)
        pairs = [(line_of(feed, person, happening), (person.index, happening)) for person, happening in about]
        pairs += [pair for pair in pairs if rng.random() < TWICE]
        mine = spoil(feed, [line for line, _ in pairs], DIRTY, rng)
        told = tuple(sorted({w for line, (_, w) in zip(mine, pairs, strict=True) if not line.fault}))
        others = _strangers(town, feed, day, max(FEWEST_STRANGERS, usual - len(about)), rng)
        said = [pair for _, pair in pairs]
        rows: list[tuple[Line, tuple[int, Happening] | None]] = [
            *zip(mine, said, strict=True),
            *((line, None) for line in others),
        ]
        rng.shuffle(rows)
        lines = [line for line, _ in rows]
        data = write(feed, lines, rhythm.style, rng)
        return data, replace(account(key, feed, lines, told), ruined=tuple(_ruined(rows, rhythm.style)))

    sent = instant(day, rhythm.hour, 10)
    handed_over = instant(town.start, HANDED_OVER)
    size = max(usual, len(about) + FEWEST_STRANGERS)
    return Drop(max(sent, handed_over), key, feed.id, make, size, tuple(about))


def saying(town: Town, feed: Feed, drop: Drop, about: About) -> Drop:
    """A file as its department would have written it, if it had known something else."""
    day = date.fromisoformat(drop.key.split("/")[2])
    return replace(evidence_drop(town, feed, rhythm_of(feed), day, about, drop.size), at=drop.at)


def strangers_of(town: Town, feed: Feed, drop: Drop) -> list[Line]:
    """As many rows about strangers as a file needs to be of its usual size."""
    day = date.fromisoformat(drop.key.split("/")[2])
    count = max(FEWEST_STRANGERS, drop.size - len(drop.about))
    return _strangers(town, feed, day, count, chance(town.seed, "strangers", drop.key))


def _ruined(rows: Sequence[tuple[Line, tuple[int, Happening] | None]], style: Style) -> Iterator[Ruined]:
    first = 1 if style.kind is Kind.JSONL else 2 + style.titled
    for number, (line, about) in enumerate(rows, first):
        if line.fault and about is not None:
            yield Ruined(number, replace(line, fault=""), *about)


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
    fields: dict[str, Cell] = {"day": happening.day, "event": happening.event, **dict(happening.facts)}
    if happening.of_relative and person.relative is not None:
        return Line(person.relative.number, person.relative.name, fields, recipient=True)
    return Line(_number(feed, person, happening), person.name, fields, recipient=True)


def _number(feed: Feed, person: Townsperson, happening: Happening) -> str:
    """The number under which a department knows her: half of them never hear that it was corrected."""
    hears = chance("hears of a number", feed.id).random() < HEARS_OF_A_NUMBER
    return person.number_on(happening.noted or happening.day) if hears else person.number


def _strangers(town: Town, feed: Feed, day: date, count: int, rng: Random) -> list[Line]:
    """Rows about people who draw nothing, of the weeks before."""
    words = sorted(feed.events)
    lines = []
    for _ in range(count):
        stranger = rng.choice(town.strangers)
        fields: dict[str, Cell] = {"day": day - timedelta(rng.randint(1, 28)), "event": rng.choice(words)}
        lines.append(Line(stranger.number, stranger.name, fields, recipient=False))
    return lines
