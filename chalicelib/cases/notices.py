"""告知书送达 · Printed notices that somebody has brought: who left which, and when (rules 8 and 10 b).

A reminder's notice that was left counts like one that the carrier delivered: a suspension may rest on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.engine.texts.channels import printed_on
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import (
    REMINDERS,
    Change,
    Channel,
    Message,
    MessageState,
    PersonId,
    PersonRecord,
    Visit,
)
from chalicelib.storage.dynamodb import people


def notice_left(person: PersonId, message_id: str, *, on: date, by: str) -> Message:
    """Record that somebody has left a printed notice with a person on a day; the same again changes nothing.

    NotFoundError where no such notice was printed; RefusedError for a day before it was printed or still to
    come, and where somebody else has said so already.
    """

    def leave(record: PersonRecord) -> Change | None:
        notice = _printed(record, message_id)
        if (notice.left_by, notice.left_on) == (by, on):
            return None
        if not notice.is_to_be_brought:
            raise RefusedError(
                "already_left",
                "这份告知书已经登记过送达。",
                "somebody has said already that this notice was left",
            )
        if not printed_on(notice) <= on <= clock.today():
            raise RefusedError(
                "not_in_range",
                "送达日期须在告知书印发之日以后、今天以前（含当日）。",
                "a notice is left on the day of its printing or later, and not in the future",
            )
        return _left(record, (notice,), on, by)

    return _printed(people.change(person, leave), message_id)


def notices_left(person: PersonId, *, on: date, by: str) -> int:
    """Record that all notices printed for a person up to a day were left on it; how many those were."""

    def leave(record: PersonRecord) -> tuple[Change | None, int]:
        brought = to_be_brought(record, on)
        return (_left(record, brought, on, by) if brought else None), len(brought)

    return people.change_with_outcome(person, leave)[1]


def to_be_brought(record: PersonRecord, on: date) -> tuple[Message, ...]:
    """The printed notices of a person that somebody who comes on a day can bring."""
    return tuple(m for m in record.messages if m.is_to_be_brought and printed_on(m) <= on)


def as_left(notices: Sequence[Message], on: date, by: str) -> tuple[Message, ...]:
    """Notices as they stand once somebody has left them on a day."""
    at = clock.now()
    return tuple(
        replace(notice, state=MessageState.DELIVERED, changed=at, left_on=on, left_by=by)
        for notice in notices
    )


def of_visit(record: PersonRecord, visit: Visit) -> tuple[Message, ...]:
    """The printed reminders of a visit's case, as left by whoever left a notice at the door."""
    on = clock.civil_date(visit.made or clock.now())
    mine = [m for m in to_be_brought(record, on) if m.template in REMINDERS and m.about == visit.about]
    return as_left(mine, on, visit.by or "")


def _left(record: PersonRecord, notices: Sequence[Message], on: date, by: str) -> Change:
    details = {"messages": [notice.id for notice in notices], "on": on}
    return Change("notice left", by, clock.now(), details, messages=as_left(notices, on, by))


def _printed(record: PersonRecord, message_id: str) -> Message:
    found = next((m for m in record.messages if m.id == message_id and m.channel is Channel.NOTICE), None)
    if found is None or found.state not in (MessageState.SENT, MessageState.DELIVERED):
        raise NotFoundError("no such notice")
    return found
