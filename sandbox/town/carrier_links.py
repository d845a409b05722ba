"""By which protocol the carrier is joined to the platform: the queue behind the SNS topic, or a gateway."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sandbox.town.api_client import Desk, Surprise
from sandbox.town.carrier import Submitted
from sandbox.town.sms_gateway import SmsGateway

BATCH: Final = 10  # messages of a queue at a time
MOST: Final = 200  # reports of one push
# In the words of CMPP and SMPP, as gateways pass them on.
WORDS: Final = {"delivered": "DELIVRD", "failed": "UNDELIV", "opted_out": "unsubscribed"}


class CarrierProtocol(StrEnum):
    """What `python -m sandbox run --carrier` knows."""

    SNS = "sns"
    HTTP_GATEWAY = "http_gateway"

    @property
    def sender(self) -> str:
        """The deployment's parameter `Sender`."""
        return "http" if self is CarrierProtocol.HTTP_GATEWAY else "topic"


@dataclass
class QueueLink:
    """The gateway's queue behind the SNS topic, and the queue that takes its reports."""

    sqs: Any
    gateway_queue: str
    reports_queue: str
    now: Callable[[], datetime]
    _handles: Sequence[str] = ()

    def fetch(self) -> Sequence[Submitted]:
        """The next messages of the queue."""
        batch = self.sqs.receive_message(
            QueueUrl=self.gateway_queue, MaxNumberOfMessages=BATCH, WaitTimeSeconds=0
        ).get("Messages", [])
        self._handles = [received["ReceiptHandle"] for received in batch]
        return [Submitted(**message_of(received["Body"]), at=self.now()) for received in batch]

    def report(self, reports: Sequence[Mapping[str, str]]) -> None:
        """Put reports into their queue, then take what they are about out of the gateway's."""
        self.sqs.send_message_batch(
            QueueUrl=self.reports_queue,
            Entries=[{"Id": str(n), "MessageBody": json.dumps(report)} for n, report in enumerate(reports)],
        )
        self.sqs.delete_message_batch(
            QueueUrl=self.gateway_queue,
            Entries=[{"Id": str(n), "ReceiptHandle": handle} for n, handle in enumerate(self._handles)],
        )


def message_of(body: str) -> dict[str, str]:
    """The gateway message inside a queue message, with or without the topic's envelope."""
    document = json.loads(body)
    if "Message" in document and "TopicArn" in document:
        document = json.loads(document["Message"])
    return {key: str(document[key]) for key in ("message", "phone", "text")}


@dataclass
class GatewayLink:
    """The HTTP gateway, which has the messages already, and pushes reports to the platform's API, signed."""

    gateway: SmsGateway
    desk: Desk
    _fetched: int = 0
    _unsaid: list[Mapping[str, str]] = field(default_factory=list)

    def fetch(self) -> Sequence[Submitted]:
        """What the gateway has taken meanwhile; a message that came twice is none, but a surprise."""
        self._push()  # what the platform would not store the last time
        while self.gateway.repeated:
            self.gateway.repeated.pop()
            self.desk.surprises.append(Surprise("POST /gateway/send", 200, "duplicate"))
        taken = self.gateway.received[self._fetched :][:MOST]
        self._fetched += len(taken)
        return [
            Submitted(said["message"], said["phone"], said["content"], self.gateway.taken_at(said))
            for said in taken
        ]

    def report(self, reports: Sequence[Mapping[str, str]]) -> None:
        """Push reports; what the platform does not store is pushed again at the next hour."""
        self._unsaid += [{**report, "status": WORDS[report["status"]]} for report in reports]
        self._push()

    def _push(self) -> None:
        while self._unsaid and self.desk.push(
            "/v1/carrier-reports", self.gateway.pushed(self._unsaid[:MOST])
        ):
            del self._unsaid[:MOST]
