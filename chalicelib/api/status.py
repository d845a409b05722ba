"""待遇状态 · What a person is told about their benefits: until when, why, and what to do.

Asked by the person, an app, a counter or a grid worker, it is always the same answer: what the rule
book says of the record today, in sentences that can be read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, assert_never

from chalicelib import cases
from chalicelib.api import ids
from chalicelib.api.answers.stop_requests import StopRequestState
from chalicelib.api.reach import Reached
from chalicelib.engine.suspension.timeline import plan_case
from chalicelib.engine.texts import message_templates, status_texts
from chalicelib.jurisdiction import current
from chalicelib.messages import document_of, text_of
from chalicelib.model import (
    BenefitCode,
    Case,
    Entitlement,
    Message,
    MessageState,
    Objection,
    PersonId,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verdict,
)

NOTICES_KEPT: Final = timedelta(days=365)
Json = dict[str, Any]


def status_of(record: PersonRecord, on: date, reach: Reached) -> Json:
    """The whole status of a person on a day, as far as it concerns who asks."""
    case, whole, record = record.open_case, record, reach.part_of(record)
    return {
        "person": record.person.id,
        "as_of": on.isoformat(),
        "benefits": benefits_of(whole, on, reach),
        "case": case_of(record, case, on) if case is not None else None,
        "verifying": [_verified(suspicion) for suspicion in record.open_suspicions],
        "objections": [_objection(objection) for objection in record.open_objections],
        "stop_requests": [
            stop_request(record.person.id, s)
            for s in record.suspicions
            if s.kind is SuspicionKind.STOP_ASKED and on - s.opened < NOTICES_KEPT
        ],
        "notices": [notice_of(message) for message in _recent(record.messages, on)],
        "hotline": current().rules.policy.messages.hotline,
    }


def benefits_of(record: PersonRecord, on: date, reach: Reached) -> list[Json]:
    """Every benefit of a person that concerns who asks, as the rule book judges the whole record today."""
    verdicts = {verdict.benefit: verdict for verdict in cases.judge(record, on).verdicts}
    shown = (e for e in record.entitlements if reach.runs(e.benefit))
    return [_benefit(record, e, verdicts[e.benefit], on) for e in shown]


def _benefit(record: PersonRecord, entitlement: Entitlement, verdict: Verdict, on: date) -> Json:
    rules = current().rules
    benefit = rules.benefit(entitlement.benefit)
    judged = status_texts.as_judged(entitlement, verdict)
    return {
        "benefit": entitlement.benefit,
        "title": words((benefit.title.zh, benefit.title.en)),
        "authority": benefit.run_by.value,
        "status": judged.status_on(on).value,
        "valid_until_at_least": judged.valid_until.isoformat(),
        "route": judged.route.value if judged.route else None,
        "stopped_from": entitlement.stopped_from,
        "what_holds": words(status_texts.what_holds(judged, record, on)),
        "why": [reason_of(reason) for reason in status_texts.why(judged, verdict, record, rules, on)],
        "what_to_do": words(status_texts.what_to_do(judged, record, rules, on)),
    }


def case_of(record: PersonRecord, case: Case, on: date) -> Json:
    """The open case; the code lets a person tell our messages from a fraudster's (rule 9)."""
    deadline = plan_case(case.due, case.months, case.opened, current().rules.policy).deadline
    return {
        "state": case.state.value,
        "since": case.opened.isoformat(),
        "due": case.due.isoformat(),
        "deadline": deadline.isoformat(),
        "days_left": max((deadline - on).days, 0),
        "check_code": message_templates.check_code(record.person.id, case.due),
    }


def _verified(suspicion: Suspicion) -> Json:
    """What people are verifying about the person, and by when."""
    return {
        "kind": suspicion.kind.value,
        "benefit": suspicion.benefit,
        "opened": suspicion.opened.isoformat(),
        "verify_by": suspicion.verify_by.isoformat() if suspicion.verify_by else None,
        "why": reason_of(suspicion.reason),
    }


def _objection(objection: Objection) -> Json:
    """What the person has objected to, by when it is answered, and whether it holds what it is against."""
    return {
        "about": objection.about.value,
        "benefit": objection.benefit,
        "raised": objection.raised.isoformat(),
        "decide_by": objection.decide_by.isoformat(),
        "holds": objection.holds,
        "what_happens": words(status_texts.what_happens(objection)),
    }


def stop_request(person: PersonId, request: Suspicion) -> Json:
    """What the person has asked to stop, where that stands, and until when it is undone."""
    state = _state_of(request)
    benefit = current().rules.benefit(request.benefit or BenefitCode(""))
    return {
        "id": ids.of_suspicion(person, request),
        "person": person,
        "benefit": benefit.code,
        "title": words((benefit.title.zh, benefit.title.en)),
        "asked": request.opened.isoformat(),
        "state": state.value,
        "undo_until": request.undo_until.isoformat() if request.undo_until else None,
        "may_be_undone": state in _UNDONE,
        "what_happens": words(status_texts.STOP_REQUESTS[state.value]),
    }


_UNDONE: Final = (StopRequestState.ASKED, StopRequestState.SPOKEN_ABOUT, StopRequestState.STOPPING)


def _state_of(request: Suspicion) -> StopRequestState:
    match request.state:
        case SuspicionState.OPEN:
            spoken = request.undo_until is not None
            return StopRequestState.SPOKEN_ABOUT if spoken else StopRequestState.ASKED
        case SuspicionState.CONFIRMED:
            return StopRequestState.STOPPING if request.is_unfinished else StopRequestState.STOPPED
        case SuspicionState.CLEARED:
            return StopRequestState.REFUSED
        case SuspicionState.WITHDRAWN:
            return StopRequestState.UNDONE
        case _ as never:
            assert_never(never)


def _recent(messages: Sequence[Message], on: date) -> list[Message]:
    told = [m for m in messages if m.day > on - NOTICES_KEPT and m.state is not MessageState.DROPPED]
    return sorted(told, key=lambda message: (message.day, message.id), reverse=True)


def notice_of(message: Message) -> Json:
    """A message as it went out, with the written notice of a decision."""
    return {
        "template": message.template.value,
        "channel": message.channel.value,
        "day": message.day.isoformat(),
        "state": message.state.value,
        "left_on": message.left_on.isoformat() if message.left_on else None,
        "text": text_of(message),
        "document": document_of(message),
    }


def reason_of(reason: Reason) -> Json:
    """A reason as it stands in answers."""
    return {"code": reason.code, "zh": reason.zh, "en": reason.en, "rule": reason.rule or None}


def words(pair: tuple[str, str]) -> Json:
    """A sentence in both languages."""
    return {"zh": pair[0], "en": pair[1]}
