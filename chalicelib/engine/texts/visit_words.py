"""上门说明 · What a grid worker reads beside a name: between which days to knock, how, and why.

Why somebody is visited is never that they are certified: a certificate that is still in force runs out,
and no data renew it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.texts.plain_words import day_as_said
from chalicelib.model import Outcome, Suspicion, SuspicionKind, Verdict, Visit, VisitManner

_SHORT: Final = {  # by the reason's code
    "no_evidence": "各部门没有近期记录",
    "one_trace": "近期记录只有一种，还不够",
    "too_few_points": "近期记录还不够",
    "ran_out": "上次认证已到期，没有新的记录",
    "weak_blocked": "有情况待核实",
}
_MANNERS: Final = {
    VisitManner.ANY_TIME: "",
    VisitManner.EVENING_OR_WEEKEND: "，请在晚上或周末去",
    VisitManner.SOMEBODY_CLOSE: "，请一并询问亲属、邻居等亲近的人",
}
_SUSPECTED: Final = {
    SuspicionKind.DEATH: "反映本人已去世",
    SuspicionKind.CUSTODY: "反映本人被羁押或服刑",
    SuspicionKind.DOUBLE_RECEIPT: "可能重复领取",
    SuspicionKind.CONTRADICTION: "记录相互矛盾，需见到本人",
}

_CONFIRMED: Final = {
    SuspicionKind.DEATH: "已去世",
    SuspicionKind.CUSTODY: "羁押或服刑",
    SuspicionKind.DOUBLE_RECEIPT: "重复领取",
}


def visit_asked(visit: Visit, verdicts: Iterable[Verdict], on: date) -> str:
    """By when, the how manieth time, in which manner, and why: three short lines."""
    days = f"{day_as_said(visit.not_before, on)}至{day_as_said(visit.due, on)}"
    return f"{days}\n第{visit.number}次上门{_MANNERS[visit.manner]}\n{why_visited(verdicts, on)}"


def why_visited(verdicts: Iterable[Verdict], on: date) -> str:
    """What no data have answered: what is never certified silently, then what is lacking, then what ends."""
    known = sorted(verdicts, key=lambda verdict: verdict.valid_until)
    for verdict in known:
        if verdict.outcome is Outcome.EXCLUDED and verdict.reasons:
            return verdict.reasons[0].zh.rstrip("。")
    for verdict in known:
        if verdict.reasons and verdict.valid_until < on:
            reason = verdict.reasons[0]
            return _SHORT.get(reason.code, reason.zh.rstrip("。"))
    ends = known[0].valid_until if known else None
    return "资格认证将到期" if ends is None else f"认证{day_as_said(ends, on)}到期，没有新的记录"


def verification_asked(suspicion: Suspicion, on: date) -> str:
    """By when a suspicion is to be verified, and what it is about."""
    what = _SUSPECTED.get(suspicion.kind, "领取条件可能有变化")
    by = f"{day_as_said(suspicion.verify_by, on)}前\n" if suspicion.verify_by is not None else ""
    return f"{by}核实：{what}"


def confirmed_of(suspicion: Suspicion) -> str:
    """What was confirmed of somebody, and since which day; a fact that names none is of its record's day."""
    what = _CONFIRMED.get(suspicion.kind, "已不符合领取条件")
    return f"{what}（{zh_day(suspicion.since or suspicion.day)}）"
