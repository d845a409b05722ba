"""规则说明 · Lines of the rule book in words: a benefit's page and the pensioner's receipt say the same.

A reason names the line that was decisive by its code ("policy/tiers/2"), for programs and auditors; people
read the line itself. Conditions and exclusions need none: their reason is their sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeAlias

from chalicelib.engine.certification.weighing import BY_WEAK
from chalicelib.engine.rules.benefits import Authority
from chalicelib.engine.rules.policy import Policy, Tier, WeakRules
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, KeyGroup, Reason

Bilingual: TypeAlias = tuple[str, str]
"""The same words in Chinese and in English."""

AUTHORITIES: Final[dict[Authority, Bilingual]] = {
    Authority.HRSS: ("人力资源和社会保障部门", "Human Resources and Social Security"),
    Authority.VETERANS: ("退役军人事务部门", "Veterans Affairs"),
    Authority.CIVIL_AFFAIRS: ("民政部门", "Civil Affairs"),
    Authority.HEALTH: ("卫生健康部门", "Health"),
    Authority.MEDICAL_INSURANCE: ("医疗保障部门", "Medical Insurance"),
    Authority.EDUCATION: ("教育部门", "Education"),
    Authority.WATER: ("水务、水利部门", "Water"),
    Authority.ORGANISATION: ("组织部门", "Organisation Department"),
    Authority.AGRICULTURE: ("农业农村部门", "Agriculture"),
    Authority.DISABLED_FEDERATION: ("残疾人联合会", "Disabled Persons' Federation"),
    Authority.TRADE_UNION: ("工会", "Trade Union"),
}
KEY_GROUPS: Final[dict[KeyGroup, Bilingual]] = {
    KeyGroup.VERY_OLD: ("高龄老人", "very old"),
    KeyGroup.DISABLED: ("残疾人", "disabled"),
    KeyGroup.EMPTY_NEST: ("空巢老人", "living alone, the children gone"),
    KeyGroup.BEDRIDDEN: ("卧床人员", "bedridden"),
    KeyGroup.INCAPACITATED: ("失能人员", "incapacitated"),
    KeyGroup.GRAVELY_ILL: ("重病人员", "gravely ill"),
}


def tier_line(tier: Tier) -> Bilingual:
    """How long strong evidence carries, and for whom."""
    return f"{tier.months}个月：{tier.why}", f"{tier.months} months{for_whom(tier)}"


def for_whom(tier: Tier) -> str:
    """Whom a tier concerns, in English; empty for everybody. (In Chinese its `why` says it.)"""
    asked = []
    if tier.aged_at_least:
        asked.append(f"aged {tier.aged_at_least} or more")
    if tier.in_key_group:
        asked.append(" or ".join(KEY_GROUPS[group][1] for group in tier.in_key_group))
    if tier.no_strong_within_months:
        asked.append(f"no strong evidence within {tier.no_strong_within_months} months")
    return f" ({', '.join(asked)})" if asked else ""


def weak_line(weak: WeakRules) -> Bilingual:
    """What weak items need to certify together."""
    return (
        f"弱认证数据须组合：{weak.span_days}日内合计{weak.threshold}分，至少两种不同痕迹，"
        "其中至少一种为本人卡证或本人到场，账户与家庭合计至多一种；同一行程只计一次",
        f"Weak items only in combination: {weak.threshold} points within {weak.span_days} days, at least two "
        "different traces, one of them own card or body, at most one of account or household; "
        "a trip counts once",
    )


def fade_line(weak: WeakRules) -> Bilingual:
    """How the points of weak items fade."""
    zh = "，".join(f"{row.within_days}日内的按{row.percent}%计分" for row in weak.fade)
    en = ", ".join(f"{row.percent} % of its points within {row.within_days} days" for row in weak.fade)
    return (
        f"从最新一条往前算，{zh}，更早的不计",
        f"An item counts, back from the newest, {en}, and then nothing",
    )


def weak_months_line(policy: Policy) -> Bilingual:
    """How long a combination carries."""
    months, alone = policy.periods.weak_months, policy.periods.weak_alone_months
    zh, en = f"仅凭弱认证数据组合：{months}个月", f"By a combination of weak items: {months} months"
    if alone is None:
        return zh, en
    return (
        f"{zh}，且不超过最近一次强认证数据或人工认证届满后{alone}个月",
        f"{en}, and no further than {alone} months after the last certificate by strong evidence or by hand",
    )


def lines_of(reasons: Iterable[Reason], rules: RuleBook, on: date) -> tuple[Bilingual, ...]:
    """The lines that were decisive for some reasons, in words, each once.

    `rules` are those of the person's area; evidence was weighed by those of its own day.
    """
    said: dict[Bilingual, None] = {}
    for reason in reasons:
        day = reason.evidence.day if reason.evidence is not None else on
        said |= dict.fromkeys(_lines(reason.rule, rules.weighing(day), day))
    return tuple(said)


def _lines(rule: str, rules: RuleBook, day: date) -> tuple[Bilingual, ...]:
    policy = rules.policy
    if rule == BY_WEAK:
        return weak_line(policy.weak), weak_months_line(policy)  # the page goes into more detail
    whose, _, number = rule.partition("/tiers/")
    if not number:
        return ()
    tiers = policy.periods.tiers
    if whose != "policy":
        own = rules.benefit_on(BenefitCode(whose), day).tiers
        tiers = tiers if isinstance(own, str) else own
    return (tier_line(tiers[int(number) - 1]),)
