"""时间线 · When a case does what: the waits of its states, in seconds, computed here and nowhere else.

Before a case opens, data alone are waited for: the window. It is never longer than a part of the period, and
all days that a policy declares before the end shrink with it, so that whoever is certified for a quarter has
a month's window and not a case from one certificate to the next. Whoever was heard of lately, by a trace too
weak to certify, or was certified by data the last time, is first spoken to when others are reminded: most are
certified by what arrives meanwhile. And where a file is due within days that will most likely tell of the
person, it is read first.

>>> seconds_until(date(2025, 7, 1), date(2025, 6, 29))
172800
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import add_months, days_of
from chalicelib.engine.rules.case_times import Visits
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    LIVE,
    BenefitCode,
    Entitlement,
    PersonRecord,
    Route,
    StateName,
    StepOutcome,
    Template,
)

SECONDS_A_DAY: Final = 86_400
FILES_COME_AGAIN: Final = timedelta(days=30)  # [choice] the interval of most feeds
NOT_AT_ALL: Final = 1  # second: the wait of a state that the policy declares no message for


@dataclass(frozen=True, slots=True)
class CasePlan:
    """Seconds that a case waits in each state, one after the other, and the day that people are told.

    `after_remind` names the state that follows the first message; `remind_again` is a second where the policy
    has no such message. `deadline` is the day through which the
    person can certify by themselves without anybody coming to the door or the period ending: the end of the
    period, or later if the case was opened late.
    """

    remind: int
    remind_again: int
    self_certify: int
    home_visit: int
    deadline: date
    after_remind: StateName = StateName.SELF_CERTIFY


def plan_case(due: date, months: int, on: date, policy: Policy) -> CasePlan:
    """The waits of a case that begins on a day; one opened late still gives every step its least time.

    `months`: of the period that ends on `due`.
    """
    timeline = policy.timeline
    starts = {reminder.template: reminder.days_before for reminder in timeline.reminders}
    waits = dict.fromkeys(starts, NOT_AT_ALL)
    ends = [*list(starts.values())[1:], timeline.visit_days_before]
    here = on
    for template, days_before in zip(starts, ends, strict=True):
        least = here + timedelta(days=timeline.least_days_per_step)
        then = max(due - timedelta(days=scaled(days_before, months, policy)), least)
        waits[template] = seconds_until(then, here)
        here = then
    return CasePlan(
        remind=waits[Template.REMIND],
        remind_again=waits.get(Template.REMIND_AGAIN, NOT_AT_ALL),
        self_certify=waits[Template.SELF_CERTIFY],
        home_visit=_visited_within(policy.visits) * SECONDS_A_DAY,
        deadline=max(due, here),
        after_remind=(StateName.REMIND_AGAIN if Template.REMIND_AGAIN in starts else StateName.SELF_CERTIFY),
    )


def _visited_within(visits: Visits) -> int:
    """Days within which any visit is to be made once it is ordered: before, no look finds anything new.

    Whatever arrives meanwhile wakes the case.
    """
    second = visits.second_after_notice_days + visits.second_within_days
    return max(visits.first_within_days, second, visits.third_after_days + visits.second_within_days)


def window_days(months: int, policy: Policy) -> int:
    """For how many days before the end of a period of so many months data alone are waited for, and asked."""
    part = days_of(months) // policy.timeline.window_part
    return max(min(policy.timeline.window_days, part), 1)


def scaled(days_before: int, months: int, policy: Policy) -> int:
    """Days before the end that a policy declares for a year's period, for one of so many months."""
    return max(days_before * window_days(months, policy) // policy.timeline.window_days, 1)


def opens_on(until: date, months: int, policy: Policy, *, later: bool = False) -> date:
    """The day from which a case may open about a period of so many months: that of its first message.

    `later`: of whoever was heard of lately, or certified silently, that of the second.
    """
    times = policy.timeline
    days_before = times.opens_later_days_before if later else times.opens_days_before
    return until - timedelta(days=scaled(days_before, months, policy))


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case may be open about: the day on which a period ends, and the months of that period."""

    due: date
    months: int


def opening(
    entitlements: Iterable[Entitlement],
    on: date,
    policy: Policy,
    heard_of: date | None = None,
    expected: Iterable[date] = (),
    never_suspended: AbstractSet[BenefitCode] = frozenset(),
) -> Opening | None:
    """What a case may be open about by a day; None if nothing comes due.

    `heard_of`: the last day on which the person's own card or body left a trace, as far as is known.
    `expected`: the days on which files are due that may tell of the person: waited for a few days, and never
    past the end of the period.
    `never_suspended`: benefits about which a case ends once it has asked in vain. It is about them only where
    nothing else comes due: what can be suspended needs a case that goes all the way.
    """
    times = policy.timeline
    within = times.heard_within_days
    is_heard_of = heard_of is not None and within is not None and (on - heard_of).days <= within

    def opens(entitlement: Entitlement) -> date:
        later = is_heard_of or (times.later_where_silent and entitlement.route is Route.SILENT)
        return opens_on(entitlement.valid_until, entitlement.months, policy, later=later)

    live = [e for e in entitlements if e.status in LIVE]
    for some in ([e for e in live if e.benefit not in never_suspended], live):
        first = min(some, key=opens, default=None)
        if first is None or opens(first) > on:
            continue
        waits = timedelta(days=times.awaits_files_days or 0)
        last = min(opens(first) + waits, first.valid_until) if waits else date.min
        if any(on <= day <= last for day in expected):
            return None
        return Opening(min(e.valid_until for e in some), first.months)
    return None


def is_far_from_a_case(record: PersonRecord, rules: RuleBook, on: date) -> bool:
    """Whether none is open, nothing is suspected, and by the record alone no case opens within a month.

    What only carries a certificate further may wait so long: within a month every feed comes once more, and
    whoever opens cases reads the lake.
    """
    if record.open_case is not None or record.open_suspicions:
        return False
    return opening(record.entitlements, on + FILES_COME_AGAIN, rules.policy) is None


def never_suspended(rules: RuleBook) -> frozenset[BenefitCode]:
    """The benefits that go on for want of a certificate, whatever a case finds."""
    return frozenset(code for code, benefit in rules.benefits.items() if not benefit.suspendable)


def asked_about(record: PersonRecord, due: date, rules: RuleBook) -> tuple[Entitlement, ...]:
    """The live entitlements that a case about a day has not seen certified beyond it.

    Without what is never suspended and was asked about before, in vain.
    """
    never = never_suspended(rules)
    return tuple(
        e
        for e in record.entitlements
        if e.status in LIVE
        if e.valid_until == due or (e.valid_until < due and e.benefit not in never)
    )


def resting(record: PersonRecord, rules: RuleBook, on: date) -> Mapping[BenefitCode, date]:
    """What is never suspended and was asked about in vain, and from when on it is asked about again.

    Nothing follows from its end but being asked: not again tomorrow. Whoever was asked before the end is
    asked once more when it has come, for somebody who has died must be found, too; then half a year later.
    """
    rest = timedelta(days=rules.policy.timeline.dormant_after_days)
    again = [
        (case.due, case.due if case.closed < case.due else case.closed + rest)
        for case in record.cases
        if case.outcome is StepOutcome.CLOSED and case.closed is not None
    ]
    never = never_suspended(rules)
    asleep = {
        e.benefit: max((day for due, day in again if e.valid_until <= due), default=on)
        for e in record.entitlements
        if e.benefit in never and e.status in LIVE
    }
    return {benefit: until for benefit, until in asleep.items() if until > on}


def comes_due(record: PersonRecord, rules: RuleBook, on: date) -> date | None:
    """The day under which somebody is filed as coming due; None of whom nothing does.

    The earliest end; of what rests, the end that has a case open when its rest is over.
    """
    rests = resting(record, rules, on)
    ends = {e.benefit: e.valid_until for e in record.entitlements if e.status in LIVE}
    return min(
        (cases_close_on(rests[code], rules.policy) if code in rests else end for code, end in ends.items()),
        default=None,
    )


def cases_close_on(on: date, policy: Policy) -> date:
    """The latest end of any period about which a case may be open on a day."""
    return on + timedelta(days=policy.timeline.opens_days_before)


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
