"""工作日 · Working days of the Chinese calendar, with its moved weekends (rule 24).

The State Council announces each year's calendar in the preceding autumn. For years that the library
does not know yet, Monday to Friday count: a deadline may then fall a few days too early, never lost.

>>> is_workday(date(2025, 10, 1)), is_workday(date(2025, 9, 28))  # National Day; a Sunday worked in
(False, True)
"""

from __future__ import annotations

from datetime import date
from typing import Final

import chinese_calendar

from chalicelib.engine.calendar.periods import ONE_DAY

SATURDAY: Final = 5


def is_workday(day: date) -> bool:
    """Whether offices are open that day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:  # a year that has not been announced
        return day.weekday() < SATURDAY


def add_working_days(day: date, days: int) -> date:
    """The last day of a term of so many working days; the day itself does not count.

    >>> add_working_days(date(2025, 9, 30), 3)  # before the autumn holiday of eight days
    datetime.date(2025, 10, 11)
    """
    while days > 0:
        day += ONE_DAY
        days -= is_workday(day)
    return day
