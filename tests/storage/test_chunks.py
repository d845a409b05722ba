"""Ranges of a large file: each is counted once, whoever reads it twice."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.storage import chunks
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

FILE = FileId("f" * 16)


def begun(ranges: int = 3) -> None:
    chunks.begin(FILE, ranges, plan="the plan", etag='"tag"')


def test_the_last_range_is_known_to_whoever_counts_it() -> None:
    begun()
    assert chunks.waiting(FILE) == [0, 1, 2]
    assert [chunks.finish(FILE, n, bytes([n])) for n in (2, 0, 1)] == [2, 1, 0]
    assert chunks.waiting(FILE) == []
    assert chunks.parts_of(FILE, 3) == [b"\x00", b"\x01", b"\x02"]
    assert chunks.plan_of(FILE) == "the plan"


def test_a_range_read_twice_is_counted_once() -> None:
    begun()
    assert [chunks.finish(FILE, 1, b"x") for _ in range(3)] == [2, 2, 2]


def test_a_lost_acknowledgement_counts_once() -> None:
    begun()
    with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}):
        assert chunks.finish(FILE, 1, b"x") == 2
    assert chunks.waiting(FILE) == [0, 2]


def test_a_new_plan_begins_anew_and_a_finished_file_leaves_nothing() -> None:
    begun()
    chunks.finish(FILE, 0, b"x")
    chunks.begin(FILE, 2, plan="another", etag='"other"', damaged=True)
    now = chunks.progress(FILE)
    assert now == chunks.Progress(2, 2, '"other"', damaged=True)
    chunks.forget(FILE, 3)
    chunks.forget(FILE, 3)
    assert (chunks.progress(FILE), chunks.waiting(FILE)) == (None, [])
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="rejects")


def test_each_range_is_one_message() -> None:
    chunks.ask(FILE, "a/b/c/测试.csv", [0, 2])
    chunks.ask_to_combine(FILE)
    sqs = boto3.client("sqs")
    asked = sqs.receive_message(
        QueueUrl=sqs.get_queue_url(QueueName="chunks")["QueueUrl"], MaxNumberOfMessages=10
    )
    bodies = sorted((json.loads(m["Body"]) for m in asked["Messages"]), key=lambda body: body["chunk"])
    assert bodies == [{"file": FILE, "key": "a/b/c/测试.csv", "chunk": n} for n in (0, 2)]


def test_a_text_is_laid_down_in_parts_and_read_in_ranges_until_it_is_forgotten() -> None:
    text = b"".join(f"{n:099d}\n".encode() for n in range(400_000))
    pieces = (text[start : start + 700_001] for start in range(0, len(text), 700_001))
    laid = chunks.lay_down(FILE, '"packed"', pieces)
    assert laid.etag.endswith('-3"'), "40 MB in three parts"
    assert chunks.laid_down(FILE, '"packed"') == laid
    assert chunks.laid_down(FILE, '"another"') is None
    assert b"".join(laid.blocks()) == text
    with laid.opened(len(text)) as file:
        assert (file.seek(-100, 2), file.read(), file.seek(0), file.read(100)) == (
            len(text) - 100,
            text[-100:],
            0,
            text[:100],
        )
    chunks.begin(FILE, 2, plan="the plan", etag=laid.etag, laid_down=True)
    now = chunks.progress(FILE)
    assert now is not None
    assert chunks.source_of(FILE, "a/b/c/d.gz", now).read(100, 300) == text[100:300]
    chunks.forget(FILE, 2)
    assert chunks.laid_down(FILE, '"packed"') is None
    assert laid.read(0, 10) is None
    with pytest.raises(ConflictError):
        list(laid.blocks())
    with pytest.raises(ConflictError), laid.opened(len(text)) as gone:
        gone.read(10)


def test_a_text_that_breaks_off_leaves_nothing() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 30_000_000
        raise RuntimeError("damaged behind the first part")

    with pytest.raises(RuntimeError):
        chunks.lay_down(FILE, '"packed"', broken())
    assert chunks.laid_down(FILE, '"packed"') is None
    s3 = boto3.client("s3")
    assert "Contents" not in s3.list_objects_v2(Bucket="rejects")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="rejects")
