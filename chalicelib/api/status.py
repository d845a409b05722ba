"""What a person is told about their benefits: until when, why, and what to do.

Asked by the person, an app, a counter or a grid worker, it is always the same answer: what the rule
book says of the record today, in sentences that can be read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from chalicelib import cases
from chalicelib.engine import wording
from chalicelib.engine.timeline import plan_case
from chalicelib.model import (
    Case,
    Channel,
    Entitlement,
    EntitlementStatus,
    Message,
    MessageState,
    Objection,
    PersonRecord,
    Reason,
    Verdict,
)
from chalicelib.pack import current

NOTICES_KEPT: Final = timedelta(days=365)
Json = dict[str, Any]

_NOTHING: Final = (
    "无需办理。各部门数据会自动为您认证。",
    "Nothing to do: departments' data certify you by themselves.",
)
_IN_WINDOW: Final = (
    "请在{until}前认证：可用手机，可到任一服务窗口，也可等工作人员上门；均不收费。",
    "Please certify by {until}: by phone, at any counter, or when somebody comes to your door; free.",
)
_HELD: Final = (
    "您的异议将于{until}前由未参与此事的人员答复；答复前不暂停待遇。",
    "Your objection is answered by {until} by somebody not involved; until then nothing is suspended.",
)
_NOT_HELD: Final = (
    "您再次提出的异议由上一级复核，{until}前答复，期间照常办理；您可随时认证，也可依法申请行政复议。",
    "Raised again, it is looked at by the level above by {until} and holds nothing meanwhile: certify at any "
    "time, or apply for administrative review.",
)
_WHAT_TO_DO: Final = {
    EntitlementStatus.EXPIRED_STILL_PAID: (
        "认证期已过，待遇仍在发放。请尽快用手机或到任一服务窗口认证，也可请工作人员上门；均不收费。",
        "The period has ended, you are still paid. Certify soon: by phone, at any counter or at home; free.",
    ),
    EntitlementStatus.SUSPENDED: (
        "随时可以认证：手机、任一服务窗口或上门均可。认证后恢复发放，并补发暂停期间的待遇。",
        "Certify at any time, by phone, at any counter or at home: payment resumes and the arrears are paid.",
    ),
    EntitlementStatus.PAUSED: (
        "待遇已按规定中止。如有疑问或异议，请拨打服务热线。",
        "Payment is paused. If you have questions or object, call the hotline.",
    ),
    EntitlementStatus.TERMINATED: (
        "待遇已终止。如与事实不符，请拨打服务热线提出异议，我们会重新核实。",
        "The benefit has ended. If that is wrong, call the hotline and object: it will be looked into again.",
    ),
}


def status_of(record: PersonRecord, on: date) -> Json:
    """The whole status of a person on a day."""
    case = record.open_case
    return {
        "person": record.person.id,
        "as_of": on.isoformat(),
        "benefits": benefits_of(record, on),
        "case": _case(record, case, on) if case is not None else None,
        "objections": [_objection(objection) for objection in record.open_objections],
        "notices": [_notice(message) for message in _recent(record.messages, on)],
        "hotline": current().rules.policy.messages.hotline,
    }


def benefits_of(record: PersonRecord, on: date) -> list[Json]:
    """Every benefit of a person as it stands on a day, as the rule book judges it today."""
    verdicts = {verdict.benefit: verdict for verdict in cases.judge(record, on).verdicts}
    return [_benefit(record, e, verdicts[e.benefit], on) for e in record.entitlements]


def _benefit(record: PersonRecord, entitlement: Entitlement, verdict: Verdict, on: date) -> Json:
    benefit = current().rules.benefit(entitlement.benefit)
    ended = entitlement.status is EntitlementStatus.TERMINATED
    # What was written last may lie behind the evidence; what is judged today does not (design, decision 4).
    judged = (
        entitlement if ended else replace(entitlement, valid_until=verdict.valid_until, route=verdict.route)
    )
    status = judged.status_on(on)
    return {
        "benefit": entitlement.benefit,
        "title": words((benefit.title.zh, benefit.title.en)),
        "authority": benefit.run_by.value,
        "status": status.value,
        "valid_until_at_least": judged.valid_until.isoformat(),
        "route": judged.route.value if judged.route else None,
        "stopped_from": entitlement.stopped_from,
        "why": [reason_of(reason) for reason in verdict.reasons],
        "what_to_do": _what_to_do(record, judged, status),
    }


def _what_to_do(record: PersonRecord, entitlement: Entitlement, status: EntitlementStatus) -> Json:
    if status is not EntitlementStatus.ACTIVE:
        return words(_WHAT_TO_DO[status])
    case = record.open_case
    if case is None or entitlement.valid_until > case.due:
        return words(_NOTHING)
    until = entitlement.valid_until.isoformat()
    return words((_IN_WINDOW[0].format(until=until), _IN_WINDOW[1].format(until=until)))


def _case(record: PersonRecord, case: Case, on: date) -> Json:
    """The open case; the code lets a person tell our messages from a fraudster's (rule 9)."""
    deadline = plan_case(case.due, case.opened, current().rules.policy).deadline
    return {
        "state": case.state.value,
        "since": case.opened.isoformat(),
        "due": case.due.isoformat(),
        "deadline": deadline.isoformat(),
        "days_left": max((deadline - on).days, 0),
        "check_code": wording.check_code(record.person.id, case.due),
    }


def _objection(objection: Objection) -> Json:
    """What the person has objected to, by when it is answered, and whether it holds what it is against."""
    until = objection.decide_by.isoformat()
    zh, en = _HELD if objection.holds else _NOT_HELD
    return {
        "about": objection.about.value,
        "benefit": objection.benefit,
        "raised": objection.raised.isoformat(),
        "decide_by": until,
        "holds": objection.holds,
        "what_happens": words((zh.format(until=until), en.format(until=until))),
    }


def _recent(messages: Sequence[Message], on: date) -> list[Message]:
    told = [m for m in messages if m.day > on - NOTICES_KEPT and m.state is not MessageState.DROPPED]
    return sorted(told, key=lambda message: (message.day, message.id), reverse=True)


def _notice(message: Message) -> Json:
    return {
        "template": message.template.value,
        "channel": message.channel.value,
        "day": message.day.isoformat(),
        "state": message.state.value,
        "text": _text(message),
    }


def _text(message: Message) -> str:
    if message.channel is Channel.NOTICE:
        return wording.notice(message.template, message.words)
    signature = current().rules.policy.messages.signature
    return wording.render(message.template, message.words, signature=signature)


def reason_of(reason: Reason) -> Json:
    """A reason as it stands in answers."""
    return {"code": reason.code, "zh": reason.zh, "en": reason.en}


def words(pair: tuple[str, str]) -> Json:
    """A sentence in both languages."""
    return {"zh": pair[0], "en": pair[1]}
