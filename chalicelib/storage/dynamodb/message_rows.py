"""待发短信与待送告知书 · Of messages, the rows of the work lists: what is to be sent, or to be brought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from chalicelib.engine.texts.channels import again_on, following_channel, printed_on
from chalicelib.model import BY_PHONE, Message, MessageState, PersonRecord, Template

_TO_SEND: Final = frozenset({MessageState.PENDING, MessageState.CLAIMED})
# By place, but for a word that came later: keys of messages that wait bear the number.
PRIORITY: Final = {template: number for number, template in enumerate(Template)} | {Template.PAUSED: 1}


def rows_of_messages(record: PersonRecord, shard: str) -> Iterator[tuple[tuple[str, str], Message]]:
    """Messages to be sent, or to be sent by another channel once a day has passed; notices to be brought."""
    person, area = record.person.id, record.person.area
    for message in record.messages:
        rank = f"{PRIORITY[message.template]:02d}#{message.id}"
        if message.state in _TO_SEND:
            yield (f"OUT#{shard}", f"{message.day}#{rank}"), message
        elif _may_have_failed(message) and following_channel(record, message):
            yield (f"OUT#{shard}", f"{again_on(message)}#{rank}"), message
        elif message.is_to_be_brought:
            yield (f"NOTE#{area[:6]}", f"{area}#{printed_on(message)}#{person}#{message.id}"), message


def _may_have_failed(message: Message) -> bool:
    """Whether nobody knows what became of it: whether it was taken, or what came of it at the phone."""
    waits = message.state is MessageState.SENT and message.channel in BY_PHONE
    return waits or message.state is MessageState.UNKNOWN
