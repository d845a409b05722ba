"""The harness of the coverage-guided fuzzer, without the fuzzer: its targets, seeds, and what it tells."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from chalicelib.sources import ranges
from tests.fuzz.mutations import PACKED_MAGIC, feeds
from tests.fuzz.outcomes import Finds, outcome
from tests.fuzz.targets import TARGETS, changed, named

SOME = 12  # seeds of a target; `make fuzz-guided` begins with all of them


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_wrong_with_what_the_fuzzer_begins_with(name: str) -> None:
    seeds = list(TARGETS[name].seeds())
    assert seeds
    step = 1 + len(seeds) // SOME
    wrong = {seed[:40]: outcome(TARGETS[name].what_is_wrong, seed, slow=1e9) for seed in seeds[::step]}
    assert {seed: why for seed, why in wrong.items() if why} == {}


def test_every_feed_that_takes_files_is_aimed_at() -> None:
    aimed_at = {mutant.name for target in TARGETS.values() if target.is_file
                for seed in target.seeds() if (mutant := named(seed)) is not None}  # fmt: skip
    assert aimed_at == set(feeds())
    assert all(len(seed) <= each.longest for each in TARGETS.values() for seed in each.seeds())


def test_an_exception_is_told_by_its_place_and_not_by_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception may repeat a cell."""

    def raising(payload: object, *_: object) -> None:
        raise ValueError("341602195002030015")

    monkeypatch.setattr(ranges, "_text", raising)
    seed = next(TARGETS["texts"].seeds())
    told = outcome(TARGETS["texts"].what_is_wrong, seed)
    assert told is not None
    assert told.startswith("ValueError in ranges.py:")
    assert told.endswith("open_file")


def test_a_row_that_counts_twice_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    read = ranges._good
    monkeypatch.setattr(ranges, "_good", lambda *given: pl.concat([read(*given)] * 2))
    judge = TARGETS["objects"].what_is_wrong
    assert any(outcome(judge, seed) for seed in TARGETS["objects"].seeds())


def test_what_takes_too_long_is_told() -> None:
    assert outcome(lambda data: None, b"", slow=-1) == "slow: 0 s"


def test_of_finds_that_are_alike_the_shortest_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finds = Finds(tmp_path, "replay")
    assert finds.add(b"long", "3 kept, 2 accepted")
    assert finds.add(b"longer", "5 kept, 4 accepted") is None
    assert finds.add(b"sh", "1 kept, 0 accepted")
    assert finds.add(b"other", "held")
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"sh", b"other"}
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith("found")] == ["found: 3 kept, 2 accepted", "found: held"]
    assert all(Path(line.split()[1]).parent == tmp_path for line in told if line.startswith("  replay"))


def test_a_changed_file_is_still_of_its_feed_and_a_workbook_still_one() -> None:
    def reversed_(data: bytes, longest: int) -> bytes:
        return data[::-1][:longest]

    seed = next(TARGETS["workbooks"].seeds())
    made = [changed(seed, 30_000, number, reversed_) for number in range(30)]
    assert {mutant.name for each in made if (mutant := named(each))} == {named(seed).name}  # type: ignore[union-attr]
    assert all(len(each) <= 30_000 for each in made)
    packed = [each.partition(b"\n")[2] for each in made]
    whole = [
        data for data in packed if data.startswith(PACKED_MAGIC) and zipfile.is_zipfile(io.BytesIO(data))
    ]
    assert len(whole) > len(made) / 2
