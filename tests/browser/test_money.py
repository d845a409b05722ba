"""What ends, and what comes back: by the authority's word, and in the order of the law."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from chalicelib import cases
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    HearingAnswer,
    Month,
    Payment,
    RecoveryState,
    SuspicionKind,
    Verification,
)
from chalicelib.storage.dynamodb import people
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens, agree
from tests.workflow.village import TOWNSHIP_OFFICE, Recipient

STARTS = date(2025, 5, 14)
ONE = Recipient(980)
COUNTY = DemoPerson("county-money-1", "县人社 经办", "officer", "341602", "hrss")
OTHER = DemoPerson("county-money-2", "县人社 复核", "officer", "341602", "hrss")
THIRD = DemoPerson("county-money-3", "县人社 另一人", "officer", "341602", "hrss")
PENSION = BenefitCode("resident_pension")
DIED = date(2025, 2, 20)


@pytest.fixture
def ended(screens: Screens) -> Screens:
    """Somebody has died in February, and was paid for March and April; a village and a township say so."""
    village = screens.village
    screens.people += [COUNTY, OTHER, THIRD]
    village.settle(ONE)
    person = village.person(ONE.number)
    paid = [(Month(f"2025-0{n}"), date(2025, n, 10)) for n in (2, 3, 4)]
    people.put_payments((person, Payment(PENSION, month, 20_000, day)) for month, day in paid)
    village.drop(
        "cremations",
        "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n"
        f"{ONE.number},孟庆0,某殡仪馆,{DIED},{DIED},火化\n",
    )
    (fact,) = village.record(ONE.number).suspicions
    for by in ("village-1", "township-1"):
        cases.suspicion_verified(
            person,
            SuspicionKind.DEATH,
            fact.day,
            confirmed=True,
            by=by,
            verification=Verification.DOCUMENT,
            **TOWNSHIP_OFFICE,
        )
    village.sandbox.run_until_quiet()
    return screens


def test_a_benefit_ends_by_its_authority_and_what_was_paid_too_much_comes_back(ended: Screens) -> None:
    village = ended.village
    page = ended.open(COUNTY.subject)
    page.get_by_role("link", name="停发审批", exact=True).click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("去世")
    expect(row).to_contain_text("village-1、township-1")
    ended.healthy(page, "endings")
    row.get_by_role("button", name="批准停发").click()
    ended.healthy(page, "approving an ending")
    expect(page.get_by_role("dialog")).to_contain_text("孟*0")
    agree(page)
    village.sandbox.run_until_quiet()
    (pension,) = village.record(ONE.number).entitlements
    assert pension.status is EntitlementStatus.TERMINATED

    page.get_by_role("link", name="追回办理", exact=True).click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("400.00元")
    expect(row).to_contain_text("听取意见")
    ended.healthy(page, "recoveries")
    row.get_by_role("button", name="查看").click()
    expect(page.get_by_role("button", name="作出追回决定")).to_have_count(0)
    page.get_by_role("button", name="登记当事人意见").click()
    page.get_by_role("dialog").last.get_by_label("当事人意见").select_option("accepted")
    agree(page)
    page.get_by_role("button", name="作出追回决定").click()
    decision = page.get_by_role("dialog").last
    decision.get_by_role("textbox", name="理由").fill("去世之后的月份")
    decision.get_by_label("文号或凭证号").fill("2025-17")
    agree(page)
    page.get_by_role("button", name="书面要求退还").click()
    agree(page)
    page.get_by_role("button", name="登记收款").click()
    repaid = page.get_by_role("dialog").last
    repaid.get_by_label("金额").fill("100.50")
    repaid.get_by_label("日期").fill(village.sandbox.today().isoformat())
    repaid.get_by_label("文号或凭证号").fill("bank-7")
    ended.healthy(page, "recording a repayment")
    agree(page)
    expect(page.get_by_role("dialog")).to_contain_text("299.50元")
    (recovery,) = village.record(ONE.number).recoveries
    assert (recovery.state, recovery.left) == (RecoveryState.DEMANDED, 29_950)


def test_what_does_not_come_back_is_given_up_by_two_with_no_part_in_it(ended: Screens) -> None:
    village = ended.village
    person = village.person(ONE.number)
    (fact,) = village.record(ONE.number).suspicions
    cases.approve_ending(person, SuspicionKind.DEATH, fact.day, by=COUNTY.subject, runs=lambda _: True)
    village.sandbox.run_until_quiet()
    cases.record_answer(person, 1, HearingAnswer.HARDSHIP, by=COUNTY.subject)
    cases.decide_recovery(
        person, 1, because="去世之后的月份", available={}, reference="2025-17", by=COUNTY.subject
    )
    page = ended.open(OTHER.subject)
    ended.go(page, f"/recoveries?recovery={person}.1")
    page.get_by_role("button", name="提出办结").click()
    page.get_by_role("dialog").last.get_by_role("textbox", name="理由").fill("家庭困难")
    agree(page)
    expect(page.get_by_role("dialog")).to_contain_text("核销 · 家庭困难")
    expect(page.get_by_role("button", name="批准办结")).to_have_count(0)
    ended.healthy(page, "a recovery", picture="recovery")
    third = ended.open(THIRD.subject)
    ended.go(third, f"/recoveries?recovery={person}.1")
    third.get_by_role("button", name="批准办结").click()
    agree(third)
    expect(third.get_by_text("没有未结清的追回")).to_be_visible()
    (recovery,) = village.record(ONE.number).recoveries
    assert recovery.state is RecoveryState.WRITTEN_OFF
