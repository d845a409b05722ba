"""Promises about whom messages reach (rules 8, 10 b): failures lead on, and nobody unreached is suspended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from chalicelib.clock import civil_date
from chalicelib.model import BY_PHONE, REMINDERS, Channel, Message, MessageState, PersonRecord
from sandbox.town.carrier import Handed
from sandbox.town.kinds_of_life import PHONE_FAILS

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run

TOLD_BY_NOW: Final = (MessageState.FAILED, MessageState.UNKNOWN)


def failures_followed(run: Run) -> Iterable[str]:
    """What failed is followed by a message of its own by another channel, on the day of the failure."""
    for index, record in run.truth.records.items():
        following = {m.follows: m for m in record.messages if m.follows is not None}
        for m in record.messages:
            if m.channel not in BY_PHONE or m.state is not MessageState.FAILED or record.died is not None:
                continue
            after = following.get(m.id)
            day = civil_date(m.changed) if m.changed is not None else m.day
            if after is None or after.channel is m.channel or after.day != day:
                yield f"person {index}: a {m.template} that failed on {day} led to no other channel"


def told_all_the_same(run: Run) -> Iterable[str]:
    """Whose phone never works: each reminder reached a helper's phone or was printed on the day it failed."""
    handed = {h.message: h for h in run.truth.handed}
    for index, record in run.truth.records.items():
        person = run.truth.scene.town.people[index]
        if person.kind != PHONE_FAILS or record.died is not None:
            continue
        own = [h for h in handed.values() if h.phone == person.phone and h.status == "delivered"]
        if own:
            yield f"the phone of person {index} never works, and a message was delivered to it"
        reminders = [m for m in record.messages if m.template in REMINDERS and m.state in TOLD_BY_NOW]
        for m in (m for m in reminders if m.id in handed and handed[m.id].phone == person.phone):
            told = civil_date(handed[m.id].at)
            if not any(_arrives(other, handed, told) for other in record.messages if other.about == m.about):
                yield f"person {index}: a {m.template} of {told} failed, and nobody told them that day"


def _arrives(message: Message, handed: Mapping[str, Handed], day: date) -> bool:
    """Whether a reminder went out on a day by a helper's phone that works, or on paper."""
    if message.template not in REMINDERS:
        return False
    if message.channel is Channel.NOTICE:
        return message.day == day
    sent = handed.get(message.id)
    return sent is not None and sent.status == "delivered" and civil_date(sent.at) == day


def nobody_unreached_suspended(run: Run) -> Iterable[str]:
    """Before each suspension a reminder was delivered, or a written notice left."""
    for suspended in run.truth.suspensions:
        index = suspended.person.index
        if not _is_reached(run.truth.records[index], suspended.on):
            yield f"person {index} was suspended on {suspended.on}, and no word had reached them"


def _is_reached(record: PersonRecord, on: date) -> bool:
    reminded = any(
        m.template in REMINDERS and m.state is MessageState.DELIVERED and m.day <= on for m in record.messages
    )
    left = any(v.notice_left and v.made is not None and civil_date(v.made) <= on for v in record.visits)
    return reminded or left
