"""发件箱 · The outbox: a message is decided with its person's record, and goes on beside it.

It is written PENDING in the audited transaction that decides it. From then on each of its states is written
under the condition that it stands as it was read, with its row of the work lists in the same write
(`deliveries`): whoever was second reads again, and finds that there is nothing left to do. What decides
something anew (a message in its stead, a phone that takes no more) is a step of the record again.

PENDING → CLAIMED(attempt) → SENT → DELIVERED | FAILED (→ DELIVERED: it came late)
   ↑          ↓           ↘ UNKNOWN (it may have gone out, nobody can tell: never sent again on its own)
   └ it was certainly not taken, or it is a notice that was not printed

What FAILED, or stays UNKNOWN for a day, is followed by a message of its own by the next channel (`follows`).
A printed notice is SENT once it lies in its village's bundle, and DELIVERED when somebody says who left it.

P#<person> / SENT#<day>     which message went out that day; a second, if the policy allows it: …#2
PHONE#<mark> / <day>        how many went to one phone that day, and which: a cadre's number serves ten elders
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from chalicelib import clock
from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import Change, Channel, Message, MessageState, Person, PersonId, PersonRecord
from chalicelib.storage import retries
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import deliveries, people, tables
from chalicelib.storage.dynamodb.items import partition
from chalicelib.storage.dynamodb.shards import shard_of
from chalicelib.storage.dynamodb.tables import People, Work

STALE_AFTER: Final = timedelta(minutes=15)  # three times the longest life of a sending function
_SENDER: Final = "sender"
_CARRIER: Final = "carrier"
_KEPT: Final = timedelta(days=60)
Follow = Callable[[PersonRecord, Message], Message | None]  # what goes in the stead of a message, if anything
_REACHED_NOBODY: Final = frozenset({MessageState.SENT, MessageState.UNKNOWN, MessageState.FAILED})


def message_by_id(message_id: str) -> tuple[PersonId, Message]:
    """A message and its person, by an id "<person>.<hash>"; NotFoundError."""
    person = _person_of(message_id)
    found = _find(people.load(person), message_id)
    if found is None:
        raise NotFoundError("no such message")
    return person, found


def _find(record: PersonRecord, message_id: str) -> Message | None:
    return next((message for message in record.messages if message.id == message_id), None)


def reserve_day(
    person: PersonId,
    phone: str,
    day: date,
    message_id: str,
    *,
    per_person: int,
    per_phone: int,
    failed: Collection[str] = (),
) -> bool:
    """Whether this message may be one of those that person gets that day, and one of those to the phone.

    The place of one that `failed` is free: nobody received it. Asking again for the same message says yes
    again. Raises ConflictError while others keep reserving.
    """
    for place in range(1, per_person + 1):
        sort = f"SENT#{day}" if place == 1 else f"SENT#{day}#{place}"
        granted = _reserve(People(partition(person), sort, body=message_id), phone, day, per_phone, failed)
        if granted is not None:
            return granted
    return False


def _reserve(place: People, phone: str, day: date, per_phone: int, failed: Collection[str]) -> bool | None:
    """Whether a message gets one of its person's places of a day; None if another message has that place.

    Two writes of their own, at half the price of a transaction: each is the same when it is done again, so
    whoever dies between them has reserved a place for a message that goes out all the same.
    """
    place.expires = int((datetime(day.year, day.month, day.day, tzinfo=UTC) + _KEPT).timestamp())
    if not _take(place, failed):
        return None
    phone_day = People(f"PHONE#{hmac_ids.phone_mark(phone)}", f"{day}", expires=place.expires)
    if _count(phone_day, hashlib.sha256(place.body.encode()).hexdigest()[:16], per_phone):
        return True
    with suppress(ConflictError):  # nobody else's is given back
        tables.put_if(People(place.pk, place.sk, expires=place.expires), People.body == place.body)
    return False


def _take(place: People, failed: Collection[str]) -> bool:
    """Whether a place of a person's day is a message's: it was free, or that of one that failed."""
    free = People.body.does_not_exist() | (People.body == place.body)
    for tries in range(retries.TRIES):
        try:
            tables.put_if(place, free)
        except ConflictError:
            taken = tables.get(People, place.pk, place.sk)
            if taken is not None and taken.body is not None and taken.body not in {*failed, place.body}:
                return False
            if taken is not None and taken.body is not None:
                free = People.body == taken.body
            retries.pause(tries)
        else:
            return True
    raise ConflictError("too many are sending at once")


def _count(phone_day: People, told: str, most: int) -> bool:
    """Whether a message is one of those to a phone on a day; counted once, however often it is asked for."""
    is_new = ~People.told.contains(told)
    actions = [People.uses.add(1), People.told.add({told}), People.expires.set(phone_day.expires)]
    try:
        tables.update_if(phone_day, actions, is_new & (People.uses.does_not_exist() | (People.uses < most)))
    except ConflictError:  # counted before, or too many are
        found = tables.get(People, phone_day.pk, phone_day.sk)
        return found is not None and told in (found.told or ())
    return True


class Claimed(NamedTuple):
    """A message that this attempt alone may hand over, and its person's record as the claim left it."""

    message: Message
    record: PersonRecord


