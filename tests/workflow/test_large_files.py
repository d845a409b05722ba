"""A large file is read in ranges side by side, and comes out as if it had been read whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from admin.__main__ import main as admin
from chalicelib import intake
from chalicelib.intake import chunking
from chalicelib.model import DroppedFile, FileState
from chalicelib.sources import chunks as ranges
from chalicelib.storage import chunks, objects, work
from sandbox.kernel import Sandbox
from tests.workflow.village import NEW_YEAR, SELDOM, Recipient, Village, number_of

PEOPLE = [Recipient(980 + n, phone=f"1380000000{n}") for n in range(6)]
DAY = NEW_YEAR - timedelta(days=2)
HEADER = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
KEY = "medical_insurance/hospital_inpatient/20250101/large.csv"
SMALL = {"LargeFileBytes": "3000"}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village where more than 3 kB are a large file, read in ranges of 1 kB."""
    monkeypatch.setattr(work, "SHARDS", 1)
    monkeypatch.setattr(chunking, "RANGE_BYTES", 500)
    monkeypatch.setattr(ranges, "HEAD_BYTES", 300)
    monkeypatch.setattr(objects, "_BLOCK", 200)
    with Sandbox(start=NEW_YEAR, seed=1, parameters={**SELDOM, **SMALL}) as sandbox:
        sandbox.run_until_quiet()
        village = Village(sandbox)
        village.settle(*PEOPLE)
        yield village


def text(rows: int = 60, wrong: int = 6) -> bytes:
    """Recipients among strangers, some rows with an unknown code, one row twice."""
    lines = [HEADER]
    for n in range(rows):
        number = PEOPLE[n // 10].number if n % 10 == 0 else number_of(n, area="341621")
        lines.append(f"{number},甲乙,丙医院,{DAY},入院")
    lines += [f"{PEOPLE[0].number},甲乙,丙医院,{DAY},不明"] * wrong
    return "\n".join([*lines, lines[1], ""]).encode()


def large(village: Village) -> DroppedFile:
    return next(f for f in village.files() if f.feed == "hospital_inpatient")


def left_over(village: Village) -> list[str]:
    found = village.sandbox.client("s3").list_objects_v2(
        Bucket=village.sandbox.settings.rejects_bucket, Prefix="partial/"
    )
    return [each["Key"] for each in found.get("Contents", [])]


def test_it_comes_out_as_if_it_had_been_read_whole(town: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    town.put(KEY, text())
    file = large(town)
    assert file.state is FileState.LOADED
    counts = file.counts
    assert (counts.rows, counts.accepted, counts.rejected, counts.strangers, counts.superseded) == (
        67,
        6,
        6,
        54,
        1,
    )
    assert town.sandbox.invocations["IntakeRange"] > 3
    assert file.certified == 6
    assert chunks.progress(file.id) is None
    assert not left_over(town)
    monkeypatch.setattr(chunking, "is_large", lambda _: False)
    before = town.end_state()
    town.put(KEY.replace("large", "whole"), text() + b"\n")
    whole = next(f for f in town.files() if f.key.endswith("whole.csv"))
    assert whole.counts == counts
    assert town.end_state() == before


def test_a_range_that_fails_is_read_again_and_no_other(
    town: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, read = {2}, []
    whole = chunks.finish

    def finish(file: Any, number: int, part: bytes) -> int:
        if number in failing:
            raise RuntimeError("a range fails")
        read.append(number)
        return whole(file, number, part)

    monkeypatch.setattr(chunks, "finish", finish)
    town.put(KEY, text())
    town.sandbox.advance(days=1)
    assert large(town).state is FileState.DEAD, "after three tries"
    assert not town.record(PEOPLE[0].number).evidence, "half a file changes nothing"
    done = list(read)
    failing.clear()
    read.clear()
    assert admin(["files", "redrive"]) == 0
    town.sandbox.run_until_quiet()
    assert large(town).state is FileState.LOADED
    assert (read, sorted(done)) == ([2], [n for n in range(max(done) + 1) if n != 2])
    town.sandbox.last_errors.clear()


def test_twice_and_late_messages_change_nothing(town: Village) -> None:
    town.put(KEY, text())
    before, file = town.end_state(), large(town)
    town.put(KEY, text())
    intake.read_range(f'{{"file": "{file.id}", "key": "{KEY}", "chunk": 1}}')
    intake.file_dropped(f'{{"combine": "{file.id}"}}')
    town.sandbox.run_until_quiet()
    assert (town.end_state(), large(town)) == (before, file)


def test_held_it_is_released_without_being_read_again(town: Village) -> None:
    town.put(KEY, text(wrong=60))
    file = large(town)
    assert (file.state, file.code) == (FileState.HELD, "too_many_rejected")
    ranges = town.sandbox.invocations["IntakeRange"]
    intake.release(file.id, by="officer-7", reason="已核对")
    town.sandbox.run_until_quiet()
    assert (large(town).state, large(town).certified) == (FileState.LOADED, 6)
    assert town.sandbox.invocations["IntakeRange"] == ranges
    assert not left_over(town)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * 4000 + b"\n", "column_missing"),
        (text().replace("发生日期".encode(), "日期".encode()), "column_missing"),
        (b"\xff\xfe\x00\x01" * 2000, "unreadable"),
    ],
)
def test_a_bad_large_file_is_refused_whole(town: Village, data: bytes, code: str) -> None:
    town.put(KEY, data)
    assert (large(town).state, large(town).code) == (FileState.REFUSED, code)


def test_a_large_file_of_no_feed_is_refused(town: Village) -> None:
    town.put("transport/no_such/20250101/a.csv", text())
    assert [f.code for f in town.files() if f.feed == "no_such"] == ["unknown_feed"]
