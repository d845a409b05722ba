"""批处理分段结果 · What parts of a pass over everybody have found, until it is put together.

passes/<execution>/<shard>.<part> in the lake's bucket: one object per part that was finished, under a name of
its own, so that a part that is done twice stands there twice; which count is said by the state machine alone.
Lines of JSON: whoever puts together reads them one by one, however many people there are.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.settings import settings
from chalicelib.storage.clients import client


def put(execution: str, shard: str, lines: Iterable[Any]) -> str:
    """Keep what a part has found, and return under which key."""
    key = f"passes/{execution}/{shard}.{uuid.uuid4().hex[:12]}"
    body = "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
    client("s3").put_object(Bucket=settings().lake_bucket, Key=key, Body=body.encode())
    return key


def lines_of(key: str) -> Iterator[Any]:
    """What a part has found, line by line, as it is read."""
    found = client("s3").get_object(Bucket=settings().lake_bucket, Key=key)
    return map(json.loads, found["Body"].iter_lines())
