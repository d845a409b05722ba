"""待推送事件 · Events of which apps have still to be told, written in the transaction of their cause.

    EVENT#<shard> / <person>#<kind>     the latest event of a kind about a person (`Event`)

What happens again before anybody was told takes the place of what happened before: an app needs to know that
it should ask, and asks once. Nothing is written where the deployment lists nobody who could be told, and
nothing of whoever has just become known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.errors import ConflictError
from chalicelib.model import Entitlement, EntitlementStatus, Event, EventKind, PersonRecord
from chalicelib.storage.dynamodb import shards, tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Put, Work

EVENT: Final = "EVENT"
_ENTERED: Final = {
    EntitlementStatus.ACTIVE: EventKind.RESUMED,
    EntitlementStatus.SUSPENDED: EventKind.SUSPENDED,
    EntitlementStatus.PAUSED: EventKind.PAUSED,
    EntitlementStatus.TERMINATED: EventKind.TERMINATED,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits, as its row was read."""

    row: Work

    @property
    def event(self) -> Event:
        """What is to be told."""
        return decode(Event, self.row.body)

    @property
    def place(self) -> str:
        """Behind which a listing goes on."""
        return str(self.row.sk)


# --- written with the record ---------------------------------------------------------------------


def writes(before: PersonRecord, after: PersonRecord, at: datetime) -> list[Put]:
    """The rows of what a step means to apps; nothing is told of a number that was joined to another."""
    if after.person.joined_to is not None:
        return []
    person = after.person
    return [
        Put(_row(Event(person.id, kind, person.sequence, at, person.area)))
        for kind in sorted(kinds_of(before, after))
    ]


def kinds_of(before: PersonRecord, after: PersonRecord) -> frozenset[EventKind]:
    """What a step means to apps that show people until when they are certified, and why."""
    known = {each.benefit: each for each in before.entitlements}
    found = {
        kind
        for each in after.entitlements
        if (was := known.get(each.benefit)) is not None
        for kind in _of_entitlement(was, each)
    }
    case, was_open = after.open_case, before.open_case
    if case is not None and (was_open is None or was_open.due != case.due):
        found.add(EventKind.DUE)
    return frozenset(found)


def _of_entitlement(was: Entitlement, now: Entitlement) -> Iterator[EventKind]:
    if now.valid_until > was.valid_until:
        yield EventKind.CERTIFIED
    if now.status is not was.status:
        yield _ENTERED[now.status]


def _row(event: Event) -> Work:
    return Work(
        f"{EVENT}#{shards.shard_of(event.person)}", f"{event.person}#{event.kind}", body=encode(event)
    )


# --- read, and told ------------------------------------------------------------------------------


def is_anything_waiting() -> bool:
    """Whether apps have still to be told of anything."""
    return any(shards.rows(EVENT, "~"))


def waiting(shard: str, after: str = "") -> Iterator[Waiting]:
    """The events that wait in a shard, by person, behind `<person>#<kind>`."""
    for row in shards.rows(EVENT, "~", shard, after):
        yield Waiting(row)


def told(waits: Waiting) -> None:
    """Everybody concerned has been told; an event that came meanwhile stays."""
    tables.delete_if(Work(waits.row.pk, waits.row.sk), Work.body == waits.row.body)


def keep_for(waits: Waiting, left: tuple[str, ...]) -> None:
    """Some have still to be told; an event that came meanwhile is for all of them again."""
    if waits.event.left == left:
        return
    try:
        body = encode(replace(waits.event, left=left))
        tables.put_if(Work(waits.row.pk, waits.row.sk, body=body), Work.body == waits.row.body)
    except ConflictError:
        return
