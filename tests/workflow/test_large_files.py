"""A large file is read in ranges side by side, and comes out as if it had been read whole."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from admin.__main__ import main as admin
from chalicelib import intake
from chalicelib.intake import entry, large_files
from chalicelib.model import DroppedFile, FileState
from chalicelib.sources import ranges as ranges
from chalicelib.sources.formats import archives, encodings
from chalicelib.storage import file_ranges
from chalicelib.storage.s3 import object_versions, objects
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.workflow.crashes import When, dying_at, each_call, points_of
from tests.workflow.village import HOUSEKEEPING, NEW_YEAR, ROSTER, Recipient, Village, number_of

PEOPLE = [Recipient(980 + n, phone=f"1380000000{n}") for n in range(6)]
DAY = NEW_YEAR - timedelta(days=2)
HEADER = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
KEY = "medical_insurance/hospital_inpatient/20250101/large.csv"
SMALL = {"LargeFileBytes": "3000"}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village where more than 3 kB are a large file, read in ranges of 1 kB."""
    monkeypatch.setattr(large_files, "RANGE_BYTES", 500)
    monkeypatch.setattr(encodings, "HEAD_BYTES", 300)
    monkeypatch.setattr(object_versions, "_BLOCK", 200)
    with (
        Sandbox(start=NEW_YEAR, seed=1, schedules=HOUSEKEEPING, parameters=SMALL) as sandbox,
        short_way(ACCOUNT),
    ):
        sandbox.run_until_quiet()
        village = Village(sandbox)
        village.settle(*PEOPLE)
        yield village


def text(rows: int = 60, wrong: int = 6) -> bytes:
    """Recipients among strangers, some rows with an unknown code, one row twice."""
    lines = [HEADER]
    for n in range(rows):
        number = PEOPLE[n // 10].number if n in range(0, 60, 10) else number_of(n, area="341621")
        lines.append(f"{number},□□,丙医院,{DAY},入院")
    lines += [f"{PEOPLE[0].number},□□,丙医院,{DAY},不明"] * wrong
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
    assert file_ranges.progress(file.id) is None
    assert not left_over(town)
    monkeypatch.setattr(large_files, "is_large", lambda _: False)
    before = town.end_state()
    town.put(KEY.replace("large", "whole"), text() + b"\n")
    whole = next(f for f in town.files() if f.key.endswith("whole.csv"))
    assert whole.counts == counts
    assert (file.changed_nothing, whole.changed_nothing) == ({}, {"already_known": 6})
    assert town.end_state() == before


def zipped(data: bytes, name: str = "a.csv") -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return result.getvalue()


def in_utf16(data: bytes) -> bytes:
    return data.decode().encode("utf-16")


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        (gzip.compress, "large.csv.gz"),
        (zipped, "large.zip"),
        (in_utf16, "large.csv"),
        (lambda data: gzip.compress(data.decode().encode("utf-16-be")), "large.gz"),
        (lambda data: data.decode().replace("\n", "\r").encode("gb18030"), "large.txt"),
        (lambda data: data, "large"),
    ],
    ids=[
        "gzip",
        "zip",
        "UTF-16",
        "UTF-16 without a mark, in gzip",
        "GB 18030 with old line breaks",
        "without a suffix",
    ],
)
@pytest.mark.parametrize("dropped_as", ["large", "small"])
def test_packed_or_in_utf16_it_is_laid_down_as_plain_text_and_read_in_ranges(
    town: Village, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], name: str, dropped_as: str
) -> None:
    monkeypatch.setattr(large_files, "RANGE_BYTES", 4_000)
    data = pack(text(rows=900))
    if dropped_as == "small":  # and turns out to hold more than is read whole
        monkeypatch.setattr(archives, "LARGEST_TEXT", 1000)
        monkeypatch.setattr(large_files, "is_large", lambda _: False)
    town.put(KEY.replace("large.csv", name), data)
    file = large(town)
    counts = file.counts
    assert (file.state, counts.rows, counts.accepted, counts.strangers) == (FileState.LOADED, 907, 6, 894)
    assert (file.digest, file.certified) == (objects.digest_of(data), 6)
    assert town.sandbox.invocations["IntakeRange"] > 10
    assert not left_over(town)


