"""Scheduled runs: who reaches the end leaves word; what fails for good ends up where somebody looks."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chalicelib.settings import settings
from chalicelib.storage.dynamodb import run_ends
from sandbox.kernel import Sandbox
from sandbox.kernel.events import scheduled_event
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.kernel.server import Gateway
from sandbox.shortcut import short_way

SCHEDULED = {
    "AskInterfaces": "ask_interfaces",
    "DailyRun": "daily_run",
    "MonthlyQuality": "monthly_quality",
    "MonthlyRechecks": "monthly_rechecks",
    "MonthlyResults": "monthly_results",
    "NightlyAuditRoots": "nightly_audit_roots",
    "NightlyStatistics": "nightly_statistics",
    "PushEvents": "push_events",
    "SendMessages": "send_messages",
    "TidyLake": "tidy_lake",
    "WatchFeeds": "watch_feeds",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(start=date(2025, 1, 1)) as sandbox:
        sandbox.run_until_quiet()
        yield sandbox


def test_who_reaches_the_end_leaves_word_and_what_fails_for_good_is_kept(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the rights of each function: Lambda sends under its role what it has failed at three times."""
    with short_way(ACCOUNT):
        for function in SCHEDULED:
            sandbox.invoke(function, json.loads(scheduled_event("by-hand", sandbox.now())))
    schedules = json.loads(settings().schedules)
    known = {name: end.schedule for name, end in run_ends.everything().items()}
    assert known == schedules
    assert known.keys() == set(SCHEDULED.values())

    tries = Counter[str]()

    def fail(arn: str, event: str) -> tuple[str, bool]:
        tries[sandbox.functions.named(arn).logical_id] += 1
        return json.dumps({"errorType": "ValueError"}), True

    monkeypatch.setattr(sandbox.functions, "invoke", fail)
    kept = Counter[str]()
    for _ in range(4):  # a queue keeps a message for two weeks
        sandbox.advance(days=8)
        kept.update(told["requestContext"]["functionArn"].split(":")[6] for told in in_the_queue(sandbox))
    assert kept == {f"wugan-{function}": number // 3 for function, number in tries.items()}
    assert tries.keys() == SCHEDULED.keys()


def in_the_queue(sandbox: Sandbox) -> Iterator[Any]:
    sqs, url = sandbox.client("sqs"), sandbox.names["SchedulesDeadQueue"]
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(message["Body"])


def test_queues_are_read_and_logs_written_by_the_rights_of_their_functions(sandbox: Sandbox) -> None:
    assert Gateway(sandbox).handle("GET", "/v1/files", {}).status == 401
    report = json.dumps({"message": "somebody.REMIND0001", "status": "sending"})
    queue = sandbox.names["CarrierReportsQueue"]
    sandbox.client("sqs").send_message(QueueUrl=queue, MessageBody=report)
    sandbox.run_until_quiet()
    used = {(grant.function, grant.action) for grant in sandbox.judge.used}
    assert {(name, "logs:PutLogEvents") for name in ("APIHandler", "CarrierReport")} <= used
    assert {("CarrierReport", f"sqs:{what}Message") for what in ("Receive", "Delete")} <= used
    assert not sandbox.last_errors
