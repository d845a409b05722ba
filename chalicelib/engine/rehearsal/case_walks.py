"""个案进程演练 · What other times and visits would have made of the cases that there were, by what is stored.

`timeline`, `visits`, `suspension` and `rechecks` of two policies are compared: who would have had a first
message on another day, how many messages and visits more or fewer, who would have stood on a suspension list
in another month. A case is taken to have ended on the day on which it did: what it would have prevented or
caused besides, no record tells. What `periods` changes (`weak_alone_months` too) shows in certificates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from chalicelib.engine.calendar.periods import add_months, first_day, month_before, month_of
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.recheck_policy import Rechecks
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspension.readiness import notice_days
from chalicelib.engine.suspension.timeline import next_list_day, opens_on, scaled
from chalicelib.engine.suspension.visits import failed_on, failures, visited_at_once, visits_made
from chalicelib.engine.suspicion.rechecks import by_hand
from chalicelib.engine.suspicion.sampling import sample_size
from chalicelib.engine.suspicion.spot_checks import silently
from chalicelib.model import LIVE, Case, Month, PersonRecord

LOOKED_BACK: Final = 12  # months: a year of cases
NOT_AT_ALL: Final = timedelta(0)
_COUNTERS: Final = ("counts", "now", "then")
_COMPARED: Final = ("timeline", "visits", "suspension", "rechecks")


class Walk(StrEnum):
    """What of cases would be otherwise; each counts people or cases, messages or visits."""

    FIRST_MESSAGE_EARLIER = "first_message_earlier"
    FIRST_MESSAGE_LATER = "first_message_later"
    NO_MESSAGE_ANY_MORE = "no_message_any_more"  # certified before it would have gone out
    MESSAGE_NEWLY = "message_newly"
    MESSAGES = "messages"
    VISITS = "visits"
    LIST_EARLIER = "list_earlier"
    LIST_LATER = "list_later"
    NO_LIST_ANY_MORE = "no_list_any_more"
    LIST_NEWLY = "list_newly"
    NEXT_MESSAGE_EARLIER = (
        "next_message_earlier"  # of whoever has no case yet, if nothing certifies them before
    )
    NEXT_MESSAGE_LATER = "next_message_later"
    CHECKS_BY_HAND = "checks_by_hand"  # visits of a month to whom people certified
    CHECKS_OF_SILENT = "checks_of_silent"


@dataclass(frozen=True, slots=True)
class Course:
    """One case by one policy: when its messages go out, how many visits it takes, and on which list it is."""

    reminders: tuple[date, ...]
    visits: int
    listed: Month | None

    @property
    def first(self) -> date | None:
        """The day of the first message; None where the case ended before."""
        return self.reminders[0] if self.reminders else None


@dataclass(slots=True)
class CaseWalks:
    """Both policies on everybody's cases of a year: `take` each record, `finish`, then read the counts."""

    rules: RuleBook
    before: Policy
    after: Policy
    on: date
    cases: int = 0
    counts: Counter[Walk] = field(default_factory=Counter)
    now: Counter[Walk] = field(
        default_factory=Counter
    )  # of what is counted by both: messages, visits, checks
    then: Counter[Walk] = field(default_factory=Counter)
    _by_hand: int = 0
    _silent: int = 0

    @property
    def differ(self) -> bool:
        """Whether the policies say anything otherwise that is compared here."""
        return any(getattr(self.before, word) != getattr(self.after, word) for word in _COMPARED)

    def take(self, record: PersonRecord) -> None:
        """Count what of one person would be otherwise."""
        since = add_months(self.on, -LOOKED_BACK)
        for case in record.cases:
            if since <= case.opened <= self.on:
                self._compare(record, case)
        self._next(record)
        month = month_before(month_of(self.on))
        self._by_hand += sum(month_of(each.day) == month for each in by_hand(record, self.rules))
        self._silent += silently(record, self.on) is not None

    def finish(self) -> CaseWalks:
        """With the checks of a month, which follow from how many there are to draw from."""
        for values, counts in ((self.before.rechecks, self.now), (self.after.rechecks, self.then)):
            counts[Walk.CHECKS_BY_HAND], counts[Walk.CHECKS_OF_SILENT] = checks(
                self._by_hand, self._silent, values
            )
        return self

    def to_json(self) -> dict[str, Any]:
        """What was counted of some people, before `finish`."""
        counted = {name: dict(getattr(self, name)) for name in _COUNTERS}
        return {**counted, "cases": self.cases, "by_hand": self._by_hand, "silent": self._silent}

    def add(self, part: Mapping[str, Any]) -> None:
        """What was counted of others, as `to_json` says it."""
        for name in _COUNTERS:
            getattr(self, name).update({Walk(walk): count for walk, count in part[name].items()})
        self.cases += part["cases"]
        self._by_hand += part["by_hand"]
        self._silent += part["silent"]

    def _compare(self, record: PersonRecord, case: Case) -> None:
        self.cases += 1
        shift = first_visit(record, case, self.after) - first_visit(record, case, self.before)
        was = course(record, case, self.before, self.on)
        becomes = course(record, case, self.after, self.on, shift)
        for counts, each in ((self.now, was), (self.then, becomes)):
            counts[Walk.MESSAGES] += len(each.reminders)
            counts[Walk.VISITS] += each.visits
        self._moved(was.first, becomes.first, _MESSAGE)
        self._moved(was.listed, becomes.listed, _LIST)

    def _next(self, record: PersonRecord) -> None:
        if record.open_case is not None or record.died is not None or record.person.joined_to is not None:
            return
        live = [e for e in record.entitlements if e.status in LIVE]
        was, becomes = (
            min((opens_on(e.valid_until, e.months, each) for e in live), default=None)
            for each in (self.before, self.after)
        )
        if was is not None and becomes is not None and max(was, becomes) > self.on:
            self._moved(was, becomes, _NEXT)

    def _moved(self, was: str | date | None, becomes: str | date | None, words: tuple[Walk, ...]) -> None:
        earlier, later, *gone_or_new = words
        if was == becomes:
            return
        if was is None or becomes is None:
            gone, new = gone_or_new
            self.counts[gone if becomes is None else new] += 1
        else:
            self.counts[earlier if str(becomes) < str(was) else later] += 1


