"""接收队列 · The queues before intake: a wish to read a file again, beside S3's own word that one has
arrived; and whether anything waits in them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Final

from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage.clients import client

_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


def is_anything_waiting() -> bool:
    """Whether a file, or a range of one, waits or is being read: what the queues say, nearly at once.

    A message that is tried again later counts as well; one that was given up is a file that is DEAD.
    """
    return any(
        int(told[name]) > 0
        for url in (settings().inbox_queue_url, settings().chunks_queue_url)
        for told in (client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=_COUNTS)["Attributes"],)
        for name in _COUNTS
    )


def read_again(key: str, *, after: timedelta = timedelta()) -> None:
    """Put a file back into the queue: dead, released, or to be matched with a new roster."""
    client("sqs").send_message(
        QueueUrl=settings().inbox_queue_url,
        MessageBody=json.dumps({"reread": key}, ensure_ascii=False),
        DelaySeconds=int(after.total_seconds()),
    )


def finish_applied(file: FileId) -> None:
    """Have a file put together that is applied in all its shards."""
    client("sqs").send_message(QueueUrl=settings().inbox_queue_url, MessageBody=json.dumps({"applied": file}))
