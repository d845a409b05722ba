"""A decision as a receipt that the pensioner can read: certified to which day, why, and how to object.

Plain paragraphs in both languages, in the words of the benefits' own files: one block for each benefit
(standing, reasons, the line of the rules that was decisive), then what people are verifying, what the
person may be entitled to besides, and how to object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.engine.claims import Unclaimed
from chalicelib.engine.periods import zh_day
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import BenefitKind, Decision, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """The same sentences in both languages."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


def explain(decision: Decision, rules: RuleBook, unclaimed: Sequence[Unclaimed] = ()) -> Receipt:
    """The sentences of a decision about a person on a day."""
    pairs: list[tuple[str, str]] = []
    for verdict in decision.verdicts:
        pairs += _benefit(verdict, decision.on, rules)
    told = {reason for verdict in decision.verdicts for reason in verdict.reasons}
    pairs += _texts(finding.reason for finding in decision.findings if finding.reason not in told)
    pairs += _texts(item.reason for item in unclaimed)
    pairs.append(_objecting(decision, rules))
    return Receipt(tuple(zh for zh, _ in pairs), tuple(en for _, en in pairs))


def _benefit(verdict: Verdict, on: date, rules: RuleBook) -> list[tuple[str, str]]:
    benefit, version = rules.in_force(verdict.benefit, on)
    zh, en = _standing(verdict, on)
    pairs = [(f"{benefit.title.zh}：{zh}", f"{benefit.title.en}: {en}"), *_texts(verdict.reasons)]
    if verdict.valid_until < on:
        pairs.append(_what_happens(benefit.suspendable))
    pairs.append(
        (f"依据：{version.authority}。{_rules_zh(verdict)}", f"By {version.authority}. {_rules_en(verdict)}")
    )
    if benefit.kind is BenefitKind.FEE_RELIEF:
        pairs.append(
            (
                "此项为费用减免，不因未认证而暂停。",
                "This is a fee relief: it is never suspended for lack of certification.",
            )
        )
    return pairs


def _standing(verdict: Verdict, on: date) -> tuple[str, str]:
    day = zh_day(verdict.valid_until)
    if verdict.valid_until >= on:
        return f"资格认证有效至{day}。", f"certified at least through {verdict.valid_until}."
    return (
        f"资格认证已于{day}到期，请尽快办理。",
        f"the certification ended on {verdict.valid_until}; please certify.",
    )


def _what_happens(suspendable: bool) -> tuple[str, str]:
    zh = "可到村（社区）、网上自助（不要求必须刷脸）或预约上门办理，均不收费；"
    en = "At the village office, online (no face check needed) or at home, all free of charge; "
    if not suspendable:
        return zh + "待遇照常享受。", en + "the benefit continues."
    return (
        zh + "未经两次上门和两级审核，待遇照常发放；即使暂停，以后任何时候认证都恢复并补发。",
        en + "payment continues until two visits and two officers have confirmed otherwise, and certifying "
        "at any later time brings it back with arrears.",
    )


def _rules_zh(verdict: Verdict) -> str:
    rules = _decisive(verdict.reasons)
    return f"适用规则：{'、'.join(rules)}。" if rules else "适用规则：发放部门名册。"


def _rules_en(verdict: Verdict) -> str:
    rules = _decisive(verdict.reasons)
    return f"Rules applied: {', '.join(rules)}." if rules else "Rules applied: the authority's roster."


def _decisive(reasons: Iterable[Reason]) -> list[str]:
    return list(dict.fromkeys(reason.rule for reason in reasons if reason.rule))


def _texts(reasons: Iterable[Reason]) -> list[tuple[str, str]]:
    return [(reason.zh, reason.en) for reason in reasons]


def _objecting(decision: Decision, rules: RuleBook) -> tuple[str, str]:
    hotline = rules.policy.messages.hotline
    days = rules.policy.objection_working_days
    return (
        f"如有异议，可拨打{hotline}，或到村（社区）、网格员处提出，由未参与此事的人员在{days}个工作日内答复。"
        f"规则版本：{decision.rules}。",
        f"To object, call {hotline}, or tell the village office or grid worker; somebody not involved "
        f"answers within {days} working days. Rules: {decision.rules}.",
    )
