"""A citizen of 82 on the phone: reads what holds and why, objects, and sees who looked."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from chalicelib.model import EntitlementStatus
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.workflow.village import Recipient

OLD = Recipient(980, born="19430307", also=("高龄津贴",))
OTHER = Recipient(981, phone="13800000002")
TOWNSHIP = DemoPerson("township-1", "某镇 经办", "officer", "341602001")
OFFICER = DemoPerson("village-officer-1", "村干部", "officer", "341602001001")


def test_a_citizen_reads_objects_and_sees_who_looked(screens: Screens) -> None:
    village = screens.village
    village.settle(OLD, OTHER)
    person = village.person(OLD.number)
    screens.people += [OFFICER, DemoPerson("citizen-1", "领取人（82岁）", "citizen", person=person)]

    officer = screens.open(OFFICER.subject)
    screens.go(officer, f"/people/{person}")
    expect(officer.get_by_role("heading", name="画像：孟*0")).to_be_visible()
    screens.healthy(officer, "portrait", picture="portrait")

    page = screens.open("citizen-1", phone=True)
    pension = page.locator('article[data-benefit="resident_pension"]')
    expect(pension).to_contain_text("资格认证有效至2025年6月30日")
    expect(pension).to_contain_text("为什么")
    size = page.locator("main").evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 20, "large type is the normal size"
    screens.healthy(page, "my benefits", picture="citizen")

    page.get_by_role("link", name="提异议").click()
    page.get_by_role("radio", name="停发").check()
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_role("status").filter(has_text="前答复您")).to_be_visible()
    screens.healthy(page, "object")
    assert len(village.record(OLD.number).open_objections) == 1

    page.get_by_role("link", name="谁看过").click()
    expect(page.locator("[data-look]").first).to_contain_text(OFFICER.subject)
    screens.healthy(page, "who looked")

    other = village.person(OTHER.number)
    refused = page.evaluate(
        "async ([place, token]) => "
        "(await fetch(place, {headers: {Authorization: `Bearer ${token}`}})).status",
        [f"{screens.servers.api_url}/v1/persons/{other}/status", token_of(page)],
    )
    assert refused == 404, "nobody sees somebody else"


def test_a_citizen_asks_to_stop_and_undoes_it(screens: Screens) -> None:
    """Spoken about first; the letter goes out; until the seventh day it is undone with one touch."""
    village = screens.village
    village.settle(OLD)
    person = village.person(OLD.number)
    screens.people += [TOWNSHIP, DemoPerson("citizen-1", "领取人（82岁）", "citizen", person=person)]
    page = screens.open("citizen-1", phone=True)
    page.get_by_role("link", name="申请停发").click()
    page.get_by_role("radio", name="高龄津贴").check()
    page.get_by_role("button", name="申请停发").click()
    expect(page.get_by_text("别人让您这样做的，请不要申请")).to_be_visible()
    screens.healthy(page, "asking to stop, asked once more")
    page.get_by_role("button", name="是我本人的意思").click()
    request = page.locator("[data-request]")
    expect(request).to_have_attribute("data-request", "asked")
    village.sandbox.run_until_quiet()
    assert {e.status for e in village.record(OLD.number).entitlements} == {EntitlementStatus.ACTIVE}

    officer = screens.open(TOWNSHIP.subject)
    screens.go(officer, "/suspicions")
    row = officer.locator("tr[data-id]", has_text="本人申请停发")
    row.get_by_role("button", name="属实", exact=True).click()
    dialog = officer.get_by_role("dialog")
    dialog.get_by_label("核实方式").select_option("statement")
    dialog.get_by_role("button", name="确认办理").click()
    expect(row).to_contain_text("2025年5月20日（含当日）以前本人可以撤回")
    screens.healthy(officer, "suspicions")

    page.reload()
    expect(request).to_have_attribute("data-request", "spoken_about")
    expect(request).to_contain_text("2025年5月20日（含当日）以前可以撤回")
    screens.healthy(page, "asked to stop", picture="stop")
    page.get_by_role("button", name="撤回申请").click()
    expect(request).to_have_attribute("data-request", "undone")
    village.sandbox.run_until_quiet()
    assert village.record(OLD.number).open_suspicions == ()


def token_of(page: Page) -> str:
    token: str = page.evaluate("JSON.parse(sessionStorage.getItem('wugan.session')).token")
    return token
