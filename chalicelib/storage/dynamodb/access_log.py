"""查询留痕 · Who looked at a person: a chain of its own beside the steps of the record.

P#<id> / ~L#<sequence>   one look, sealed by the one before it as the audit chain is (storage.audit)
       / ~LOOKS          how many there are, and the hash of the last

A look changes nothing of the record. It has its own lock, so that whoever opens a list all day keeps no
evidence from being written, and no evidence keeps a look from being recorded.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import audit, tables
from chalicelib.storage.dynamodb.audit import AuditEntry
from chalicelib.storage.dynamodb.items import partition
from chalicelib.storage.dynamodb.tables import People, Put

_HEAD: Final = "~LOOKS"


def record(person: PersonId, action: str, actor: str, at: datetime, details: Mapping[str, object]) -> None:
    """Put on record that somebody looked at a person, or told somebody of them; ConflictError after five."""
    pk, token = partition(person), str(uuid.uuid4())
    for tries in range(retries.TRIES):
        length, head = end_of(person)
        entry = AuditEntry(length + 1, at, action, actor, details, is_look=True)
        entry = replace(entry, hash=audit.hash_of(entry, head))
        same = People.sequence == length if length else tables.absent(People)
        writes = [
            Put(People(pk, _HEAD, sequence=length + 1, head=entry.hash), same),
            Put(People(pk, entry.sort_key, body=audit.to_text(entry), writer=token), tables.absent(People)),
        ]
        try:
            tables.write_together(writes, token)
        except ConflictError:
            written = tables.get(People, pk, entry.sort_key)
            if written is not None and written.writer == token:
                return  # only the acknowledgement was lost
            retries.pause(tries)
        else:
            return
    raise ConflictError("others keep looking at the same person")


def end_of(person: PersonId) -> tuple[int, str]:
    """How many looks there are, and the hash of the last."""
    found = tables.get(People, partition(person), _HEAD)
    return (int(found.sequence), found.head) if found is not None else (0, "")


def looks_at(person: PersonId) -> tuple[AuditEntry, ...]:
    """Every look, oldest first."""
    found = tables.query(People, partition(person), People.sk.startswith(audit.LOOKS))
    return tuple(replace(audit.from_text(item.body), is_look=True) for item in found)
