"""Those who look at the whole: the overview, and an auditor who follows a decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chalicelib import passes
from chalicelib.cases import user_accounts
from chalicelib.cases.user_accounts import Grantor, Wanted
from chalicelib.model import AreaCode
from chalicelib.settings import settings
from sandbox.sign_in import DemoPerson
from tests.browser.browsing import Screens
from tests.workflow.village import Recipient

SEEN = Recipient(980)
OTHERS = [Recipient(981 + n, phone=f"1380000001{n}") for n in range(4)]
CITY = DemoPerson("city-1", "市人社局", "officer", "3416", "hrss")
WORKER = DemoPerson("grid-worker-7", "网格员", "grid-worker", "341602001001")
AUDITOR = DemoPerson("auditor-1", "审计人员", "auditor", "3416")


def test_the_overview_says_of_which_day_its_figures_are(screens: Screens) -> None:
    village = screens.village
    screens.people.append(AUDITOR)
    village.settle(SEEN, *OTHERS)
    page = screens.open(AUDITOR.subject)
    expect(page.get_by_text("统计每晚生成")).to_be_visible()

    village.hospital(SEEN.number, village.sandbox.today())
    passes.start("statistics")
    village.sandbox.run_until_quiet()
    page.reload()
    expect(page.get_by_text("5 名领取人员")).to_be_visible()
    expect(page.get_by_text("数据截至 2025年5月13日")).to_be_visible()
    routes = page.get_by_role("figure").filter(has_text="按认证途径").get_by_role("row", name="静默")
    expect(routes).to_contain_text("1")
    expect(page.get_by_text("还没有往月的统计")).to_be_visible()
    screens.healthy(page, "overview", picture="overview")

    for days in (20, 31):
        village.days(days)
        passes.start("statistics")
        village.sandbox.run_until_quiet()
    page.reload()
    expect(page.locator("tr[data-as-of]")).to_have_count(3)
    counties = page.get_by_role("region", name="下级区划")
    expect(counties.locator('tr[data-area="3416"]')).to_contain_text("5")
    counties.get_by_role("link", name="341602").click()
    counties.get_by_role("link", name="341602001", exact=True).click()
    expect(counties.locator('tr[data-area="341602001001"]')).to_contain_text("5")
    assert page.url.endswith("area=341602001"), "an area has an address"
    screens.healthy(page, "overview of a township")
    page.get_by_role("link", name="返回上级").click()
    expect(counties.locator('tr[data-area="341602001"]')).to_be_visible()


def test_an_auditor_follows_a_decision_and_sees_that_the_chain_is_whole(screens: Screens) -> None:
    village = screens.village
    screens.people.append(AUDITOR)
    village.settle(SEEN)
    village.certifies(SEEN.number)
    page = screens.open(AUDITOR.subject)
    page.get_by_role("link", name="审计").click()
    page.get_by_label("人员编号").fill(village.person(SEEN.number))
    page.get_by_role("button", name="查看").click()
    expect(page.locator("[data-chain]")).to_contain_text("哈希链完整")
    expect(page.locator('tr[data-action="created"]')).to_have_count(1)
    assert page.locator("tbody tr", has_text="counter").count() >= 1, "who certified stands there"
    screens.healthy(page, "trail", picture="trail")


def test_an_account_is_granted_and_ended_by_the_level_above(screens: Screens) -> None:
    """Name of the post, area and term stand in the list; an end has a reason."""
    screens.people.append(CITY)
    page = screens.open(CITY.subject)
    page.get_by_role("link", name="账号").click()
    expect(page.get_by_text("您的辖区内还没有账号")).to_be_visible()
    form = page.get_by_role("form", name="授予账号")
    form.get_by_label("登录名").fill("zhang.wei")
    form.get_by_label("岗位").fill("谯城区人社局 待遇审核岗")
    form.get_by_label("区划").fill("341602")
    form.get_by_label("部门代码").fill("hrss")
    form.get_by_role("button", name="授予账号").click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("谯城区人社局 待遇审核岗")
    screens.healthy(page, "accounts", picture="accounts")
    row.get_by_role("button", name="终止账号").click()
    dialog = page.get_by_role("dialog", name="终止账号")
    dialog.get_by_role("textbox").fill("调离岗位")
    dialog.get_by_role("button", name="确认办理").click()
    expect(row).to_contain_text("已终止")


def test_an_account_that_ends_soon_is_spoken_of_to_whoever_acts_by_it_and_whoever_grants(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = screens.village
    screens.people += [CITY, WORKER]
    monkeypatch.setenv("WUGAN_ACCOUNTS_REQUIRED", "true")
    settings.cache_clear()
    until = village.sandbox.today() + timedelta(days=20)
    for one in (CITY, WORKER):
        wanted = Wanted(
            one.subject, "某岗位", one.role, AreaCode(one.area), one.authority, village.sandbox.today(), until
        )
        user_accounts.grant_account(wanted, Grantor("operator"))
    page = screens.open(CITY.subject)
    expect(page.locator("[data-account-ends]")).to_contain_text("还有20天")
    page.get_by_role("link", name="账号").click()
    expect(page.locator("tr[data-id]").filter(has_text=WORKER.subject)).to_contain_text("还有20天到期")
    screens.healthy(page, "accounts that end soon")
    phone = screens.open(WORKER.subject, phone=True)
    expect(phone.locator("[data-account-ends]")).to_contain_text("还有20天")
    screens.healthy(phone, "a list, and an account that ends soon")
