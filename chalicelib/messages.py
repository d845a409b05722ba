"""Messages: composed with the decision that causes them, sent once, never guessed to have arrived.

A message is an item of the person's record, written in the transaction of its cause (PENDING). The
sender claims it (CLAIMED), hands it to the carrier (SENT), and only the carrier's report makes it
DELIVERED or FAILED. A claimed message whose sender died becomes UNKNOWN and is never sent again on
its own (rules 8 and 9).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta

from chalicelib import clock
from chalicelib.engine import wording
from chalicelib.model import Channel, Message, MessageState, Person, PersonId, Template
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.settings import settings
from chalicelib.storage import messages as outbox
from chalicelib.storage import objects, people, work
from chalicelib.storage.clients import client


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
        words=dict(words),
        day=on,
        state=MessageState.PENDING,
    )


def is_quiet_hour() -> bool:
    """Nobody is sent anything from 20:00 to 08:00 (rule 9)."""
    hour = clock.now().astimezone(clock.CHINA).hour
    quiet = current().rules.policy.messages
    return hour >= quiet.quiet_from or hour < quiet.quiet_until


def send_due() -> int:
    """Send what is due today, most urgent first; returns how many were handed over."""
    if is_quiet_hour():
        return 0
    sent = 0
    for person, message in list(work.outgoing(clock.today())):
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
    identity = people.identity_of(person)
    if (
        message.channel is Channel.SMS
        and identity.phone
        and not outbox.reserve_day(
            person,
            identity.phone,
            clock.today(),
            message.id,
            current().rules.policy.messages.per_phone_and_day,
        )
    ):
        outbox.postpone(person, message, clock.today() + timedelta(days=1))
        return False
    taken = outbox.claim(person, message, record)
    if taken is None:
        return False
    claimed = taken.message
    text = wording.render(claimed.template, claimed.words)
    if claimed.channel is Channel.NOTICE or identity.phone is None:
        objects.put_notice(
            record.person.area, clock.today(), claimed.id, wording.notice(claimed.template, claimed.words)
        )
    else:
        _hand_over(claimed.id, identity.phone, text)
    outbox.sent(person, claimed, taken.record)
    return True


def _hand_over(message: str, phone: str, text: str) -> None:
    """Give one message to the carrier: through a topic to a gateway, or as an SNS SMS."""
    if settings().sender == "sms":
        client("sns").publish(PhoneNumber=f"+86{phone}", Message=text)
        return
    body = json.dumps({"message": message, "phone": phone, "text": text}, ensure_ascii=False)
    client("sns").publish(TopicArn=settings().messages_topic_arn, Message=body)


def carrier_reported(report: Mapping[str, str]) -> None:
    """Note what became of a message; a number that refuses messages gets notices from now on."""
    person = PersonId(report["message"].partition(".")[0])
    status = report["status"]
    state = MessageState.DELIVERED if status == "delivered" else MessageState.FAILED
    outbox.reported(person, report["message"], state, opted_out=status == "opted_out")
    logger.info("carrier report", extra={"person": person, "status": status})