_MESSAGE: Final = (
    Walk.FIRST_MESSAGE_EARLIER,
    Walk.FIRST_MESSAGE_LATER,
    Walk.NO_MESSAGE_ANY_MORE,
    Walk.MESSAGE_NEWLY,
)
_LIST: Final = (Walk.LIST_EARLIER, Walk.LIST_LATER, Walk.NO_LIST_ANY_MORE, Walk.LIST_NEWLY)
_NEXT: Final = (Walk.NEXT_MESSAGE_EARLIER, Walk.NEXT_MESSAGE_LATER)


def course(
    record: PersonRecord, case: Case, policy: Policy, on: date, shift: timedelta = NOT_AT_ALL
) -> Course:
    """How a case would have gone by a policy, had it ended on the day on which it did.

    `shift`: by how much later its visits begin by this policy than they did.
    """
    end = case.closed or on
    days = (
        case.due - timedelta(days=scaled(each.days_before, case.months, policy))
        for each in policy.timeline.reminders
    )
    reminders = tuple(day for day in days if day < end)
    made = [knock for knock in visits_made(record, case.due, on) if knock.day + shift < end]
    if not made:
        return Course(reminders, int(first_visit(record, case, policy) < end), None)
    failed = failures(made, case.due, policy)
    enough = failed_on(failed, notice_days(record, case, tuple(made)), policy.visits)
    if enough is None:
        return Course(reminders, len(made), None)
    listed = next_list_day(max(enough + shift, first_day(month_of(case.due))), policy)
    visits = sum(knock.day <= enough for knock in made)
    is_reached = case.closed is None or listed < case.closed
    return Course(reminders, visits, month_of(listed) if is_reached else None)


def first_visit(record: PersonRecord, case: Case, policy: Policy) -> date:
    """From which day on somebody is sent by a policy."""
    if visited_at_once(record.person, policy):
        return opens_on(case.due, case.months, policy)
    return case.due - timedelta(days=scaled(policy.timeline.visit_days_before, case.months, policy))


def checks(by_hand: int, silent: int, values: Rechecks) -> tuple[int, int]:
    """How many visits checks bring in a month, of so many certificates by hand and silent ones."""
    return (
        sample_size(by_hand, values.worst_percent, values.confidence_percent, values.most_percent),
        sample_size(
            silent,
            values.silent_worst_percent,
            values.silent_confidence_percent,
            values.silent_most_percent,
        ),
    )
