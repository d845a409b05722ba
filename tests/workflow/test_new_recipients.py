"""A new recipient whom nobody has certified yet: the first period begins by the benefit's rule (rule 2)."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import Entitlement
from tests.workflow.village import ROSTER, Recipient, Village

PENSION, CHILDREN = "城乡居民基本养老保险", "事实无人抚养儿童基本生活补贴"
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
NEW = Recipient(980)
CHILD = Recipient(981, CHILDREN, born="20150307")


def settle(village: Village, recipient: Recipient, since: str, until: str = "", name: str = "f.csv") -> None:
    (line,) = recipient.lines()
    line = line.replace("2010-01-01", since).replace(str(recipient.until), until)
    village.drop("roster", f"{ROSTER}\n{line}\n", name)


def pay(village: Village, recipient: Recipient, month: str, day: str) -> None:
    row = f"{recipient.number},{recipient.benefit},{month},200.00,{day}"
    village.drop("payments", f"{PAID}\n{row}\n", f"{month}.csv")


def drawn(village: Village, recipient: Recipient) -> Entitlement:
    (entitlement,) = village.record(recipient.number).entitlements
    return entitlement


def test_a_pension_runs_from_the_first_payment(village: Village) -> None:
    settle(village, NEW, "2024-11-05")
    granted = drawn(village, NEW)
    assert (granted.valid_until, granted.is_stated) == (date(2025, 11, 4), False)
    pay(village, NEW, "2024-12", "2024-12-10")
    assert drawn(village, NEW).valid_until == date(2025, 12, 9)
    pay(village, NEW, "2024-11", "2024-12-20")  # arrears, later: the first payment stays the first
    assert drawn(village, NEW).valid_until == date(2025, 12, 9)


def test_what_the_authority_grants_runs_from_its_day(village: Village) -> None:
    settle(village, CHILD, "2024-11-05")
    pay(village, CHILD, "2024-12", "2024-12-10")
    assert drawn(village, CHILD).valid_until == date(2025, 11, 4)


def test_the_same_roster_again_takes_nothing_back(village: Village) -> None:
    settle(village, NEW, "2024-11-05")
    pay(village, NEW, "2024-12", "2024-12-10")
    settle(village, NEW, "2024-11-05", name="next.csv")
    assert drawn(village, NEW).valid_until == date(2025, 12, 9)


def test_a_day_that_the_authority_states_holds(village: Village) -> None:
    settle(village, NEW, "2024-11-05")
    settle(village, NEW, "2024-11-05", "2025-06-30", "stated.csv")
    assert (drawn(village, NEW).certified_until, drawn(village, NEW).is_stated) == (date(2025, 6, 30), True)
    settle(village, NEW, "2024-11-05", name="empty again.csv")
    assert drawn(village, NEW).certified_until == date(2025, 6, 30)


@pytest.mark.parametrize("since", ["2010-01-01", "2023-12-01"])
def test_of_somebody_who_has_drawn_for_long_no_payment_is_the_first(village: Village, since: str) -> None:
    settle(village, NEW, since)
    ended = drawn(village, NEW).valid_until
    assert ended < date(2025, 1, 1)
    pay(village, NEW, "2024-12", "2024-12-10")
    assert drawn(village, NEW).valid_until == ended
    village.until(date(2025, 1, 5))
    assert village.record(NEW.number).open_case is not None  # nobody has ever certified them: asked at once
