"""短信 · Messages: composed with the decision that causes them, sent once, never guessed to have arrived.

A message is an item of the person's record, written in the transaction of its cause (PENDING). The sender
claims it (CLAIMED), hands it to the carrier (SENT), and only the carrier's report makes it DELIVERED or
FAILED. A claimed message whose sender died, or was not told whether it was taken, becomes UNKNOWN and is
never sent again on its own (rules 8 and 9); one that was certainly not taken waits for the next run.

What failed, what stays UNKNOWN for a day, and what stays SENT without a report, is not sent again either:
another message goes in its stead by the next channel, on the same day (`engine/texts/channels.py`): to the
phone of a registered helper, then as a printed notice that somebody of the village brings (`printing`). A
late "delivered" still counts, and a phone that refuses messages gets no more. What goes out bears the
message's id, so that a gateway can tell the same one twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final, assert_never

from chalicelib import carriers, clock, printing
from chalicelib.carriers import Handed
from chalicelib.engine.texts import carrier, channels, message_templates, recovery_notices
from chalicelib.engine.texts.carrier import Report
from chalicelib.errors import NotTakenError, UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    Channel,
    Message,
    MessageState,
    Person,
    PersonId,
    PersonRecord,
    Template,
)
from chalicelib.observability import logger
from chalicelib.runs import Each, Stop, Walk, never, run
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.dynamodb import contacts, people, worklist_rows, worklists
from chalicelib.storage.dynamodb import outbox as outbox
from chalicelib.storage.dynamodb.worklists import Row

_OVER: Final = (MessageState.DELIVERED, MessageState.FAILED, MessageState.DROPPED)
_BATCHES: Final = 1000  # of reports in one run; what is left is for the next


def compose(
    person: Person, template: Template, about: str, words: Mapping[str, str], on: date, number: int = 1
) -> Message:
    """A message that exists once per person, subject, template and number, whoever composes it."""
    digest = hashlib.sha256(f"{person.id}|{about}|{template}|{number}".encode()).hexdigest()
    return Message(
        id=f"{person.id}.{digest[:16]}",
        template=template,
        about=about,
        channel=channels.first_channel(person, template),
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
    """What a message says, as it is sent, printed or shown: as it went out, once it has."""
    if message.said is not None and message.state is not MessageState.PENDING:
        return message.said
    return message_templates.text(message, current().rules.policy)


def document_of(message: Message) -> str | None:
    """The written notice of a decision, as it stood when the message went out; None of other messages.

    For whoever has a phone, too: a village, a counter or an app shows and prints it (rule 8).
    """
    if message.template not in channels.DECISIONS:
        return None
    if message.state is not MessageState.PENDING and message.channel is Channel.NOTICE:
        return text_of(message)
    return message.document or message_templates.document(message, current().rules.policy)


def is_quiet_hour() -> bool:
    """Nobody is sent anything from 20:00 to 08:00 (rule 9)."""
    hour = clock.now().astimezone(clock.CHINA).hour
    quiet = current().rules.policy.messages
    return hour >= quiet.quiet_from or hour < quiet.quiet_until


def send_some(shard: str, each: Each, after: str = "", stop: Stop = never) -> tuple[int, str | None]:
    """Send what is due in a shard behind a place in its order; how many, and behind which to go on.

    Nothing in quiet hours, whenever it was asked for.
    """
    if is_quiet_hour():
        return 0, None
    walk = Walk(worklists.outgoing(clock.today(), shard, after), stop)
    sent = _send_all(walk, each)
    return sent, None if walk.is_over or walk.last is None else walk.last[0]


def _send_all(due: Iterable[tuple[str, PersonId, str]], each: Each) -> int:
    """Send messages in this order, then print what is to be printed, a village at a time.

    Each with the place of the row by which it was found, if it was.
    """
    sent, to_print = 0, dict[AreaCode, list[outbox.Claimed]]()
    for place, person, message in due:
        with each(person=person, about=message):
            taken = _send(person, message, place)
            sent += taken is True
            if isinstance(taken, outbox.Claimed):
                to_print.setdefault(taken.record.person.area, []).append(taken)
    for village, notices in to_print.items():
        with each(village=village):
            sent += _print(village, notices)
    return sent


def _send(person: PersonId, message_id: str, place: str = "") -> bool | outbox.Claimed:
    """Hand one message over, if it may go today and nobody else has it; a notice is taken, to be printed.

    `place`: of the row by which it was found, if it was: one of before goes once all has been heard.
    """
    record = people.load(person)
    message = next((m for m in record.messages if m.id == message_id), None)
    if message is not None and _has_failed(message):
        after = outbox.followed(person, message.id, _in_its_stead)
        _look_after(person, message, place)
        return _send_next(after, message)
    if message is None or message.state is not MessageState.PENDING:
        _look_after(person, message, place)
        return False
    if record.died is not None and message.template not in recovery_notices.TO_THE_HOUSEHOLD:
        outbox.drop(person, message)
        return False
    channel, phone = _way_of(record, message)
    # Before anything is reserved: what cannot be put into words, or has no carrier, takes nobody's day.
    carrier_used = carriers.in_use() if phone is not None else None
    text = text_of(replace(message, channel=channel))
    if phone is not None and not _may_go_today(record, phone, message.id):
        outbox.postpone(person, message, clock.today() + timedelta(days=1))
        return False
    document = document_of(message) if channel is not Channel.NOTICE else None
    taken = outbox.claim(person, message, record, channel=channel, said=text, document=document)
    if taken is None or phone is None or carrier_used is None:
        return taken or False
    try:
        handed = carrier_used.hand_over(taken.message.id, phone, text)
    except Exception as error:
        (outbox.put_back if isinstance(error, NotTakenError) else outbox.give_up)(person, taken.message)
        raise
    if handed is Handed.REJECTED:
        return _send_next(outbox.reported(message.id, MessageState.FAILED, then=_in_its_stead), message)
    outbox.sent(person, taken.message, taken.record)
    return True


def _look_after(person: PersonId, message: Message | None, place: str) -> None:
    """Of what does not wait to be sent: a sender may have died, or a row may be left."""
    if message is not None and message.state is MessageState.CLAIMED:
        outbox.give_up_stale(person, message)
    elif place and (message is None or message.state in _OVER):
        outbox.remove_row(person, place)


def _has_failed(message: Message) -> bool:
    hours = current().rules.policy.messages.unreported_hours
    return channels.has_failed(message, clock.now(), hours)


def _send_next(record: PersonRecord, failed: Message) -> bool | outbox.Claimed:
    """Send what goes in the stead of a message, if anything does."""
    following = next((m for m in record.messages if m.follows == failed.id), None)
    return _send(record.person.id, following.id) if following is not None else False


def _print(village: AreaCode, notices: Sequence[outbox.Claimed]) -> int:
    """Put notices that this run has taken into their village's bundle; how many that were."""
    rows = [Row(t.record.person.id, village, t.record.person.grid, t.message, "") for t in notices]
    try:
        printing.print_notices(village, clock.today(), rows)
    except Exception:  # a notice printed twice harms less than one lost
        for taken in notices:
            outbox.put_back(taken.record.person.id, taken.message)
        raise
    for taken in notices:
        outbox.sent(taken.record.person.id, taken.message, taken.record)
    return len(notices)


