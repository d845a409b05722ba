"""Ranges of a large file: each is counted once, whoever reads it twice."""

from __future__ import annotations

import json

import boto3
import pytest

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