def claim(
    person: PersonId,
    message: Message,
    known: PersonRecord | None = None,
    *,
    channel: Channel | None = None,
    said: str | None = None,
    document: str | None = None,
) -> Claimed | None:
    """Take a pending message for this attempt; None if it is not pending any more, or somebody has it.

    `channel` is the one that it goes by, where that is another than the one it was composed for; `said` is
    the text that goes out, `document` the written notice beside it: both stand with the message from now on.
    """
    attempt = uuid.uuid4().hex
    by = channel or message.channel
    claimed = replace(message, attempt=attempt, channel=by, said=said, document=document)
    record = _move(person, claimed, MessageState.CLAIMED, known)
    found = _find(record, message.id)
    return Claimed(found, record) if found is not None and found.attempt == attempt else None


def sent(person: PersonId, claimed: Message, known: PersonRecord | None = None) -> None:
    """The carrier took the message of this attempt; unless it has reported already."""
    _move(person, claimed, MessageState.SENT, known)


def put_back(person: PersonId, claimed: Message) -> None:
    """The carrier has certainly not taken the message of this attempt: the next run tries again."""
    _move(person, claimed, MessageState.PENDING)


def give_up(person: PersonId, claimed: Message) -> None:
    """Nobody can tell whether the carrier took the message of this attempt: it becomes UNKNOWN."""
    _move(person, claimed, MessageState.UNKNOWN)


def drop(person: PersonId, message: Message) -> None:
    """A pending message has been overtaken: nobody is told that any more."""
    _move(person, message, MessageState.DROPPED)


def give_up_stale(person: PersonId, message: Message) -> bool:
    """A claim older than `STALE_AFTER` becomes UNKNOWN: it may have gone out, nobody can tell.

    A notice waits to be printed again: printed twice it harms less than lost.
    """
    if message.changed is None or clock.now() - message.changed < STALE_AFTER:
        return False
    (put_back if message.channel is Channel.NOTICE else give_up)(person, message)
    return True


def postpone(person: PersonId, message: Message, day: date) -> None:
    """A pending message waits for a later day: its person or phone has had enough today."""

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message.id)
        if found is None or found.state is not MessageState.PENDING or found.day >= day:
            return None
        return _told(replace(found, day=day))

    _go_on(person, decide)


def reported(
    message_id: str, state: MessageState, *, opted_out: bool = False, then: Follow | None = None
) -> PersonRecord:
    """What the carrier says became of a message (DELIVERED, FAILED); NotFoundError if there is no such one.

    Delivered counts even after a failure: the carrier tried again; what waited in its stead is dropped.
    Failed never counts after delivered, for what was read cannot be taken back. With `opted_out` that phone
    gets no more. `then` says what follows a failure, in the same transaction.
    """

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message_id)
        if found is None:
            raise NotFoundError("no such message")
        news = state in found.state.may_become
        person = _without_phone(record.person, found.channel) if opted_out else record.person
        if not news and person == record.person:
            return None
        now = clock.now()
        after = replace(found, state=state, changed=now)
        return Change(
            f"message {state}",
            _CARRIER,
            now,
            {"message": message_id, "opted_out": opted_out},
            person=person if person != record.person else None,
            messages=(after, *_what_follows(replace(record, person=person), after, then)) if news else (),
        )

    return _go_on(_person_of(message_id), decide)


