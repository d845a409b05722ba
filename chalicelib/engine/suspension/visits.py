"""上门次数 · Home visits of a case: which count as failed, and when the next one may be made (rule 10 c)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, civil_time
from chalicelib.engine.rules.policy import Policy, Visits
from chalicelib.model import ObjectionAbout, PersonRecord, VisitOutcome, VisitPurpose

FAILED: Final = (VisitOutcome.NOT_FOUND, VisitOutcome.REFUSED)


@dataclass(frozen=True, slots=True)
class Knock:
    """A visit that was really made, at its Chinese day and time of day."""

    day: date
    minute: int  # of the day
    outcome: VisitOutcome
    notice_left: bool
    refused_in_writing: bool


def visits_made(record: PersonRecord, due: date, on: date) -> tuple[Knock, ...]:
    """The visits made about a case up to a day, oldest first; one without an outcome never counts.

    Nor does a failed one, or the notice left at it, from before an objection was upheld, or of that day
    (rule 22): what the person could not answer for then is asked anew. An absence explained is explained.
    A case that was closed and is opened again asks everything anew.
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
        minute = time.hour * 60 + time.minute
        made.append(Knock(time.date(), minute, visit.outcome, visit.notice_left, visit.refused_in_writing))
    return tuple(sorted((k for k in made if k.day <= on), key=lambda k: (k.day, k.minute)))


def _heard(record: PersonRecord, on: date) -> date:
    """The last day up to `on` on which somebody not involved found that a suspension would be wrong."""
    days = (o.decided for o in record.objections if o.spares(ObjectionAbout.SUSPENSION))
    return max((day for day in days if day is not None and day <= on), default=date.min)


def failures(made: Sequence[Knock]) -> tuple[Knock, ...]:
    """The failed visits since somebody last explained an absence: hospitalised, away, moved, seen."""
    last_explained = max((i for i, knock in enumerate(made) if knock.outcome not in FAILED), default=-1)
    return tuple(made[last_explained + 1 :])


def revisit_day(made: Sequence[Knock], policy: Policy) -> date | None:
    """From when to come again after the last visit explained an absence; None if it did not."""
    days = {
        VisitOutcome.HOSPITALISED: policy.visits.hospitalised_revisit_days,
        VisitOutcome.AWAY: policy.visits.away_revisit_days,
        VisitOutcome.MOVED: policy.visits.moved_revisit_days,
    }
    if not made or made[-1].outcome not in days:
        return None
    return made[-1].day + timedelta(days=days[made[-1].outcome])


def have_failed(failed: Sequence[Knock], notices: Iterable[date], policy: Visits) -> bool:
    """Whether two failed visits satisfy rule 10 (c), or a refusal in writing does."""
    if any(knock.refused_in_writing for knock in failed):
        return True
    first_notice = min(notices, default=date.max)
    return any(
        _satisfy(first, second, first_notice, policy)
        for index, first in enumerate(failed)
        for second in failed[index + 1 :]
    )


def _satisfy(first: Knock, second: Knock, first_notice: date, policy: Visits) -> bool:
    """Different days, different times of day, and the second long enough after the notice.

    The notice is the one left at the first visit, else the first that reached the person.
    """
    notice = first.day if first.notice_left else first_notice
    return (
        first.day < second.day
        and abs(first.minute - second.minute) >= policy.minutes_apart
        and (second.day - notice).days >= policy.second_after_notice_days
    )


def next_visit_days(record: PersonRecord, due: date, on: date, policy: Policy) -> tuple[date, date]:
    """From which day on and by which day the next visit of a case is to be made."""
    made = visits_made(record, due, on)
    again = revisit_day(made, policy)
    failed = failures(made)
    if again is not None:
        first = max(on, again)
        return first, first + timedelta(days=policy.visits.second_within_days)
    if not failed:
        return on, on + timedelta(days=policy.visits.first_within_days)
    notice = next((knock for knock in failed if knock.notice_left), failed[-1])
    gap = timedelta(days=policy.visits.second_after_notice_days)
    first = max(on, notice.day + gap, failed[-1].day + ONE_DAY)
    return first, first + timedelta(days=policy.visits.second_within_days)
