"""What Lambda does between a queue and a function: batches, receive counts, partial failures.

moto's own event source mapping calls the function inside SendMessage, with one record, a receive
count of 1, and ignores which records failed; so none is made there. Each mapping of the template
gets a poller here, which the driver asks whenever nothing else can run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

_MOST: Final = 10  # messages that SQS hands out at once


@dataclass(frozen=True, slots=True)
class Poller:
    """One event source mapping."""

    queue: Any  # moto's own queue: looked at, never written to
    url: str
    arn: str
    function: str
    batch: int
    partial: bool  # ReportBatchItemFailures
    sqs: Any
    invoke: Callable[[str, str], tuple[str, bool]]
    acting: Callable[[], AbstractContextManager[None]]
    """Lambda asks the queue under the function's own role."""

    def has_work(self) -> bool:
        """Whether a message is visible."""
        return any(message.visible and not message.delayed for message in self.queue._messages)

    def next_visible(self) -> datetime | None:
        """When the next hidden message becomes visible; None for an empty queue."""
        hidden = [max(message.visible_at, message.delayed_until) for message in self.queue._messages]
        # moto shows a message strictly after its instant, so one millisecond later.
        return datetime.fromtimestamp((min(hidden) + 1) / 1000, UTC) if hidden else None

    def poll(self) -> bool:
        """Hand one batch to the function; False if no message is visible."""
        if not self.has_work():
            return False
        with self.acting():
            messages = self.sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=min(self.batch, _MOST),
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
        if messages:  # none: they were received too often and have gone to the dead letters
            self._hand_over(messages)
        return True

    def _hand_over(self, messages: list[dict[str, Any]]) -> None:
        event = {"Records": [self._record(message) for message in messages]}
        result, raised = self.invoke(self.function, json.dumps(event))
        failed = _failed(json.loads(result)) if self.partial and not raised else set[str]()
        if raised or not failed <= {message["MessageId"] for message in messages} or None in failed:
            return  # an identifier that Lambda does not know fails the whole batch
        done = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
            if message["MessageId"] not in failed
        ]
        if done:
            with self.acting():
                self.sqs.delete_message_batch(QueueUrl=self.url, Entries=done)

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        attributes = {
            name: {
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        }
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": attributes,
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.arn,
            "awsRegion": self.arn.split(":")[3],
        }


def _failed(result: Any) -> set[str]:
    """The messages that the function says failed (batchItemFailures)."""
    failures = result.get("batchItemFailures", []) if isinstance(result, dict) else []
    return {failure.get("itemIdentifier") for failure in failures}
