"""上门核实 · Home visits: what a grid worker reports at the door, and what follows from it (rule 10 c).

*Seen* is evidence like any other, reported at any time. *Deceased* with a day confirms a death. Every other
outcome is handed to the step that waits: it looks once more and decides which visit, wait or list comes next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.cases import (
    evidence_effects,
    executions,
    notices,
    suspicion_verification,
    visit_corrections,
)
from chalicelib.engine.calendar.periods import month_of, zh_day
from chalicelib.engine.suspension.visits import FAILED
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    Close,
    Evidence,
    EvidenceKey,
    HalfDay,
    PersonId,
    PersonRecord,
    StateName,
    StepOutcome,
    Suspicion,
    Verification,
    Visit,
    VisitOutcome,
    VisitPurpose,
    Word,
)
from chalicelib.model.named import HOME_VISITS, REFUSED_IN_PERSON, SEEN
from chalicelib.storage.crypto import encryption
from chalicelib.storage.dynamodb import people

DOCUMENT: Final = "seen"  # or who of the grid countersigned instead


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody close who was asked about a person who was not met: as what, their name, and their word."""

    through: Close
    name: str
    word: Word


def visit_of(record: PersonRecord, number: int) -> Visit:
    """A visit by its number; NotFoundError if there is none."""
    visit = next((visit for visit in record.visits if visit.number == number), None)
    if visit is None:
        raise NotFoundError("no such visit")
    return visit


def visit_made(
    person: PersonId,
    number: int,
    *,
    outcome: VisitOutcome,
    made: datetime,
    by: str,
    notice_left: bool,
    deceased_on: date | None = None,
    refused_in_writing: bool = False,
    document: str = DOCUMENT,
    asked: Asked | None = None,
    half_day: HalfDay | None = None,
    refused_in_person: str | None = None,
    by_an_office: bool = False,
) -> PersonRecord:
    """Record the outcome of a visit and let whatever waits for it go on.

    `refused_in_person`: who countersigned that the person herself was met, is known to the worker and does
    not want to certify: whoever was met is alive, and that is evidence, too. `half_day`: of a sheet that
    knows no hour.

    The same report again changes nothing. *Seen* is never refused because of what was reported before or
    called off, nor because it is early: see `seen_at_the_door`. Whoever reported the visit may correct that
    on its day and the next, an office (`by_an_office`) later, too: both words stand in the trail, and what
    rests on the wrong one falls. Raises RefusedError for any other report that contradicts an earlier one,
    lies before the day from which the visit may be made, or lacks the day of a death.
    """
    if outcome is VisitOutcome.SEEN and not visit_of(people.load(person), number).is_pending:
        return seen_at_the_door(person, made=made, by=by, document=document)

    def report(record: PersonRecord) -> Change | None:
        visit = visit_of(record, number)
        done = replace(
            visit,
            made=made,
            outcome=outcome,
            by=by,
            notice_left=notice_left,
            deceased_on=deceased_on if outcome is VisitOutcome.DECEASED else None,
            refused_in_writing=refused_in_writing and outcome is VisitOutcome.REFUSED,
            half_day=half_day,
            refused_in_person=refused_in_person if outcome is VisitOutcome.REFUSED else None,
            area=visit.area or (record.person.area if visit.outcome is None else None),
        )
        if asked is not None and outcome in FAILED:
            done = replace(done, through=asked.through, word=asked.word, told_by=visit.told_by)
        if visit == done:
            return None
        if asked is not None and done.through is not None:
            sealed = encryption.seal(person, record.person.area[:6], {"told_by": asked.name})
            done = replace(done, told_by=sealed)
        if visit_corrections.may_correct(visit, outcome, by, by_an_office=by_an_office):
            return visit_corrections.corrected(visit, done, by)
        _check(visit, done)
        _check_author(record, done)
        visit_corrections.check_not_taken_back(record, done)
        details = {"visit": number, "outcome": outcome.value, "notice_left": notice_left}
        left = notices.of_visit(record, done) if notice_left else ()
        return Change("visit made", by, clock.now(), details, visits=(done,), messages=left)

    record = people.change(person, report)
    visit = visit_of(record, number)
    record = visit_corrections.fall(record, visit, by=by)
    if outcome is VisitOutcome.SEEN:
        record = _met(record, visit, SEEN, {"by": by, "document": document})
    elif visit.refused_in_person is not None:
        facts = {"by": by, "document": visit.refused_in_person}
        record = _met(record, visit, REFUSED_IN_PERSON, facts)
    elif outcome is VisitOutcome.DECEASED and deceased_on is not None:
        record = suspicion_verification.death_confirmed(
            person, deceased_on, by=by, verification=Verification.VISIT
        )
    _answer(record, visit)
    return record


