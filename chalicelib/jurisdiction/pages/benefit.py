"""待遇说明页 · The page of a benefit: how it is certified, for how long, on what conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.engine.certification.rule_lines import (
    AUTHORITIES,
    Bilingual,
    fade_line,
    for_whom,
    tier_line,
    weak_line,
    weak_months_line,
)
from chalicelib.engine.rules.benefits import Benefit, BenefitRules
from chalicelib.engine.rules.conditions import Clause
from chalicelib.engine.rules.counties import County, CountyValue, Setting
from chalicelib.engine.rules.policy import EventName, Policy, Tier
from chalicelib.jurisdiction.loader import Pack
from chalicelib.jurisdiction.pages.terms import all_asked, asked, benefit_title, event_title
from chalicelib.jurisdiction.pages.words import (
    CONSEQUENCES,
    KINDS,
    LAST_MONTHS,
    MESSAGES,
    OFFSETS,
    ROUTES,
    SETTINGS,
    STARTS,
    TRACES,
    heading,
    say,
    sentence,
    spoken,
    table,
    yuan,
)
from chalicelib.model import Route, Strength

Scenario = tuple[str, str, str]  # number, title, rule
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
            *_in_counties(benefit, counties, pack),
            heading("办理时间线", "Time line of a case"),
            _time_line(policy, suspended=benefit.suspendable),
            *_amounts(rules, pack),
            *_conditions(rules, pack),
            *_against(rules, pack),
            *_ends(rules, pack),
            heading("检验情景", "Scenarios that test it"),
            table(("编号 No.", "情景", "规则 rule"), scenarios) if scenarios else "—",
            heading("与上一版本相比", "What changed since the last version"),
            *_changes(benefit, pack),
            "",
        ]
    )


def _head(benefit: Benefit, rules: BenefitRules) -> str:
    kind, run_by = KINDS[benefit.kind], AUTHORITIES[benefit.run_by]
    rows = [
        ("代码 code", f"`{benefit.code}`"),
        ("主管部门 authority", f"{run_by[0]} · {run_by[1]}"),
        ("类型 kind", f"{kind[0]} · {kind[1]}"),
        *_for_whom(benefit),
        ("依据 legal basis", rules.authority),
        ("自何日起 in force from", rules.from_.isoformat()),
        ("审核 reviewed", f"{rules.reviewed.by}，{rules.reviewed.date}"),
    ]
    if benefit.assumed:
        rows.append(("假设 assumed", benefit.assumed))
    return table(("项目", "内容"), rows)


def _for_whom(benefit: Benefit) -> Iterator[tuple[str, str]]:
    """Who may draw it, where no department's data could tell: nobody is questioned for it, or listed."""
    if benefit.for_whom is not None:
        yield "谁可以领取 for whom", f"{benefit.for_whom.zh}（由主管部门核定） · {benefit.for_whom.en}"


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
    yield sentence(weak_line(weak))
    yield sentence(fade_line(weak))
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
        yield sentence(tier_line(tier))
    yield sentence(weak_months_line(policy))
    yield say(*STARTS[rules.starts])


def _in_counties(benefit: Benefit, counties: Sequence[County], pack: Pack) -> Iterator[str]:
    """What counties have set for themselves, where it concerns the benefit."""
    for county in counties:
        values = [v for v in county.values if v.benefit in (None, benefit.code)]
        if not isinstance(benefit.versions[-1].tiers, str):
            values = [v for v in values if v.set is not Setting.MONTHS]
        said = [of_value(value, pack) for value in values]
        if said:
            zh, en = "；".join(zh for zh, _ in said), "; ".join(en for _, en in said)
            assumed = "，假设" if county.assumed else ""
            yield say(
                f"**{county.title.zh}**（{county.area}{assumed}）自{county.from_}起：{zh}。",
                f"{county.title.en} from {county.from_}: {en}.",
            )


