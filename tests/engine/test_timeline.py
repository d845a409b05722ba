"""When a case does what, in civil days; a case opened late still gives every step its time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.suspension.timeline import (
    is_list_open,
    next_list_day,
    plan_case,
    seconds_until,
    window_closes_on,
)
from tests.events import RULES
from tests.people import day

POLICY = RULES.policy
A_DAY = 86_400
DUE = day("2025-06-30")


@pytest.mark.parametrize(
    ("on", "days", "deadline", "why"),
    [
        ("2025-04-01", (45, 15, 15), "2025-06-30", "opened as the window opens: -90, -45, -30, -15"),
        ("2025-05-08", (8, 15, 15), "2025-06-30", "opened at -53"),
        ("2025-05-09", (7, 15, 15), "2025-06-30", "a week before the second reminder"),
        ("2025-05-10", (7, 14, 15), "2025-06-30", "the first step keeps its week"),
        (
            "2025-06-25",
            (7, 7, 7),
            "2025-07-16",
            "opened five days before the end: told a day that can be met",
        ),
        ("2025-08-01", (7, 7, 7), "2025-08-22", "opened after the end"),
    ],
)
def test_waits_of_a_case(on: str, days: tuple[int, int, int], deadline: str, why: str) -> None:
    plan = plan_case(DUE, day(on), POLICY)
    waits = (plan.remind, plan.remind_again, plan.self_certify)
    assert tuple(wait // A_DAY for wait in waits) == days, why
    assert plan.home_visit == 15 * A_DAY
    assert plan.deadline == day(deadline), why


@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(-120, 120))
def test_every_wait_is_whole_days_and_never_too_short(due: date, late: int) -> None:
    on = due - timedelta(days=late)
    plan = plan_case(due, on, POLICY)
    for wait in (plan.remind, plan.remind_again, plan.self_certify, plan.home_visit):
        assert wait % A_DAY == 0
        assert wait >= POLICY.timeline.least_days_per_step * A_DAY
    assert plan.deadline >= due


def test_the_latest_period_whose_window_is_open() -> None:
    assert window_closes_on(day("2025-04-01"), POLICY) == DUE


@pytest.mark.parametrize(
    ("on", "next_", "open_"),
    [
        ("2025-06-19", "2025-06-20", False),
        ("2025-06-20", "2025-06-20", True),
        ("2025-06-24", "2025-07-20", True),
        ("2025-06-25", "2025-07-20", False),
        ("2025-12-21", "2026-01-20", True),
    ],
)
def test_lists_are_drawn_up_on_the_twentieth(on: str, next_: str, open_: bool) -> None:
    assert next_list_day(day(on), POLICY) == day(next_)
    assert is_list_open(day(on), POLICY) is open_


def test_no_wait_is_shorter_than_a_day() -> None:
    assert seconds_until(day("2025-06-10"), day("2025-06-10")) == A_DAY
    assert seconds_until(day("2025-06-13"), day("2025-06-10")) == 3 * A_DAY
