"""Beside a name a grid worker reads between which days, how, and why: never that somebody is certified."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.texts.visit_words import confirmed_of, verification_asked, visit_asked, why_visited
from chalicelib.model import Evidence, Outcome, SuspicionKind, Verdict, VisitManner
from tests.events import RULES
from tests.people import a_person, a_reason, a_suspicion, a_visit, an_entitlement, day, some_evidence

ON = day("2025-07-01")


def judged(*evidence: Evidence, until: str = "2025-06-30", **named: Any) -> tuple[Verdict, ...]:
    return decide(a_person(**named), [an_entitlement(certified_until=until)], evidence, RULES, ON).verdicts


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        (judged(until="2025-07-31"), "认证7月31日到期，没有新的记录"),
        (judged(some_evidence("hospital_inpatient/admitted", "2024-08-01")), "认证7月31日到期，没有新的记录"),
        (judged(), "各部门没有近期记录"),
        (judged(some_evidence("bus_rides/ridden", "2025-06-20")), "近期记录只有一种，还不够"),
        (judged(some_evidence("hospital_inpatient/admitted", "2024-02-01")), "上次认证已到期，没有新的记录"),
        ((), "资格认证将到期"),
    ],
)
def test_why_is_what_no_data_have_answered(verdicts: tuple[Verdict, ...], says: str) -> None:
    assert why_visited(verdicts, ON) == says
    assert "已认证" not in says


def test_what_is_never_certified_silently_says_so_first() -> None:
    [ended] = judged()
    excluded = ended._replace(outcome=Outcome.EXCLUDED, valid_until=day("2025-09-30"), reasons=(a_reason(),))
    assert why_visited((ended, excluded), ON) == a_reason().zh.rstrip("。")


def test_days_number_and_manner_stand_before_the_reason() -> None:
    between = {"not_before": day("2025-07-05"), "due": day("2025-07-10")}
    visit = replace(a_visit("2025-07-05"), number=2, manner=VisitManner.EVENING_OR_WEEKEND, **between)
    assert visit_asked(visit, judged(), ON) == (
        "7月5日至7月10日\n第2次上门，请在晚上或周末去\n各部门没有近期记录"
    )


def test_a_suspicion_says_what_to_verify_and_by_when() -> None:
    death = a_suspicion(verify_by=day("2025-07-04"))
    assert verification_asked(death, ON) == "7月4日前\n核实：反映本人已去世"
    other = a_suspicion(SuspicionKind.CONDITION, verify_by=day("2025-07-04"))
    assert verification_asked(other, ON) == "7月4日前\n核实：领取条件可能有变化"


@pytest.mark.parametrize(
    ("kind", "since", "says"),
    [
        (SuspicionKind.DEATH, None, "已去世（2025年6月1日）"),
        (SuspicionKind.DEATH, day("2025-05-30"), "已去世（2025年5月30日）"),
        (SuspicionKind.CUSTODY, None, "羁押或服刑（2025年6月1日）"),
        (SuspicionKind.DOUBLE_RECEIPT, None, "重复领取（2025年6月1日）"),
        (SuspicionKind.CONDITION, None, "已不符合领取条件（2025年6月1日）"),
    ],
)
def test_what_was_confirmed_is_said_with_the_day_from_which_it_counts(
    kind: SuspicionKind, since: Any, says: str
) -> None:
    fact = replace(a_suspicion(), kind=kind, day=day("2025-06-01"), since=since)
    assert confirmed_of(fact) == says
