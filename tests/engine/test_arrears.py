"""Money by month, to the fen (rules 15, 17, 18)."""

from datetime import date

import pytest

from chalicelib.engine.calendar.periods import months_between
from chalicelib.engine.money.arrears import (
    Sum,
    arrears,
    as_rostered,
    demand,
    last_month_due,
    overpaid,
    recovery_terms,
    uncredited,
)
from chalicelib.engine.rules.benefits import LastMonth, Offset
from chalicelib.model import BenefitCode, Month, Payment
from tests.events import RULES
from tests.people import PENSION, an_entitlement, day

ON = day("2025-06-01")
PENSION_RULES = RULES.benefit_on(PENSION, ON)


def paid(month: str, fen: int) -> Payment:
    return Payment(PENSION, Month(month), fen, date.fromisoformat(f"{month}-10"))


def spread(first: str, last: str, fen: int) -> list[Payment]:
    """An amount over the months from first to last, the odd fen in the last."""
    months = months_between(Month(first), Month(last))
    each = fen // len(months)
    amounts = [each] * (len(months) - 1) + [fen - each * (len(months) - 1)]
    return [paid(month, amount) for month, amount in zip(months, amounts, strict=True)]


def test_the_golden_example_of_rule_17() -> None:
    """15 months and 12 months; 28,174.80 + 51,547.40 = 79,722.20 yuan."""
    first = overpaid([paid("2021-10", 187_832), *spread("2021-11", "2023-01", 2_817_480)], Month("2021-10"))
    second = overpaid([paid("2022-04", 429_562), *spread("2022-05", "2023-04", 5_154_740)], Month("2022-04"))
    assert (len(first.months), first.fen) == (15, 2_817_480)
    assert (len(second.months), second.fen) == (12, 5_154_740)
    assert first.fen + second.fen == 7_972_220


def test_two_payments_of_a_month_add_up_and_the_last_month_due_is_not_overpaid() -> None:
    payments = [paid("2025-03", 100), paid("2025-04", 100), paid("2025-04", 50)]
    assert overpaid(payments, Month("2025-03")).by_month == {"2025-04": 150}
    assert overpaid(payments, Month("2025-04")).fen == 0


@pytest.mark.parametrize(
    ("first", "pay_run", "not_due", "months", "why"),
    [
        ("2025-08", "2025-11", (), 3, "August, September, October; November is paid by the run itself"),
        ("2025-08", "2025-08", (), 0, "certified before the first run was missed"),
        ("2025-11", "2026-02", (), 3, "over the turn of the year"),
        ("2025-08", "2025-11", ("2025-09",), 2, "less a month that was not due"),
    ],
)
def test_arrears(first: str, pay_run: str, not_due: tuple[str, ...], months: int, why: str) -> None:
    owed = arrears(an_entitlement(fen=15_000), Month(first), Month(pay_run), frozenset(map(Month, not_due)))
    assert (len(owed.months), owed.fen) == (months, months * 15_000), why


def test_arrears_are_told_by_months_and_amounts() -> None:
    assert Sum({}).explained == ""
    months = dict.fromkeys(("2025-03", "2025-04", "2025-05", "2025-07"), 5_000) | {"2025-08": 10_000}
    told = Sum({Month(month): fen for month, fen in months.items()}).explained
    assert told == "2025-03…2025-05 3 × 50.00; 2025-07 50.00; 2025-08 100.00"


@pytest.mark.parametrize(("death", "last"), [("2025-05-01", "2025-05"), ("2025-05-31", "2025-05")])
def test_the_month_of_death_is_due(death: str, last: str) -> None:
    assert last_month_due(PENSION_RULES, day(death)) == last


def test_a_benefit_may_end_with_the_month_before() -> None:
    stricter = PENSION_RULES.model_copy(update={"last_month_due": LastMonth.MONTH_BEFORE_DEATH})
    assert last_month_due(stricter, day("2025-01-31")) == "2024-12"


def test_an_overpayment_is_offset_in_the_order_of_the_file_before_anybody_is_asked() -> None:
    """First what the fund still owes the family, then the account, then a demand (rule 17)."""
    funeral, balance = Offset.FUNERAL_GRANT, Offset.ACCOUNT_BALANCE
    some = demand(100_000, {balance: 50_000, funeral: 30_000}, PENSION_RULES)
    assert (dict(some.offset), some.left) == ({funeral: 30_000, balance: 50_000}, 20_000)
    plenty = demand(10_000, {balance: 50_000, funeral: 30_000}, PENSION_RULES)
    assert (dict(plenty.offset), plenty.left) == ({funeral: 10_000}, 0)
    least = demand(1, {funeral: 30_000}, PENSION_RULES)
    assert (dict(least.offset), least.left) == ({funeral: 1}, 0)
    nothing = demand(10_000, {}, PENSION_RULES)
    assert (dict(nothing.offset), nothing.left) == ({}, 10_000)


def test_the_authority_is_told_what_comes_first_and_within_which_term() -> None:
    """Rule 17; the term is the policy's."""
    heard = "those concerned are heard before anything is decided; "
    assert recovery_terms(PENSION_RULES, 30) == (
        f"{heard}first offset against funeral_grant, then account_balance; "
        "what is left is asked back within 30 working days"
    )
    allowance = RULES.benefit_on(BenefitCode("old_age_allowance"), ON)
    assert recovery_terms(allowance, 20) == f"{heard}what is left is asked back within 20 working days"


def test_a_benefit_that_allows_no_offset_asks_for_everything() -> None:
    allowance = RULES.benefit_on(BenefitCode("old_age_allowance"), ON)
    assert demand(10_000, {Offset.FUNERAL_GRANT: 30_000}, allowance).left == 10_000


def test_what_has_been_credited_is_owed_no_more() -> None:
    drawn = an_entitlement(fen=15_000)
    by = [("2025-03", 15_000), ("2025-04", 5_000), ("2025-04", 4_000), ("2025-05", 20_000)]
    left = uncredited(as_rostered, [paid(month, fen) for month, fen in by])
    owed = arrears(drawn, Month("2025-03"), Month("2025-07"), amounts=left)
    assert owed.by_month == {"2025-04": 6_000, "2025-06": 15_000}