def test_what_is_packed_is_laid_down_once(town: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    laid, whole = [], file_ranges.lay_down

    def lay_down(file: Any, of: str, pieces: Any) -> Any:
        laid.append(file)
        return whole(file, of, pieces)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("intake dies once the text is laid down")

    monkeypatch.setattr(file_ranges, "lay_down", lay_down)
    with monkeypatch.context() as broken:
        broken.setattr(file_ranges, "begin", fail)
        town.put(KEY + ".gz", gzip.compress(text(rows=900), mtime=0))
        town.sandbox.advance(days=1)
    assert large(town).state is FileState.DEAD
    assert admin(["files", "redrive"]) == 0
    town.sandbox.run_until_quiet()
    assert (large(town).state, len(laid)) == (FileState.LOADED, 1)
    town.sandbox.last_errors.clear()


def test_held_a_packed_one_is_released_without_being_read_again(town: Village) -> None:
    town.put(KEY + ".gz", gzip.compress(text(rows=900, wrong=900)))
    file, ranges = large(town), town.sandbox.invocations["IntakeRange"]
    assert (file.state, file.code) == (FileState.HELD, "too_many_rejected")
    intake.release(file.id, by="officer-7", reason="已核对")
    town.sandbox.run_until_quiet()
    assert (large(town).state, large(town).certified) == (FileState.LOADED, 6)
    assert town.sandbox.invocations["IntakeRange"] == ranges
    assert not left_over(town)


def noise(size: int) -> bytes:
    """Bytes that do not pack."""
    return random.Random(1).randbytes(size)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.zip", zipped(b" " * 3_000_000), "unsafe_archive"),
        ("a.gz", gzip.compress(gzip.compress(noise(5000))), "unsafe_archive"),
        ("a.gz", gzip.compress(noise(5000))[:-20], "damaged_archive"),
        ("a.zip", zipped(zipped(noise(5000)), "b.zip"), "too_large"),
        ("a.data", zipped(noise(5000), "xl/workbook.xml"), "too_large"),
        ("a.gz", gzip.compress(b"%PDF-1.7" + noise(5000)), "not_a_table"),
        ("a.gz", gzip.compress(b"\xff\xfe" + b"\x00\xdc" * 1000 + noise(5000)), "unreadable"),
    ],
)
def test_a_large_archive_that_holds_no_text_is_refused_and_leaves_nothing(
    town: Village, name: str, data: bytes, code: str
) -> None:
    town.put(KEY.replace("large.csv", name), data)
    assert (large(town).state, large(town).code) == (FileState.REFUSED, code)
    assert not left_over(town)


def test_a_range_that_fails_is_read_again_and_no_other(
    town: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing, read = {2}, []
    whole = file_ranges.finish

    def finish(file: Any, planned: Any, number: int, part: bytes) -> Any:
        if number in failing:
            raise RuntimeError("a range fails")
        read.append(number)
        return whole(file, planned, number, part)

    monkeypatch.setattr(file_ranges, "finish", finish)
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


def test_a_duplicate_at_any_moment_of_being_put_together_changes_nothing(
    town: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delivered once more before each call that writes: always loaded, told so, and nothing left."""
    monkeypatch.setattr(large_files, "RANGE_BYTES", 4_000)
    s3, bucket = town.sandbox.client("s3"), town.sandbox.settings.inbox_bucket

    def planned(number: int) -> str:
        key = KEY.replace("large", str(number))
        body = text().replace("丙医院".encode(), f"丙{number}医院".encode())
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        file = entry.take_in(key)
        assert file is not None
        now = file_ranges.progress(file.id)
        assert now is not None
        for each in now.waiting:
            intake.read_range(json.dumps({"file": file.id, "chunk": each}))
        return key

    def of(key: str) -> DroppedFile:
        return next(f for f in town.files() if f.key == key)

    with dying_at(None) as calls:
        large_files.combine(of(planned(0)).id)
    points = [number for number, when in points_of(calls) if when is When.BEFORE]
    assert len(points) >= 10
    for point in points:
        key = planned(point)
        file = of(key)
        made: list[int] = []

        def once_more(*_: Any, key: str = key, made: list[int] = made, point: int = point, **__: Any) -> None:
            made.append(1)
            if len(made) == point:
                entry.take_in(key)

        with each_call(once_more):
            large_files.combine(file.id)
        drain(town)
        assert (of(key).state, of(key).counts.accepted) == (FileState.LOADED, 6), point
        receipt = objects.read_receipt(file.department, file.id)
        assert receipt is not None
        assert json.loads(receipt)["state"] == "loaded", point
        assert not [k for k in left_over(town) if file.id in k], point
        assert file_ranges.plan_now(file.id) is None, point


@pytest.mark.parametrize("step", ["planned", "read"])
def test_a_duplicate_at_any_moment_of_being_planned_or_read_changes_nothing(
    town: Village, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The same notification, or the same range, once more before each call that writes."""
    monkeypatch.setattr(large_files, "RANGE_BYTES", 4_000)
    s3, bucket = town.sandbox.client("s3"), town.sandbox.settings.inbox_bucket

    def ready(number: int) -> Callable[[], object]:
        key = KEY.replace("large", f"{step}{number}")
        body = text().replace("丙医院".encode(), f"丙{step}{number}医院".encode())
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        if step == "planned":
            return lambda: entry.take_in(key)
        file = entry.take_in(key)
        assert file is not None
        return lambda: intake.read_range(json.dumps({"file": file.id, "chunk": 0}))

    with dying_at(None) as calls:
        ready(0)()
    points = [number for number, when in points_of(calls) if when is When.BEFORE]
    for point in points:
        work, made = ready(point), list[int]()

        def once_more(
            *_: Any, work: Callable[[], object] = work, made: list[int] = made, at: int = point, **__: Any
        ) -> None:
            made.append(1)
            if len(made) == at:
                work()

        with each_call(once_more):
            work()
    drain(town)
    found = [f for f in town.files() if f"/{step}" in f.key]
    assert len(found) == len(points) + 1
    for file in found:
        assert (file.state, file.counts.accepted) == (FileState.LOADED, 6), file.key
        assert file_ranges.plan_now(file.id) is None
    assert not left_over(town)


def drain(village: Village) -> None:
    """Do what the queues ask for, apart from telling that an object has come."""
    sqs, queues = village.sandbox.client("sqs"), village.sandbox.settings
    for _ in range(3):
        for url, do in (
            (queues.chunks_queue_url, intake.read_range),
            (queues.inbox_queue_url, intake.file_dropped),
        ):
            while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                for message in got:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    if "Records" not in message["Body"]:
                        do(message["Body"])


def test_a_roster_that_comes_while_a_large_file_is_held_is_read_by(town: Village) -> None:
    """What ranges gave by an older roster counts for nothing: nobody new is lost."""
    new = Recipient(970, phone="13800000099")
    late = text(wrong=60) + f"{new.number},□□,丙医院,{DAY},入院\n".encode()
    town.put(KEY, late)
    assert (large(town).state, large(town).counts.accepted) == (FileState.HELD, 6)
    town.drop("roster", "\n".join([ROSTER, *new.lines()]) + "\n", "new.csv")
    intake.release(large(town).id, by="officer-7", reason="已核对")
    town.sandbox.run_until_quiet()
    assert (large(town).state, large(town).counts.accepted) == (FileState.LOADED, 7)
    assert town.record(new.number).evidence
    assert not left_over(town)


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
        (b"\x00\x01\xff\xfe" * 2000, "unreadable"),
        (b"\xff\xfe" + b"\x00\xdc" * 2000, "unreadable"),
        (b"%PDF-1.7" + text(), "not_a_table"),
        (b'{"a": 1}\n' + text(), "kind_not_agreed"),
    ],
)
def test_a_bad_large_file_is_refused_whole(town: Village, data: bytes, code: str) -> None:
    town.put(KEY, data)
    assert (large(town).state, large(town).code) == (FileState.REFUSED, code)


