"""灾后恢复 · After a loss: the tables stand as they did at an earlier instant, and whatever happened since is
unknown to them.

    the gap     from the instant to which tables were restored, to that at which the platform was lost
    outage      from there to the day from which it serves again

Nobody is told twice: a text that may have been handed over in the gap is UNKNOWN, and after a day the next
channel goes on with it. Nobody is hurried: the days of the outage are given back (engine, `outages`).
Nothing that was dropped is lost: whatever came into the inbox since is read again. And what walked, walks
again: executions die with their stack (`daily_run.restart_all`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chalicelib import clock
from chalicelib.cases import daily_run
from chalicelib.cron import next_after
from chalicelib.engine.suspension.outages import Outage
from chalicelib.model import BY_PHONE, MessageState, PersonId
from chalicelib.runs import Each
from chalicelib.settings import settings
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import outages, outbox, people, worklists
from chalicelib.storage.s3 import objects

_SENDING: Final = "send_messages"


@dataclass(frozen=True, slots=True)
class Gap:
    """What the tables do not know of: from the instant that they show to that of the loss."""

    since: datetime
    lost: datetime

    def __post_init__(self) -> None:
        """Raises ValueError where the platform was lost before the instant that the tables show."""
        if self.lost < self.since:
            raise ValueError(f"lost at {self.lost}, before the tables' {self.since}")

    @property
    def lost_on(self) -> Outage:
        """The outage that goes on until today."""
        return Outage(clock.civil_date(self.lost), clock.today())


def close(gap: Gap, each: Each) -> int:
    """Before anything runs: give the days back, and have nobody told twice; how many messages are UNKNOWN.

    Done again it changes nothing.
    """
    outages.say(gap.lost_on)
    if not _were_any_sent(gap):
        return 0
    unknown = 0
    for _, person, message in worklists.outgoing(gap.lost_on.lost):
        with each(person=person, about=message):
            unknown += _may_be_out(person, message)
    return unknown


def _were_any_sent(gap: Gap) -> bool:
    """Whether any were due to be sent in the gap; without a schedule that says so, they may have been."""
    schedule: str | None = json.loads(settings().schedules).get(_SENDING)
    return schedule is None or next_after(schedule, gap.since) <= gap.lost


def _may_be_out(person: PersonId, message_id: str) -> bool:
    """A text that still waits may have been handed over: nobody can tell. A notice is printed again."""
    record = people.load(person)
    found = next((m for m in record.messages if m.id == message_id), None)
    if found is None or found.state is not MessageState.PENDING or found.channel not in BY_PHONE:
        return False
    claimed = outbox.claim(person, found, record)
    if claimed is None:
        return False
    outbox.give_up(person, claimed.message)
    return True


def read_again(since: datetime) -> int:
    """Have every file read again that came into the inbox since an instant; how many.

    One that is loaded already is known by its content, and changes nothing.
    """
    count = 0
    for key in objects.dropped_since(since):
        inbox_queue.read_again(key)
        count += 1
    return count


def walk_again(gap: Gap, each: Each) -> int:
    """Once everything serves again: the outage is over, and every case and suspicion walks on; how many."""
    outages.say(gap.lost_on)
    return daily_run.restart_all(each)
