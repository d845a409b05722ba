"""Every feed of the pack against a file as its department would send it.

`<feed>/sample.csv` or `sample.xlsx` holds the file, `<feed>/expected.json` what must come of it: the
day of reading, the numbers on the roster, counts, records and rejections. A feed without a sample fails.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.model import FileId, PersonId
from chalicelib.sources.feed import load_feeds
from chalicelib.sources.holds import HoldCode
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.roster_index import RosterIndex

HERE = Path(__file__).parent
FEEDS = load_feeds(HERE.parents[1] / "chalicelib" / "packs" / "bozhou" / "feeds")
FILES = [feed for feed in FEEDS.values() if feed.takes_files]


def sample_of(feed: str) -> Path:
    found = sorted((HERE / feed).glob("sample.*"))
    assert len(found) == 1, f"tests/feeds/{feed} needs one sample.csv or sample.xlsx"
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
        "entries": [
            {name: shown(getattr(entry, name)) for name in entry.__slots__} for entry in reading.entries
        ],
        "payments": [
            [person, paid.benefit, paid.month, paid.fen, paid.paid.isoformat()]
            for person, paid in reading.payments
        ],
        "rejections": [[r.line, r.field, r.code] for r in reading.rejections],
        "notes": [[r.line, r.field, r.code] for r in reading.notes],
    }
    return {name: value for name, value in result.items() if value}


def shown(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset) else value


@pytest.mark.parametrize("feed", FILES, ids=[feed.id for feed in FILES])
def test_a_feeds_sample_gives_what_is_expected(feed: Any) -> None:
    expected = json.loads((HERE / feed.id / "expected.json").read_text(encoding="utf-8"))
    setting = expected.pop("given")
    people = {number: PersonId(number) for number in setting["roster"]}
    reading = read_file(
        sample_of(feed.id).read_bytes(),
        feed,
        None if feed.kind == "roster" else RosterIndex.of(people),
        file=FileId("SAMPLE"),
        on=date.fromisoformat(setting["on"]),
        as_of=date.fromisoformat(setting["as_of"]) if "as_of" in setting else None,
    )
    assert told(reading) == expected
    events = {e.key.event for evidence in reading.evidence.values() for e in evidence}
    assert events == set(feed.events), "the sample must show every event of the feed"
    assert reading.rejections, "the sample must show what is sent back"


def test_every_sample_belongs_to_a_feed() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == {feed.id for feed in FILES}


def test_the_platforms_own_feeds_take_no_file() -> None:
    own = [feed for feed in FEEDS.values() if not feed.takes_files]
    assert {feed.id for feed in own} == {"self_certification", "home_visits", "counter"}
    for feed in own:
        reading = read_file(b"x", feed, RosterIndex.of({}), file=FileId("F"), on=date(2025, 6, 30))
        assert reading.hold is not None
        assert reading.hold.code is HoldCode.NOT_A_FILE_FEED
