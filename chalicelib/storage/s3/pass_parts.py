"""批处理分段结果 · What parts of a pass over everybody have found, until it is put together.

passes/<execution>/<shard>.<part> in the lake's bucket: one object per part that was finished, under a name of
its own, so that a part that is done twice stands there twice; which count is said by the state machine alone.
Lines of JSON: whoever puts together reads them one by one, however many people there are.

passes/<what>-<day>/<shard>.<after>: what one pass has read on the way for another of the same day, by the
person behind whom the part begins. The first line says behind whom the next part begins; null: there is none.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib.settings import settings
from chalicelib.storage.clients import GONE, client, code_of


class HandedOn(NamedTuple):
    """A part that one pass has left for another, and behind whom the next one begins; None: at the end."""

    lines: Iterator[Any]
    after: str | None


def put(execution: str, shard: str, lines: Iterable[Any]) -> str:
    """Keep what a part has found, and return under which key."""
    key = f"passes/{execution}/{shard}.{uuid.uuid4().hex[:12]}"
    _put(key, lines)
    return key


def lines_of(key: str) -> Iterator[Any]:
    """What a part has found, line by line, as it is read."""
    found = client("s3").get_object(Bucket=settings().lake_bucket, Key=key)
    return map(json.loads, found["Body"].iter_lines())


def hand_on(what: str, day: date, shard: str, after: str, lines: Iterable[Any], then: str | None) -> None:
    """Leave what a part has read, from behind one person to another (None: to the end of the shard)."""
    _put(_handed_on(what, day, shard, after), chain([then], lines))


def handed_on(what: str, day: date, shard: str, after: str) -> HandedOn | None:
    """The part of that day which begins behind a person; None if nobody has left it."""
    try:
        lines = lines_of(_handed_on(what, day, shard, after))
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return HandedOn(lines, next(lines))


def _handed_on(what: str, day: date, shard: str, after: str) -> str:
    return f"passes/{what}-{day.isoformat()}/{shard}.{after}"


def _put(key: str, lines: Iterable[Any]) -> None:
    body = "".join(f"{json.dumps(line, ensure_ascii=False, separators=(',', ':'))}\n" for line in lines)
    client("s3").put_object(Bucket=settings().lake_bucket, Key=key, Body=body.encode())
