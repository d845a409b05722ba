"""The bundle of a village's notices: who, what and where, a box for what is left, and each notice."""

import re
from datetime import date

from chalicelib.engine.texts.notice_bundle import NO_ADDRESS, ToBring, page
from chalicelib.model import AreaCode

VILLAGE, ON = AreaCode("341602001001"), date(2025, 7, 1)
TEXT = "待遇资格认证告知书\n您领取的待遇，资格认证将于2025年7月31日到期。\n【亳州无感互认】"


def to_bring(n: int, grid: str = "G1", address: str | None = "某村3号", printed: date = ON) -> ToBring:
    return ToBring(f"id{n}", f"某{n}", f"000{n}", grid, address, TEXT, printed)


def cells(html: str) -> list[list[str]]:
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", html)]


def test_the_list_says_who_what_and_where_with_a_box_to_tick() -> None:
    [line] = cells(page(VILLAGE, ON, [to_bring(1)]))
    assert line == ["1", "G1", "某1", "0001", "某村3号", "待遇资格认证告知书", "2025年7月1日", "☐", "", ""]


def test_each_notice_of_the_day_has_a_page_that_says_to_whom_it_goes() -> None:
    html = page(VILLAGE, ON, [to_bring(1), to_bring(2, address=None)])
    pages = dict(re.findall(r'<section id="(\w+)">(.*?)</section>', html, re.DOTALL))
    assert pages.keys() == {"id1", "id2"}
    assert "某1　某村3号　网格 G1" in pages["id1"]
    assert "2025年7月31日到期" in pages["id1"]
    assert NO_ADDRESS in pages["id2"]


def test_what_is_left_of_earlier_days_is_listed_below_and_not_printed_again() -> None:
    html = page(VILLAGE, ON, [to_bring(3, printed=date(2025, 6, 20)), to_bring(2, "G2"), to_bring(1)])
    assert [line[2] for line in cells(html)] == ["某1", "某2", "某3"], "by grid, then what is older"
    assert re.findall(r'<section id="(\w+)">', html) == ["id1", "id2"]
    assert "共3份" in html


def test_the_same_notices_give_the_same_page_and_nobody_shows_in_a_repr() -> None:
    one, two = to_bring(1), to_bring(2)
    assert page(VILLAGE, ON, [one, two]) == page(VILLAGE, ON, [two, one])
    assert "某1" not in repr(one)
