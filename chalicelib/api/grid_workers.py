"""网格员接口 · For grid workers: whom to visit, by when and why; and what was found at the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from chalicelib import cases, clock
from chalicelib.api import access_log, ids, pages, status
from chalicelib.api.answers.work import PendingVisits, VisitMade
from chalicelib.api.bodies import Meeting, field_error
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import FieldError, invalid
from chalicelib.api.tokens import Role
from chalicelib.api.visit_bodies import VisitReport
from chalicelib.model import EvidenceKey, PersonId, PersonRecord, Reason, Visit, VisitOutcome, VisitPurpose
from chalicelib.model.named import HOME_VISITS, SEEN
from chalicelib.storage.dynamodb import people, worklists

grid_workers = Audience(__name__)

RECHECKED: Final = Reason(
    "recheck",
    "对人工认证的随机抽查，请由他人上门核实。",
    "A random check of what was certified by hand: somebody else than then should go.",
)
SPOT_CHECKED: Final = Reason(
    "spot_check",
    "对静默认证人员的随机抽查，请上门核实本人。",
    "A random check of somebody whom data certified: please see the person.",
)
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)  # a grid worker's phone against ours
_OLDEST_REPORT: Final = timedelta(days=120)


@grid_workers.route("GET", "/v1/visits", query=("area", "limit", "cursor"), answer=PendingVisits)
def list_visits(call: Call) -> dict[str, Any]:
    """The visits to be made in an area, by village and due day."""
    area = call.area
    page = pages.page_below(area, call.page(f"visits {area}"))
    rows, following = page.cut(
        access_log.concerned(call, worklists.visits(area, page.after)), lambda row: row.place
    )
    return {"items": [_line(call, row) for row in rows], "next": following}


def _line(call: Call, row: worklists.Row[Visit]) -> dict[str, Any]:
    visit = row.item
    record = access_log.look_in_list(call, row.person, f"visit {visit.number}")
    return {
        "id": f"{row.person}.{visit.number}",
        "person": row.person,
        "name": access_log.masked_name(people.identity_of(row.person).name),
        "area": row.area,
        "grid": row.grid,
        "purpose": visit.purpose.value,
        "manner": visit.manner.value,
        "not_before": visit.not_before,
        "due": visit.due,
        "key_groups": sorted(group.value for group in record.person.key_groups),
        "why": _why(call, record, visit),
    }


def _why(call: Call, record: PersonRecord, visit: Visit) -> list[dict[str, Any]]:
    """Why somebody must go: the suspicion to verify, or why the data do not certify."""
    if visit.purpose is VisitPurpose.VERIFY:
        return [status.reason_of(s.reason) for s in record.suspicions if s.name == visit.about]
    if visit.purpose is VisitPurpose.RECHECK:
        is_spot_check = visit.about.startswith("spot_check#")
        return [status.reason_of(SPOT_CHECKED if is_spot_check else RECHECKED)]
    verdicts = cases.judge(record, call.today).verdicts
    reasons = {reason.code: status.reason_of(reason) for verdict in verdicts for reason in verdict.reasons}
    return list(reasons.values())


@grid_workers.route("POST", "/v1/visits/{id}/outcome", body=VisitReport, once=True, answer=VisitMade)
def report_visit(call: Call, id: str) -> dict[str, Any]:
    """What was found at the door; the same report again changes nothing."""
    person, number = ids.numbered(id)
    report = call.body(VisitReport)
    _check(call, report)
    if report.outcome is VisitOutcome.SEEN:
        _check_meeting(call, report)
    made = report.made_at.astimezone(clock.CHINA)
    record = cases.visit_made(
        person,
        number,
        outcome=report.outcome,
        made=made,
        by=call.caller.subject,
        notice_left=report.notice_left,
        deceased_on=report.deceased_on,
        refused_in_writing=report.refused_in_writing,
        document=report.countersigned_by or cases.DOCUMENT,
        asked=_asked(report),
        refused_in_person=report.countersigned_by if report.refused_in_person else None,
        by_an_office=call.caller.role is Role.OFFICER,
    )
    return _made(call, record, number, report.outcome)


def _asked(report: VisitReport) -> cases.Asked | None:
    if report.through is None or report.told_by is None or report.word is None:
        return None
    return cases.Asked(report.through, report.told_by, report.word)


@grid_workers.route("POST", "/v1/visits", body=Meeting, once=True, answer=VisitMade)
def report_meeting(call: Call) -> dict[str, Any]:
    """Somebody of the area was met face to face without having been visited: it certifies, and resumes."""
    met = call.body(Meeting)
    _check_meeting(call, met)
    if not call.at - _OLDEST_REPORT <= met.made_at <= call.at + _CLOCKS_DIFFER_BY:
        raise invalid(field_error("/made_at", "not_in_range"))
    record = cases.seen_at_the_door(
        call.record.person.id,
        made=met.made_at.astimezone(clock.CHINA),
        by=call.caller.subject,
        document=met.countersigned_by or cases.DOCUMENT,
    )
    if met.person != record.person.id:
        seen = EvidenceKey(clock.civil_date(met.made_at), HOME_VISITS, SEEN)
        cases.met_under(PersonId(met.person), [seen], by=call.caller.subject)
    return _made(call, record, 0, VisitOutcome.SEEN)


def _made(call: Call, record: PersonRecord, number: int, outcome: VisitOutcome) -> dict[str, Any]:
    """What came of a visit; a meeting without one, or after it had an outcome, is a visit of its own."""
    mine = [v.number for v in record.visits if call.caller.subject in v.authors and v.outcome is outcome]
    number = number if number in mine else max(mine)
    case = record.open_case
    return {
        "id": f"{record.person.id}.{number}",
        "outcome": outcome.value,
        "benefits": status.benefits_of(record, call.today, call.reach),
        "case": {"state": case.state.value, "due": case.due} if case is not None else None,
    }


def _check_meeting(call: Call, met: VisitReport | Meeting) -> None:
    """Seen is face to face, with a document or the grid leader's word, never by a relative; Problem 422."""
    errors = []
    if met.is_relative:
        errors.append(field_error("/is_relative", "a_relative"))
    if met.countersigned_by == call.caller.subject:
        errors.append(field_error("/countersigned_by", "not_by_oneself"))
    if not met.document_seen and met.countersigned_by is None:
        errors.append(field_error("/document_seen", "no_document"))
    if errors:
        raise invalid(*errors)


