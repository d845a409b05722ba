"""The page of a benefit: how it is certified, for how long, on what conditions, and what tests say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from admin.pages.scenarios import Scenario
from admin.pages.words import (
    AUTHORITIES,
    CONSEQUENCES,
    KINDS,
    LAST_MONTHS,
    MESSAGES,
    OFFSETS,
    RELATIONS,
    ROUTES,
    SETTINGS,
    STARTS,
    TRACES,
    heading,
    say,
    table,
    yuan,
)
from chalicelib.engine.benefits import Benefit, BenefitRules
from chalicelib.engine.clauses import Clause, Term, Word
from chalicelib.engine.counties import County, CountyValue, Setting
from chalicelib.engine.policy import EventName, Policy, Tier
from chalicelib.model import BenefitCode, Route, Strength
from chalicelib.pack import Pack
from chalicelib.pack.differing import flat

WIDTH = 45  # characters of the time line


def page(benefit: Benefit, pack: Pack, scenarios: Sequence[Scenario], counties: Sequence[County] = ()) -> str:
    """The page of a benefit as Markdown, by its newest version."""
    rules, policy = benefit.versions[-1], pack.rules.policy
    return "\n".join(
        [
            f"# {benefit.title.zh} · {benefit.title.en}\n",
            _head(benefit, rules),
            heading("怎么认证", "How it is certified"),
            *_certifies(rules, pack),
            heading("有效多久", "For how long"),
            *_periods(rules, policy),
            *_in_counties(benefit, counties, policy),
            heading("办理时间线", "Time line of a case"),
            _time_line(policy, suspended=benefit.suspendable),
            *_amounts(rules, pack),
            *_conditions(rules, pack),
            *_against(rules, pack),
            *_ends(rules, pack),
            heading("检验情景", "Scenarios that test it"),
            table(("编号 No.", "情景", "规则 rule"), scenarios) if scenarios else "—",
            heading("与上一版本相比", "What changed since the last version"),
            *_changes(benefit),
            "",
        ]
    )


def _head(benefit: Benefit, rules: BenefitRules) -> str:
    kind, run_by = KINDS[benefit.kind], AUTHORITIES[benefit.run_by]
    rows = [
        ("代码 code", f"`{benefit.code}`"),
        ("主管部门 authority", f"{run_by[0]} · {run_by[1]}"),
        ("类型 kind", f"{kind[0]} · {kind[1]}"),
        ("依据 legal basis", rules.authority),
        ("自何日起 in force from", rules.from_.isoformat()),
        ("审核 reviewed", f"{rules.reviewed.by}，{rules.reviewed.date}"),
    ]
    if benefit.assumed:
        rows.append(("假设 assumed", benefit.assumed))
    return table(("项目", "内容"), rows)


# --- what certifies ------------------------------------------------------------------------------


def _certifies(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    strong = [e for e in pack.rules.events.values() if e.strength is Strength.STRONG]
    strong = [e for e in strong if rules.recognises_event((e.feed, e.event))]
    yield say(
        "一条强认证数据即可认证，依次为数据、自助、人工。",
        "One strong item certifies: data first, then self-service, then by hand.",
    )
    for route in Route:
        names = [f"{pack.feeds[e.feed].title.zh}（{e.zh}）" for e in strong if e.route is route]
        english = [e.en for e in strong if e.route is route]
        if names:
            zh, en = ROUTES[route]
            yield say(f"**{zh}**：{'、'.join(names)}。", f"{en}: {'; '.join(english)}.")
    yield from _weak(rules, pack)


def _weak(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    weak = pack.rules.policy.weak
    points = [row for row in weak.points if rules.recognises_event(row.key) and row.points]
    if not points:
        yield say("弱认证数据不能认证本项待遇。", "Weak items do not certify this benefit.")
        return
    span = max(fade.within_days for fade in weak.fade)
    yield say(
        f"弱认证数据须组合：{span}日内合计{weak.threshold}分，至少两种不同痕迹，其中至少一种为本人卡证或本人到场，"
        "账户与家庭合计至多一种；同一行程只计一次。",
        f"Weak items only in combination: {weak.threshold} points within {span} days, at least two different "
        "traces, one of them own card or body, at most one of account or household; a trip counts once.",
    )
    yield ""
    yield table(
        ("弱认证数据", "痕迹 trace", "分值 points"),
        [
            (
                f"{pack.feeds[event.feed].title.zh}（{event.zh}）",
                " · ".join(TRACES[event.trace]) if event.trace else "—",
                str(row.points),
            )
            for row in points
            for event in (pack.rules.events[row.key],)
        ],
    )


def _periods(rules: BenefitRules, policy: Policy) -> Iterator[str]:
    tiers: Sequence[Tier] = policy.periods.tiers if isinstance(rules.tiers, str) else rules.tiers
    yield say(
        "自事情发生之日起算，到期日当日有效；多条适用时取最短；新数据到来只向后滚动。",
        "Counted from the day it happened, the last day included; the shortest that applies; "
        "new data only ever move it forward.",
    )
    for tier in tiers:
        yield say(f"{tier.months}个月：{tier.why}。", f"{tier.months} months{_whom(tier)}.")
    yield say(
        f"仅凭弱认证数据组合：{policy.periods.weak_months}个月。",
        f"By a combination of weak items: {policy.periods.weak_months} months.",
    )
    yield say(*STARTS[rules.starts])


def _in_counties(benefit: Benefit, counties: Sequence[County], policy: Policy) -> Iterator[str]:
    """What counties have set for themselves, where it concerns the benefit."""
    for county in counties:
        values = [v for v in county.values if v.benefit in (None, benefit.code)]
        if not isinstance(benefit.versions[-1].tiers, str):
            values = [v for v in values if v.set is not Setting.MONTHS]
        said = [_set(value, policy) for value in values]
        if said:
            zh, en = "；".join(zh for zh, _ in said), "; ".join(en for _, en in said)
            assumed = "，假设" if county.assumed else ""
            yield say(
                f"**{county.title.zh}**（{county.area}{assumed}）自{county.from_}起：{zh}。",
                f"{county.title.en} from {county.from_}: {en}.",
            )


def _set(value: CountyValue, policy: Policy) -> tuple[str, str]:
    """One value of a county, in words."""
    zh, en = SETTINGS[value.set]
    if value.tier is not None:
        tier = policy.periods.tiers[value.tier - 1]
        return f"“{tier.why}”一档为{value.to}个月", f"{value.to} months instead of {tier.months}{_whom(tier)}"
    of = f"{value.feed}/{value.event}" if value.feed else ""
    return f"{of}{zh}{value.to or ''}", f"{en} {of} {value.to or ''}".replace("  ", " ").strip()


def _whom(tier: Tier) -> str:
    asked = []
    if tier.aged_at_least:
        asked.append(f"aged {tier.aged_at_least} or more")
    if tier.in_key_group:
        asked.append(f"in {' or '.join(group.value for group in tier.in_key_group)}")
    if tier.no_strong_within_months:
        asked.append(f"no strong evidence within {tier.no_strong_within_months} months")
    return f" ({', '.join(asked)})" if asked else ""


def _time_line(policy: Policy, *, suspended: bool) -> str:
    """The case as a picture: how many days before the period ends, along a line, and what happens then."""
    line = policy.timeline
    steps = [(r.days_before, *MESSAGES[r.template]) for r in line.reminders]
    steps.append((line.visit_days_before, "上门认证", "home visit"))
    steps.sort(key=lambda step: -step[0])
    steps.append((0, "到期，当日仍有效", "the period ends, the day included"))
    longest = max(line.window_days, steps[0][0])
    rows = [f"{f'-{days}' if days else '0':>4} {_mark(days, longest)} {zh} · {en}" for days, zh, en in steps]
    if suspended:
        day = policy.suspension.list_day
        then = (
            f"此后每月{day}日列入拟暂停名单，镇街逐人确认、主管部门审批，次月起暂停",
            f"then the list of day {day}, confirmed line by line and approved; suspended from the next month",
        )
    else:
        then = ("不暂停，继续提醒和上门", "never suspended: reminded and visited")
    rows += [f"{'':{WIDTH + 5}}└ {sentence}" for sentence in then]
    return "\n".join(["```text", *rows, "```"])


def _mark(days: int, longest: int) -> str:
    """A place on the line: one character is so many days, the end of the period at the right."""
    place = WIDTH - round(WIDTH * days / longest)
    return f"{'─' * place}●{'·' * (WIDTH - place)}"


# --- amounts and conditions ----------------------------------------------------------------------


def _amounts(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    yield heading("金额", "Amount")
    if rules.amount == "none":
        yield say("费用减免，无月发金额。", "A fee relief: no monthly amount.")
    elif isinstance(rules.amount, str):
        yield say("以主管部门名册核定的金额为准。", "The amount that the authority states on its roster.")
    else:
        bands = [
            ("，".join(_asked(t, pack) for t in band.where) or "其他", yuan(band.fen))
            for band in rules.amount
        ]
        yield table(("对象（自上而下取第一条）", "元／月 yuan a month"), bands)


def _conditions(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    if rules.conditions:
        yield heading("自身条件", "Conditions of its own")
        yield from (line for clause in rules.conditions for line in _clause(clause, pack))
    if rules.excluded:
        yield heading("不予静默认证", "Never certified silently")
        yield from (line for clause in rules.excluded for line in _clause(clause, pack))
    if rules.entitles is not None:
        asked = "，".join(_asked(term, pack) for term in rules.entitles.where)
        yield heading("应享未享", "Entitled without asking")
        yield say(
            f"符合“{asked}”而未领取的，列出清单交主管部门。",
            "Whoever fits and draws nothing is listed for the authority.",
        )


def _clause(clause: Clause, pack: Pack) -> Iterator[str]:
    asked = _asked(clause, pack)
    unless = "；或".join(_asked(term, pack) for term in clause.unless)
    yield say(
        f"{clause.because.zh}（{asked}{'；或' + unless if unless else ''}）。{clause.authority}",
        f"{clause.because.en}.",
    )


def _asked(term: Term, pack: Pack) -> str:
    """A term in words."""
    match term.when:
        case Word.AGED_AT_LEAST:
            return f"年满{term.value}周岁"
        case Word.AGED_UNDER:
            return f"未满{term.value}周岁"
        case Word.IN_KEY_GROUP:
            return f"属重点人群 {term.value}"
        case Word.SHOWN | Word.NOT_SHOWN:
            whose = RELATIONS[term.of][0] if term.of else ""
            names = "或".join(_event(name, pack) for name in term.by)
            which = f"为{'、'.join(term.one_of)}" if term.one_of else ""
            within = f"，{term.within_months}个月内" if term.within_months else ""
            return f"{whose}{'未' if term.when is Word.NOT_SHOWN else ''}见于{names}{which}{within}"


def _event(name: EventName, pack: Pack) -> str:
    feed, event = pack.feeds.get(name.key[0]), pack.rules.events.get(name.key)
    return f"{feed.title.zh}（{event.zh}）" if feed and event else f"{name.feed}/{name.event}"


def _against(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    if rules.excludes or rules.together:
        yield heading("与其他待遇", "Beside other benefits")
    for other in rules.excludes:
        if other.shown_by is not None and other.beside is not None:
            shown, besides = _event(other.shown_by, pack), _event(other.beside, pack)
            yield say(
                f"本项包括多种待遇，其中两种不能同时领取：{shown}与{besides}。{other.authority}",
                f"It covers several, and two of them may not be drawn together: "
                f"`{other.shown_by.feed}` and `{other.beside.feed}`.",
            )
        if other.benefit is None:
            continue
        yield say(
            f"不能同时领取：{_other(other.benefit, pack)}。{other.authority}",
            f"Not together with `{other.benefit}`.",
        )
    for beside in rules.together:
        yield say(
            f"可以同时领取：{_other(beside.benefit, pack)}。{beside.authority}",
            f"May be drawn with `{beside.benefit}`.",
        )
    if rules.custody:
        yield heading("服刑、羁押", "Custody")
    for code in rules.custody:
        zh, en = CONSEQUENCES[code.then]
        yield say(f"{_event(code.shown_by, pack)}：{zh}。{code.authority}", f"`{code.shown_by.event}`: {en}.")


def _other(code: str, pack: Pack) -> str:
    known = pack.rules.benefits.get(BenefitCode(code))
    return known.title.zh if known else code


def _ends(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    yield heading("身故与追回", "Death and recovery")
    yield say(
        "死亡数据只产生疑点，经人核实确认后方可停发。",
        "A record of death opens a verification; a person confirms it before payment ends.",
    )
    yield say(*LAST_MONTHS[rules.last_month_due])
    if rules.recovery is not None:
        order, days = rules.recovery.offset, pack.rules.policy.recovery_working_days
        yield say(
            f"多发的先从{'、'.join(OFFSETS[o][0] for o in order)}抵扣，余额{days}个工作日内退回。"
            f"{rules.recovery.authority}",
            f"Overpayments are first offset against: {', '.join(OFFSETS[o][1] for o in order)}.",
        )
    yield say(
        f"发放数据每月{rules.cutoff_day}日截止。", f"Pay data close on day {rules.cutoff_day} of the month."
    )


def _changes(benefit: Benefit) -> Iterator[str]:
    if len(benefit.versions) == 1:
        yield say("首个版本。", "The first version.")
        return
    before, after = list(pairwise(benefit.versions))[-1]
    old, new = (dict(flat("", v.model_dump(mode="json", by_alias=True))) for v in (before, after))
    keys = [key for key in [*old, *(k for k in new if k not in old)] if old.get(key) != new.get(key)]
    yield table(
        ("项目", f"{before.from_} 起", f"{after.from_} 起"),
        [(k, old.get(k, ""), new.get(k, "")) for k in keys],
    )
