"""时间线 · When a case does what: the waits of its states, in seconds, computed here and nowhere else.

>>> seconds_until(date(2025, 7, 1), date(2025, 6, 29))
172800
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import add_months
from chalicelib.engine.rules.policy import Policy

SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class CasePlan:
    """Seconds that a case waits in each state, one after the other, and the day that people are told.

    `deadline` is the day through which the person can certify by themselves without anybody coming
    to the door or the period ending: the end of the period, or later if the case was opened late.
    """

    remind: int
    remind_again: int
    self_certify: int
    home_visit: int
    deadline: date


def plan_case(due: date, on: date, policy: Policy) -> CasePlan:
    """The waits of a case that begins on a day; one opened late still gives every step its least time."""
    timeline = policy.timeline
    _, again, self_certify = timeline.reminders
    milestones = (again.days_before, self_certify.days_before, timeline.visit_days_before)
    waits = []
    here = on
    for days_before in milestones:
        then = max(due - timedelta(days=days_before), here + timedelta(days=timeline.least_days_per_step))
        waits.append(seconds_until(then, here))
        here = then
    return CasePlan(
        remind=waits[0],
        remind_again=waits[1],
        self_certify=waits[2],
        home_visit=policy.visits.first_within_days * SECONDS_A_DAY,
        deadline=max(due, here),
    )


def window_closes_on(on: date, policy: Policy) -> date:
    """The latest end of a period whose window is open on a day."""
    return on + timedelta(days=policy.timeline.window_days)


def next_list_day(on: date, policy: Policy) -> date:
    """The next day on which suspension lists are drawn up; the day itself if it is one."""
    day = on.replace(day=policy.suspension.list_day)
    return day if day >= on else add_months(day, 1)


def is_list_open(on: date, policy: Policy) -> bool:
    """Whether lines may be added to the month's list: from list day on, for a few days.

    A step that runs a day late must not make somebody wait for another month; nobody loses by it.
    """
    first = on.replace(day=policy.suspension.list_day)
    return first <= on < first + timedelta(days=policy.suspension.list_open_days)


def seconds_until(day: date, on: date) -> int:
    """Seconds from a time of one day to the same time of another; a day at least, so that no wait spins."""
    return max((day - on).days, 1) * SECONDS_A_DAY
