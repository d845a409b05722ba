"""告知书用语 · What the written notice of a decision says of this very case: which benefits, since when, why.

Words and days, never a name, number or amount of somebody else; they stand with the message from its first
day, so that the notice reads later as it did then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chalicelib.engine.calendar.periods import civil_time, zh_day, zh_month
from chalicelib.engine.certification.reasons import found_so
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.termination import Ending
from chalicelib.engine.texts.instruction_texts import ROUTES
from chalicelib.model import (
    BY_PHONE,
    REMINDERS,
    BenefitCode,
    Case,
    Entitlement,
    MessageState,
    ObjectionAbout,
    PersonRecord,
    Proposal,
    Suspicion,
    VisitOutcome,
)

Words = dict[str, str]

_AT_THE_DOOR: Final = {
    VisitOutcome.NOT_FOUND: "未见到您",
    VisitOutcome.REFUSED: "您未同意认证",
    VisitOutcome.AWAY: "得知您外出",
    VisitOutcome.MOVED: "得知您已搬走",
    VisitOutcome.HOSPITALISED: "得知您住院",
}
MEASURES: Final = {
    ObjectionAbout.SUSPENSION: "暂停发放",
    ObjectionAbout.TERMINATION: "停止发放",
    ObjectionAbout.RECOVERY: "退还多发待遇",
}


def titles(benefits: Iterable[BenefitCode], rules: RuleBook) -> str:
    """The names of benefits, as their authorities call them."""
    return "、".join(rules.benefit(benefit).title.zh for benefit in benefits)


def of_suspension(record: PersonRecord, case: Case, approved: Proposal, rules: RuleBook) -> Words:
    """Why payments are suspended: which certificate ended, when word was sent, what was found at the door."""
    about = case.due.isoformat()
    until = min((approved.judged[b] for b in approved.benefits if b in approved.judged), default=case.due)
    reminded = sorted(
        (m.left_on or (civil_time(m.changed).date() if m.changed is not None else m.day), m.channel)
        for m in record.messages
        if m.about == about and m.template in REMINDERS and m.state is MessageState.DELIVERED
    )
    by_word = [f"{zh_day(day)}{'短信' if way in BY_PHONE else '告知书'}提醒已送达" for day, way in reminded]
    at_the_door = [
        f"{zh_day(civil_time(visit.made).date())}上门{_AT_THE_DOOR[visit.outcome]}"
        for visit in sorted(record.visits, key=lambda visit: visit.number)
        if visit.about == about and visit.made is not None and visit.outcome in _AT_THE_DOOR
    ]
    found = "，".join((f"资格认证已于{zh_day(until)}到期", *by_word, *at_the_door))
    reason = f"{found}；各部门数据中也没有可以替您认证的记录。暂停已经乡镇确认、主管部门批准"
    return {"what": titles(approved.benefits, rules), "reason": reason}


def of_ending(suspicion: Suspicion, ended: Sequence[Ending], rules: RuleBook) -> Words:
    """What ended or paused since which month, and what people have found."""
    what = "、".join(
        f"{titles((e.entitlement.benefit,), rules)}（自{zh_month(e.from_month)}起）" for e in ended
    )
    return {"what": what, "reason": reason_of(suspicion)}


def reason_of(suspicion: Suspicion) -> str:
    """What was reported, and that people have found it so."""
    return f"{suspicion.reason.zh}{found_so(suspicion).zh}".rstrip("。")


def of_resumption(resumed: Sequence[Entitlement], rules: RuleBook) -> Words:
    """What is paid again, and what certified it."""
    what = titles((e.benefit for e in resumed), rules)
    seen = [(e.evidence.day, e.route) for e in resumed if e.evidence is not None and e.route is not None]
    if not seen:
        return {"what": what, "reason": "资格认证已经完成"}
    day, route = max(seen)
    return {"what": what, "reason": f"{zh_day(day)}的{ROUTES[route]}已经完成"}


def of_paying_again(benefits: Iterable[BenefitCode], undone: Sequence[Suspicion], rules: RuleBook) -> Words:
    """What is paid again after an ending, and what had been found when it ended."""
    said = "；".join(dict.fromkeys(s.reason.zh.rstrip("。") for s in undone))
    return {"what": titles(dict.fromkeys(benefits), rules)} | ({"reason": said} if said else {})
