"""What a decision's written notice says of its case: which benefits, since when, and why."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.engine.suspicion.termination import ending
from chalicelib.engine.texts.decision_words import (
    MEASURES,
    of_ending,
    of_paying_again,
    of_resumption,
    of_suspension,
    titles,
)
from chalicelib.model import (
    BenefitCode,
    Channel,
    ObjectionAbout,
    PersonRecord,
    Reason,
    Route,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    VisitOutcome,
)
from tests.events import RULES
from tests.people import a_case, a_key, a_message, a_person, a_proposal, a_visit, an_entitlement, day

PENSION, ALLOWANCE = BenefitCode("resident_pension"), BenefitCode("old_age_allowance")
CARD = Suspicion(
    SuspicionKind.CONDITION,
    day("2025-03-01"),
    day("2025-03-05"),
    SuspicionState.CONFIRMED,
    None,
    Reason("card", "残疾证已于2025年2月28日到期。", "The card has expired."),
    benefit=PENSION,
)


def test_a_suspension_says_what_ended_what_reached_the_person_and_what_was_found() -> None:
    delivered = datetime(2025, 5, 1, 2, tzinfo=UTC)
    record = PersonRecord(
        a_person(),
        messages=(
            a_message(id="m1", changed=delivered),
            a_message(id="m2", channel=Channel.NOTICE, left_on=day("2025-06-05"), changed=delivered),
            a_message(id="m3", on="2025-05-20"),
        ),
        visits=(
            a_visit("2025-06-30 18:00", VisitOutcome.REFUSED, number=2),
            a_visit("2025-06-16 10:00", number=1),
            a_visit("2025-06-17 10:00", None, number=3, made=None),
            a_visit("2024-06-16 10:00", due="2024-06-30", number=4),
        ),
    )
    words = of_suspension(record, a_case(), a_proposal(), RULES)
    assert words["what"] == titles([PENSION], RULES)
    assert words["reason"] == (
        "资格认证已于2025年6月30日到期，2025年5月1日短信提醒已送达，2025年5月20日短信提醒已送达，"
        "2025年6月5日告知书提醒已送达，2025年6月16日上门未见到您，2025年6月30日上门您未同意认证；"
        "各部门数据中也没有可以替您认证的记录。暂停已经乡镇确认、主管部门批准"
    )


def test_of_what_nobody_judged_the_case_tells_the_day() -> None:
    approved = replace(a_proposal(), judged={})
    words = of_suspension(PersonRecord(a_person()), a_case("2025-06-30"), approved, RULES)
    assert words["reason"].startswith("资格认证已于2025年6月30日到期；")


def test_an_ending_says_since_which_month_and_what_people_found() -> None:
    ended = ending(CARD, [an_entitlement(PENSION)], RULES, day("2025-03-20"))
    words = of_ending(CARD, ended, RULES)
    assert words["what"] == f"{titles([PENSION], RULES)}（自2025年3月起）"
    assert words["reason"] == (
        "残疾证已于2025年2月28日到期。经工作人员核实，自2025年3月1日起不再符合领取条件"
    )


@pytest.mark.parametrize(
    ("evidence", "route", "reason"),
    [
        ("counter/certified", Route.COUNTER, "2025年8月5日的窗口人工认证已经完成"),
        (None, None, "资格认证已经完成"),
    ],
)
def test_a_resumption_says_what_certified(evidence: str | None, route: Route | None, reason: str) -> None:
    key = a_key(evidence, "2025-08-05") if evidence is not None else None
    again = an_entitlement(PENSION, evidence=key, route=route)
    assert of_resumption([again], RULES) == {"what": titles([PENSION], RULES), "reason": reason}


def test_what_is_paid_again_says_what_had_been_found() -> None:
    other = replace(CARD, benefit=ALLOWANCE)
    words = of_paying_again([PENSION, ALLOWANCE, PENSION], [CARD, other], RULES)
    assert words["what"] == titles([PENSION, ALLOWANCE], RULES)
    assert words["reason"] == "残疾证已于2025年2月28日到期"
    assert "reason" not in of_paying_again([PENSION], [], RULES), "the notice has a word for that"


def test_every_measure_has_a_name() -> None:
    assert MEASURES.keys() == set(ObjectionAbout)
