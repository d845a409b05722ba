"""The carrier: each message once, one report each, and a fate that depends on seed and message alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.town.carrier import Carrier, Handed
from sandbox.town.carrier_links import QueueLink, message_of

NOON = datetime(2025, 3, 1, 4, tzinfo=UTC)


class Queues:
    """As much of SQS as a carrier uses."""

    def __init__(self, bodies: list[str]) -> None:
        self.waiting = {f"r{index}": body for index, body in enumerate(bodies)}
        self.reports: list[dict[str, str]] = []

    def receive_message(self, *, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        batch = list(self.waiting.items())[:MaxNumberOfMessages]
        return {"Messages": [{"Body": body, "ReceiptHandle": handle} for handle, body in batch]}

    def delete_message_batch(self, *, Entries: list[dict[str, str]], **_: Any) -> None:  # noqa: N803
        for entry in Entries:
            del self.waiting[entry["ReceiptHandle"]]

    def send_message_batch(self, *, Entries: list[dict[str, str]], **_: Any) -> None:  # noqa: N803
        self.reports += [json.loads(entry["MessageBody"]) for entry in Entries]


def a_message(number: int, phone: str = "15400000001") -> str:
    return json.dumps({"message": f"P.{number}", "phone": phone, "text": "您好"})


def a_carrier(bodies: list[str], seed: int = 1) -> tuple[Carrier, Queues, list[Handed]]:
    queues, arrived = Queues(bodies), list[Handed]()
    link = QueueLink(queues, "gateway", "reports", lambda: NOON)
    return Carrier(seed, link, arrived.append), queues, arrived


def test_every_message_is_taken_once_and_reported_once() -> None:
    carrier, queues, _ = a_carrier([a_message(n) for n in range(25)])
    assert carrier.poll() == 25
    assert carrier.poll() == 0
    assert [handed.message for handed in carrier.handed] == [f"P.{n}" for n in range(25)]
    assert [report["message"] for report in queues.reports] == [f"P.{n}" for n in range(25)]


def test_only_what_was_delivered_reaches_a_phone() -> None:
    carrier, queues, arrived = a_carrier([a_message(n, f"154{n:08d}") for n in range(1500)])
    carrier.poll()
    delivered = {report["message"] for report in queues.reports if report["status"] == "delivered"}
    assert {handed.message for handed in arrived} == delivered
    assert {report["status"] for report in queues.reports} == {"delivered", "failed", "opted_out"}


def test_the_same_seed_gives_each_message_the_same_fate_in_any_order() -> None:
    bodies = [a_message(n, f"154{n:08d}") for n in range(200)]
    fates = []
    for order in (bodies, bodies[::-1]):
        carrier, _, _ = a_carrier(order)
        carrier.poll()
        fates.append({handed.message: handed.status for handed in carrier.handed})
    assert fates[0] == fates[1]


def test_a_phone_that_opted_out_gets_nothing_ever() -> None:
    carrier, _, _ = a_carrier([a_message(n, f"154{n % 1000:08d}") for n in range(3000)], seed=5)
    carrier.poll()
    out = {handed.phone for handed in carrier.handed if handed.status == "opted_out"}
    assert out
    assert all(handed.status == "opted_out" for handed in carrier.handed if handed.phone in out)


def test_the_topics_envelope_is_opened() -> None:
    inner = a_message(3)
    wrapped = json.dumps({"Type": "Notification", "TopicArn": "arn", "Message": inner})
    assert message_of(wrapped) == message_of(inner) == json.loads(inner)
