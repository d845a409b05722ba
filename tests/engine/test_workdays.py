"""Working days follow the Chinese calendar (rule 24)."""

import pytest

from chalicelib.engine.calendar.workdays import add_working_days, is_workday
from tests.people import day


@pytest.mark.parametrize(
    ("on", "open_", "why"),
    [
        ("2025-06-20", True, "a Friday"),
        ("2025-06-21", False, "a Saturday"),
        ("2025-10-01", False, "National Day, a Wednesday"),
        ("2025-09-28", True, "a Sunday worked in for the holiday"),
        ("2031-01-06", True, "a Monday of a year not announced"),
        ("2031-01-03", True, "a Friday of a year not announced"),
        ("2031-01-04", False, "a Saturday of a year not announced"),
    ],
)
def test_offices_are_open(on: str, open_: bool, why: str) -> None:
    assert is_workday(day(on)) is open_, why


def test_a_term_counts_working_days_after_its_first_day() -> None:
    assert add_working_days(day("2025-06-20"), 3) == day("2025-06-25")
    assert add_working_days(day("2025-06-20"), 0) == day("2025-06-20")
    assert add_working_days(day("2031-01-03"), 1) == day("2031-01-06")
