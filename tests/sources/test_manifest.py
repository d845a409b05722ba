"""What a department says of its own file is held against the file."""

from __future__ import annotations

import json
from datetime import date

import pytest

from chalicelib.model import FeedId, FileState
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.values.file_holds import FileHold, HoldCode
from tests.sources.builders import FEEDS, lines, read, row

DATA = lines(row(1), row(9))
DIGEST = "0123456789abcdef" * 4
DAY = date(2025, 6, 30)


def manifest(**said: object) -> Manifest:
    made = Manifest.read(json.dumps(said).encode())
    assert isinstance(made, Manifest)
    return made


def differs(said: Manifest, by: str = "bus_rides", day: date = DAY) -> FileHold | None:
    return said.contradicted_by(DIGEST, FEEDS[FeedId(by)], day)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"rows": 2},
        {"sha256": DIGEST.upper()},
        {"rows": 2, "sha256": DIGEST, "period": "2025-06", "load": "delta"},
        {"period": "2025-06-01", "load": "full"},
    ],
)
def test_a_file_that_is_what_was_announced_is_read(said: dict[str, object]) -> None:
    assert differs(manifest(**said)) is None
    assert read(DATA, manifest=manifest(**said)).counts.accepted == 1


def test_another_number_of_rows_holds_the_file_and_says_both_figures() -> None:
    reading = read(DATA, manifest=manifest(rows=3))
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (HoldCode.MANIFEST_ROWS, FileState.HELD)
    assert "2 ≠ 3" in reading.hold.zh
    assert "2 ≠ 3" in reading.hold.en
    assert read(DATA, manifest=manifest(rows=3), released=True).counts.accepted == 1


def test_another_content_holds_the_file_and_says_both_digests() -> None:
    held = differs(manifest(sha256="f" * 64))
    assert held is not None
    assert (held.code, held.state) == (HoldCode.MANIFEST_DIGEST, FileState.HELD)
    assert held.what == "0123456789ab… ≠ ffffffffffff…"
    assert held.what in held.zh
    assert held.what in held.en


def test_new_rows_alone_are_no_whole_list() -> None:
    held = differs(manifest(load="delta"), by="care_home")
    assert held is not None
    assert (held.code, held.state) == (HoldCode.MANIFEST_LOAD, FileState.HELD)
    assert differs(manifest(load="full"), by="care_home") is None


@pytest.mark.parametrize(
    ("by", "period", "holds"),
    [
        ("care_home", "2025-06", False),
        ("care_home", "2025-06-30", False),
        ("care_home", "2025-06-29", True),
        ("care_home", "2025-05", True),
        ("roster", "2025-07", True),
        ("bus_rides", "2025-05", False),  # sent when the month is over
        ("bus_rides", "2025-06-30", False),
        ("bus_rides", "2025-07", True),  # cannot have happened yet
        ("payments", "2025-07-01", True),
    ],
)
def test_a_list_is_of_its_folder_s_day_and_new_rows_are_not_of_a_later_one(
    by: str, period: str, holds: bool
) -> None:
    held = differs(manifest(period=period), by=by)
    assert (held is not None) == holds
    if held is not None:
        assert (held.code, held.state) == (HoldCode.MANIFEST_PERIOD, FileState.HELD)
        assert f"{period} ≠ 2025-06-30" in held.en


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"rows": -1}', b'{"rows": "many"}', b'{"sha256": "x"}', b'{"period": "June"}',
     b'{"colour": 1}', b'{"load": "some"}'],
)  # fmt: skip
def test_a_manifest_that_nobody_understands_holds_its_file(data: bytes) -> None:
    held = Manifest.read(data)
    assert isinstance(held, FileHold)
    assert (held.code, held.state) == (HoldCode.MANIFEST_UNREADABLE, FileState.HELD)