def care_home(village: Village) -> DroppedFile:
    return next(f for f in village.files() if f.feed == "care_home")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('{"load": "delta"}', "manifest_load"),
        ('{"period": "2024-12"}', "manifest_period"),
        ('{"rows": 7}', "manifest_rows"),
        ('{"colour": 7}', "manifest_unreadable"),
    ],
)
def test_a_large_file_is_held_against_its_manifest_like_a_small_one(
    town: Village, said: str, code: str
) -> None:
    key = "civil_affairs/care_home/20250101/list.csv"
    town.put(f"{key}.manifest.json", said.encode())
    rows = "".join(f"{number_of(n, area='341621')},甲乙,春晖,2024-01-01\n" for n in range(100))
    town.put(key, f"身份证号码,姓名,养老机构名称,入住日期\n{rows}".encode())
    assert (care_home(town).state, care_home(town).code) == (FileState.HELD, code)
    intake.release(care_home(town).id, by="officer-7", reason="已核对")
    town.sandbox.run_until_quiet()
    assert (care_home(town).state, care_home(town).counts.rows) == (FileState.LOADED, 100)


def test_a_manifest_that_comes_while_the_ranges_are_read_holds_the_file(
    town: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_range = ranges.read_range

    def and_meanwhile(*arguments: Any, **more: Any) -> Any:
        client, bucket = town.sandbox.client("s3"), town.sandbox.settings.inbox_bucket
        body = b'{"sha256": "%s"}' % (b"0" * 64)
        client.put_object(Bucket=bucket, Key=f"{KEY}.manifest.json", Body=body)
        return read_range(*arguments, **more)

    monkeypatch.setattr(ranges, "read_range", and_meanwhile)
    town.put(KEY, text())
    assert (large(town).state, large(town).code) == (FileState.HELD, "manifest_digest")


def test_a_large_file_of_no_feed_is_refused(town: Village) -> None:
    town.put("transport/no_such/20250101/a.csv", text())
    assert [f.code for f in town.files() if f.feed == "unknown"] == ["unknown_feed"]
