"""周期与月份 · Months and days: how far evidence carries, and the months of payment (rule 2).

>>> last_day_certified(date(2024, 5, 1), 12)
datetime.date(2025, 4, 30)
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from functools import lru_cache
from typing import Final

from chalicelib.model import Month

ONE_DAY: Final = timedelta(days=1)
CHINA: Final = timezone(timedelta(hours=8), "UTC+8")  # engine may not import the clock
DAYS_A_YEAR: Final = 365


class Counting(StrEnum):
    """How the months of an exempt period are counted; Fujian counts 365 days for twelve [pub]."""

    CALENDAR_MONTHS = "calendar_months"
    DAYS_OF_A_YEAR = "days_of_a_year"


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month's last day (clamped).

    >>> add_months(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 28)
    >>> add_months(date(2025, 1, 31), 1)
    datetime.date(2025, 2, 28)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if day.day > 28:
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return date(year, month + 1, day.day)


@lru_cache(maxsize=16_384)
def last_day_certified(day: date, months: int, counting: Counting = Counting.CALENDAR_MONTHS) -> date:
    """The last day (inclusive) through which evidence of `day` certifies: the day before day + months.

    29 February + 12 months clamps to 28 February, so that it certifies through the 27th:

    >>> last_day_certified(date(2024, 2, 29), 12)
    datetime.date(2025, 2, 27)
    >>> last_day_certified(date(2024, 3, 1), 12)
    datetime.date(2025, 2, 28)
    >>> last_day_certified(date(2023, 3, 1), 12, Counting.DAYS_OF_A_YEAR)
    datetime.date(2024, 2, 28)
    """
    if counting is Counting.DAYS_OF_A_YEAR:
        return day + timedelta(days=months * DAYS_A_YEAR // 12) - ONE_DAY
    return add_months(day, months) - ONE_DAY


def days_of(months: int) -> int:
    """Days of so many months, any of them.

    >>> days_of(3), days_of(12)
    (91, 365)
    """
    return months * DAYS_A_YEAR // 12


def age_on(born: date, day: date) -> int:
    """Completed years of age; `born` is the first of the month of birth, so up to a month too old.

    >>> age_on(date(1945, 6, 1), date(2025, 5, 31)), age_on(date(1945, 6, 1), date(2025, 6, 1))
    (79, 80)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def month_of(day: date) -> Month:
    """The month in which a day lies.

    >>> month_of(date(2025, 7, 31))
    '2025-07'
    """
    return Month(f"{day.year:04d}-{day.month:02d}")


def first_day(month: Month) -> date:
    """The first day of a month.

    >>> first_day(Month("2025-07"))
    datetime.date(2025, 7, 1)
    """
    return date(int(month[:4]), int(month[5:]), 1)


def next_month(month: Month) -> Month:
    """The month after.

    >>> next_month(Month("2025-12"))
    '2026-01'
    """
    return month_of(add_months(first_day(month), 1))


def month_before(month: Month) -> Month:
    """The month before.

    >>> month_before(Month("2026-01"))
    '2025-12'
    """
    return month_of(add_months(first_day(month), -1))


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """All months from first to last, both inclusive; none if last lies before first.

    >>> months_between(Month("2025-11"), Month("2026-01"))
    ('2025-11', '2025-12', '2026-01')
    >>> months_between(Month("2025-11"), Month("2025-10"))
    ()
    """
    months = []
    month = first
    while month <= last:
        months.append(month)
        month = next_month(month)
    return tuple(months)


def civil_time(instant: datetime) -> datetime:
    """An instant as the clock on a Chinese wall shows it.

    >>> civil_time(datetime(2025, 6, 30, 17, 0, tzinfo=timezone.utc)).isoformat()
    '2025-07-01T01:00:00+08:00'
    """
    return instant.astimezone(CHINA)


def zh_day(day: date) -> str:
    """A day as a Chinese letter writes it.

    >>> zh_day(date(2025, 7, 1))
    '2025年7月1日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def zh_month(month: Month) -> str:
    """A month as a Chinese letter writes it.

    >>> zh_month(Month("2025-07"))
    '2025年7月'
    """
    return f"{month[:4]}年{int(month[5:])}月"
