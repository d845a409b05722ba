"""What a department says of its own file is held against the file."""

from __future__ import annotations

import hashlib
import json

import pytest

from chalicelib.model import FeedId, FileState
from chalicelib.sources.holds import Hold, HoldCode
from chalicelib.sources.manifest import Manifest
from tests.sources.builders import FEEDS, lines, number, read, row

DATA = lines(row(1), row(9))
DIGEST = hashlib.sha256(DATA).hexdigest()


def manifest(**said: object) -> Manifest:
    made = Manifest.read(json.dumps(said).encode())
    assert isinstance(made, Manifest)
    return made


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
    assert read(DATA, manifest=manifest(**said)).counts.accepted == 1


@pytest.mark.parametrize(
    ("said", "code", "what"),
    [
        ({"rows": 3}, HoldCode.MANIFEST_ROWS, "2 ≠ 3"),
        ({"sha256": "0" * 64}, HoldCode.MANIFEST_DIGEST, f"{DIGEST[:12]}… ≠ 000000000000…"),
    ],
)
def test_a_difference_holds_the_file_and_says_both_figures(
    said: dict[str, object], code: HoldCode, what: str
) -> None:
    reading = read(DATA, manifest=manifest(**said))
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (code, FileState.HELD)
    assert what in reading.hold.zh
    assert what in reading.hold.en
    assert read(DATA, manifest=manifest(**said), released=True).counts.accepted == 1


def test_a_delta_of_a_list_of_states_is_held() -> None:
    care_home = FEEDS[FeedId("care_home")]
    header = [*care_home.columns, *care_home.not_used]
    data = lines((number(1), *["2020-01-01"] * (len(header) - 1)), header=header)
    reading = read(data, by=care_home, manifest=manifest(load="delta"))
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.MANIFEST_LOAD
    assert read(data, by=care_home, manifest=manifest(load="full")).hold is None


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"rows": -1}', b'{"rows": "many"}', b'{"sha256": "x"}', b'{"period": "June"}',
     b'{"colour": 1}', b'{"load": "some"}'],
)  # fmt: skip
def test_a_manifest_that_nobody_understands_holds_its_file(data: bytes) -> None:
    held = Manifest.read(data)
    assert isinstance(held, Hold)
    assert (held.code, held.state) == (HoldCode.MANIFEST_UNREADABLE, FileState.HELD)
