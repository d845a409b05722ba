"""待发短信与待送告知书 · Of messages, the rows of the work lists: what is to be sent, or to be brought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from chalicelib.engine.texts.channels import following_channel, printed_on
from chalicelib.model import Channel, Message, MessageState, PersonRecord, Template
from chalicelib.storage.dynamodb.items import encode
from chalicelib.storage.dynamodb.shards import shard_of

Place = tuple[str, str]

_TO_SEND: Final = frozenset({MessageState.PENDING, MessageState.CLAIMED})
# By place, but for a word that came later: keys of messages that wait bear the number.
PRIORITY: Final = {template: number for number, template in enumerate(Template)} | {Template.PAUSED: 1}


def rows_of_messages(record: PersonRecord) -> dict[Place, str]:
    """Every row that follows from a record's messages: key → body."""
    return {
        place: body for message in record.messages for place, body in rows_of_message(record, message).items()
    }


def rows_of_message(record: PersonRecord, message: Message) -> dict[Place, str]:
    """A message to be sent, or to be sent by another channel once a day has passed; a notice to be brought.

    A row to be sent names its person alone: it stays as it is while the message is claimed.
    """
    person, area = record.person.id, record.person.area
    if message.is_to_be_brought:
        place = f"NOTE#{area[:6]}", f"{area}#{printed_on(message)}#{person}#{message.id}"
        about = {"person": person, "area": area, "grid": record.person.grid, "item": encode(message)}
        return {place: json.dumps(about, ensure_ascii=False)}
    if message.may_have_failed and not following_channel(record, message):
        return {}
    return {place: json.dumps({"person": person}) for place in places_of(record, message)}


def places_of(record: PersonRecord, message: Message) -> Iterator[Place]:
    """Where a row to be sent can lie for a message as it stands, whatever else the record says.

    It stays while nobody has heard what became of the message: whoever finds it asks the record. Before, it
    was laid anew for the day after (`outbox.remove_row`).
    """
    if message.state in _TO_SEND or message.may_have_failed:
        rank = f"{PRIORITY[message.template]:02d}#{message.id}"
        yield f"OUT#{shard_of(record.person.id)}", f"{message.day}#{rank}"


def lies_by_the_record(message: Message) -> bool:
    """Whether the rest of the record decides if there is a row of a message, or where it lies."""
    return message.is_to_be_brought or message.may_have_failed


def record_places(record: PersonRecord, message: Message) -> tuple[str, str, bool] | None:
    """What the rest of the record decides of a message's rows, now or once it has gone on; None: nothing.

    By whichever channel it will have gone: all but a notice can be followed by another message.
    """
    if message.state not in _TO_SEND and not lies_by_the_record(message):
        return None
    by_phone = replace(message, channel=Channel.SMS)
    return record.person.area, record.person.grid, following_channel(record, by_phone) is None
