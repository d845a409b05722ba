"""The carrier: takes messages from the gateway's queue, delivers or fails, and reports back.

It knows what a carrier knows: a phone number and a text. It keeps its own list of what it was given,
so that the platform's outbox can be held against it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.town.seeded_random import chance

FAILS: Final = 0.03
OPTS_OUT: Final = 0.004  # of the phones, once and for all
BATCH: Final = 10


@dataclass(frozen=True, slots=True)
class Handed:
    """One message that the platform handed over, and what the carrier made of it."""

    message: str
    phone: str
    text: str
    at: datetime
    status: str  # delivered, failed, opted_out


@dataclass
class Carrier:
    """A fake carrier; what it does to a message depends on the seed and the message alone."""

    seed: int
    sqs: Any
    gateway_queue: str
    reports_queue: str
    now: Callable[[], datetime]
    delivered: Callable[[Handed], None]
    dead: frozenset[str] = frozenset()  # phones that never work
    handed: list[Handed] = field(default_factory=list)

    def poll(self) -> int:
        """Take whatever waits in the gateway's queue; returns how many messages that were."""
        taken = 0
        while True:
            batch = self.sqs.receive_message(
                QueueUrl=self.gateway_queue, MaxNumberOfMessages=BATCH, WaitTimeSeconds=0
            ).get("Messages", [])
            if not batch:
                return taken
            reports = [self._take(message_of(received["Body"])) for received in batch]
            self.sqs.send_message_batch(
                QueueUrl=self.reports_queue,
                Entries=[
                    {"Id": str(n), "MessageBody": json.dumps(report)} for n, report in enumerate(reports)
                ],
            )
            self.sqs.delete_message_batch(
                QueueUrl=self.gateway_queue,
                Entries=[
                    {"Id": str(n), "ReceiptHandle": received["ReceiptHandle"]}
                    for n, received in enumerate(batch)
                ],
            )
            taken += len(batch)

    def _take(self, message: Mapping[str, str]) -> Mapping[str, str]:
        """Deliver one message, or not; the report about it."""
        handed = Handed(
            message=message["message"],
            phone=message["phone"],
            text=message["text"],
            at=self.now(),
            status=self._fate(message["message"], message["phone"]),
        )
        self.handed.append(handed)
        if handed.status == "delivered":
            self.delivered(handed)
        return {"message": handed.message, "status": handed.status}

    def _fate(self, message: str, phone: str) -> str:
        if phone in self.dead:
            return "failed"
        if chance(self.seed, "opts out", phone).random() < OPTS_OUT:
            return "opted_out"
        return "failed" if chance(self.seed, "fails", message).random() < FAILS else "delivered"


def message_of(body: str) -> Mapping[str, str]:
    """The gateway message inside a queue message, with or without the topic's envelope."""
    document = json.loads(body)
    if "Message" in document and "TopicArn" in document:
        document = json.loads(document["Message"])
    return {key: str(document[key]) for key in ("message", "phone", "text")}
