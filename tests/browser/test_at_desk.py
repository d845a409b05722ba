"""What is said at a desk about somebody: a paper is shown, a result doubted, an objection raised for them."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import Page, expect

from chalicelib.model import ObjectionAbout, SuspicionKind
from chalicelib.storage.dynamodb import people
from sandbox.sign_in import DemoPerson
from tests.api.town import somebody_with_everything
from tests.browser.browsing import Screens, agree

STARTS = date(2025, 7, 1)
COUNTY = DemoPerson("county-desk-1", "县人社 经办", "officer", "341602", "hrss")


def say(page: Page, benefit: str, what: str) -> None:
    page.locator(f'[data-reports="{benefit}"]').get_by_role("button", name=what).click()


def test_a_paper_a_doubt_and_an_objection_each_open_a_question(screens: Screens) -> None:
    screens.people += [COUNTY]
    person = somebody_with_everything()
    page = screens.open(COUNTY.subject)
    screens.go(page, f"/people/{person}")
    desk = page.get_by_role("region", name="窗口代报")
    expect(desk).to_contain_text("由其他人员核实决定")
    screens.healthy(page, "at the desk")

    say(page, "unemployment_benefit", "出示了凭证")
    shown = page.get_by_role("dialog")
    shown.get_by_label("出示的凭证").select_option("grant")
    shown.get_by_label("凭证载明的日期").fill("2025-06-15")
    screens.healthy(page, "a paper is shown")
    agree(page)
    expect(page.get_by_text("2025年6月15日").first).to_be_visible()

    say(page, "resident_pension", "质疑结果")
    page.get_by_role("dialog").get_by_role("textbox").fill("邻居反映长期不在本地")
    agree(page)
    say(page, "resident_pension", "代提异议")
    page.get_by_role("dialog").get_by_label("对什么有异议").select_option("suspension")
    agree(page)
    expect(page.get_by_role("dialog")).to_be_hidden()

    record = people.load(person)
    asked = {s.kind: s for s in record.open_suspicions}
    assert asked[SuspicionKind.RESTART].day == date(2025, 6, 15)
    assert asked[SuspicionKind.DOUBTED].raised_by == COUNTY.subject
    assert ObjectionAbout.SUSPENSION in {o.about for o in record.open_objections}
