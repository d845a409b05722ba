"""Promises about whom messages reach (rules 8, 10 b): failures lead on, and nobody unreached is suspended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.clock import civil_date
from chalicelib.model import BY_PHONE, REMINDERS, MessageState, PersonRecord

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run


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
