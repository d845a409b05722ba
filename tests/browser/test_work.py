"""What officers do besides suspensions: objections, visits, limits, people by filters, the pay run held
against what was told."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from chalicelib import cases
from chalicelib.model import BenefitCode, Month, ObjectionAbout, ObjectionState, Payment, StateName
from chalicelib.storage.dynamodb import people
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.in_one_go import reconcile_month
from tests.workflow.village import Recipient

ONE, OTHER = Recipient(980, groups="失能"), Recipient(981, phone="13800000002", until=date(2026, 3, 31))
COUNTY = DemoPerson("county-work-1", "县人社 经办", "officer", "341602", "hrss")
CITY = DemoPerson("city-work-1", "市人社局", "officer", "3416", "hrss")
PENSION = BenefitCode("resident_pension")


def test_an_objection_is_decided_by_somebody_not_involved(screens: Screens) -> None:
    village = screens.village
    screens.people.append(COUNTY)
    village.settle(ONE)
    person = village.person(ONE.number)
    cases.object_to(person, ObjectionAbout.SUSPENSION, by="the person")
    page = screens.open(COUNTY.subject)
    page.get_by_role("link", name="异议", exact=True).click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("暂停")
    screens.healthy(page, "objections")
    row.get_by_role("button", name="异议不成立").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("孟*0")
    dialog.get_by_role("textbox").fill("认证尚未到期，没有暂停")
    dialog.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text("没有待答复的异议")).to_be_visible()
    (decided,) = village.record(ONE.number).objections
    assert (decided.state, decided.decided_by) == (ObjectionState.REJECTED, COUNTY.subject)


def test_visits_by_due_day_and_limits_of_a_month(screens: Screens) -> None:
    village = screens.village
    screens.people += [COUNTY, CITY]
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    page = screens.open(COUNTY.subject)
    page.get_by_role("link", name="上门名单").click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("孟*0")
    expect(row).to_contain_text("失能")
    screens.healthy(page, "visits")
    city = screens.open(CITY.subject)
    city.get_by_role("link", name="暂停限额").click()
    expect(city.get_by_role("heading", name="暂停限额")).to_be_visible()
    screens.healthy(city, "limits")


def test_people_are_found_by_filters(screens: Screens) -> None:
    village = screens.village
    screens.people.append(COUNTY)
    village.settle(ONE, OTHER)
    page = screens.open(COUNTY.subject)
    page.get_by_role("link", name="领取人员").click()
    rows = page.locator("tr[data-id]")
    expect(rows).to_have_count(2)
    page.get_by_label("有效期在此日之前").fill("2025-12-31")
    page.get_by_role("button", name="筛选").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("孟*0")
    screens.healthy(page, "people by filters")
    page.get_by_label("区划").fill("341602002")
    page.get_by_role("button", name="筛选").click()
    expect(rows).to_have_count(0)


def test_the_pay_run_is_held_against_what_was_told(screens: Screens) -> None:
    village = screens.village
    screens.people.append(CITY)
    village.settle(ONE)
    person = village.person(ONE.number)
    people.put_payments([(person, Payment(PENSION, Month("2025-05"), 100, date(2025, 5, 10)))])
    reconcile_month(Month("2025-05"))
    page = screens.open(CITY.subject)
    page.get_by_role("link", name="报表").click()
    page.get_by_label("月份").fill("2025-05")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("heading", name="2025年5月")).to_be_visible()
    expect(page.locator("tbody tr")).to_contain_text("1.00元")
    screens.healthy(page, "reports", picture="reports")
