"""数字画像接口 · A portrait (row J8): all that is known of one person, as far as it concerns who asks.

What is shown nowhere else stands here: the time line of evidence with what each item counts for, and each
month's payments against what was due. The whole look is one entry of the person's chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from chalicelib import cases
from chalicelib.api import access_log, ids, status
from chalicelib.api.answers.portrait import Portrait
from chalicelib.api.may_do import may_do
from chalicelib.api.middleware import Audience, Call
from chalicelib.engine.calendar.periods import add_months, month_of, months_between
from chalicelib.engine.suspicion.reckoning import account
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    Evidence,
    MessageState,
    Payment,
    PersonRecord,
    Suspicion,
    Visit,
)
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.access_log import looks_at

portrait = Audience(__name__)

MONTHS_SHOWN: Final = 24
LOOKS_SHOWN: Final = 100

Json = dict[str, Any]


@portrait.route("GET", "/v1/persons/{id}/portrait", answer=Portrait)
def show_portrait(call: Call, id: str) -> Json:
    """All that is known of a person: what it counts for, what was done, paid and told, and who looked."""
    ids.person_id(id)
    whole = access_log.shown(call, call.record, "portrait")
    record, person, case = call.reach.part_of(whole), whole.person, whole.open_case
    return {
        "person": person.id,
        "as_of": call.today,
        "name": access_log.masked_name(people.identity_of(person.id).name),
        "area": person.area,
        "grid": person.grid,
        "born": f"{person.born:%Y-%m}" if person.born else None,
        "key_groups": sorted(group.value for group in person.key_groups),
        "deceased_on": person.deceased_on,
        "has_phone": person.has_phone,
        "has_helper": person.has_helper,
        "benefits": _benefits(call, whole),
        "case": status.case_of(whole, case, call.today) if case is not None else None,
        "evidence": list(_evidence(call, whole)),
        **_walked(record),
        "payments": list(_payments(call, whole)),
        **_decided(record),
        "related": list(_related(whole)),
        "looks": list(_looks(whole)),
        "may": may_do(call, record),
    }


def _benefits(call: Call, record: PersonRecord) -> list[Json]:
    """As in the status, with the money."""
    drawn = {e.benefit: e for e in record.entitlements}
    shown = status.benefits_of(record, call.today, call.reach)
    return [
        {**each, "fen": e.fen, "since": e.since, "payee": e.payee}
        for each in shown
        for e in (drawn[each["benefit"]],)
    ]


# --- evidence ------------------------------------------------------------------------------------


def _evidence(call: Call, record: PersonRecord) -> Iterator[Json]:
    """What departments have reported, newest first."""
    decision = cases.judge(record, call.today)
    for item in sorted(record.evidence, key=lambda item: item.key, reverse=True):
        event = current().rules.events.get((item.key.feed, item.key.event))
        title = (event.zh, event.en) if event is not None else (item.key.event, item.key.event)
        yield {
            "day": item.key.day,
            "feed": item.key.feed,
            "event": item.key.event,
            "title": status.words(title),
            "department": event.department if event is not None else None,
            "proves": event.proves.value if event is not None else None,
            "strength": event.strength.value if event is not None and event.strength else None,
            "trace": event.trace.value if event is not None and event.trace else None,
            "route": event.route.value if event is not None else None,
            "recovered": item.recovered,
            "counts": list(_counts(call, decision, item)),
        }


def _counts(call: Call, decision: Decision, item: Evidence) -> Iterator[Json]:
    """The benefits about which an item decides today: it certifies, or is the reason for something else."""
    for verdict in decision.verdicts:
        certifies = item.key in verdict.evidence
        because = next((reason for reason in verdict.reasons if reason.evidence == item.key), None)
        if call.reach.runs(verdict.benefit) and (certifies or because is not None):
            why = because or (verdict.reasons[0] if verdict.reasons else None)
            told = status.reason_of(why) if why is not None else None
            yield {"benefit": verdict.benefit, "certifies": certifies, "why": told}


# --- what was done about it ------------------------------------------------------------------------


def _walked(record: PersonRecord) -> Json:
    """Cases, visits and messages, newest first."""
    told = [m for m in record.messages if m.state is not MessageState.DROPPED]
    return {
        "cases": [
            {
                "due": case.due,
                "opened": case.opened,
                "state": case.state.value,
                "closed": case.closed,
                "route": case.route.value if case.route else None,
            }
            for case in sorted(record.cases, key=lambda case: case.due, reverse=True)
        ],
        "visits": [
            _visit(record, visit) for visit in sorted(record.visits, key=lambda v: v.number, reverse=True)
        ],
        "messages": [
            status.notice_of(message)
            for message in sorted(told, key=lambda message: (message.day, message.id), reverse=True)
        ],
    }


def _visit(record: PersonRecord, visit: Visit) -> Json:
    return {
        "id": f"{record.person.id}.{visit.number}",
        "purpose": visit.purpose.value,
        "not_before": visit.not_before,
        "due": visit.due,
        "made": visit.made,
        "outcome": visit.outcome.value if visit.outcome else None,
        "by": visit.by,
        "notice_left": visit.notice_left,
        "cancelled": visit.cancelled,
        "corrected_by": visit.corrected_by,
    }


def _decided(record: PersonRecord) -> Json:
    """Suspicions, objections, recoveries and instructions, newest first."""
    person = record.person.id
    return {
        "suspicions": [
            _suspicion(record, suspicion)
            for suspicion in sorted(record.suspicions, key=lambda s: (s.opened, s.name), reverse=True)
        ],
        "objections": [
            {
                "id": f"{person}.{each.number}",
                "about": each.about.value,
                "benefit": each.benefit,
                "raised": each.raised,
                "decide_by": each.decide_by,
                "state": each.state.value,
                "decided": each.decided,
            }
            for each in reversed(record.objections)
        ],
        "recoveries": [
            {
                "id": f"{person}.{each.number}",
                "benefit": _titled(each.benefit),
                "fen": each.fen,
                "left_fen": each.left,
                "state": each.state.value,
                "opened": each.opened,
            }
            for each in reversed(record.recoveries)
        ],
        "instructions": [
            {
                "id": ids.of_instruction(person, told),
                "benefit": _titled(told.benefit),
                "kind": told.kind.value,
                "month": told.month,
                "fen": told.fen,
                "reason": told.reason,
                "state": told.state.value,
                "issued": told.issued,
            }
            for told in sorted(record.instructions, key=lambda told: (told.issued, told.name), reverse=True)
        ],
    }


def _suspicion(record: PersonRecord, suspicion: Suspicion) -> Json:
    return {
        "id": ids.of_suspicion(record.person.id, suspicion),
        "kind": suspicion.kind.value,
        "day": suspicion.day,
        "opened": suspicion.opened,
        "state": suspicion.state.value,
        "benefit": suspicion.benefit,
        "verify_by": suspicion.verify_by,
        "verified_by": suspicion.verified_by,
        "approved_by": suspicion.approved_by,
        "closed": suspicion.closed,
        "why": status.reason_of(suspicion.reason),
    }


def _titled(code: BenefitCode) -> Json:
    title = current().rules.benefit(code).title
    return {"benefit": code, "title": status.words((title.zh, title.en))}


# --- money ---------------------------------------------------------------------------------------


def _payments(call: Call, record: PersonRecord) -> Iterator[Json]:
    """The last two years month by month, newest first: what each should have brought, and what came."""
    payments = people.payments_of(record.person.id)
    for drawn in record.entitlements:
        if call.reach.runs(drawn.benefit):
            yield from _months(call, record, drawn, payments)


def _months(call: Call, record: PersonRecord, drawn: Entitlement, payments: list[Payment]) -> Iterator[Json]:
    rules = current().rules
    reckoned = account(record, drawn, payments, rules, call.today)
    first = max(drawn.since, add_months(call.today, -MONTHS_SHOWN + 1))
    paid = [p for p in payments if p.benefit == drawn.benefit]
    for month in reversed(months_between(month_of(first), month_of(call.today))):
        yield {
            "month": month,
            "benefit": drawn.benefit,
            "due_fen": reckoned.due(month),
            "paid_fen": sum(payment.fen for payment in paid if payment.month == month),
            "is_stopped": drawn.stopped_from is not None and month >= drawn.stopped_from,
        }


# --- people beside -------------------------------------------------------------------------------


def _related(record: PersonRecord) -> Iterator[Json]:
    """Whom the roster names as related, and for whose sake somebody else draws (no relation said)."""
    person = record.person
    for other, relation in sorted(person.related.items()):
        yield {"person": other, "relation": relation.value, "is_known": people.is_known(other)}
    for beside in sorted(set(worklists.recipients_of(person.id)) - person.related.keys()):
        yield {"person": beside, "relation": None, "is_known": True}


def _looks(record: PersonRecord) -> Iterator[Json]:
    """Who looked, the last first."""
    for entry in list(reversed(looks_at(record.person.id)))[:LOOKS_SHOWN]:
        said = entry.details
        yield {
            "at": entry.at,
            "actor": entry.actor,
            "what": str(said.get("what", entry.action)),
            "role": str(said.get("role", "")),
            "area": str(said.get("area", "")),
        }
