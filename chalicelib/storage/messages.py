"""The outbox: a message is an item of its person's record and moves under that record's lock.

PENDING → CLAIMED(attempt) → SENT → DELIVERED | FAILED
                          ↘ UNKNOWN (its sender died: never sent again on its own)

P#<person> / SENT#<day>     which message went out that day: one per person and day
PHONE#<mark> / <day>        how many went to one phone that day: a cadre's number serves ten elders
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from chalicelib import clock
from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import Change, Message, MessageState, PersonId, PersonRecord
from chalicelib.storage import opaque, people, tables
from chalicelib.storage.changes import TRIES, partition
from chalicelib.storage.tables import People, Put, Update

STALE_AFTER: Final = timedelta(minutes=15)  # three times the longest life of a sending function
_SENDER: Final = "sender"
_CARRIER: Final = "carrier"
_KEPT: Final = timedelta(days=60)
_HANDED_OVER: Final = frozenset({MessageState.CLAIMED, MessageState.SENT, MessageState.UNKNOWN})


def message_by_id(message_id: str) -> tuple[PersonId, Message]:
    """A message and its person, by an id "<person>.<hash>"; NotFoundError."""
    person = PersonId(message_id.partition(".")[0])
    found = _find(people.load(person), message_id)
    if found is None:
        raise NotFoundError("no such message")
    return person, found


def _find(record: PersonRecord, message_id: str) -> Message | None:
    return next((message for message in record.messages if message.id == message_id), None)


def reserve_day(person: PersonId, phone: str, day: date, message_id: str, per_phone: int) -> bool:
    """Whether this message may be the one that person gets that day, and one of `per_phone` to the phone.

    Asking again for the same message says yes again. Raises ConflictError while others keep reserving.
    """
    for tries in range(TRIES):
        try:
            tables.write_together(_reservation(person, phone, day, message_id, per_phone), str(uuid.uuid4()))
        except ConflictError:  # now it is worth asking why: nearly every day is free
            taken = tables.get(People, partition(person), f"SENT#{day}")
            if taken is not None:
                return bool(taken.body == message_id)
            phone_day = tables.get(People, f"PHONE#{opaque.phone_mark(phone)}", f"{day}")
            if phone_day is not None and phone_day.uses >= per_phone:
                return False
            tables.pause(tries)
        else:
            return True
    raise ConflictError("too many are sending at once")


def _reservation(
    person: PersonId, phone: str, day: date, message_id: str, per_phone: int
) -> list[tables.Write]:
    expires = int((datetime(day.year, day.month, day.day, tzinfo=UTC) + _KEPT).timestamp())
    sent = People(partition(person), f"SENT#{day}", body=message_id, expires=expires)
    phone_day = People(f"PHONE#{opaque.phone_mark(phone)}", f"{day}")
    free = People.uses.does_not_exist() | (People.uses < per_phone)
    return [
        Put(sent, tables.absent(People)),
        Update(phone_day, [People.uses.add(1), People.expires.set(expires)], free),
    ]


class Claimed(NamedTuple):
    """A message that this attempt alone may hand over, and its person's record as the claim left it."""

    message: Message
    record: PersonRecord


def claim(person: PersonId, message: Message, known: PersonRecord | None = None) -> Claimed | None:
    """Take a pending message for this attempt; None if it is not pending any more, or somebody has it."""
    attempt = uuid.uuid4().hex
    pending = {MessageState.PENDING}
    record = _move(person, message.id, pending, MessageState.CLAIMED, _SENDER, attempt=attempt, known=known)
    claimed = _find(record, message.id)
    return Claimed(claimed, record) if claimed is not None and claimed.attempt == attempt else None


def sent(person: PersonId, claimed: Message, known: PersonRecord | None = None) -> None:
    """The carrier took the message of this attempt; unless it has reported already."""
    _move(person, claimed.id, {MessageState.CLAIMED}, MessageState.SENT, _SENDER, known=known)


def give_up_stale(person: PersonId, message: Message) -> bool:
    """A claim older than `STALE_AFTER` becomes UNKNOWN: it may have gone out, nobody can tell."""
    if message.changed is None or clock.now() - message.changed < STALE_AFTER:
        return False
    _move(person, message.id, {MessageState.CLAIMED}, MessageState.UNKNOWN, _SENDER)
    return True


def postpone(person: PersonId, message: Message, day: date) -> None:
    """A pending message waits for a later day: its person or phone has had enough today."""

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message.id)
        if found is None or found.state is not MessageState.PENDING or found.day >= day:
            return None
        details = {"message": found.id, "day": day}
        return Change("message postponed", _SENDER, clock.now(), details, messages=(replace(found, day=day),))

    people.change(person, decide)


def reported(person: PersonId, message_id: str, state: MessageState, *, opted_out: bool = False) -> None:
    """What the carrier says became of a message (DELIVERED, FAILED); the first report counts.

    With `opted_out` the person gets printed notices from now on.
    """

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message_id)
        news = found is not None and found.state in _HANDED_OVER
        stops = opted_out and not record.person.opted_out
        if not news and not stops:
            return None
        now = clock.now()
        return Change(
            f"message {state}",
            _CARRIER,
            now,
            {"message": message_id, "opted_out": opted_out},
            person=replace(record.person, opted_out=True) if stops else None,
            messages=(replace(found, state=state, changed=now),) if found is not None and news else (),
        )

    people.change(person, decide)


def _move(
    person: PersonId,
    message_id: str,
    before: set[MessageState],
    after: MessageState,
    actor: str,
    attempt: str | None = None,
    known: PersonRecord | None = None,
) -> PersonRecord:
    """Move a message from one of the states `before`; anything else stays as it is."""

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message_id)
        if found is None or found.state not in before:
            return None
        now = clock.now()
        moved = replace(found, state=after, changed=now, attempt=attempt or found.attempt)
        return Change(f"message {after}", actor, now, {"message": message_id}, messages=(moved,))

    return people.change(person, decide, known)