def _without_phone(person: Person, channel: Channel) -> Person:
    """The person once the phone of a channel takes no more messages."""
    if channel is Channel.HELPER:
        return replace(person, helper_opted_out=True)
    return replace(person, opted_out=True)


def _what_follows(record: PersonRecord, after: Message, then: Follow | None) -> tuple[Message, ...]:
    if after.state is MessageState.DELIVERED:
        return tuple(
            replace(m, state=MessageState.DROPPED)
            for m in record.messages
            if m.follows == after.id and m.state is MessageState.PENDING
        )
    following = then(record, after) if then is not None else None
    return () if following is None else (following,)


def remove_row(person: PersonId, place: str) -> None:
    """Take away a row of `worklists.outgoing` by its place: of a message of which all has been heard.

    Messages that were sent before their row stayed where it was have another, which nobody else removes.
    """
    priority, since, message = place.split("#", 2)
    tables.delete(Work(f"OUT#{shard_of(person)}", f"{since}#{priority}#{message}"))


def followed(person: PersonId, message_id: str, then: Follow) -> PersonRecord:
    """Have another message go in the stead of one whose fate stays unknown, if `then` says so."""

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, message_id)
        is_out = found is not None and found.state in _REACHED_NOBODY  # not reported since it was looked at
        following = then(record, found) if found is not None and is_out else None
        if following is None:
            return None
        details = {"message": message_id, "by": following.channel.value}
        return Change("message followed", _SENDER, clock.now(), details, messages=(following,))

    return people.change(person, decide)


def _person_of(message_id: str) -> PersonId:
    return PersonId(message_id.partition(".")[0])


def _move(
    person: PersonId, told: Message, after: MessageState, known: PersonRecord | None = None
) -> PersonRecord:
    """Move a message on, with the attempt and channel told, if it can still come there from where it stands.

    Anything else stays as it is, and so does a message that another attempt has claimed.
    """

    def decide(record: PersonRecord) -> Change | None:
        found = _find(record, told.id)
        if found is None or after not in found.state.may_become or found.state is after:
            return None
        if found.state is MessageState.CLAIMED and found.attempt != told.attempt:
            return None
        moved = replace(
            found,
            state=after,
            changed=clock.now(),
            attempt=told.attempt,
            channel=told.channel,
            said=told.said,
            document=told.document,
        )
        return _told(moved)

    return _go_on(person, decide, known)


def _told(moved: Message) -> Change:
    return Change(f"message {moved.state}", _SENDER, clock.now(), {"message": moved.id}, messages=(moved,))


def _go_on(
    person: PersonId, decide: Callable[[PersonRecord], Change | None], known: PersonRecord | None = None
) -> PersonRecord:
    """Move messages as `decide` says of the record as it stands; a step of it if anything is decided anew.

    Raises ConflictError after five conflicts, NotFoundError.
    """
    record = known
    for tries in range(retries.TRIES):
        record = record or people.load(person)
        change = decide(record)
        if change is None:
            return record
        if _decides(record, change):
            return people.change(person, decide, record)
        try:
            return deliveries.move(record, change.messages)
        except ConflictError:  # or it was applied, and nobody said so: what is read next tells
            retries.pause(tries)
            record = None
    raise ConflictError("others keep moving a message")


def _decides(record: PersonRecord, change: Change) -> bool:
    """Whether a change says more than how far messages have come that were decided before."""
    known = {message.id for message in record.messages}
    return change.person is not None or any(message.id not in known for message in change.messages)
