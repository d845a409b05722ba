"""短信 · Messages: composed with the decision that causes them, sent once, never guessed to have arrived.

A message is an item of the person's record, written in the transaction of its cause (PENDING). The sender
claims it (CLAIMED), hands it to the carrier (SENT), and only the carrier's report makes it DELIVERED or
FAILED. A claimed message whose sender died, or was not told whether it was taken, becomes UNKNOWN and is
never sent again on its own (rules 8 and 9); one that was certainly not taken waits for the next run. What
the carrier reports as failed is not sent again either: where no reminder was delivered, somebody brings a
notice before a payment may be suspended (`engine/suspension/readiness.py`, rule 10 b); a late "delivered"
still counts, and a number that refuses messages gets printed notices from now on. What goes out bears the
message's id, so that a gateway can tell the same one twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, assert_never

from chalicelib import clock
from chalicelib.engine.texts import carrier, message_templates
from chalicelib.engine.texts.carrier import Report
from chalicelib.errors import UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import Channel, Message, MessageState, Person, PersonId, PersonRecord, Template
from chalicelib.observability import logger
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage.clients import client, never_arrived
from chalicelib.storage.dynamodb import outbox as outbox
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.s3 import objects


def compose(
    person: Person, template: Template, about: str, words: Mapping[str, str], on: date, number: int = 1
) -> Message:
    """A message that exists once per person, subject, template and number, whoever composes it."""
    digest = hashlib.sha256(f"{person.id}|{about}|{template}|{number}".encode()).hexdigest()
    by_phone = person.has_phone and not person.opted_out
    return Message(
        id=f"{person.id}.{digest[:16]}",
        template=template,
        about=about,
        channel=Channel.SMS if by_phone else Channel.NOTICE,
        words={**message_templates.words_of_policy(template, current().rules.policy), **words},
        day=on,
        state=MessageState.PENDING,
    )


def anew(record: PersonRecord, template: Template, about: str, words: Mapping[str, str], on: date) -> Message:
    """A message of its own for what happens again: one that was sent about the same before stays as it is.

    For what is written in the transaction of its cause, which happens once.
    """
    before = sum((m.template, m.about) == (template, about) for m in record.messages)
    return compose(record.person, template, about, words, on, before + 1)


def text_of(message: Message) -> str:
    """What a message says, as it is sent, printed or shown, signed by the pack in force."""
    return message_templates.text(message, current().rules.policy)


def is_quiet_hour() -> bool:
    """Nobody is sent anything from 20:00 to 08:00 (rule 9)."""
    hour = clock.now().astimezone(clock.CHINA).hour
    quiet = current().rules.policy.messages
    return hour >= quiet.quiet_from or hour < quiet.quiet_until


def send_due() -> int:
    """Send what is due today, most urgent first; returns how many were handed over.

    UnfinishedError when everything else is sent, if a message could not be.
    """
    if is_quiet_hour():
        return 0
    sent = 0
    with run("send_messages") as each:
        for person, message in list(worklists.outgoing(clock.today())):
            with each(person=person, about=message):
                sent += _send(person, message)
    return sent


def _send(person: PersonId, message_id: str) -> bool:
    """Hand one message to its channel, if it may go today and nobody else has it."""
    record = people.load(person)
    message = next((m for m in record.messages if m.id == message_id), None)
    if message is None or message.state is not MessageState.PENDING:
        if message is not None and message.state is MessageState.CLAIMED:
            outbox.give_up_stale(person, message)
        return False
    phone = _phone_for(record, message)
    channel = Channel.NOTICE if phone is None else Channel.SMS
    # Before anything is reserved: a message that cannot be put into words takes nobody's day.
    text = text_of(replace(message, channel=channel))
    if phone is not None and not _may_go_today(person, phone, message.id):
        outbox.postpone(person, message, clock.today() + timedelta(days=1))
        return False
    taken = outbox.claim(person, message, record, channel=channel)
    if taken is None:
        return False
    claimed = taken.message
    try:
        if phone is None:
            objects.put_notice(record.person.area, clock.today(), claimed.id, text)
        else:
            _hand_over(claimed.id, phone, text)
    except Exception as error:
        if phone is None or never_arrived(error):  # a notice printed twice harms less than one lost
            outbox.put_back(person, claimed)
        else:
            outbox.give_up(person, claimed)
        raise
    outbox.sent(person, claimed, taken.record)
    return True


def _phone_for(record: PersonRecord, message: Message) -> str | None:
    """Where a text message goes; None: it is printed, also for who has given up the phone meanwhile."""
    if message.channel is Channel.NOTICE or record.person.opted_out:
        return None
    return people.identity_of(record.person.id).phone


def _may_go_today(person: PersonId, phone: str, message_id: str) -> bool:
    most = current().rules.policy.messages
    return outbox.reserve_day(
        person,
        phone,
        clock.today(),
        message_id,
        per_person=most.per_person_and_day,
        per_phone=most.per_phone_and_day,
    )


def _hand_over(message: str, phone: str, text: str) -> None:
    """Give one message to the carrier: through a topic to a gateway, or as an SNS SMS."""
    bears = {"message": {"DataType": "String", "StringValue": message}}
    if settings().sender == "sms":
        client("sns").publish(PhoneNumber=f"+86{phone}", Message=text, MessageAttributes=bears)
        return
    body = json.dumps({"message": message, "phone": phone, "text": text}, ensure_ascii=False)
    client("sns").publish(TopicArn=settings().messages_topic_arn, Message=body, MessageAttributes=bears)


def carrier_reported(said: Mapping[str, Any]) -> None:
    """Note what became of a message; a number that refuses messages gets notices from now on.

    A word that says the message is still under way changes nothing. UnreadableError for a word that nobody
    has declared, NotFoundError for a message that was never sent: after three tries the report lies in the
    dead-letter queue, whose alarm calls a person.
    """
    message, word = str(said["message"]), str(said["status"])
    report = carrier.read(word)
    logger.info("carrier report", extra={"about": message, "report": report or "not understood"})
    match report:
        case None:
            raise UnreadableError("the carrier uses a word that engine/texts/carrier.py does not declare")
        case Report.UNDER_WAY:
            return
        case Report.DELIVERED:
            outbox.reported(message, MessageState.DELIVERED)
        case Report.FAILED | Report.OPTED_OUT:
            outbox.reported(message, MessageState.FAILED, opted_out=report is Report.OPTED_OUT)
        case _ as never:
            assert_never(never)
