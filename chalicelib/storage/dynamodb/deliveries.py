"""送达情况 · Where a message stands: an item beside what it says, which every writer expects as it was read.

    P#<person> / MSG#<message>         what is said, written once, in the audited transaction that decides it
               / DELIVERY#<message>    where it stands since then; none: where it stood when it was written

Messages of before were rewritten whole: their state is that of their own item, until one of the next kind
stands beside it. The rows of the work lists follow from record and state together: whoever writes a state
with a row expects the record as read, and a record whose change moves a row expects the state as read.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Final

from pynamodb.expressions.condition import Condition

from chalicelib.model import Channel, Message, MessageState, PersonId, PersonRecord
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import PROFILE, decode, encode, partition
from chalicelib.storage.dynamodb.tables import Check, Delete, People, Put, Work, Write
from chalicelib.storage.dynamodb.worklist_rows import (
    lies_by_the_record,
    places_of,
    record_places,
    rows_of_message,
)

PREFIX: Final = "DELIVERY#"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What of a message changes after it was decided; each field as in `Message`."""

    state: MessageState
    day: date
    channel: Channel
    attempt: str | None = None
    changed: datetime | None = None
    said: str | None = None
    left_by: str | None = None
    left_on: date | None = None
    document: str | None = None


_FIELDS: Final = tuple(field.name for field in fields(Delivery))


def sort_key(message: Message) -> str:
    """Where a person's partition says how far a message has come."""
    return f"{PREFIX}{message.id}"


def standing(messages: Iterable[Message], found: Mapping[str, str]) -> tuple[Message, ...]:
    """Messages as they stand now: `found` holds the bodies of those that have gone on, by sort key."""
    return tuple(
        message if (body := found.get(sort_key(message))) is None else _with(message, decode(Delivery, body))
        for message in messages
    )


def may_be(before: Message, after: Message) -> bool:
    """Whether a step of a record may write a known message so: it never goes back, and never says otherwise.

    That it waits again is for its sender alone to say: a step that decides the same anew tells nobody twice.
    """
    is_further = after.state in before.state.may_become and after.state is not MessageState.PENDING
    return is_further and _with(before, _of(after)) == after


def writes(before: PersonRecord, after: PersonRecord) -> Iterator[Write]:
    """What a step of a record writes of messages that were known: where they stand, expected as read.

    Of those whose row is another after it, or would be once they have gone on, that they still stand so: else
    whoever moves them meanwhile would leave the row of a record that is no more.
    """
    known = {message.id: message for message in before.messages}
    for message in after.messages:
        was = known.get(message.id)
        if was is None:
            continue
        if was != message:
            yield Put(_item(after.person.id, message), _as_read(was))
        elif record_places(before, was) != record_places(after, message):
            yield Check(_item(after.person.id, message), _as_read(was))


def move(record: PersonRecord, moved: Sequence[Message]) -> PersonRecord:
    """Write where messages of a record stand now, with their rows, and nothing else; returns the record then.

    Takes no place in the audit chain: what was decided does not change. ConflictError if one of them, or the
    record by which a row lies, is no longer as read.
    """
    now = {message.id: message for message in moved}
    after = replace(record, messages=tuple(now.get(message.id, message) for message in record.messages))
    result: list[Write] = []
    for was in record.messages:
        if was.id in now:
            result.append(Put(_item(record.person.id, now[was.id]), _as_read(was)))
            result += _rows(record, was, after, now[was.id])
    if any(map(lies_by_the_record, moved)):
        profile = People(partition(record.person.id), PROFILE)
        result.append(Check(profile, People.sequence == record.person.sequence))
    match result:
        case [Put(item, condition)] if condition is not None:  # at half the price of a transaction
            tables.put_if(item, condition)
        case _:
            tables.write_together(result, str(uuid.uuid4()))
    return after


def _rows(record: PersonRecord, was: Message, after: PersonRecord, now: Message) -> Iterator[Write]:
    """The rows of one message to put and to remove; removed wherever they may lie, there or not."""
    before, wanted = rows_of_message(record, was), rows_of_message(after, now)
    for place, body in wanted.items():
        if before.get(place) != body:
            yield Put(Work(*place, body=body))
    for place in {*before, *places_of(record, was)} - wanted.keys():
        yield Delete(Work(*place))


def _as_read(message: Message) -> Condition:
    """That a message stands as it was read, or was written so and never went on."""
    same: Any = (People.state == message.state.value) & (People.body == encode(_of(message)))
    either: Condition = tables.absent(People) | same
    return either


def _item(person: PersonId, message: Message) -> People:
    body = encode(_of(message))
    return People(partition(person), sort_key(message), state=message.state.value, body=body)


def _of(message: Message) -> Delivery:
    return Delivery(**_values(message))


def _with(message: Message, delivery: Delivery) -> Message:
    return replace(message, **_values(delivery))


def _values(thing: Message | Delivery) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in _FIELDS}
