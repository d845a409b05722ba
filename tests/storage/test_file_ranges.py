"""Ranges of a large file: each is done once, whoever reads it twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.storage import file_ranges
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Files
from chalicelib.storage.file_ranges import Planned
from tests.judged import judging
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

FILE = FileId("f" * 16)


def begun(chunk_count: int = 3, plan: str = "the plan", etag: str = '"tag"', **how: Any) -> Planned:
    return file_ranges.begin(FILE, chunk_count, plan=plan, etag=etag, **how).plan


def waiting() -> tuple[int, ...] | None:
    now = file_ranges.progress(FILE)
    return now.waiting if now is not None else None


def left_over() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket="rejects").get("Contents", [])]


def test_the_last_range_is_known_to_whoever_finishes_it() -> None:
    planned = begun()
    assert waiting() == (0, 1, 2)
    after = [file_ranges.finish(FILE, planned, n, bytes([n])) for n in (2, 0, 1)]
    assert [now and now.waiting for now in after] == [(0, 1), (1,), ()]
    assert file_ranges.parts_of(FILE, planned) == [b"\x00", b"\x01", b"\x02"]
    assert file_ranges.ranges_of(FILE, planned) == "the plan"


def test_a_range_read_twice_is_done_once() -> None:
    planned = begun()
    assert [
        now and now.waiting for now in (file_ranges.finish(FILE, planned, 1, b"x") for _ in range(3))
    ] == [
        (0, 2),
        (0, 2),
        (0, 2),
    ]


def test_a_lost_acknowledgement_changes_nothing() -> None:
    with faults.at_call("dynamodb", "PutItem", faults.lost_ack, calls={1, 2}):
        planned = begun()
        file_ranges.finish(FILE, planned, 1, b"x")
    assert waiting() == (0, 2)


def test_the_same_plan_again_goes_on_and_another_begins_anew() -> None:
    planned = begun()
    file_ranges.finish(FILE, planned, 0, b"x")
    assert begun() == planned
    assert waiting() == (1, 2), "delivered twice, a range that is done stays done"
    others = [begun(2, "another", '"other"', damaged=True), begun(roster="newer"), begun(roster="newest")]
    assert len({planned.name, *(other.name for other in others)}) == 4
    assert waiting() == (0, 1, 2)
    assert not any(planned.name in key for key in left_over())


def test_what_a_range_gave_under_another_plan_counts_for_nothing() -> None:
    before = begun()
    now = begun(roster="newer")
    late = file_ranges.finish(FILE, before, 1, b"by the older roster")
    assert late == file_ranges.Progress(now, (0, 1, 2))


def test_two_who_begin_different_plans_at_once_do_not_both_succeed(monkeypatch: pytest.MonkeyPatch) -> None:
    put_if, others = tables.put_if, []

    def meanwhile(*arguments: Any) -> None:
        if not others:
            others.append(1)
            others.append(begun(roster="newer"))
        put_if(*arguments)

    monkeypatch.setattr(tables, "put_if", meanwhile)
    with pytest.raises(ConflictError):
        begun()
    assert file_ranges.plan_now(FILE) == others[1]


def test_a_finished_file_leaves_nothing() -> None:
    planned = begun()
    file_ranges.finish(FILE, planned, 0, b"x")
    file_ranges.forget(FILE)
    file_ranges.forget(FILE)
    assert (file_ranges.progress(FILE), waiting()) == (None, None)
    assert (file_ranges.ranges_of(FILE, planned), file_ranges.parts_of(FILE, planned)) == (None, None)
    assert not left_over()
    assert not list(tables.query(Files, f"FILE#{FILE}"))


def test_a_plan_that_begins_while_another_is_forgotten_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    begun()
    delete_if = tables.delete_if

    def meanwhile(*arguments: Any) -> bool:
        begun(roster="newer")
        return delete_if(*arguments)

    monkeypatch.setattr(tables, "delete_if", meanwhile)
    file_ranges.forget(FILE)
    assert waiting() == (0, 1, 2)


def test_a_file_that_was_planned_before_plans_had_names_goes_on() -> None:
    head = {"chunks": 2, "etag": '"tag"', "damaged": False, "laid_down": False}
    tables.put(Files(f"FILE#{FILE}", "CHUNKS", body=json.dumps(head), left=1))
    tables.put(Files(f"FILE#{FILE}", "CHUNK#00000", body="done"))
    tables.put(Files(f"FILE#{FILE}", "CHUNK#00001", body="planned"))
    boto3.client("s3").put_object(Bucket="rejects", Key=f"partial/{FILE}/00000.part", Body=b"0")
    assert waiting() == (1,)
    planned = file_ranges.plan_now(FILE)
    assert planned is not None
    file_ranges.finish(FILE, planned, 1, b"1")
    assert (waiting(), file_ranges.parts_of(FILE, planned)) == ((), [b"0", b"1"])
    file_ranges.forget(FILE)
    assert not left_over()


def test_each_range_is_one_message() -> None:
    file_ranges.ask(FILE, "a/b/c/测试.csv", (0, 2))
    file_ranges.ask_to_combine(FILE)
    sqs = boto3.client("sqs")
    asked = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName="chunks")["QueueUrl"], MaxNumberOfMessages=10
    )
    bodies = sorted((json.loads(m["Body"]) for m in asked["Messages"]), key=lambda body: body["chunk"])
    assert bodies == [{"file": FILE, "key": "a/b/c/测试.csv", "chunk": n} for n in (0, 2)]


def test_a_text_is_laid_down_in_parts_and_read_in_ranges_until_it_is_forgotten() -> None:
    text = b"".join(f"{n:099d}\n".encode() for n in range(400_000))
    pieces = (text[start : start + 700_001] for start in range(0, len(text), 700_001))
    laid = file_ranges.lay_down(FILE, '"packed"', pieces)
    assert laid.etag.endswith('-3"'), "40 MB in three parts"
    assert file_ranges.laid_down(FILE, '"packed"') == laid
    assert file_ranges.laid_down(FILE, '"another"') is None
    assert b"".join(laid.blocks()) == text
    with laid.opened(len(text)) as file:
        assert (file.seek(-100, 2), file.read(), file.seek(0), file.read(100)) == (
            len(text) - 100,
            text[-100:],
            0,
            text[:100],
        )
    planned = begun(2, etag=laid.etag, laid_down=True)
    assert file_ranges.source_of(FILE, "a/b/c/d.gz", planned).read(100, 300) == text[100:300]
    file_ranges.forget(FILE)
    assert file_ranges.laid_down(FILE, '"packed"') is None
    assert laid.read(0, 10) is None
    with pytest.raises(ConflictError):
        list(laid.blocks())
    with pytest.raises(ConflictError), laid.opened(len(text)) as gone:
        gone.read(10)


def test_a_text_that_breaks_off_leaves_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 30_000_000
        raise RuntimeError("damaged behind the first part")

    with judging() as judge, judge.acting("Intake"), pytest.raises(RuntimeError):
        file_ranges.lay_down(FILE, '"packed"', broken())
    assert file_ranges.laid_down(FILE, '"packed"') is None
    s3 = boto3.client("s3")
    assert "Contents" not in s3.list_objects_v2(Bucket="rejects")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="rejects")
