"""幂等应答 · Answers to repeated API calls: the same key and body get the same answer, another body is
refused.

IDEM#<hash of caller and key> / IDEM     with a time to live
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.errors import ConflictError, RefusedError
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import People

KEPT: Final = timedelta(hours=48)
ABANDONED_AFTER: Final = timedelta(seconds=60)  # longer than any call lives: its function has died


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call was answered."""

    status: int
    body: str


def remember(caller: str, key: str, body_hash: str) -> Reply | None:
    """Begin a call: None means do it and then `answer`; a Reply is what it was answered before.

    Raises RefusedError (idempotency_key_reused) where the key came with another body, ConflictError while
    the first call is still running. A first call that died is taken over after a minute.
    """
    token = uuid.uuid4().hex
    pk = _place(caller, key)
    try:
        tables.put_if(_begun(pk, body_hash, token), tables.absent(People) | (People.expires < _now()))
    except ConflictError:
        return _found(pk, body_hash, token)
    return None


def answer(caller: str, key: str, body_hash: str, reply: Reply) -> None:
    """Finish a call: from now on the same call gets this reply."""
    pk = _place(caller, key)
    body = json.dumps({"of": body_hash, "status": reply.status, "body": reply.body}, ensure_ascii=False)
    tables.put(People(pk, "IDEM", body=body, expires=_now() + int(KEPT.total_seconds())))


def _found(pk: str, body_hash: str, token: str) -> Reply | None:
    item = tables.get(People, pk, "IDEM")
    if item is None or item.writer == token:  # ours: only the acknowledgement was lost
        return None
    stored = json.loads(item.body)
    if stored["of"] != body_hash:
        raise RefusedError(
            "idempotency_key_reused",
            "同一个幂等键用于了不同的请求内容，请换一个新的键。",
            "this idempotency key came with another body before; use a new key",
        )
    if "status" in stored:
        return Reply(stored["status"], stored["body"])
    if clock.now() - datetime.fromisoformat(stored["begun"]) < ABANDONED_AFTER:
        raise ConflictError("the same call is still being answered")
    tables.put_if(_begun(pk, body_hash, token), People.writer == item.writer)
    return None


def _begun(pk: str, body_hash: str, token: str) -> People:
    body = json.dumps({"of": body_hash, "begun": clock.now().isoformat()})
    return People(pk, "IDEM", body=body, writer=token, expires=_now() + int(KEPT.total_seconds()))


def _now() -> int:
    return int(clock.now().timestamp())


def _place(caller: str, key: str) -> str:
    """The key is whatever a caller likes to send: it is hashed before it becomes a key of ours."""
    return f"IDEM#{hashlib.sha256(json.dumps([caller, key]).encode()).hexdigest()}"
