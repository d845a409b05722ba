"""A rule on the screens: read with the line that says it, another value tried on everybody, and put in force
by two people."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from chalicelib.jurisdiction import proposals
from chalicelib.storage.s3 import rulebooks
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.workflow.village import Recipient

FIRST = DemoPerson("city-rules-1", "市人社局 政策岗", "officer", "3416", "hrss")
SECOND = DemoPerson("city-rules-2", "市人社局 分管负责人", "officer", "3416", "hrss")
COUNTY = DemoPerson("county-rules-1", "县人社 经办", "officer", "341602", "hrss")
VALUES = {
    "取值": "20",
    "自何日起": "2025-07-01",
    "依据": "亳人社〔2025〕12号",
    "审核单位和岗位": "亳州市人力资源和社会保障局 政策岗",
    "审核日期": "2025-05-12",
    "出处": "[pub] 亳人社〔2025〕12号",
    "为什么改": "发放日提前，截止日随之提前",
}


def test_a_rule_is_changed_by_two_people(screens: Screens) -> None:
    village = screens.village
    screens.people += [FIRST, SECOND]
    village.settle(Recipient(980))
    page = screens.open(FIRST.subject)
    page.get_by_role("link", name="规则", exact=True).click()
    expect(page.get_by_text("还没有人修改过规则")).to_be_visible()
    screens.healthy(page, "rules", picture="rules")
    page.locator('tr[data-benefit="resident_pension"]').get_by_role("link").click()
    cutoff = page.locator('tr[data-key="cutoff_day"]')
    expect(cutoff).to_contain_text("25")
    expect(cutoff).to_contain_text("policy.yaml:")
    screens.healthy(page, "rules of a benefit")

    form = page.get_by_role("form", name="试改一个取值")
    form.get_by_label("项目").select_option("cutoff_day")
    expect(form.get_by_label("取值")).to_have_value("25")
    for name, value in VALUES.items():
        form.get_by_label(name).fill(value)
    form.get_by_role("button", name="试算").click()
    expect(state(page)).to_be_visible()
    village.sandbox.run_until_quiet()
    page.get_by_role("button", name="刷新").click()
    expect(state(page)).to_have_text("已试算，待提交")
    expect(page.get_by_text("1人、1份待遇")).to_be_visible()
    row = page.locator("tr", has_text="cutoff_day")
    expect(row).to_contain_text("25")
    expect(row).to_contain_text("20")
    screens.healthy(page, "change of a rule", picture="rule-change")
    sure(page, "提交审批", "提交审批")
    expect(page.get_by_text("须由另一名负责人审批")).to_be_visible()
    expect(page.get_by_role("form", name="同意（第二人）")).to_have_count(0)

    name = rulebooks.proposal_names()[0]
    other = screens.open(SECOND.subject)
    other.goto(page.url)
    with other.context.expect_page() as opened:
        other.get_by_role("button", name="看试算报告").click()
    report = opened.value
    expect(report.get_by_text("规则变更演练报告")).to_be_visible()
    number = re.search(r"[0-9a-f]{16}", report.content())
    assert number is not None
    assert number[0] == proposals.proposal_of(name).rehearsal
    report.close()
    other.get_by_label("报告上的编号").fill(number[0])
    sure(other, "同意（第二人）", "同意（第二人）")
    expect(state(other)).to_have_text("已审批，待定执行日期")
    other.get_by_label("自何日起").fill("2025-07-01")
    sure(other, "定执行日期", "定执行日期")
    expect(state(other)).to_have_text("已定执行日期")
    expect(other.locator('dd[data-step="approved"]')).to_contain_text(SECOND.subject)
    activated = rulebooks.activations()[-1]
    assert (activated.bundle, activated.from_.isoformat()) == (name, "2025-07-01")

    screens.go(page, "/rules/resident_pension?on=2025-07-01")
    expect(page.locator('tr[data-key="cutoff_day"]')).to_contain_text("20")


def test_more_than_one_value_of_what_most_benefits_share_is_tried_at_once(screens: Screens) -> None:
    village = screens.village
    screens.people.append(FIRST)
    village.settle(Recipient(980))
    page = screens.open(FIRST.subject)
    screens.go(page, "/rules/resident_pension")
    form = page.get_by_role("form", name="试改一个取值")
    form.get_by_label("改在哪里").select_option("policy")
    expect(form.get_by_text("凡没有另行规定的待遇都随之改变")).to_be_visible()
    first = form.get_by_role("group", name="第1项")
    first.get_by_label("项目").select_option("cutoff_day")
    for name, value in VALUES.items():
        form.get_by_label(name).fill(value)
    form.get_by_role("button", name="再加一个取值").click()
    second = form.get_by_role("group", name="第2项")
    expect(second.locator('option[value="cutoff_day"]')).to_be_disabled()
    second.get_by_label("项目").select_option("last_month_due")
    second.get_by_label("取值").fill("month_before_death")
    screens.healthy(page, "two values of what is shared")
    form.get_by_role("button", name="试算").click()
    expect(state(page)).to_be_visible()
    village.sandbox.run_until_quiet()
    page.get_by_role("button", name="刷新").click()
    for name, value in (("cutoff_day", "20"), ("last_month_due", "month_before_death")):
        expect(page.locator("tr", has_text="policy.yaml").filter(has_text=name)).to_contain_text(value)


def test_a_county_reads_the_rules_and_changes_none(screens: Screens) -> None:
    screens.people.append(COUNTY)
    page = screens.open(COUNTY.subject)
    page.get_by_role("link", name="规则", exact=True).click()
    page.locator('tr[data-benefit="resident_pension"]').get_by_role("link").click()
    expect(page.locator('tr[data-key="cutoff_day"]')).to_be_visible()
    expect(page.get_by_role("form", name="试改一个取值")).to_have_count(0)


def state(page: Page) -> Locator:
    return page.locator("[data-state]")


def sure(page: Page, button: str, title: str) -> None:
    """Click, and say once that one is sure."""
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog", name=title)
    dialog.get_by_role("button", name="确认办理").click()
    expect(dialog).to_be_hidden()
