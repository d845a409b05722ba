"""接收队列 · The queue before intake: a wish to read a file again, beside S3's own word that one has
arrived."""

from __future__ import annotations

import json
from datetime import timedelta

from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage.clients import client


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
