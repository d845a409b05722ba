"""A decision as a receipt that the pensioner can read: certified to which day, why, and how to object."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.engine.periods import zh_day
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """The same sentences in both languages."""

    zh: tuple[str, ...]
    en: tuple[str, ...]


def explain(decision: Decision, rules: RuleBook) -> Receipt:
    """The sentences of a decision: each benefit with its reasons, what is being verified, how to object."""
    zh, en = [], []
    for verdict in decision.verdicts:
        title = rules.benefit(verdict.benefit).title
        standing_zh, standing_en = _standing(verdict, decision)
        zh += [f"{title.zh}：{standing_zh}", *(reason.zh for reason in verdict.reasons)]
        en += [f"{title.en}: {standing_en}", *(reason.en for reason in verdict.reasons)]
    told = {reason for verdict in decision.verdicts for reason in verdict.reasons}
    for finding in decision.findings:
        if finding.reason not in told:
            zh.append(finding.reason.zh)
            en.append(finding.reason.en)
    hotline = rules.policy.messages.hotline
    days = rules.policy.objection_working_days
    zh.append(
        f"如有异议，可拨打{hotline}，或到村（社区）、网格员处提出，{days}个工作日内答复。规则版本：{decision.rules}。"
    )
    en.append(
        f"To object, call {hotline}, or tell the village office or grid worker; "
        f"answered within {days} working days. Rules: {decision.rules}."
    )
    return Receipt(tuple(zh), tuple(en))


def _standing(verdict: Verdict, decision: Decision) -> tuple[str, str]:
    day = zh_day(verdict.valid_until)
    if verdict.valid_until >= decision.on:
        return f"资格认证有效至{day}。", f"certified at least through {verdict.valid_until}."
    return (
        f"资格认证已于{day}到期，请尽快办理。",
        f"the certification ended on {verdict.valid_until}; please certify.",
    )
