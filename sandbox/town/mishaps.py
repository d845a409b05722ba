"""Files that go wrong as files: each is dropped once, and what must become of it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from chalicelib.model import FeedId, FileState
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.departments import Drop, Written, instant, key_of
from sandbox.town.people import Town
from sandbox.town.rhythms import style_of
from sandbox.town.rows import Cell, Line, write
from sandbox.town.seeded_random import chance
from sandbox.town.shapes import DateShape, Kind, Sheet, Style, render

UNKNOWN_FEED: Final = "taxi_rides"
PLAIN: Final = Style(Kind.UTF8, DateShape.ISO)
SIZE_SUSPECTED: Final = 24  # rows of a usual file from which on a file of a quarter of it is suspect


def mishaps(town: Town, feeds: Mapping[FeedId, Feed], sent: Mapping[str, Drop]) -> Iterator[Drop]:
    """The bad files of the year; `sent` holds the good drops by key, one of which comes twice."""
    first = town.start + timedelta(70)
    texts = [feed for feed in _texts(feeds) if style_of(feed).kind is not Kind.XLSX]
    yield _unknown(texts[0], first)
    yield _without_its_day(town, texts[1], first + timedelta(9))
    yield _empty(texts[-1], first + timedelta(17))
    yield _cut_off(town, feeds[FeedId("payments")], first + timedelta(30))
    day = first + timedelta(44)
    before = [drop for drop in sent.values() if drop.at < instant(day, 0)]
    before = [drop for drop in before if drop.feed in {feed.id for feed in texts}]
    largest = max(before, key=lambda drop: drop.size)
    if largest.size >= SIZE_SUSPECTED:
        yield _short(town, feeds[FeedId(largest.feed)], day, largest.size // 4)
    again = min(before, key=lambda drop: (drop.at.date() <= town.start, drop.at, drop.key))
    yield _twice(again, feeds[FeedId(again.feed)])


def _texts(feeds: Mapping[FeedId, Feed]) -> list[Feed]:
    """Feeds whose rows bear a day, and may be sent as text."""
    evidence = (feed for _, feed in sorted(feeds.items()) if feed.kind == "evidence")
    return [f for f in evidence if f.day == "column" and f.format and "csv" in f.format.kind]


def _unknown(near: Feed, day: date) -> Drop:
    key = f"{near.department}/{UNKNOWN_FEED}/{day:%Y%m%d}/rides.csv"
    written = Written(key, UNKNOWN_FEED, 0, 0, 0, FileState.REFUSED)
    return Drop(instant(day, 10), key, UNKNOWN_FEED, lambda: (b"a,b\r\n1,2\r\n", written))


def _without_its_day(town: Town, feed: Feed, day: date) -> Drop:
    """A file whose export forgot the column with the day."""
    key = key_of(feed, day, "without_day.csv")
    columns = tuple(name for name in feed.columns if name != feed.fields["day"])
    rows = tuple(tuple(stranger.number for _ in columns) for stranger in town.strangers[:40])

    def make() -> tuple[bytes, Written]:
        data = render(Sheet(columns, rows), PLAIN)
        return data, Written(key, feed.id, 0, 0, 0, FileState.REFUSED)

    return Drop(instant(day, 11), key, feed.id, make)


def _empty(feed: Feed, day: date) -> Drop:
    key = key_of(feed, day, "empty.csv")
    return Drop(
        instant(day, 9, 30), key, feed.id, lambda: (b"", Written(key, feed.id, 0, 0, 0, FileState.REFUSED))
    )


def _cut_off(town: Town, feed: Feed, day: date) -> Drop:
    """A file cut off in the middle of a quoted cell, as an interrupted transfer leaves it."""
    key = key_of(feed, day, "cut_off.csv")
    person = town.people[0]
    fields: dict[str, Cell] = {
        "benefit": person.claims[0].benefit,
        "month": f"{day:%Y-%m}",
        "fen": person.claims[0].fen,
        "paid": day,
    }
    lines = [Line(person.number, person.name, fields, recipient=True)] * 20

    def make() -> tuple[bytes, Written]:
        whole = write(feed, lines, PLAIN, chance(town.seed, key))
        cut = whole.rindex(b"\r\n", 0, len(whole) // 2) + 2
        return whole[:cut] + b'"', Written(key, feed.id, 0, 0, 0, FileState.REFUSED)

    return Drop(instant(day, 18), key, feed.id, make)


def _short(town: Town, feed: Feed, day: date, rows: int) -> Drop:
    """A file far below the usual size: held until somebody has looked, about nobody of the roster."""
    key = key_of(feed, day, "short.csv")
    fields: dict[str, Cell] = {"day": day - timedelta(3), "event": next(iter(feed.events))}
    lines = [Line(s.number, s.name, fields, recipient=False) for s in town.strangers[:rows]]

    def make() -> tuple[bytes, Written]:
        data = write(feed, lines, PLAIN, chance(town.seed, key))
        return data, Written(key, feed.id, len(lines), 0, len(lines), FileState.HELD)

    return Drop(instant(day, 12), key, feed.id, make)


def _twice(drop: Drop, feed: Feed) -> Drop:
    """The same bytes under another name, two days later: nothing may change."""
    at = drop.at + timedelta(days=2)
    key = key_of(feed, at.date(), "again.csv")

    def make() -> tuple[bytes, Written]:
        data, _ = drop.make()
        return data, Written(key, feed.id, 0, 0, 0, FileState.REFUSED)

    return Drop(at, key, feed.id, make)