def of_value(value: CountyValue, pack: Pack) -> Bilingual:
    """One value of a county, in words."""
    zh, en = SETTINGS[value.set]
    if value.tier is not None:
        tier = pack.rules.policy.periods.tiers[value.tier - 1]
        return (
            f"“{tier.why}”一档为{value.to}个月",
            f"{value.to} months instead of {tier.months}{for_whom(tier)}",
        )
    of_zh, of_en = ("", "")
    if value.feed and value.event:
        of_zh, of_en = event_title(EventName(feed=value.feed, event=value.event), pack)
    return f"{of_zh}{zh}{value.to or ''}", f"{en} {of_en} {value.to or ''}".replace("  ", " ").strip()


def _time_line(policy: Policy, *, suspended: bool) -> str:
    """The case as a picture: how many days before the period ends, along a line, and what happens then."""
    line = policy.timeline
    steps = [(r.days_before, *MESSAGES[r.template]) for r in line.reminders]
    steps.append((line.visit_days_before, "上门认证", "home visits"))
    steps.append((line.window_days, "只由数据静默认证，不打扰本人", "data alone; nobody hears of it"))
    steps.sort(key=lambda step: -step[0])
    steps.append((0, "到期，当日仍有效", "the period ends, the day included"))
    longest = max(line.window_days, steps[0][0])
    rows = [f"{f'-{days}' if days else '0':>4} {_mark(days, longest)} {zh} · {en}" for days, zh, en in steps]
    rows += [
        f"{'':{WIDTH + 5}}　期限不足一年的，各步按比例缩短",
        f"{'':{WIDTH + 5}}  a shorter period: all of it in proportion",
    ]
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
        bands = [(" · ".join(whom), amount) for whom, amount in _bands(rules, pack)]
        yield table(("对象（自上而下取第一条）", "元／月 yuan a month"), bands)


