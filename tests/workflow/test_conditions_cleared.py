"""A condition that a person has cleared stays cleared, and moves no certificate back (rules 7 and 13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib import cases
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.workflow.village import AUTHORITY, Recipient, Village, besides_dates

CARE, LIVING = BenefitCode("disability_care_subsidy"), BenefitCode("disability_living_subsidy")
ONE = Recipient(980, "重度残疾人护理补贴", "95.00", until=date(2025, 3, 31))
BOTH = Recipient(980, "重度残疾人护理补贴", "95.00", until=date(2025, 3, 31), also=("困难残疾人生活补贴",))
LAPSED = date(2025, 1, 2)
CERTIFIED = date(2025, 12, 31)  # by the stay of New Year's day


def cards(village: Village, day: date, grade: str = "一级", until: date = LAPSED) -> None:
    """The federation's list of a day, which names the same card month after month."""
    text = f"公民身份号码,姓名,残疾等级,有效期至\n{ONE.number},甲,{grade},{until}\n"
    village.put(f"disabled_federation/disability_certificates/{day:%Y%m%d}/cards.csv", text.encode())


def poor(village: Village, day: date, kind: str) -> None:
    text = f"身份证号码,姓名,救助类别\n{ONE.number},甲,{kind}\n"
    village.put(f"civil_affairs/low_income/{day:%Y%m%d}/poor.csv", text.encode())


def lapses(village: Village, who: Recipient = ONE) -> None:
    """Certified by a stay on New Year's day; the card's last day passes, and its bearer is asked about."""
    village.settle(who)
    cards(village, date(2024, 11, 30))
    cards(village, date(2024, 12, 31))
    village.hospital(ONE.number, date(2025, 1, 1))
    village.until(date(2025, 1, 5))
    village.hospital(ONE.number, date(2025, 1, 4), "出院")
    assert set(until(village).values()) == {CERTIFIED}


def clear(village: Village, suspicion: Suspicion) -> None:
    person = village.person(ONE.number)
    found, by = Verification.DOCUMENT, "township officer"
    cases.suspicion_verified(
        person, suspicion.kind, suspicion.day, confirmed=False, by=by, verification=found, **AUTHORITY
    )
    village.sandbox.run_until_quiet()


def until(village: Village) -> dict[BenefitCode, date]:
    return {e.benefit: e.valid_until for e in village.record(ONE.number).entitlements}


def asked(village: Village) -> list[tuple[BenefitCode | None, date]]:
    open_ones = besides_dates(village.record(ONE.number).open_suspicions)
    assert all(s.kind is SuspicionKind.CONDITION for s in open_ones)
    return [(s.benefit, s.day) for s in open_ones]


def test_a_card_that_is_being_renewed(village: Village) -> None:
    lapses(village)
    (suspicion,) = besides_dates(village.record(ONE.number).open_suspicions)
    clear(village, suspicion)
    village.until(date(2025, 2, 1))
    cards(village, date(2025, 1, 31))  # the same list says the same
    village.hospital(ONE.number, date(2025, 2, 1))
    assert asked(village) == []
    assert until(village) == {CARE: date(2026, 1, 31)}  # data certify as before
    (cleared,) = besides_dates(village.record(ONE.number).suspicions)
    end = date(2025, 1, 5) + timedelta(days=90)
    assert (cleared.state, cleared.holds_until) == (SuspicionState.CLEARED, end)
    village.until(end)
    cards(village, end)
    assert asked(village) == []
    village.days(1)
    cards(village, end + timedelta(days=1))  # not renewed by then: it is asked again
    assert asked(village) == [(CARE, end + timedelta(days=1))]
    village.hospital(ONE.number, village.sandbox.today())
    assert until(village) == {CARE: date(2026, 1, 31)}  # no data certify meanwhile, and nothing moves back


def test_whoever_was_certified_is_not_suspended_for_it(village: Village) -> None:
    lapses(village)
    village.until(date(2025, 3, 1))
    cards(village, date(2025, 2, 28))
    assert until(village) == {CARE: CERTIFIED}  # while people look into it
    clear(village, besides_dates(village.record(ONE.number).open_suspicions)[0])
    cards(village, date(2025, 3, 1))
    village.until(date(2025, 4, 10))
    record = village.record(ONE.number)
    assert until(village) == {CARE: CERTIFIED}
    assert (record.open_case, record.visits) == (None, ())
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


def test_word_of_an_earlier_end_that_comes_late_moves_nothing_back(village: Village) -> None:
    village.settle(ONE)
    village.hospital(ONE.number, date(2025, 1, 1))
    cards(village, date(2024, 12, 31), until=date(2024, 6, 30))
    assert until(village) == {CARE: CERTIFIED}
    assert asked(village) == [(CARE, date(2024, 7, 1))]
    meant = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{Recipient(985).number},丁,乙,2025-01-01,入院\n"
    village.drop("hospital_inpatient", meant, "2025-01-01入院.csv")  # the stay was somebody else's
    assert until(village) == {CARE: ONE.until}  # it rests on nothing any more: that is another matter


@pytest.mark.parametrize(("grade", "last"), [("三级", LAPSED), ("一级", date(2025, 1, 3))])
def test_a_different_fact_is_asked_anew(village: Village, grade: str, last: date) -> None:
    lapses(village)
    clear(village, besides_dates(village.record(ONE.number).open_suspicions)[0])
    cards(village, date(2025, 1, 5), grade, last)
    assert [benefit for benefit, _ in asked(village)] == [CARE]


def test_each_benefit_and_each_condition_for_itself(village: Village) -> None:
    lapses(village, BOTH)
    care, living = besides_dates(village.record(ONE.number).open_suspicions)
    assert {care.benefit, living.benefit} == {CARE, LIVING}
    clear(village, living)
    assert asked(village) == [(care.benefit, care.day)]
    poor(village, date(2025, 1, 5), "特困")  # the living subsidy's other condition
    clear(village, care)
    assert [benefit for benefit, _ in asked(village)] == [LIVING]
    (other,) = besides_dates(village.record(ONE.number).open_suspicions)
    assert other.reason.rule != living.reason.rule
    clear(village, other)
    cards(village, date(2025, 1, 6))
    poor(village, date(2025, 1, 6), "特困")
    assert asked(village) == []
    assert len(besides_dates(village.record(ONE.number).suspicions)) == 3  # nothing has taken another's place


def test_once_renewed_it_holds_and_lapses_anew(village: Village) -> None:
    lapses(village)
    clear(village, besides_dates(village.record(ONE.number).open_suspicions)[0])
    cards(village, date(2025, 1, 5), until=date(2025, 1, 8))
    assert asked(village) == []
    village.until(date(2025, 1, 9))
    village.hospital(ONE.number, date(2025, 1, 9))
    assert asked(village) == [(CARE, date(2025, 1, 9))]
