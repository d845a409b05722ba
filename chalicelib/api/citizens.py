"""参保人服务接口 · For citizens, and whoever serves them: the app, counters, grid workers.

An identity number is sent in a body, once, to learn the person's opaque id; nothing else here takes
or gives one.
"""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Response

from chalicelib import cases, clock
from chalicelib.api import access_log, ids, printed_receipt, status
from chalicelib.api.answers.persons import Certified, PersonFound, Trail
from chalicelib.api.answers.status import Status
from chalicelib.api.assertions import asserted
from chalicelib.api.bodies import Lookup, Method, SelfCertification, field_error
from chalicelib.api.middleware import Audience, Call, with_etag
from chalicelib.api.problems import FieldError, Problem, invalid, not_found
from chalicelib.api.tokens import Role
from chalicelib.engine.suspicion.rechecks import DEVICE
from chalicelib.engine.texts import message_templates
from chalicelib.engine.texts.receipt import explain
from chalicelib.jurisdiction import current
from chalicelib.model import Evidence, EvidenceKey, FileId, Outcome, PersonId
from chalicelib.model.named import CERTIFIED, COUNTER, SELF_CERTIFICATION
from chalicelib.sources.people.identity_numbers import borne
from chalicelib.sources.values.row_faults import SENTENCES, Fault
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import lookups, people
from chalicelib.storage.dynamodb.audit import AuditEntry
from chalicelib.storage.dynamodb.audit_findings import findings_about

citizens = Audience(__name__)

_FEED_OF: Final = {
    Method.FACE: SELF_CERTIFICATION,
    Method.VIDEO: SELF_CERTIFICATION,
    Method.COUNTER: COUNTER,
}


@citizens.route("POST", "/v1/persons:lookup", body=Lookup, answer=PersonFound)
def look_up(call: Call) -> dict[str, Any]:
    """The id of the person who bears a number; with a name, only if both belong together."""
    asked = call.body(Lookup)
    number = borne(asked.number, call.today)
    if isinstance(number, Fault):
        zh, en = SENTENCES[number]
        raise invalid(FieldError(number.value, zh, en, pointer="/number"))
    record = lookups.find(number, asked.name)
    if record is None or not call.caller.may_see(record.person.id, record.person.area):
        raise not_found()
    access_log.shown(call, record, "lookup")
    return {"id": record.person.id}


@citizens.route("GET", "/v1/persons/{id}/status", tagged=True, answer=Status)
def show_status(call: Call, id: str) -> Response:
    """Until when a person is certified for what, why, and what to do."""
    ids.person_id(id)
    answer = with_etag(call.headers, status.status_of(call.record, call.today, call.reach))
    if answer.status_code == 304:  # who is told that nothing has changed is told what there is
        access_log.shown_once(call, call.record, "status, unchanged")
    else:
        access_log.shown(call, call.record, "status")
    return answer


@citizens.route("GET", "/v1/persons/{id}/certificate")
def show_certificate(call: Call, id: str) -> Response:
    """The receipt to print: what is certified to which day or has stopped, because of what, how to object."""
    person = ids.person_id(id)
    record = access_log.shown(call, call.record, "certificate")
    decision = cases.judge(record, call.today)
    findings = tuple(f for f in decision.findings if call.reach.concerns(f.benefit, record))
    page = printed_receipt.sheet(
        people.identity_of(person),
        explain(decision._replace(findings=findings), call.reach.part_of(record), current().rules),
        call.today,
        issuer=current().rules.policy.issuer,
        check_code=message_templates.check_code(person, call.today),
    )
    return Response(page, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, 200)


@citizens.route("POST", "/v1/self-certifications", body=SelfCertification, once=True, answer=Certified)
def certify_oneself(call: Call) -> dict[str, Any]:
    """Strong evidence: a face or a video, as an app asserts it, signed; or the person at a counter, today."""
    sent, person = call.body(SelfCertification), call.record.person.id
    day, reference, facts, once = call.today, sent.reference, {}, None
    if sent.method is not Method.COUNTER:
        seen = asserted(sent.assertion, person, sent.method)
        day, reference, facts, once = clock.civil_date(seen.at), seen.nonce, {"app": seen.app}, seen.name
        if seen.device is not None:
            facts[DEVICE] = hmac_ids.device_mark(seen.device)
    elif call.caller.role is not Role.OFFICER:
        raise Problem("role_not_allowed", errors=(field_error("/method", "not_for_this_role"),))
    if reference is None:
        raise invalid(field_error("/reference", "required"))
    evidence = Evidence(
        EvidenceKey(day, _FEED_OF[sent.method], CERTIFIED),
        FileId(f"api:{reference}"),
        1,
        {"by": call.caller.subject, "method": sent.method.value, "reference": reference, **facts},
    )
    arrival = cases.evidence_arrived(
        person, [evidence], actor=call.caller.subject, action="certified in person", once=once
    )
    if sent.person != person:
        cases.met_under(PersonId(sent.person), [evidence.key], by=call.caller.subject)
    outcomes = {verdict.outcome for verdict in arrival.decision.verdicts}
    return {
        "person": person,
        "as_of": call.today,
        "certified": bool(outcomes) and outcomes <= {Outcome.STRONG, Outcome.WEAK},
        "benefits": status.benefits_of(arrival.record, call.today, call.reach),
    }


@citizens.route("GET", "/v1/persons/{id}/audit", query=("limit", "cursor"), answer=Trail)
def show_audit(call: Call, id: str) -> dict[str, Any]:
    """Every step of a person's record, oldest first, and everybody who looked."""
    person = ids.person_id(id)
    access_log.shown(call, call.record, "audit")
    page = call.page(f"audit {person}")
    lines, following = page.cut(enumerate(people.audit_trail(person), 1), lambda line: f"{line[0]:08d}")
    answer: dict[str, Any] = {"items": [_entry(*line) for line in lines], "next": following}
    if call.caller.role is Role.AUDITOR:
        found = findings_about(person)
        answer |= {"chain_holds": not found, "findings": [each._asdict() for each in found]}
    return answer


def _entry(line: int, entry: AuditEntry) -> dict[str, Any]:
    return {
        "sequence": line,
        "at": entry.at,
        "action": entry.action,
        "actor": entry.actor,
        "details": dict(entry.details),
        "hash": entry.hash,
    }
