"""查询留痕 · Who looked at a person: a chain of its own beside the steps of the record.

People   P#<id> / ~LOOKS          how many there are, the hash of the last, and the latest of them
Audit    P#<id> / ~L#<sequence>   earlier ones, from the one that this number counts; of before, one item each

A look changes nothing of the record. It has its own lock, so that whoever opens a list all day keeps no
evidence from being written, and no evidence keeps a look from being recorded. A look is one write, under the
condition that nobody else's came between: the latest stand with the end of the chain, until they fill an
item of their own. Each is sealed by the one before it as the audit chain is (`audit`); what is sealed can be
reckoned, so the hash of the last alone is kept.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import audit, tables
from chalicelib.storage.dynamodb.audit import AuditEntry
from chalicelib.storage.dynamodb.items import canonical, partition
from chalicelib.storage.dynamodb.tables import People, Put

END: Final = "~LOOKS"
_FULL: Final = 840  # bytes of looks: with the end of the chain beside them, a write unit holds no more


@dataclass(frozen=True, slots=True)
class _End:
    """Where a person's chain ends."""

    length: int = 0
    head: str = ""
    latest: tuple[str, ...] = ()  # texts of looks
    writer: str | None = None


def record(person: PersonId, action: str, actor: str, at: datetime, details: Mapping[str, object]) -> None:
    """Put on record that somebody looked at a person, or told somebody of them; ConflictError after five."""
    token = str(uuid.uuid4())
    for tries in range(retries.TRIES):
        end = _end(person)
        if end.writer == token:
            return  # only the acknowledgement was lost
        entry = AuditEntry(end.length + 1, at, action, actor, details, is_look=True)
        try:
            _append(person, end, audit.sealed(entry, end.head), token)
        except ConflictError:
            retries.pause(tries)
        else:
            return
    if _end(person).writer != token:
        raise ConflictError("others keep looking at the same person")


def _append(person: PersonId, end: _End, entry: AuditEntry, token: str) -> None:
    pk, said = partition(person), _said(entry)
    latest = (*end.latest, said)
    is_full = bool(end.latest) and len(_listed(latest).encode()) > _FULL
    body = _listed((said,) if is_full else latest)
    head = People(pk, END, sequence=entry.sequence, head=entry.hash, body=body, writer=token)
    as_read = People.sequence == end.length if end.length else tables.absent(People)
    if not is_full:
        tables.put_if(head, as_read)
        return
    first = entry.sequence - len(end.latest)
    earlier = audit.appended(pk, f"{audit.LOOKS}{first:08d}", _listed(end.latest))
    tables.write_together([Put(head, as_read), earlier], token)


def end_of(person: PersonId) -> tuple[int, str]:
    """How many looks there are, and the hash of the last."""
    end = _end(person)
    return end.length, end.head


def looks_at(person: PersonId) -> tuple[AuditEntry, ...]:
    """Every look, oldest first."""
    end = _end(person)  # first: what is put away meanwhile is found behind it as well, and says the same
    found = set(enumerate(end.latest, end.length - len(end.latest) + 1))
    sealed: dict[int, AuditEntry] = {}
    for sk, text in audit.standing(partition(person), audit.LOOKS):
        first, said = int(sk.removeprefix(audit.LOOKS)), json.loads(text)
        if isinstance(said, list):
            found |= set(enumerate(map(canonical, said), first))
        else:  # of before, with its hash
            sealed[first] = replace(audit.from_text(text), is_look=True)
    return tuple(_in_order(found, sealed))


def _in_order(found: AbstractSet[tuple[int, str]], sealed: Mapping[int, AuditEntry]) -> Iterator[AuditEntry]:
    before = ""
    for number, said in sorted({*found, *((number, "") for number in sealed)}):
        entry = _entry(number, json.loads(said), before) if said else sealed[number]
        before = entry.hash
        yield entry


def _end(person: PersonId) -> _End:
    found = tables.get(People, partition(person), END)
    if found is None:
        return _End()
    latest = () if found.body is None else tuple(map(canonical, json.loads(found.body)))
    return _End(int(found.sequence), found.head, latest, found.writer)


def _listed(looks: tuple[str, ...]) -> str:
    return f"[{','.join(looks)}]"


def _said(entry: AuditEntry) -> str:
    """A look as it is kept: its number follows from its place, and it puts nothing."""
    said = {"action": entry.action, "actor": entry.actor, "at": entry.at, "details": entry.details}
    return canonical(said)


def _entry(number: int, said: Mapping[str, Any], before: str) -> AuditEntry:
    at = datetime.fromisoformat(said["at"])
    return audit.sealed(
        AuditEntry(number, at, said["action"], said["actor"], said["details"], is_look=True), before
    )
