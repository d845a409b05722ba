"""Officers at their desk: what waits, and a suspension that two people decide, line by line."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from chalicelib.model import ProposalState, StateName
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.workflow.village import Recipient, Village

LOST = Recipient(980)
TOWNSHIP = DemoPerson("township-1", "某镇 经办", "officer", "341602001")
COUNTY = DemoPerson("county-1", "县人社 复核", "officer", "341602", "hrss")
ELSEWHERE = DemoPerson("township-2", "邻镇 经办", "officer", "341602002")


def test_one_confirms_and_another_approves_a_suspension(screens: Screens) -> None:
    """The township sees the conditions one by one and confirms; the authority of the county approves."""
    village = screens.village
    screens.people += [TOWNSHIP, COUNTY, ELSEWHERE]
    village.settle(LOST)
    village.failed_visits(LOST.number)
    village.until_state(LOST.number, StateName.PROPOSE_SUSPENSION)

    page = screens.open(TOWNSHIP.subject)
    waits = page.locator('tr[data-kind="suspension-proposals"]')
    expect(waits).to_contain_text("1 件")
    screens.healthy(page, "today", picture="today")
    waits.get_by_role("link").click()
    expect(page.get_by_role("heading", name="拟暂停名单")).to_be_visible()
    page.get_by_role("button", name="查看").click()
    expect(page.locator('li[data-letter="a"]')).to_contain_text("有效至 2025年6月30日")
    for letter in "bcd":
        expect(page.locator(f'li[data-letter="{letter}"]')).to_have_attribute("data-standing", "met")
    assert re.search(r"line=", page.url), "a line has an address"
    screens.healthy(page, "a line", picture="suspension-line")
    page.get_by_role("button", name="确认（乡镇）").click()
    dialog = page.get_by_role("dialog", name="确认拟暂停")
    expect(dialog).to_contain_text("孟*0")
    expect(dialog).to_contain_text("城乡居民基本养老保险")
    expect(dialog).to_contain_text("每月200.00元")
    dialog.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text("待主管部门审批").first).to_be_visible()
    village.sandbox.run_until_quiet()
    assert village.record(LOST.number).proposals[-1].state is ProposalState.CONFIRMED

    other = screens.open(COUNTY.subject)
    screens.go(other, "/proposals")
    other.get_by_role("button", name="查看").click()
    other.get_by_role("button", name="审批（主管部门）").click()
    other.get_by_role("dialog", name="审批暂停").get_by_role("button", name="确认办理").click()
    expect(other.get_by_role("dialog", name="审批暂停")).to_be_hidden()
    village.sandbox.run_until_quiet()
    decided = village.record(LOST.number).proposals[-1]
    assert (decided.state, decided.confirmed_by, decided.approved_by) == (
        ProposalState.APPROVED,
        TOWNSHIP.subject,
        COUNTY.subject,
    )

    neighbour = screens.open(ELSEWHERE.subject)
    expect(neighbour.locator('tr[data-kind="suspension-proposals"]')).to_contain_text("0 件")
    screens.go(neighbour, f"/proposals?line={decided_id(village)}")
    expect(neighbour.get_by_text("没有等待处理的名单行")).to_be_visible()
    expect(neighbour.get_by_role("dialog")).to_have_count(0)


def decided_id(village: Village) -> str:
    """The address of the line, as somebody might pass it on."""
    record = village.record(LOST.number)
    return f"{record.person.id}.{record.proposals[-1].number}"