def _conditions(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    if rules.conditions:
        yield heading("自身条件", "Conditions of its own")
        yield from (line for clause in rules.conditions for line in _clause(clause, pack))
    if rules.excluded:
        yield heading("不予静默认证", "Never certified silently")
        yield from (line for clause in rules.excluded for line in _clause(clause, pack))
    if rules.entitles is not None:
        zh, en = all_asked(rules.entitles.where, pack)
        yield heading("应享未享", "Entitled without asking")
        yield say(
            f"符合“{zh}”而未领取的，列出清单交主管部门。",
            f"Whoever is {en} and does not draw it is listed for the authority.",
        )


def _clause(clause: Clause, pack: Pack) -> Iterator[str]:
    terms = [asked(term, pack) for term in (clause, *clause.unless)]
    zh, en = "；或".join(zh for zh, _ in terms), "; or ".join(en for _, en in terms)
    yield say(f"{clause.because.zh}（{zh}）。{clause.authority}", f"{clause.because.en} ({en}).")


def _against(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    if rules.excludes or rules.together:
        yield heading("与其他待遇", "Beside other benefits")
    for other in rules.excludes:
        if other.shown_by is not None and other.beside is not None:
            shown, besides = event_title(other.shown_by, pack), event_title(other.beside, pack)
            yield say(
                f"本项包括多种待遇，其中两种不能同时领取：{shown[0]}与{besides[0]}。{other.authority}",
                f"Of the several it covers, two may not be drawn together: {shown[1]}, and {besides[1]}.",
            )
        if other.benefit is None:
            continue
        zh, en = benefit_title(other.benefit, pack)
        yield say(f"不能同时领取：{zh}。{other.authority}", f"Not together with: {en}.")
    for beside in rules.together:
        zh, en = benefit_title(beside.benefit, pack)
        yield say(f"可以同时领取：{zh}。{beside.authority}", f"May be drawn together with: {en}.")
    if rules.custody:
        yield heading("服刑、羁押", "Custody")
    for code in rules.custody:
        zh, en = CONSEQUENCES[code.then]
        shown = event_title(code.shown_by, pack)
        yield say(f"{shown[0]}：{zh}。{code.authority}", f"{shown[1]}: {en}.")


def _ends(rules: BenefitRules, pack: Pack) -> Iterator[str]:
    yield heading("身故与追回", "Death and recovery")
    yield say(
        "死亡数据只产生疑点，经人核实确认后方可停发。",
        "A record of death opens a verification; a person confirms it before payment ends.",
    )
    yield say(*LAST_MONTHS[rules.last_month_due])
    yield say(
        "在世时应发未发的归继承人，凭继承人身份证明发放。",
        "What was owed in life is paid to heirs, against proof of who they are.",
    )
    days, hearing = pack.rules.policy.recovery_working_days, pack.rules.policy.money.hearing_working_days
    yield say(
        f"多发的先书面听取意见（{hearing}个工作日），再作决定，写明理由和行政复议、行政诉讼途径；"
        f"抵扣后的余额{days}个工作日内退回，可以分期；核销或移送须由未经手的两人提出和批准。",
        f"Overpayments: those concerned are heard ({hearing} working days), then it is decided, "
        "with its reason and the ways to contest it; what is left after offsets is asked back within "
        f"{days} working days, in instalments where agreed; two people with no part in it write off or pass "
        "on.",
    )
    if rules.graded_stop is not None:
        yield say(
            f"分级暂停：批准后第一个月由本人持证件到发放点当面领取，领取即认证；重点人群除外。{rules.graded_stop.authority}",
            "Stopped by grades: the first month after approval is paid in person, identity checked, and "
            "collecting it certifies; never for key groups.",
        )
    if rules.recovery is not None:
        order = rules.recovery.offset
        yield say(
            f"多发的先从{'、'.join(OFFSETS[o][0] for o in order)}抵扣。{rules.recovery.authority}",
            f"Overpayments are first offset against: {', '.join(OFFSETS[o][1] for o in order)}.",
        )
    yield say(
        f"发放数据每月{rules.cutoff_day}日截止。", f"Pay data close on day {rules.cutoff_day} of the month."
    )


def _changes(benefit: Benefit, pack: Pack) -> Iterator[str]:
    if len(benefit.versions) == 1:
        yield say("首个版本。", "The first version.")
        return
    before, after = benefit.versions[-2:]
    yield say(
        f"自{before.from_}起至{after.from_}前为上一版本。", f"The last version held from {before.from_}."
    )
    yield from (say(zh, en) for zh, en in between(before, after, pack, pack))


def between(before: BenefitRules, after: BenefitRules, old: Pack, new: Pack) -> Iterator[Bilingual]:
    """What one version says otherwise than another, each in the words of its pack; first what it was."""
    was, is_ = list(sentences_of(before, old)), list(sentences_of(after, new))
    for zh, en in was:
        if (zh, en) not in is_:
            yield f"{before.from_}起：{zh}", f"From {before.from_}: {en}"
    for zh, en in is_:
        if (zh, en) not in was:
            yield f"{after.from_}起改为：{zh}", f"From {after.from_} instead: {en}"


def sentences_of(rules: BenefitRules, pack: Pack) -> Iterator[Bilingual]:
    """Every sentence of a version, without headings and tables."""
    if isinstance(rules.recognises, str):
        yield "凡证明本人在场的数据均予认可。", "Whatever proves presence is recognised."
    else:
        yield from (spoken(line) for line in _certifies(rules, pack) if line.startswith("- "))
    yield from (spoken(line) for line in _periods(rules, pack.rules.policy))
    for (zh, en), amount in _bands(rules, pack):
        yield f"{zh}：每月{amount}元。", f"{en}: {amount} yuan a month."
    for lines in (_amounts, _conditions, _against, _ends):
        yield from (spoken(line) for line in lines(rules, pack) if line.startswith("- "))


def _bands(rules: BenefitRules, pack: Pack) -> list[tuple[Bilingual, str]]:
    """For whom which amount is meant, in the order in which the first that fits holds."""
    if isinstance(rules.amount, str):
        return []
    return [
        (all_asked(band.where, pack) if band.where else ("其他", "all others"), yuan(band.fen))
        for band in rules.amount
    ]
