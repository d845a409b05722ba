"""申诉接口 · Objections (rule 22): raised by the person or whoever serves them, decided by an officer not
involved."""

from __future__ import annotations

from typing import Any

from chalicelib import cases
from chalicelib.api import access_log, ids, pages
from chalicelib.api.answers.work import ObjectionStands, ObjectionsToDecide
from chalicelib.api.bodies import ObjectionDecision, ObjectionReport, field_error
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.policy import REVIEW
from chalicelib.api.problems import invalid
from chalicelib.engine.suspension.objections import level_on
from chalicelib.instruction_delivery import hand_over
from chalicelib.model import BenefitCode, Objection, ObjectionAbout, PersonId
from chalicelib.storage.dynamodb import people, worklists

objections = Audience(__name__)

Json = dict[str, Any]


@objections.route("POST", "/v1/objections", body=ObjectionReport, once=True, answer=ObjectionStands)
def raise_objection(call: Call) -> Json:
    """Somebody objects; nothing is suspended until it is decided, the first time."""
    sent = call.body(ObjectionReport)
    if sent.benefit is not None and sent.about is not ObjectionAbout.RECOVERY:
        raise invalid(field_error("/benefit", "only_about_recovery"))
    person = call.record.person.id
    benefit = BenefitCode(sent.benefit) if sent.benefit is not None else None
    under = PersonId(sent.person)  # perhaps a number that was joined to theirs
    raised = cases.object_to(under, sent.about, by=call.caller.subject, benefit=benefit)
    return _objection(call, person, raised)


@objections.route("GET", "/v1/objections", query=("area", "limit", "cursor"), answer=ObjectionsToDecide)
def list_objections(call: Call) -> Json:
    """What is to be decided in an area, and by when."""
    area = call.area
    page = pages.page_below(area, call.page(f"objections {area}"))
    found = access_log.concerned(call, worklists.objections(area, page.after))
    rows, following = page.cut(found, lambda row: row.place)
    return {"items": [_in_list(call, row) for row in rows], "next": following}


def _in_list(call: Call, row: worklists.Row[Objection]) -> Json:
    access_log.look_in_list(call, row.person, f"objection {row.item.number}")
    name = access_log.masked_name(people.identity_of(row.person).name)
    return {**_objection(call, row.person, row.item), "name": name, "area": row.area}


@objections.route(
    "POST", "/v1/objections/{id}/decision", body=ObjectionDecision, once=True, answer=ObjectionStands
)
def decide_objection(call: Call, id: str) -> Json:
    """An officer who had no part in the measure decides, with a reason; the person is told."""
    person, number = ids.numbered(id)
    sent = call.body(ObjectionDecision)
    if any(o.number == number and not o.holds for o in call.record.objections):
        REVIEW.check(call.caller)
    decided = cases.decide_objection(
        person, number, upheld=sent.upheld, by=call.caller.subject, reason=sent.reason
    )
    hand_over(person)  # what it calls off
    return _objection(call, person, decided)


def _objection(call: Call, person: PersonId, objection: Objection) -> Json:
    return {
        "id": f"{person}.{objection.number}",
        "person": person,
        "about": objection.about.value,
        "benefit": objection.benefit,
        "holds": objection.holds,
        "raised": objection.raised,
        "raised_by": objection.raised_by,
        "decide_by": objection.decide_by,
        "level": level_on(objection, call.today),
        "state": objection.state.value,
        "decided_by": objection.decided_by,
        "decided": objection.decided,
    }
