"""Objections (rule 22): raised by the person or whoever serves them, decided by an officer not involved."""

from __future__ import annotations

from typing import Any

from chalicelib import cases
from chalicelib.api import ids, looks, pages
from chalicelib.api.bodies import ObjectionDecision, ObjectionReport
from chalicelib.api.edge import Audience, Call
from chalicelib.engine.objections import level_on
from chalicelib.model import Objection, PersonId
from chalicelib.storage import people, work

objections = Audience(__name__)

Json = dict[str, Any]


@objections.route("POST", "/v1/objections", body=ObjectionReport, once=True)
def raise_objection(call: Call) -> Json:
    """Somebody objects; nothing is suspended until it is decided."""
    sent = call.body(ObjectionReport)
    person = looks.record_for(call, PersonId(sent.person)).person.id
    return _objection(call, person, cases.object_to(person, sent.about, by=call.caller.subject))


@objections.route("GET", "/v1/objections", query=("area", "limit", "cursor"))
def list_objections(call: Call) -> Json:
    """What is to be decided in an area, and by when."""
    area = pages.area_of(call.caller, call.query.get("area"))
    page = pages.page_below(area, call.page(f"objections {area}"))
    rows, following = page.cut(work.objections(area, page.after), lambda row: row.place)
    return {"items": [_in_list(call, row) for row in rows], "next": following}


def _in_list(call: Call, row: work.Row[Objection]) -> Json:
    looks.look_in_list(call, row.person, f"objection {row.item.number}")
    name = looks.masked_name(people.identity_of(row.person).name)
    return {**_objection(call, row.person, row.item), "name": name, "area": row.area}


@objections.route("POST", "/v1/objections/{id}/decision", body=ObjectionDecision, once=True)
def decide_objection(call: Call, id: str) -> Json:
    """An officer who had no part in the measure decides, with a reason; the person is told."""
    person, number = ids.numbered(id)
    sent = call.body(ObjectionDecision)
    looks.record_for(call, person)
    decided = cases.decide_objection(
        person, number, upheld=sent.upheld, by=call.caller.subject, reason=sent.reason
    )
    return _objection(call, person, decided)


def _objection(call: Call, person: PersonId, objection: Objection) -> Json:
    return {
        "id": f"{person}.{objection.number}",
        "person": person,
        "about": objection.about.value,
        "raised": objection.raised,
        "raised_by": objection.raised_by,
        "decide_by": objection.decide_by,
        "level": level_on(objection, call.today),
        "state": objection.state.value,
        "decided_by": objection.decided_by,
        "decided": objection.decided,
    }
