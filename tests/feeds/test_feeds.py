"""Every feed of every pack against a file as its department would send it.

`<pack>/<feed>/sample.csv`, `.xlsx` or `.jsonl` holds the file, `expected.json` what must come of it: the
day of reading, the numbers on the roster, counts, records and rejections. A feed without a sample fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.model import FileId, PersonId
from chalicelib.sources.feeds.feed import Feed, load_feeds
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import HoldCode

HERE = Path(__file__).parent
PACKS = HERE.parents[1] / "chalicelib" / "packs"
FEEDS = {pack.name: load_feeds(pack / "feeds") for pack in sorted(PACKS.iterdir()) if pack.is_dir()}
EVERY = [(pack, feed) for pack, feeds in FEEDS.items() for feed in feeds.values()]
FILES = [(pack, feed) for pack, feed in EVERY if feed.takes_files]
OWN = [(pack, feed) for pack, feed in EVERY if not feed.takes_files]


def named(pairs: list[tuple[str, Feed]]) -> Any:
    return pytest.mark.parametrize(("pack", "feed"), pairs, ids=[f"{pack}-{feed.id}" for pack, feed in pairs])


def sample_of(pack: str, feed: str) -> Path:
    found = sorted((HERE / pack / feed).glob("sample.*"))
    assert len(found) == 1, f"tests/feeds/{pack}/{feed} needs one sample.csv, .xlsx or .jsonl"
    return found[0]


def told(reading: FileReading) -> dict[str, Any]:
    """What a reading says, as expected.json writes it; people appear as the numbers of the sample."""
    counts = reading.counts
    result: dict[str, Any] = {
        "encoding": reading.encoding,
        "hold": reading.hold.code.value if reading.hold else None,
        "counts": {name: getattr(counts, name) for name in counts.__slots__},
        "evidence": {
            person: [[str(e.key), e.line, dict(e.facts)] for e in evidence]
            for person, evidence in sorted(reading.evidence.items())
        },
        "withdrawals": {
            person: [str(key) for key in keys] for person, keys in sorted(reading.withdrawals.items())
        },
        "entries": [
            {name: shown(getattr(entry, name)) for name in entry.__slots__} for entry in reading.entries
        ],
        "payments": [
            [person, paid.benefit, paid.month, paid.fen, paid.paid.isoformat()]
            for person, paid in reading.payments
        ],
        "rejections": [[r.line, r.field, r.code] for r in reading.rejections],
        "guests": [
            [row["line"], row["region"], row["number"], row["event"]]
            for row in reading.guests.iter_rows(named=True)
        ],
        "notes": [[r.line, r.field, r.code] for r in reading.notes],
    }
    return {name: value for name, value in result.items() if value}


def shown(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


@named(FILES)
def test_a_feeds_sample_gives_what_is_expected(pack: str, feed: Feed) -> None:
    expected = json.loads((HERE / pack / feed.id / "expected.json").read_text(encoding="utf-8"))
    setting = expected.pop("given")
    people = {number: PersonId(number) for number in setting["roster"]}
    context = ReadingContext(
        feed,
        None if feed.kind == "roster" else RosterIndex.of(people),
        FileId("SAMPLE"),
        on=date.fromisoformat(setting["on"]),
        as_of=date.fromisoformat(setting.get("as_of", setting["on"])),
    )
    reading = read_file(sample_of(pack, feed.id).read_bytes(), context)
    assert told(reading) == expected
    assert set(events_shown(feed, reading)) == set(feed.events), (
        "the sample must show every event of the feed"
    )
    assert reading.rejections, "the sample must show what is sent back"


def events_shown(feed: Feed, reading: FileReading) -> Iterator[str]:
    """The events of a sample: those of its evidence, and those that take something back."""
    for evidence in reading.evidence.values():
        yield from (e.key.event for e in evidence)
    taken_back = {key.event for keys in reading.withdrawals.values() for key in keys}
    yield from (code for code, event in feed.events.items() if event.withdraws in taken_back)


def test_every_sample_belongs_to_a_feed() -> None:
    folders = {(path.parent.name, path.name) for path in HERE.glob("*/*") if path.is_dir()}
    assert {pair for pair in folders if "__pycache__" not in pair} == {(pack, f.id) for pack, f in FILES}


@named(OWN)
def test_what_the_platform_writes_or_asks_itself_takes_no_file(pack: str, feed: Feed) -> None:
    on = date(2025, 6, 30)
    reading = read_file(b"x", ReadingContext(feed, RosterIndex.of({}), FileId("F"), on, on))
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.NOT_A_FILE_FEED
