"""状态文案 · How each status of an entitlement is said to the person: what holds, why, and what to do about
it.

The receipt and the status of the API say the same. What has stopped says why and how to object, what is
still paid never reads as if it were not, and nobody is told that all is well whose payment has stopped.
"""

from __future__ import annotations

from datetime import date
from typing import Final, assert_never

from chalicelib.engine.calendar.periods import month_of, zh_day, zh_month
from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.rule_lines import Bilingual
from chalicelib.engine.money.account import ordered_as_withheld
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspension.line_decisions import is_approved
from chalicelib.engine.suspicion.termination import ended_by
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    InstructionKind,
    InstructionState,
    Month,
    Objection,
    PersonRecord,
    Reason,
    SuspicionState,
    Verdict,
)

NOTHING_TO_DO: Final[Bilingual] = (
    "无需办理。各部门数据会自动为您认证。",
    "Nothing to do: departments' data certify you by themselves.",
)
_IN_WINDOW: Final = (
    "请在{until}前认证：可用手机，可到任一服务窗口，也可等工作人员上门；均不收费。",
    "Please certify by {until}: by phone, at any counter, or when somebody comes to your door; free.",
)
_HOW: Final = (
    "可到村（社区）、网上自助（不要求必须刷脸）或预约上门办理，均不收费",
    "at the village office, online (no face check needed) or at home, all free of charge",
)
_STILL_PAID: Final = (
    f"待遇仍在发放，请尽快办理：{_HOW[0]}；未经三次上门和两级审核，待遇照常发放；"
    "即使暂停，以后任何时候认证都恢复并补发。",
    f"You are still paid; please certify soon: {_HOW[1]}; payment continues until three visits and two "
    "officers have confirmed otherwise, and certifying at any later time brings it back with arrears.",
)
_APPROVED: Final = (
    "已批准自{month}起暂停。在此之前认证，暂停即撤销：{how}；以后任何时候认证都恢复并补发。",
    "A suspension from {month} on is approved. Certify before and it is called off: {how}; certifying at any "
    "later time brings payment back with arrears.",
)
_STILL_GRANTED: Final = (
    f"请尽快办理：{_HOW[0]}；待遇照常享受。",
    f"Please certify soon: {_HOW[1]}; the benefit continues.",
)
_COME_BACK: Final = (
    "随时可以认证：手机、任一服务窗口或上门均可。认证后恢复发放，并补发暂停期间的待遇。",
    "Certify at any time, by phone, at any counter or at home: payment resumes and the arrears are paid.",
)
_COMING_BACK: Final = (
    "认证已完成，无需再办；恢复发放时补发暂停期间的待遇。",
    "Certified, nothing more to do: payment resumes, and the arrears are paid with it.",
)
STOP_REQUESTS: Final = {
    "asked": (
        "工作人员会先与您本人通话或见面核对；在此之前待遇照常，随时可以撤回。",
        "An officer speaks with you first. Nothing changes until then, and you may undo it at any time.",
    ),
    "spoken_about": (
        "已与您核对，告知书寄送您登记的地址。撤回期内随时可以撤回；期满后由主管部门另一名工作人员核对，才会停发。",
        "It was spoken about, and a letter goes to your registered address. You may undo it; after the last "
        "day another officer looks before anything stops.",
    ),
    "stopping": ("主管部门正在办理停发，仍可撤回。", "It is being stopped; you may still undo it."),
    "stopped": (
        "已按您的申请停发。想恢复的，到村（社区）或拨打热线提出即可。",
        "It has stopped as you asked. To start it again, ask at the village or by the hotline.",
    ),
    "undone": ("已撤回，待遇照常。", "You have undone it: everything goes on as before."),
    "refused": ("核对后未予停发，待遇照常。", "It was not stopped: everything goes on as before."),
}
_PAUSED: Final = (
    "待遇已按规定中止；依法认定无罪的，中止期间的待遇补发。如有疑问或异议，请拨打服务热线。",
    "Payment is paused; on acquittal the months are paid back. If you have questions or object, call the "
    "hotline.",
)
_TERMINATED: Final = (
    "待遇已终止。如与事实不符，请拨打服务热线提出异议，我们会重新核实。",
    "The benefit has ended. If that is wrong, call the hotline and object: it will be looked into again.",
)
_DECEASED: Final = (
    "如与事实不符，请拨打服务热线提出异议，我们会重新核实。",
    "If that is wrong, call the hotline and object: it will be looked into again.",
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


def as_judged(entitlement: Entitlement, verdict: Verdict) -> Entitlement:
    """The entitlement with the certificate of today: what was written last may lie behind the evidence."""
    if entitlement.status is EntitlementStatus.TERMINATED:
        return entitlement
    return entitlement.certified(verdict, entitlement.rules)


def is_over(entitlement: Entitlement, record: PersonRecord) -> bool:
    """Whether no certificate says anything about it any more: it has ended or is paused, or they died."""
    stopped = entitlement.status in (EntitlementStatus.PAUSED, EntitlementStatus.TERMINATED)
    return stopped or record.person.deceased_on is not None


def what_holds(entitlement: Entitlement, record: PersonRecord, on: date) -> Bilingual:
    """How an entitlement (`as_judged`) stands on a day."""
    until, day = entitlement.valid_until, zh_day(entitlement.valid_until)
    zh_since, since = _since(entitlement.stopped_from)
    status = entitlement.status_on(on)
    if record.person.deceased_on is not None and status is not EntitlementStatus.TERMINATED:
        return "待遇将按规定停止。", "to end as the rules say."
    match status:
        case EntitlementStatus.TERMINATED:
            zh, en = _ended(entitlement, record, InstructionKind.TERMINATE, "over")
            return f"待遇{zh}终止。", f"{en}."
        case EntitlementStatus.PAUSED:
            zh, en = _ended(entitlement, record, InstructionKind.PAUSE, "paused")
            return f"待遇{zh}中止发放。", f"{en}."
        case EntitlementStatus.SUSPENDED if until >= on:
            zh = f"资格认证有效至{day}；{zh_since}暂停的待遇将恢复发放。"
            return zh, f"certified at least through {until}; suspended{since}, and to be paid again."
        case EntitlementStatus.SUSPENDED:
            zh = f"待遇{zh_since}暂停发放，资格认证已于{day}到期。"
            return zh, f"suspended{since}; the certification ended on {until}."
        case EntitlementStatus.EXPIRED_STILL_PAID:
            return f"资格认证已于{day}到期。", f"the certification ended on {until}."
        case EntitlementStatus.ACTIVE:
            return f"资格认证有效至{day}。", f"certified at least through {until}."
        case _:
            assert_never(status)


def _since(month: Month | None) -> Bilingual:
    return (f"自{zh_month(month)}起", f" since {month}") if month is not None else ("", "")


def _ended(entitlement: Entitlement, record: PersonRecord, order: InstructionKind, word: str) -> Bilingual:
    """Since when it is over, as its authority was told; where nothing came before that, since when.

    What a suspension withheld before is not told of any more once its months are ordered to be paid.
    """
    first = entitlement.stopped_from
    told = (
        i
        for i in record.instructions
        if (i.benefit, i.kind) == (entitlement.benefit, order) and i.state is not InstructionState.CANCELLED
    )
    last = max(told, key=lambda i: i.issued, default=None)
    ended = last.month if last is not None else first
    zh, en = _since(ended)
    if first is None or ended is None or ended <= first:
        return zh, f"{word}{en}"
    if any(month >= first for month in ordered_as_withheld(record, entitlement.benefit)):
        return zh, f"{word}{en}"
    zh_first, en_first = _since(first)
    return f"{zh_first}未发，{zh}", f"not paid{en_first}, {word}{en}"


def why(
    entitlement: Entitlement, verdict: Verdict, record: PersonRecord, rules: RuleBook, on: date
) -> tuple[Reason, ...]:
    """Why it stands so: what the evidence says, or, where it is over, what people have found.

    What they have verified is not told as if they were still to look.
    """
    if is_over(entitlement, record):
        return (_why_over(entitlement, record, rules, on),)
    found = {
        (s.kind.value, s.evidence): reasons.found_so(s)
        for s in record.suspicions
        if s.state is SuspicionState.CONFIRMED
    }
    said = tuple(found.get((reason.code, reason.evidence), reason) for reason in verdict.reasons)
    return (reasons.not_certified(), *said) if entitlement.status is EntitlementStatus.SUSPENDED else said


def _why_over(entitlement: Entitlement, record: PersonRecord, rules: RuleBook, on: date) -> Reason:
    if record.person.deceased_on is not None:
        return reasons.deceased(record.person.deceased_on)
    for suspicion in record.suspicions:
        if suspicion.state is SuspicionState.CONFIRMED and ended_by(suspicion, entitlement, rules, on):
            return reasons.found_so(suspicion)
    return reasons.stopped_by_authority()


def what_to_do(entitlement: Entitlement, record: PersonRecord, rules: RuleBook, on: date) -> Bilingual:
    """What the person may do about an entitlement (`as_judged`), or that there is nothing to do."""
    status = entitlement.status_on(on)
    if status is not EntitlementStatus.TERMINATED and record.person.deceased_on is not None:
        return _DECEASED
    match status:
        case EntitlementStatus.TERMINATED:
            return _TERMINATED
        case EntitlementStatus.PAUSED:
            return _PAUSED
        case EntitlementStatus.SUSPENDED:
            return _COMING_BACK if entitlement.valid_until >= on else _COME_BACK
        case EntitlementStatus.EXPIRED_STILL_PAID:
            if not rules.benefit(entitlement.benefit).suspendable:
                return _STILL_GRANTED
            return _about_to_stop(entitlement, record, on) or _STILL_PAID
        case EntitlementStatus.ACTIVE:
            case = record.open_case
            if case is None or entitlement.valid_until > case.due:
                return NOTHING_TO_DO
            return _by(entitlement.valid_until, _IN_WINDOW)
        case _:
            assert_never(status)


def _about_to_stop(entitlement: Entitlement, record: PersonRecord, on: date) -> Bilingual | None:
    """What two people have signed about the very certificate that ended, and has not taken effect."""
    for line in record.proposals:
        month = line.effective
        stands = is_approved(line) and line.judged.get(entitlement.benefit) == entitlement.valid_until
        if stands and month is not None and month >= month_of(on):
            zh, en = _APPROVED
            return zh.format(month=zh_month(month), how=_HOW[0]), en.format(month=month, how=_HOW[1])
    return None


def what_happens(objection: Objection) -> Bilingual:
    """By when an objection is answered, and whether it holds what it is against."""
    return _by(objection.decide_by, _HELD if objection.holds else _NOT_HELD)


def _by(until: date, sentence: Bilingual) -> Bilingual:
    zh, en = sentence
    return zh.format(until=zh_day(until)), en.format(until=until)
