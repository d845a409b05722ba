"""上门次数 · Home visits of a case: which count as failed, and when and how the next one is made (rule 10 c).

Three have to fail, on different days: one in the evening or at a weekend, another that asks somebody close,
and the second of them long enough after the notice. What somebody close says of a person holds for a while,
as an absence that is explained does; it certifies nobody, and cannot hold for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, permutations
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, add_months, civil_time
from chalicelib.engine.calendar.workdays import is_workday
from chalicelib.engine.rules.case_times import Visits
from chalicelib.engine.rules.policy import Policy
from chalicelib.model import (
    Close,
    HalfDay,
    ObjectionAbout,
    Person,
    PersonRecord,
    VisitManner,
    VisitOutcome,
    VisitPurpose,
    Word,
)

FAILED: Final = (VisitOutcome.NOT_FOUND, VisitOutcome.REFUSED)
NEEDED: Final = 3  # rule 10 (c)


@dataclass(frozen=True, slots=True)
class Knock:
    """A visit that was really made, at its Chinese day and time of day."""

    day: date
    minute: int  # of the day
    outcome: VisitOutcome
    notice_left: bool
    refused_in_writing: bool
    through: Close | None = None
    word: Word | None = None
    half_day: HalfDay | None = None

    def is_out_of_hours(self, policy: Visits) -> bool:
        """Whether it was made in the evening, at a weekend or on a holiday."""
        evening = self.half_day is HalfDay.EVENING
        if self.half_day is None:
            evening = self.minute >= policy.evening_from * 60
        return evening or not is_workday(self.day)


def visited_at_once(person: Person, policy: Policy) -> bool:
    """Whether somebody goes as soon as a case opens: to whom a message cannot speak, or nobody can call."""
    if not person.key_groups.isdisjoint(policy.timeline.visited_at_once):
        return True
    return bool(person.key_groups) and not (person.has_phone or person.has_helper)


def visits_made(record: PersonRecord, due: date, on: date, *, wherever: bool = False) -> tuple[Knock, ...]:
    """The visits made about a case up to a day, oldest first; one without an outcome never counts.

    Nor does a failed one, or the notice left at it, from before an objection was upheld, or of that day
    (rule 22): what the person could not answer for then is asked anew. An absence explained is explained.
    A case that was closed and is opened again asks everything anew. Nor does a failed one that
    was ordered for a door behind which the person lives no more, as a roster has said since, however late it
    is told; `wherever`: whether they moved is not asked.
    """
    made = []
    heard = _heard(record, on)
    opened = max((case.opened for case in record.cases if case.due == due), default=date.min)
    for visit in record.visits:
        about_case = visit.purpose is VisitPurpose.CERTIFY and visit.about == due.isoformat()
        if not about_case or visit.outcome is None or visit.made is None:
            continue
        time = civil_time(visit.made)
        if time.date() < opened or (visit.outcome in FAILED and time.date() <= heard):
            continue
        elsewhere = (
            visit.area is not None and visit.area != record.person.area and not visit.refused_in_writing
        )
        if elsewhere and visit.outcome in FAILED and not wherever:
            continue
        knock = Knock(
            time.date(),
            time.hour * 60 + time.minute,
            visit.outcome,
            visit.notice_left,
            visit.refused_in_writing,
            visit.through,
            visit.word,
            visit.half_day,
        )
        made.append(knock)
    return tuple(sorted((k for k in made if k.day <= on), key=lambda k: (k.day, k.minute)))


def _heard(record: PersonRecord, on: date) -> date:
    """The last day up to `on` on which somebody not involved found that a suspension would be wrong."""
    days = (o.decided for o in record.objections if o.spares(ObjectionAbout.SUSPENSION))
    return max((day for day in days if day is not None and day <= on), default=date.min)


# --- explained, or failed ------------------------------------------------------------------------


def revisit_day(made: Sequence[Knock], due: date, policy: Policy) -> date | None:
    """From when to come again after the last visit explained an absence; None if it did not."""
    return _explained_until(made[-1], due, policy) if made else None


def _explained_until(knock: Knock, due: date, policy: Policy) -> date | None:
    visits = policy.visits
    days = {
        VisitOutcome.HOSPITALISED: visits.hospitalised_revisit_days,
        VisitOutcome.AWAY: visits.away_revisit_days,
        VisitOutcome.MOVED: visits.moved_revisit_days,
    }
    if knock.outcome in days:
        return knock.day + timedelta(days=days[knock.outcome])
    if knock.word is Word.ALIVE and knock.day <= add_months(due, visits.words_hold_months):
        return knock.day + timedelta(days=visits.word_holds_days)
    return None


def failures(made: Sequence[Knock], due: date, policy: Policy) -> tuple[Knock, ...]:
    """The failed visits since an absence was last explained, the person seen, or her life vouched for."""
    explained = (
        i
        for i, knock in enumerate(made)
        if knock.outcome not in FAILED or _explained_until(knock, due, policy) is not None
    )
    return tuple(made[max(explained, default=-1) + 1 :])


def failed_on(failed: Sequence[Knock], notices: Iterable[date], policy: Visits) -> date | None:
    """The day on which failed visits satisfied rule 10 (c), or somebody refused in writing; None: not yet."""
    refused = min((knock.day for knock in failed if knock.refused_in_writing), default=None)
    if refused is not None:
        return refused
    first_notice = min(notices, default=date.max)
    days = (some[-1].day for some in combinations(failed, NEEDED) if _satisfy(some, first_notice, policy))
    return min(days, default=None)


def _satisfy(some: Sequence[Knock], first_notice: date, policy: Visits) -> bool:
    """Different days, the second long enough after the notice, one out of hours and another through somebody.

    The notice is the one left at the first of them, else the first that reached the person.
    """
    first, second = some[0], some[1]
    notice = first.day if first.notice_left else first_notice
    return (
        len({knock.day for knock in some}) == len(some)
        and (second.day - notice).days >= policy.second_after_notice_days
        and _asked_around(some, policy)
    )


def _asked_around(some: Sequence[Knock], policy: Visits) -> bool:
    """Whether one was made out of hours, and another asked somebody close."""
    return any(
        one.is_out_of_hours(policy) and other.through is not None for one, other in permutations(some, 2)
    )


# --- the next one --------------------------------------------------------------------------------


def next_visit(record: PersonRecord, due: date, on: date, policy: Policy) -> tuple[date, date, VisitManner]:
    """From which day on and by which day the next visit of a case is to be made, and how."""
    visits, made = policy.visits, visits_made(record, due, on)
    again = revisit_day(made, due, policy)
    within = timedelta(days=visits.second_within_days)
    if again is not None:
        first = max(on, again)
        return first, first + within, VisitManner.ANY_TIME
    failed = failures(made, due, policy)
    if not failed:
        return on, on + timedelta(days=visits.first_within_days), VisitManner.ANY_TIME
    notice = next((knock for knock in failed if knock.notice_left), failed[-1])
    heard = notice.day + timedelta(days=visits.second_after_notice_days)
    gap = ONE_DAY if len(failed) == 1 else timedelta(days=visits.third_after_days)
    first = max(on, heard, failed[-1].day + gap)
    return first, first + within, _manner(failed, visits)


def _manner(failed: Sequence[Knock], policy: Visits) -> VisitManner:
    """What the failed visits have not tried yet."""
    out_of_hours = [knock for knock in failed if knock.is_out_of_hours(policy)]
    if not out_of_hours:
        return VisitManner.EVENING_OR_WEEKEND
    asked = [knock for knock in failed if knock.through is not None]
    if not asked or (len(asked) == 1 and out_of_hours == asked):
        return VisitManner.SOMEBODY_CLOSE
    return VisitManner.ANY_TIME
