"""Periods as other places publish them, the tiers of a benefit's own, and the first period of all."""

import pytest

from chalicelib.engine.calendar.periods import Counting, last_day_certified
from chalicelib.engine.rules.policy import Tier
from chalicelib.model import BenefitCode, KeyGroup
from tests.events import ALL_RULES, RULES
from tests.people import PENSION, a_person, day

UNEMPLOYMENT = BenefitCode("unemployment_benefit")


@pytest.mark.parametrize(
    ("counting", "happened", "months", "through", "place"),
    [
        (Counting.CALENDAR_MONTHS, "2025-05-01", 12, "2026-04-30", "Anhui: at most twelve months"),
        (Counting.CALENDAR_MONTHS, "2024-02-29", 12, "2025-02-27", "Anhui, from a leap day"),
        (Counting.CALENDAR_MONTHS, "2024-12-31", 12, "2025-12-30", "Anhui, from the last day of a year"),
        (Counting.CALENDAR_MONTHS, "2025-11-30", 3, "2026-02-27", "a quarter, into February"),
        (Counting.DAYS_OF_A_YEAR, "2025-05-01", 12, "2026-04-30", "Fujian: 365 days, no leap day between"),
        (Counting.DAYS_OF_A_YEAR, "2023-05-01", 12, "2024-04-29", "Fujian: 365 days over a leap day"),
        (Counting.DAYS_OF_A_YEAR, "2024-02-29", 12, "2025-02-27", "Fujian, from a leap day"),
        (Counting.DAYS_OF_A_YEAR, "2024-12-31", 12, "2025-12-30", "Fujian, from the last day of a year"),
        (Counting.DAYS_OF_A_YEAR, "2025-05-01", 6, "2025-10-29", "Fujian, half a year: 182 days"),
    ],
)
def test_periods_as_they_are_published(
    counting: Counting, happened: str, months: int, through: str, place: str
) -> None:
    assert last_day_certified(day(happened), months, counting) == day(through), place


@pytest.mark.parametrize("pack", ALL_RULES)
def test_no_pack_exempts_for_longer_than_twelve_months(pack: str) -> None:
    assert max(tier.months for tier in ALL_RULES[pack].policy.periods.tiers) == 12


@pytest.mark.parametrize(
    ("strong_days", "months", "why"),
    [
        ([], 3, "nothing before"),
        (["2025-05-01"], 3, "only the item itself"),
        (["2024-11-01"], 6, "on the first day of the period before"),
        (["2024-10-31"], 3, "a day too early"),
        (["2025-04-30"], 6, "the day before"),
        (["2025-05-02"], 3, "only later"),
    ],
)
def test_shorter_without_strong_evidence_in_the_last_period(
    strong_days: list[str], months: int, why: str
) -> None:
    benefit, rules = RULES.in_force(UNEMPLOYMENT, day("2025-05-01"))
    days = [day(text) for text in strong_days]
    period = RULES.period(benefit, rules, a_person("1975-01-01"), day("2025-05-01"), days)
    assert period.months == months, why
    assert period.rule == f"unemployment_benefit/tiers/{1 if months == 6 else 2}"


def test_a_tier_of_several_words_asks_for_all_of_them() -> None:
    tier = Tier(months=3, aged_at_least=80, in_key_group=(KeyGroup.BEDRIDDEN,), why="both")
    on = day("2025-05-01")
    old, ill = a_person("1940-01-01"), a_person("1960-01-01", key_groups=[KeyGroup.BEDRIDDEN])
    both = a_person("1940-01-01", key_groups=[KeyGroup.BEDRIDDEN])
    assert [tier.covers(who, on) for who in (old, ill, both)] == [False, False, True]


@pytest.mark.parametrize(
    ("benefit", "first_paid", "through", "why"),
    [
        (PENSION, "2025-03-15", "2026-03-14", "a pension runs from its first payment"),
        (PENSION, None, "2026-01-31", "not paid yet: from the day of the grant"),
        ("veteran_subsidy", "2025-03-15", "2026-01-31", "a subsidy runs from the day of the grant"),
    ],
)
def test_new_recipients_start_at_the_first_payment_or_on_the_authoritys_day(
    benefit: str, first_paid: str | None, through: str, why: str
) -> None:
    paid = day(first_paid) if first_paid else None
    until = RULES.first_until(a_person(), BenefitCode(benefit), day("2025-02-01"), paid)
    assert until == day(through), why


def test_the_first_period_is_shorter_for_the_very_old() -> None:
    assert RULES.first_until(a_person("1930-01-01"), PENSION, day("2025-02-01")) == day("2025-07-31")


def test_a_new_recipient_of_a_benefit_that_asks_for_history_has_none() -> None:
    until = RULES.first_until(a_person("1975-01-01"), UNEMPLOYMENT, day("2025-02-01"))
    assert until == day("2025-04-30")
