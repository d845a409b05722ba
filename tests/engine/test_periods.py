"""Months and days (rule 2), at, before and after each boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.calendar.periods import (
    Counting,
    add_months,
    age_on,
    civil_time,
    last_day_certified,
    month_before,
    month_of,
    months_between,
    next_month,
    zh_month,
)
from chalicelib.model import Month
from tests.people import day

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("happened", "months", "through", "why"),
    [
        ("2024-05-01", 12, "2025-04-30", "the day before the same day a year later"),
        ("2024-02-28", 12, "2025-02-27", "no clamping"),
        ("2024-02-29", 12, "2025-02-27", "29 February + 12 months clamps to 28 February; the day before it"),
        ("2024-03-01", 12, "2025-02-28", "the day after: never behind its neighbour"),
        ("2023-02-28", 12, "2024-02-27", "into a leap year"),
        ("2023-03-01", 12, "2024-02-29", "the leap day itself is covered"),
        ("2025-08-31", 6, "2026-02-27", "31 August + 6 months clamps to 28 February"),
        ("2025-05-31", 9, "2026-02-27", "nine months, clamped"),
        ("2025-12-31", 3, "2026-03-30", "over the turn of the year"),
        ("2025-12-01", 1, "2025-12-31", "a whole month"),
    ],
)
def test_evidence_certifies_through_the_day_before(
    happened: str, months: int, through: str, why: str
) -> None:
    assert last_day_certified(day(happened), months) == day(through), why


@pytest.mark.parametrize(("months", "days"), [(12, 365), (9, 273), (6, 182), (3, 91)])
def test_fujian_counts_days(months: int, days: int) -> None:
    through = last_day_certified(day("2023-03-01"), months, Counting.DAYS_OF_A_YEAR)
    assert through == day("2023-03-01") + timedelta(days=days - 1)


@given(DAYS, st.integers(1, 12))
def test_later_evidence_never_certifies_less_far(happened: date, months: int) -> None:
    assert last_day_certified(happened, months) <= last_day_certified(happened + timedelta(days=1), months)


@given(DAYS, st.integers(-24, 24))
def test_adding_months_changes_the_month_by_so_many(start: date, months: int) -> None:
    moved = add_months(start, months)
    assert (moved.year * 12 + moved.month) - (start.year * 12 + start.month) == months
    assert moved.day <= start.day


@pytest.mark.parametrize(
    ("on", "age"), [("2025-02-28", 66), ("2025-03-01", 67), ("2025-03-02", 67), ("2026-02-28", 67)]
)
def test_age_changes_on_the_first_of_the_month_of_birth(on: str, age: int) -> None:
    assert age_on(day("1958-03-01"), day(on)) == age


def test_months_follow_one_another() -> None:
    assert next_month(Month("2025-12")) == "2026-01"
    assert month_before(Month("2025-01")) == "2024-12"
    assert month_of(day("2025-07-01")) == "2025-07"
    assert len(months_between(Month("2021-11"), Month("2023-01"))) == 15
    assert zh_month(Month("2025-07")) == "2025年7月"


def test_the_day_in_china_begins_at_16_hours_utc() -> None:
    assert civil_time(datetime(2025, 6, 30, 15, 59, tzinfo=UTC)).date() == day("2025-06-30")
    assert civil_time(datetime(2025, 6, 30, 16, 0, tzinfo=UTC)).date() == day("2025-07-01")
