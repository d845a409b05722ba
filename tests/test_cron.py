from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.cron import ScheduleError, last_until, next_after

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("cron(0 22 * * ? *)", "2026-01-05T22:00"),
        ("cron(0 12 * * ? *)", "2026-01-06T12:00"),  # strictly after
        ("cron(0 1,7 * * ? *)", "2026-01-06T01:00"),
        ("cron(30 13 1 * ? *)", "2026-02-01T13:30"),
        ("cron(0 20 L * ? *)", "2026-01-31T20:00"),
        ("cron(0 9 ? * MON-FRI *)", "2026-01-06T09:00"),
        ("cron(0 9 ? * 1 *)", "2026-01-11T09:00"),  # 1 is Sunday
        ("cron(0/20 12 * * ? *)", "2026-01-05T12:20"),
        ("cron(0 0 29 FEB ? *)", "2028-02-29T00:00"),
        ("rate(5 minutes)", "2026-01-05T12:05"),
        ("rate(1 day)", "2026-01-06T12:00"),
    ],
)
def test_next_due(expression: str, due: str) -> None:
    assert next_after(expression, NOON) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    [
        "every morning",
        "cron(0 22 * * * *)",  # day of month and day of week
        "cron(0 22 ? * ? *)",
        "cron(61 22 * * ? *)",
        "cron(0 22 15W * ? *)",
        "cron(0 0 30 2 ? *)",  # never
    ],
)
def test_unreadable(expression: str) -> None:
    with pytest.raises(ScheduleError):
        next_after(expression, NOON)


@pytest.mark.parametrize(
    ("expression", "due"),
    [
        ("cron(0 22 * * ? *)", "2026-01-04T22:00"),
        ("cron(0 12 * * ? *)", "2026-01-05T12:00"),  # at that very instant
        ("cron(0 1,7 * * ? *)", "2026-01-05T07:00"),
        ("cron(0 20 L * ? *)", "2025-12-31T20:00"),
        ("cron(0 21 ? * SUN *)", "2026-01-04T21:00"),
        ("cron(0 0 29 FEB ? *)", "2024-02-29T00:00"),
        ("rate(1 day)", "2026-01-04T12:00"),
    ],
)
def test_last_due(expression: str, due: str) -> None:
    assert last_until(expression, NOON) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_schedule_that_has_not_begun_was_never_due() -> None:
    assert last_until("cron(0 22 1 1 ? 2030)", NOON) is None
