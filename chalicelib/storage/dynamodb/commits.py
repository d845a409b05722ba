"""事务提交 · One step of a person's record as one transaction: decide, commit, and know what became of it.

`sequence` is the person's only lock: each commit expects the sequence it has read and leaves the next one.
The audit entry carries the writer's token. When a commit looks refused, that entry is read: our token
there means that it was applied and only the acknowledgement was lost (measured; design, decision 11).
`assembled` is the way back: the record that the written items make.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from chalicelib.errors import ConflictError
from chalicelib.model import Change, Evidence, EvidenceKey, Person, PersonRecord, Tombstone
from chalicelib.settings import settings
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import audit, deliveries, event_rows, places, tables, worklist_rows
from chalicelib.storage.dynamodb.items import KIND_OF, PROFILE, decode, encode, partition, sort_key
from chalicelib.storage.dynamodb.tables import Attributes, Delete, People, Put, Write

T = TypeVar("T")

_EVIDENCE_AT_ONCE: Final = 40  # with everything else that a step writes, well below MAX_ITEMS
_LISTS: Final = (
    "entitlements",
    "evidence",
    "cases",
    "suspicions",
    "visits",
    "proposals",
    "messages",
    "instructions",
    "related",
    "objections",
    "recoveries",
    "owed_to_heirs",
)

_FIELDS: Final = {  # of a record, that hold what stands under a kind of item as it is
    **{"CASE": "cases", "ENT": "entitlements", "HEIR": "owed_to_heirs", "INS": "instructions"},
    **{"MSG": "messages", "OBJ": "objections", "PROP": "proposals", "REC": "recoveries", "REL": "related"},
    **{"SUS": "suspicions", "VISIT": "visits"},
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A change, and what else goes into its transaction."""

    change: Change
    also: Sequence[Write] = ()


def commit_with_retry(
    load: Callable[[], PersonRecord], decide: Callable[[PersonRecord], tuple[Plan | None, T]]
) -> tuple[PersonRecord, T]:
    """Load, decide, commit; on a conflict load and decide again, five times at most (ConflictError).

    Returns the record as it now stands, and what `decide` said last beside its plan. More evidence than one
    transaction holds goes in several, oldest first, each with its own audit entry: evidence is a set, so
    half of it is a valid state.
    """
    tries = 0
    while True:
        record = load()
        plan, outcome = decide(record)
        if plan is None or (change := needed(record, plan.change)) is None:
            return record, outcome
        part = replace(change, evidence=change.evidence[:_EVIDENCE_AT_ONCE])
        whole = len(change.evidence) <= _EVIDENCE_AT_ONCE
        if not whole:
            keys = {item.key for item in part.evidence}
            again = tuple(key for key in change.restore if key in keys)
            details = {"part": True}
            part = Change(
                change.action, change.actor, change.at, details, evidence=part.evidence, restore=again
            )
        try:
            after = commit(record, replace(plan, change=part) if whole else Plan(part))
        except ConflictError:
            tries += 1
            if tries == retries.TRIES:
                raise
            retries.pause(tries)
            continue
        if whole:
            return after, outcome


def needed(record: PersonRecord, change: Change) -> Change | None:
    """The change without what the record holds already; None if nothing is left of it.

    A change that names no item at all is an audit entry alone, and always needed. Evidence known from
    another file stays as it was first seen, unless its facts differ; withdrawn evidence stays out. A message
    that has gone further than the change says stays as it is.
    """
    kept: dict[str, Any] = {name: _different(getattr(record, name), getattr(change, name)) for name in _LISTS}
    seen = {item.key: item.facts for item in record.evidence}
    kept["evidence"] = tuple(
        item
        for item in sorted(kept["evidence"], key=lambda item: item.key)
        if (item.key not in record.withdrawn or item.key in change.restore)
        and seen.get(item.key) != item.facts
    )
    sent = {message.id: message for message in record.messages}
    kept["messages"] = tuple(
        message
        for message in kept["messages"]
        if message.id not in sent or deliveries.may_be(sent[message.id], message)
    )
    kept["restore"] = tuple(key for key in change.restore if key in record.withdrawn)
    kept["withdraw"] = tuple(
        key for key in change.withdraw if key not in record.withdrawn or _by_a_later_file(record, change, key)
    )
    kept["person"] = change.person if change.person and _bare(change.person) != _bare(record.person) else None
    named = (
        any(getattr(change, name) for name in (*_LISTS, "withdraw", "restore")) or change.person is not None
    )
    return None if named and not any(kept.values()) else replace(change, **kept)


def _by_a_later_file(record: PersonRecord, change: Change, key: EvidenceKey) -> bool:
    """Whether what was taken back before is so by a file of a later day."""
    before = record.taken_back.get(key)
    return change.withdraw_day is not None and (before is None or before < change.withdraw_day)


def _bare(person: Any) -> Any:
    return replace(person, sequence=0, head="")


def _different(before: Sequence[T], wanted: Sequence[T]) -> tuple[T, ...]:
    known = {sort_key(item): item for item in before}
    return tuple(item for key, item in {sort_key(i): i for i in wanted}.items() if known.get(key) != item)


