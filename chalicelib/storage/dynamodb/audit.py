"""审计链 · The audit chain of one person: each entry seals the one before it, the profile keeps length and
head.

    Audit   P#<id> / ~A#<sequence>               one step of a person's record
                   / ~L#<sequence>               looks at a person, from the one that this number counts
            ACCOUNT#<subject> / ~A#<sequence>    one change of an account

hash = SHA-256(hash of the entry before + canonical JSON of this one). Whoever flips, deletes, inserts,
reorders or cuts off an entry would have to rewrite everything after it and the profile as well.

An entry holds the digest of every item that it put, so that whoever alters, removes or slips in an item
behind the chain is found out too (`differences`). Entries written before name the items alone: what only
these name may say anything. Outside are: where a message stands after it was decided (`deliveries`), what
was paid (`paid`), and who looked (`access_log`, a chain of its own).

Entries stand in a table of their own, in which nobody may alter or remove one (decision 0027). Where a chain
ends stands with what it is about: whoever appends expects it there as it was read, in the same transaction.
Entries of before stay under the same keys in the people table: both are read, and one that stands in both
breaks the chain, as none was written so.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from heapq import merge
from typing import Final, NamedTuple

from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import CONTACT, IDENTITY, PROFILE, canonical
from chalicelib.storage.dynamodb.tables import Audit, People, Put

PREFIX = "~A#"
LOOKS = "~L#"
UNTOLD: Final = ""  # in place of a digest: the entry does not say what stood there
UNNAMED_BEFORE: Final = (PROFILE, IDENTITY, CONTACT)  # what entries without digests did not even name
REMOVED: Final = "-"  # in place of a digest: the item was taken away
_DIGEST_BYTES: Final = 24  # of SHA-256, in 32 characters: 96 bits against two texts of one digest


class Difference(StrEnum):
    """What of a record is not as its chain says."""

    CHAIN = "chain"  # an entry was edited, removed, inserted, moved or cut off, or all are gone
    EDITED = "edited"  # an item says something else than was put
    LACKING = "lacking"  # an item that was put is not there
    INSERTED = "inserted"  # an item stands there that no step put, or one that a step took away
    REWRITTEN = "rewritten"  # a whole chain, but not the one whose end was signed
    GONE = "gone"  # nobody is there whose chain was signed


class Finding(NamedTuple):
    """One difference; `item` is the sort key, "" for the chain itself."""

    difference: Difference
    item: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One step of a person's record: who did what, when, to which items."""

    sequence: int  # 1, 2, …
    at: datetime
    action: str
    actor: str
    details: Mapping[str, object] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)  # sort key → digest of what was put, or the above
    hash: str = ""
    is_look: bool = False  # of the chain of looks: it changed nothing

    @property
    def sort_key(self) -> str:
        """Where the entry stands: the chain reads in order, after everything of the record."""
        return f"{LOOKS if self.is_look else PREFIX}{self.sequence:08d}"

    @property
    def put(self) -> tuple[str, ...]:
        """The sort keys of what was put."""
        return tuple(key for key, digest in self.items.items() if digest != REMOVED)

    @property
    def said(self) -> str:
        """What the entry says, without its hash."""
        return canonical(
            {
                "sequence": self.sequence,
                "at": self.at,
                "action": self.action,
                "actor": self.actor,
                "details": self.details,
                "items": self.items if any(self.items.values()) else list(self.items),
            }
        )

    @property
    def text(self) -> str:
        """The entry as it is stored."""
        return f'{{"hash":"{self.hash}","said":{self.said}}}'


def digest_of(text: str) -> str:
    """The digest of an item's body, as an entry holds it."""
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:_DIGEST_BYTES]).decode()


def sealed(entry: AuditEntry, before: str) -> AuditEntry:
    """The entry with the hash that belongs to it after the one whose hash is `before` ("" for the first)."""
    return replace(entry, hash=hashlib.sha256((before + entry.said).encode()).hexdigest())


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
        items=said["items"] if isinstance(said["items"], dict) else dict.fromkeys(said["items"], UNTOLD),
        hash=stored["hash"],
    )


def holds(entries: Iterable[AuditEntry], length: int, head: str) -> bool:
    """Whether the entries, in stored order, are the chain of this length that ends in this head."""
    before, count = "", 0
    for entry in entries:
        count += 1
        if entry.sequence != count or entry != sealed(entry, before):
            return False
        before = entry.hash
    return (count, before) == (length, head)


def differences(entries: Iterable[AuditEntry], found: Mapping[str, str]) -> Iterator[Finding]:
    """In what the items that stand there (sort key → body) are not as a whole chain says; by sort key."""
    chain = list(entries)
    said = dict.fromkeys(UNNAMED_BEFORE, UNTOLD) if chain and PROFILE not in chain[0].items else {}
    for entry in chain:
        said |= entry.items
    for key in sorted(said.keys() | found.keys()):
        digest = said.get(key, REMOVED)
        if digest == UNTOLD:
            continue
        if digest == REMOVED:
            if key in found:
                yield Finding(Difference.INSERTED, key)
        elif key not in found:
            yield Finding(Difference.LACKING, key)
        elif digest_of(found[key]) != digest:
            yield Finding(Difference.EDITED, key)


# --- where entries stand -------------------------------------------------------------------------


def appended(pk: str, sk: str, text: str, writer: str | None = None) -> Put:
    """The write of an entry, under the condition that none stands there: a transaction takes it up."""
    return Put(Audit(pk, sk, body=text, writer=writer), tables.absent(Audit))


def is_by(pk: str, sk: str, writer: str) -> bool:
    """Whether an entry was written under this token."""
    written = tables.get(Audit, pk, sk)
    return written is not None and written.writer == writer


def standing(pk: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Sort key and text of a chain's entries, in order, those of before among them."""
    before = tables.query(People, pk, People.sk.startswith(prefix))
    now = tables.query(Audit, pk, Audit.sk.startswith(prefix))
    yield from merge(*(((item.sk, item.body) for item in found) for found in (before, now)))
