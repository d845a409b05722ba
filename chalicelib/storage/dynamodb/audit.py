"""审计链 · The audit chain of one person: each entry seals the one before it, the profile keeps length and
head.

hash = SHA-256(hash of the entry before + canonical JSON of this one). Whoever flips, deletes, inserts,
reorders or cuts off an entry would have to rewrite everything after it and the profile as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.storage.dynamodb.items import canonical

PREFIX = "~A#"
LOOKS = "~L#"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One step of a person's record: who did what, when, to which items."""

    sequence: int  # 1, 2, …
    at: datetime
    action: str
    actor: str
    details: Mapping[str, object] = field(default_factory=dict)
    items: tuple[str, ...] = ()  # sort keys of what was put
    hash: str = ""
    is_look: bool = False  # of the chain of looks: it changed nothing

    @property
    def sort_key(self) -> str:
        """Where the entry stands: the chain reads in order, after everything of the record."""
        return f"{LOOKS if self.is_look else PREFIX}{self.sequence:08d}"


def _said(entry: AuditEntry) -> str:
    """What an entry says, without its hash."""
    return canonical(
        {
            "sequence": entry.sequence,
            "at": entry.at,
            "action": entry.action,
            "actor": entry.actor,
            "details": entry.details,
            "items": entry.items,
        }
    )


def hash_of(entry: AuditEntry, before: str) -> str:
    """The hash that belongs to an entry after the one whose hash is `before` ("" for the first)."""
    return hashlib.sha256((before + _said(entry)).encode()).hexdigest()


def to_text(entry: AuditEntry) -> str:
    """An entry as it is stored."""
    return f'{{"hash":"{entry.hash}","said":{_said(entry)}}}'


def from_text(text: str) -> AuditEntry:
    """The stored entry; `details` hold plain JSON values."""
    stored = json.loads(text)
    said = stored["said"]
    return AuditEntry(
        sequence=said["sequence"],
        at=datetime.fromisoformat(said["at"]),
        action=said["action"],
        actor=said["actor"],
        details=said["details"],
        items=tuple(said["items"]),
        hash=stored["hash"],
    )


def holds(entries: Iterable[AuditEntry], length: int, head: str) -> bool:
    """Whether the entries, in stored order, are the chain of this length that ends in this head."""
    before, count = "", 0
    for entry in entries:
        count += 1
        if entry.sequence != count or entry.hash != hash_of(entry, before):
            return False
        before = entry.hash
    return (count, before) == (length, head)