def applied(record: PersonRecord, change: Change, entry: audit.AuditEntry) -> PersonRecord:
    """The record as it stands after the change."""
    lists = {name: _merged(getattr(record, name), getattr(change, name)) for name in _LISTS}
    withdrawn = (record.withdrawn - frozenset(change.restore)) | frozenset(change.withdraw)
    lists["evidence"] = tuple(item for item in lists["evidence"] if item.key not in withdrawn)
    taken_back = {key: day for key, day in record.taken_back.items() if key in withdrawn}
    if change.withdraw_day is not None:
        taken_back |= dict.fromkeys(change.withdraw, change.withdraw_day)
    person = replace(
        change.person or record.person, id=record.person.id, sequence=entry.sequence, head=entry.hash
    )
    return PersonRecord(person=person, withdrawn=withdrawn, taken_back=taken_back, **lists)


def _merged(before: Sequence[Any], changed: Sequence[Any]) -> tuple[Any, ...]:
    items: dict[Hashable, Any] = {sort_key(item): item for item in (*before, *changed)}
    return tuple(items[key] for key in sorted(items, key=str))


def assembled(items: Iterable[Attributes]) -> PersonRecord | None:
    """The record that the items of one partition make; None without a profile."""
    profile: Attributes | None = None
    found: dict[str, list[Any]] = {kind: [] for kind in KIND_OF}
    standing: dict[str, str] = {}
    for item in items:
        sk = item["sk"]["S"]
        kind = sk.partition("#")[0]
        if kind in KIND_OF:
            found[kind].append(decode(KIND_OF[kind], item["body"]["S"]))
        elif sk.startswith(deliveries.PREFIX):
            standing[sk] = item["body"]["S"]
        elif sk == PROFILE:
            profile = item
    if profile is None:
        return None
    tombstones: list[Tombstone] = found["WD"]
    withdrawn = frozenset(stone.key for stone in tombstones)
    evidence: list[Evidence] = found["EV"]
    fields = {name: tuple(found[kind]) for kind, name in _FIELDS.items()}
    if standing:
        fields["messages"] = deliveries.standing(fields["messages"], standing)
    return PersonRecord(
        person=replace(
            decode(Person, profile["body"]["S"]),
            sequence=int(profile["sequence"]["N"]),
            head=profile["head"]["S"],
        ),
        evidence=tuple(item for item in evidence if item.key not in withdrawn),
        withdrawn=withdrawn,
        taken_back={stone.key: stone.file_day for stone in tombstones if stone.file_day is not None},
        **fields,
    )


def commit(record: PersonRecord, plan: Plan, *, new: bool = False) -> PersonRecord:
    """Write one change with everything that follows from it; ConflictError if somebody else was first."""
    token = str(uuid.uuid4())
    change = plan.change
    stones = [Tombstone(key.day, key.feed, key.event, change.withdraw_day) for key in change.withdraw]
    known = {message.id for message in record.messages}
    moved = {message.id: message for message in change.messages if message.id in known}
    decided = replace(change, messages=tuple(m for m in change.messages if m.id not in moved))
    pk = partition(record.person.id)
    puts = [item for name in _LISTS for item in getattr(decided, name)] + stones
    items: list[Write] = [
        *(Put(People(pk, sort_key(item), body=encode(item))) for item in puts),
        *(Delete(People(pk, sort_key(key))) for key in change.restore),
        *plan.also,
    ]
    person = replace(change.person or record.person, id=record.person.id)
    profile = People(pk, PROFILE, body=encode(_bare(person)))
    told = [Put(profile), *items] if new or change.person is not None else items
    moves = dict.fromkeys(map(deliveries.sort_key, moved.values()), audit.UNTOLD)
    entry = _entry(record, change, _digests(pk, told) | moves)
    after = applied(record, change, entry)
    profile.sequence, profile.head = entry.sequence, entry.hash
    same = tables.absent(People) if new else People.sequence == record.person.sequence
    writes: list[Write] = [
        Put(profile, same),
        audit.appended(pk, entry.sort_key, entry.text, token),
        *items,
        *deliveries.writes(record, after),
        *worklist_rows.writes(None if new else record, after),
        *([] if new or not settings().event_hosts else event_rows.writes(record, after, change.at)),
    ]
    if new or after.person.area != record.person.area:
        worklist_rows.remember_county(after.person.area[:6])
        places.remember(after.person.area)
    try:
        tables.write_together(writes, token)
    except ConflictError:
        if not audit.is_by(pk, entry.sort_key, token):
            raise
    return after


def _digests(pk: str, writes: Iterable[Write]) -> dict[str, str]:
    """What an entry says of the items of a person that its transaction puts or removes."""
    result = {}
    for write in writes:
        item = write.item
        if isinstance(item, People) and item.pk == pk:
            gone = isinstance(write, Delete)
            result[item.sk] = audit.REMOVED if gone else audit.digest_of(item.body or item.sealed)
    return result


def _entry(record: PersonRecord, change: Change, items: dict[str, str]) -> audit.AuditEntry:
    entry = audit.AuditEntry(
        sequence=record.person.sequence + 1,
        at=change.at,
        action=change.action,
        actor=change.actor,
        details=change.details,
        items=items,
    )
    return audit.sealed(entry, record.person.head)