def _way_of(record: PersonRecord, message: Message) -> tuple[Channel, str | None]:
    """By which channel a message goes now, and to which phone: what was given up meanwhile is passed over.

    After a death that people have confirmed, nothing goes to a phone.
    """
    channel: Channel | None = message.channel if record.died is None else None
    while channel is not None and channel is not Channel.NOTICE:
        phone = _phone_of(record.person, channel)
        if phone is not None:
            return channel, phone
        channel = channels.next_channel(record.person, channel)
    return Channel.NOTICE, None


def _phone_of(person: Person, channel: Channel) -> str | None:
    """The phone that a channel reaches; None where there is none, or it takes no messages."""
    own = people.identity_of(person.id).phone
    if channel is Channel.SMS:
        return None if person.opted_out else own
    helper = None if person.helper_opted_out else contacts.contact_of(person.id).helper_phone
    return None if helper == own else helper  # the same phone again is no other channel


def _may_go_today(record: PersonRecord, phone: str, message_id: str) -> bool:
    most = current().rules.policy.messages
    return outbox.reserve_day(
        record.person.id,
        phone,
        clock.today(),
        message_id,
        per_person=most.per_person_and_day,
        per_phone=most.per_phone_and_day,
        failed={m.id for m in record.messages if m.state is MessageState.FAILED},
    )


def _in_its_stead(record: PersonRecord, failed: Message) -> Message | None:
    """What follows a message that has reached nobody: the same, by the next channel, today."""
    channel = channels.following_channel(record, failed)
    if channel is None:
        return None
    following = anew(record, failed.template, failed.about, failed.words, clock.today())
    return replace(following, channel=channel, follows=failed.id)


def fetch_reports() -> None:
    """Fetch what the carrier has to say, if it does not push it, and put it where pushed reports go.

    A batch is acknowledged by asking for the next, once it lies in our queue: who dies before that is told
    again, and the same report again changes nothing.
    """
    carrier_used, after = carriers.in_use(), ""
    for _ in range(_BATCHES):
        reports, batch = carrier_used.fetch_reports(after)
        put_reports(reports)
        if batch == after:
            return
        after = batch


def put_reports(reports: Sequence[Mapping[str, str]]) -> None:
    """Put what a carrier says, fetched or pushed, into the queue that calls `carrier_report`."""
    for report in reports:
        body = json.dumps(report, ensure_ascii=False)
        client("sqs").send_message(QueueUrl=settings().carrier_reports_url, MessageBody=body)


def carrier_reported(said: Mapping[str, Any]) -> None:
    """Note what became of a message; where it failed, the next channel is tried at once.

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
            opted_out = report is Report.OPTED_OUT
            record = outbox.reported(message, MessageState.FAILED, opted_out=opted_out, then=_in_its_stead)
            _send_waiting(record)
        case _ as never:
            assert_never(never)


def _send_waiting(record: PersonRecord) -> None:
    """Send what waits for one person, most urgent first; in quiet hours it waits for the morning."""
    on, person = clock.today(), record.person.id
    waiting = [m for m in record.messages if m.state is MessageState.PENDING and m.day <= on]
    if is_quiet_hour() or not any(m.follows for m in waiting):
        return
    ordered = sorted(waiting, key=lambda m: (worklist_rows.PRIORITY[m.template], m.day, m.id))
    with run("carrier_report") as each:
        _send_all([("", person, m.id) for m in ordered], each)