def seen_at_the_door(person: PersonId, *, made: datetime, by: str, document: str = DOCUMENT) -> PersonRecord:
    """Somebody of the grid was met face to face, whether or not anybody was sent: it certifies and resumes.

    At any time, also while suspended or after another outcome was reported: that one stays as it is, beside
    a visit of its own for this. A visit that is ordered for the open case is thereby made. The same report
    again changes nothing. `document` is "seen", or the subject of whoever countersigned; RefusedError for
    the future.
    """

    def meet(record: PersonRecord) -> Change | None:
        if _meeting(record, made, by) is not None:
            return None
        day, case = clock.civil_date(made), record.open_case
        about = case.due.isoformat() if case is not None else ""
        ordered = pending(record, about)
        if ordered is None:
            ordered = Visit(next_number(record), VisitPurpose.CERTIFY, about, day, day)
        done = replace(ordered, made=made, outcome=VisitOutcome.SEEN, by=by)
        _check(ordered, done)
        visit_corrections.check_not_taken_back(record, done)
        details = {"visit": done.number, "outcome": VisitOutcome.SEEN.value, "notice_left": False}
        return Change("visit made", by, clock.now(), details, visits=(done,))

    record = people.change(person, meet)
    visit = _meeting(record, made, by)
    if visit is None:
        raise NotFoundError("no such visit")
    record = _met(record, visit, SEEN, {"by": by, "document": document})
    case = record.open_case
    if case is not None and case.state is StateName.DISPATCH_HOME_VISIT:
        _answer(record, visit)
    return record


def recheck(person: PersonId, *, about: str) -> PersonRecord:
    """Send somebody to whom a worker, or data, certified; once for the same occasion.

    Nobody is sent to the dead, nor while somebody is to come to check something already.
    """

    def order(record: PersonRecord) -> Change | None:
        rechecks = [visit for visit in record.visits if visit.purpose is VisitPurpose.RECHECK]
        if record.died is not None or any(v.about == about or v.is_pending for v in rechecks):
            return None
        on, within = clock.today(), timedelta(days=current().rules.policy.rechecks.within_days)
        visit = Visit(next_number(record), VisitPurpose.RECHECK, about, on, on + within)
        return Change("recheck ordered", "operator", clock.now(), {"visit": visit.number}, visits=(visit,))

    return people.change(person, order)


def _meeting(record: PersonRecord, made: datetime, by: str) -> Visit | None:
    """The visit at which somebody met the person at an instant, if it has been reported."""
    met = (v for v in record.visits if v.outcome is VisitOutcome.SEEN)
    return next((v for v in met if v.made == made and v.by == by), None)


def _check(before: Visit, done: Visit) -> None:
    if not before.is_pending:
        raise RefusedError(
            "visit_already_made", "这次上门已经登记过结果。", "this visit already has an outcome"
        )
    made = clock.civil_date(done.made) if done.made else clock.today()
    if made < before.not_before and done.outcome is not VisitOutcome.SEEN:
        raise RefusedError(
            "too_early",
            f"第二次上门须在{zh_day(before.not_before)}或以后。",
            f"this visit may be made from {before.not_before.isoformat()} on",
        )
    if made > clock.today():
        raise RefusedError("in_the_future", "上门时间不能晚于现在。", "the visit lies in the future")
    if done.outcome is VisitOutcome.DECEASED and done.deceased_on is None:
        raise RefusedError("deceased_day_missing", "请填写去世日期。", "say on which day the person died")


def _check_author(record: PersonRecord, done: Visit) -> None:
    """Whoever certified somebody by hand in the month that is checked does not check it."""
    kind, _, month = done.about.partition("#")
    if done.purpose is not VisitPurpose.RECHECK or kind != "recheck":
        return
    mine = (e for e in record.evidence if month_of(e.key.day) == month)
    if done.by in {e.facts.get("by") for e in mine}:
        raise RefusedError(
            "not_by_the_author",
            "复核须由原认证人以外的人员上门。",
            "somebody else than who certified the person has to check it",
        )


def _met(record: PersonRecord, visit: Visit, event: str, facts: Mapping[str, str]) -> PersonRecord:
    """A person met at the door is strong evidence of that day, and refutes an accusation of death."""
    day = clock.civil_date(visit.made) if visit.made else clock.today()
    by = facts["by"]
    met = Evidence(EvidenceKey(day, HOME_VISITS, event), visit_corrections.file_of(visit), 1, facts)
    suspicion_verification.refuted_by_visit(record.person.id, met.key, by=by)
    return evidence_effects.evidence_arrived(
        record.person.id, [met], actor=by, action=f"{event.replace('_', ' ')} at a visit"
    ).record


def _answer(record: PersonRecord, visit: Visit) -> None:
    """Let the execution that sent the worker out go on, certified or not."""
    if visit.purpose is not VisitPurpose.CERTIFY:
        return
    case = record.open_case
    if case is None or visit.about != case.due.isoformat():
        return
    if evidence_effects.is_certified(record, case):
        evidence_effects.wake_if_certified(record)
    elif case.waiting is not None and case.state is not StateName.AWAIT_RESUMPTION:
        executions.wake(case.waiting, {"outcome": StepOutcome.HEARD})


def next_number(record: PersonRecord) -> int:
    """The number that the next visit to this person bears."""
    return max((visit.number for visit in record.visits), default=0) + 1


def pending(record: PersonRecord, about: str) -> Visit | None:
    """The visit about a case or suspicion that has been ordered and not yet made."""
    return next((v for v in record.visits if v.about == about and v.is_pending), None)


def verifies(suspicion: Suspicion) -> bool:
    """Whether a suspicion is verified at the door; the others are verified by a document."""
    return suspicion.kind in suspicion_verification.AT_THE_DOOR
