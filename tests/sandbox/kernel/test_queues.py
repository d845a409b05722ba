"""Queues, files and schedules reach the functions as Lambda would bring them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.kernel import Sandbox
from tests.sandbox.kernel.conftest import new_sandbox


def send(sandbox: Sandbox, queue: str, *bodies: str) -> None:
    for body in bodies:
        sandbox.client("sqs").send_message(QueueUrl=sandbox.names[queue], MessageBody=body)


def bodies(event: Any) -> list[str]:
    return [record["body"] for record in event["Records"]]


def test_a_dropped_file_is_told_to_intake(sandbox: Sandbox, calls: list[Any]) -> None:
    key = "health/hospital inpatient/20260101/名单 1.csv"
    sandbox.client("s3").put_object(Bucket=sandbox.settings.inbox_bucket, Key=key, Body=b"x")
    assert calls == []  # not before the sandbox runs
    sandbox.run_until_quiet()
    ((name, event),) = calls
    (body,) = bodies(event)
    told = json.loads(body)["Records"][0]["s3"]
    assert name == "intake"
    assert told["bucket"] == {
        "name": sandbox.settings.inbox_bucket,
        "arn": f"arn:aws-cn:s3:::{sandbox.settings.inbox_bucket}",
    }


def test_setting_up_sends_the_test_event_of_s3(calls: list[Any]) -> None:
    with new_sandbox() as running:
        running.run_until_quiet()
    ((_, event),) = calls
    assert json.loads(bodies(event)[0])["Event"] == "s3:TestEvent"


def test_a_poison_message_is_received_three_times_then_goes_to_the_dead_letters(
    sandbox: Sandbox, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    received: list[tuple[str, timedelta]] = []
    begun = sandbox.now()

    def choke(event: Any) -> None:
        count = event["Records"][0]["attributes"]["ApproximateReceiveCount"]
        received.append((count, sandbox.now() - begun))
        raise ValueError("poison")

    behaviour["intake"] = choke
    send(sandbox, "InboxQueue", "poison")
    sandbox.run_until_quiet()
    assert [count for count, _ in received] == ["1"]  # hidden for six times the function's timeout
    sandbox.advance(days=1)
    assert [count for count, _ in received] == ["1", "2", "3"]
    assert timedelta(seconds=5400) <= received[1][1] < timedelta(seconds=5401)
    assert [(name, bodies(event)) for name, event in calls if name == "intake_dead"] == [
        ("intake_dead", ["poison"])
    ]
    assert [failure.function for failure in sandbox.last_errors] == ["Intake"] * 3


def test_a_batch_holds_ten_and_only_what_failed_comes_again(
    sandbox: Sandbox, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    def report(event: Any) -> Any:
        failed = [record["messageId"] for record in event["Records"] if record["body"] == "7"]
        return {"batchItemFailures": [{"itemIdentifier": one} for one in failed]}

    behaviour["carrier_report"] = report
    send(sandbox, "CarrierReportsQueue", *map(str, range(12)))
    sandbox.run_until_quiet()
    assert [bodies(event) for _, event in calls] == [[str(n) for n in range(10)], ["10", "11"]]
    calls.clear()
    sandbox.advance(hours=1)
    again = [bodies(event) for name, event in calls if name == "carrier_report"]
    assert again == [["7"], ["7"]]


def test_an_unknown_identifier_fails_the_whole_batch(
    sandbox: Sandbox, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    behaviour["carrier_report"] = lambda event: {"batchItemFailures": [{"itemIdentifier": ""}]}
    send(sandbox, "CarrierReportsQueue", "a", "b")
    sandbox.advance(seconds=400)
    assert [bodies(event) for _, event in calls] == [["a", "b"], ["a", "b"]]


def test_what_the_topic_is_told_waits_for_the_gateway(sandbox: Sandbox) -> None:
    sandbox.client("sns").publish(TopicArn=sandbox.settings.messages_topic_arn, Message="an SMS")
    (waiting,) = sandbox.client("sqs").receive_message(QueueUrl=sandbox.names["GatewayQueue"])["Messages"]
    assert waiting["Body"] == "an SMS"  # raw delivery


def test_schedules_tick_in_virtual_time(sandbox: Sandbox, calls: list[Any]) -> None:
    sandbox.advance(days=31)  # to 1 February 2026, 00:00 in China
    assert sandbox.invocations["DailyRun"] == 31
    assert sandbox.invocations["SendMessages"] == 62
    times = [event["time"] for name, event in calls if name == "daily_run"]
    assert times[0] == "2025-12-31T22:00:00Z"  # 06:00 in China


def test_the_last_day_in_utc_is_the_first_in_china(sandbox: Sandbox, calls: list[Any]) -> None:
    sandbox.advance(days=60)
    times = [event["time"] for name, event in calls if name == "monthly_results"]
    assert times == ["2025-12-31T18:00:00Z", "2026-01-31T18:00:00Z", "2026-02-28T18:00:00Z"]


def test_a_failed_schedule_is_tried_again_after_one_and_two_minutes(
    sandbox: Sandbox, behaviour: dict[str, Any]
) -> None:
    tried: list[datetime] = []

    def fail(event: Any) -> None:
        tried.append(sandbox.now())
        raise RuntimeError("no")

    behaviour["daily_run"] = fail
    sandbox.advance(hours=12)
    at = datetime(2025, 12, 31, 22, tzinfo=UTC)
    assert tried == [at, at + timedelta(minutes=1), at + timedelta(minutes=3)]


def test_a_function_can_be_called_by_hand(sandbox: Sandbox, behaviour: dict[str, Any]) -> None:
    behaviour["suspicion_step"] = lambda event: event["n"] + 1
    assert sandbox.invoke("SuspicionStep", {"n": 1}) == 2
