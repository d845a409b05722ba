"""What waits beside the cases: orders to payers, what heirs are owed, printed notices, subscribed apps."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from chalicelib.storage.dynamodb import subscriptions
from sandbox.sign_in import DemoPerson
from tests.api.town import somebody_with_everything
from tests.browser.browsing import Screens, agree

STARTS = date(2025, 7, 1)
COUNTY = DemoPerson("county-lists-1", "县人社 经办", "officer", "341602", "hrss")
CITY = DemoPerson("city-lists-1", "市人社局", "officer", "3416", "hrss")


@pytest.fixture
def with_everything(screens: Screens) -> Screens:
    screens.people += [COUNTY, CITY]
    somebody_with_everything()
    return screens


def test_arrears_wait_for_a_second_person_and_orders_are_acknowledged(with_everything: Screens) -> None:
    page = with_everything.open(COUNTY.subject)
    page.get_by_role("link", name="发放指令", exact=True).click()
    held = page.locator("tr[data-id$='.resume']")
    expect(held).to_contain_text("待复核的月份")
    expect(held).to_contain_text("2025年4月、2025年5月")
    expect(held).to_contain_text("645.00元")
    with_everything.healthy(page, "instructions")
    held.get_by_role("button", name="同意补发").click()
    expect(page.get_by_role("dialog")).to_contain_text("clerk-7")
    with_everything.healthy(page, "approving arrears")
    agree(page)
    expect(held).to_contain_text("1,075.00元")
    expect(held).not_to_contain_text("待复核的月份")
    stops = page.locator("tr[data-id$='.suspend']")
    stops.get_by_role("button", name="签收").click()
    agree(page)
    expect(stops).to_contain_text("已签收")
    expect(stops.get_by_role("button", name="签收")).to_have_count(0)


def test_heirs_are_paid_once_it_is_shown_who_they_are(with_everything: Screens) -> None:
    page = with_everything.open(COUNTY.subject)
    page.get_by_role("link", name="应付继承人", exact=True).first.click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("2025年5月")
    expect(row).to_contain_text("215.00元")
    with_everything.healthy(page, "owed to heirs")
    row.get_by_role("button", name="已查明继承人").click()
    shown = page.get_by_role("dialog")
    shown.get_by_label("凭什么证明是继承人").select_option("kinship")
    shown.get_by_label("文号或凭证号").fill("file-7")
    with_everything.healthy(page, "showing heirs")
    agree(page)
    expect(page.get_by_text("没有等待继承人领取的款项")).to_be_visible()


def test_an_officer_records_that_a_printed_notice_was_left(with_everything: Screens) -> None:
    page = with_everything.open(COUNTY.subject)
    page.get_by_role("link", name="纸质告知书", exact=True).first.click()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("待遇资格认证告知书")
    with_everything.healthy(page, "printed notices")
    row.get_by_role("button", name="登记送达").click()
    page.get_by_role("dialog").get_by_label("送达或留置日期").fill("2025-07-01")
    agree(page)
    expect(page.get_by_text("没有待送达的告知书")).to_be_visible()


def test_the_city_subscribes_an_app_and_ends_it(with_everything: Screens) -> None:
    page = with_everything.open(CITY.subject)
    page.get_by_role("link", name="应用订阅", exact=True).click()
    expect(page.get_by_text("还没有应用订阅")).to_be_visible()
    form = page.get_by_role("form", name="登记订阅")
    form.get_by_label("应用", exact=True).fill("province-app")
    form.get_by_label("接收地址").fill("https://app.example.org.cn/wugan")
    form.get_by_label("已暂停").check()
    form.get_by_role("button", name="登记订阅").click()
    key = form.locator("code")
    expect(key).to_be_visible()
    row = page.locator("tr[data-id]")
    expect(row).to_contain_text("province-app")
    expect(row).to_contain_text("已暂停")
    with_everything.healthy(page, "subscribed apps")
    row.get_by_role("button", name="通知记录").click()
    expect(page.get_by_text("近期没有通知")).to_be_visible()
    page.keyboard.press("Escape")
    row.get_by_role("button", name="终止订阅").click()
    page.get_by_role("dialog").last.get_by_role("textbox").fill("应用下线")
    agree(page)
    expect(row).to_contain_text("已终止")
    (kept,) = subscriptions.listed()
    assert (kept.app, kept.because) == ("province-app", "应用下线")
    assert key.text_content() not in page.url