def _asked_by_halves(report: VisitReport) -> list[FieldError]:
    """What is missing of somebody close who was asked: all three are said, or none, and only if not met."""
    said = {"/through": report.through, "/told_by": report.told_by, "/word": report.word}
    given = [name for name, value in said.items() if value is not None]
    if not given:
        return []
    if report.outcome not in (VisitOutcome.REFUSED, VisitOutcome.NOT_FOUND):
        return [field_error(name, "only_if_not_met") for name in given]
    return [field_error(name, "required") for name in said if name not in given]


def _not_met(call: Call, report: VisitReport) -> list[FieldError]:
    """Why a refusal does not show that the person herself was met: known to the worker, and countersigned."""
    errors = []
    if report.outcome is not VisitOutcome.REFUSED:
        errors.append(field_error("/refused_in_person", "only_if_refused"))
    if report.countersigned_by is None:
        errors.append(field_error("/countersigned_by", "required"))
    elif report.countersigned_by == call.caller.subject:
        errors.append(field_error("/countersigned_by", "not_by_oneself"))
    if report.is_relative:
        errors.append(field_error("/is_relative", "a_relative"))
    return errors


def _check(call: Call, report: VisitReport) -> None:
    """What only all fields together show; Problem 422."""
    errors = []
    if not call.at - _OLDEST_REPORT <= report.made_at <= call.at + _CLOCKS_DIFFER_BY:
        errors.append(field_error("/made_at", "not_in_range"))
    died = report.outcome is VisitOutcome.DECEASED
    if died and report.deceased_on is None:
        errors.append(field_error("/deceased_on", "required"))
    if report.deceased_on is not None and (not died or report.deceased_on > call.today):
        errors.append(field_error("/deceased_on", "not_in_range" if died else "only_if_deceased"))
    refused = report.outcome is VisitOutcome.REFUSED
    if report.refused_in_writing and not refused:
        errors.append(field_error("/refused_in_writing", "only_if_refused"))
    if report.refused_in_person:
        errors += _not_met(call, report)
    errors += _asked_by_halves(report)
    if errors:
        raise invalid(*errors)
