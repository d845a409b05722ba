"""A file about many people, applied as the state machine does it, with whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import boto3

from chalicelib import intake, passes
from chalicelib.errors import UnfinishedError
from chalicelib.model import PersonRecord
from chalicelib.sources.people import roster_lines
from chalicelib.storage.dynamodb import files, people, worklists
from chalicelib.storage.s3 import objects
from sandbox.rights import Judge
from tests.workflow.crashes import outline

FUNCTIONS = {name: name for name in ("read", "write", "send", "apply")}


class States:
    """Step Functions, as far as passes are started."""

    class exceptions:  # noqa: N801 - botocore's name
        class ExecutionDoesNotExist(Exception):  # noqa: N818
            pass

        class ExecutionAlreadyExists(Exception):  # noqa: N818
            pass

    def __init__(self) -> None:
        self.status: dict[str, str] = {}
        self.waiting: list[tuple[str, dict[str, Any]]] = []

    def describe_execution(self, executionArn: str) -> dict[str, str]:  # noqa: N803
        name = executionArn.rpartition(":")[2]
        if name not in self.status:
            raise self.exceptions.ExecutionDoesNotExist
        return {"status": self.status[name]}

    def start_execution(self, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803
        self.status[name] = "RUNNING"
        if "everybody" in stateMachineArn:
            self.waiting.append((name, json.loads(input)))


@dataclass
class Platform:
    """Intake and the pass `apply`, each with its own rights; `after_slice` is called after each slice."""

    judge: Judge
    states: States
    after_slice: Callable[[int], None] = lambda number: None
    slice_of: Callable[[int, Callable[[], Any]], Any] = lambda number, do: do()
    fails: frozenset[str] = frozenset()  # shards of the next execution
    slices: int = 0
    dropped: list[str] = field(default_factory=list)

    def drop(self, key: str, text: str) -> None:
        """Put a file into the inbox, and tell of it."""
        boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=text.encode())
        self.dropped.append(key)
        self.notify(key)

    def notify(self, key: str) -> None:
        """S3's word that a file has arrived."""
        named = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}
        self.take(json.dumps({"Records": [named]}))

    def take(self, body: str) -> None:
        """Hand a message to intake."""
        with self.judge.acting("Intake"):
            intake.file_dropped(body)

    def run(self) -> None:
        """Until nothing waits: executions first, then messages."""
        while True:
            if self.states.waiting:
                self._walk(*self.states.waiting.pop(0))
                continue
            found = boto3.client("sqs").receive_message(QueueUrl="inbox", MaxNumberOfMessages=10)
            if not found.get("Messages"):
                return
            for message in found["Messages"]:
                self.take(message["Body"])
                boto3.client("sqs").delete_message(QueueUrl="inbox", ReceiptHandle=message["ReceiptHandle"])

    def _walk(self, name: str, said: Mapping[str, Any]) -> None:
        event = {"state": "Plan", "execution": name, "functions": FUNCTIONS, "input": said}
        with self.judge.acting("PassRead"):
            planned = passes.run_pass(event)
        failing, self.fails = self.fails, frozenset()
        done = []
        for first in planned["shards"]:
            shard = first
            while shard.get("more"):
                if shard["shard"] in failing:
                    shard = {"shard": shard["shard"], "failed": True}
                    continue
                shard = self._slice(json.loads(json.dumps(shard)))
            done.append(shard)
        end = {"state": "Put together", "execution": name, "input": {**planned, "done": done}}
        try:
            with self.judge.acting("PassApply"):
                passes.run_pass(json.loads(json.dumps(end)))
            self.states.status[name] = "SUCCEEDED"
        except UnfinishedError:
            self.states.status[name] = "FAILED"

    def _slice(self, shard: Mapping[str, Any]) -> dict[str, Any]:
        number = self.slices
        self.slices += 1

        def do() -> dict[str, Any]:
            with self.judge.acting("PassApply"):
                return passes.run_pass({"state": "Do", "shard": shard})

        done: dict[str, Any] = self.slice_of(number, do)
        self.after_slice(number)
        return done


def end_of(records: Sequence[PersonRecord] | None = None) -> Mapping[str, Any]:
    """Everything that a file may have changed, but for the order of what is written about a person."""
    everybody = sorted(records or people.everyone(), key=lambda record: record.person.id)
    data, _ = objects.read_listed()
    index = objects.read_roster()
    return {
        "people": {record.person.id: outline(record) for record in everybody},
        "suspicions": [[(s.name, s.state) for s in record.suspicions] for record in everybody],
        "payments": {record.person.id: people.payments_of(record.person.id) for record in everybody},
        "files": sorted(
            (replace(file, steps=(), roster="") for file in files.everything()),
            key=lambda file: (file.feed, file.id),
        ),
        "listed": roster_lines.kept(data).rows(),
        "numbers": [] if index is None else sorted(index.frame.rows()),
        "kin": worklists.related_to(),
        "outbox": in_bucket("outbox"),
        "rejects": in_bucket("rejects"),
        "lake": in_bucket("lake").keys(),
    }


def in_bucket(bucket: str) -> dict[str, bytes]:
    """What lies there."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", ())
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in found}
