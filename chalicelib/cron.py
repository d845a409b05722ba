"""定时表达式 · When a schedule is due: EventBridge's cron and rate expressions, in UTC.

>>> next_after("cron(0 22 * * ? *)", datetime(2026, 1, 5, 22, tzinfo=UTC)).isoformat()
'2026-01-06T22:00:00+00:00'
>>> next_after("cron(30 1 L * ? *)", datetime(2028, 2, 3, tzinfo=UTC)).isoformat()
'2028-02-29T01:30:00+00:00'
>>> next_after("rate(12 hours)", datetime(2026, 1, 5, 7, tzinfo=UTC)).isoformat()
'2026-01-05T19:00:00+00:00'
>>> last_until("cron(0 20 L * ? *)", datetime(2026, 3, 5, tzinfo=UTC)).isoformat()
'2026-02-28T20:00:00+00:00'
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

_DAYS: Final = {name: n for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), start=1)}
_MONTHS: Final = {name.upper(): n for n, name in enumerate(calendar.month_abbr) if name}
_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_HORIZON: Final = timedelta(days=366 * 5)


class ScheduleError(ValueError):
    """An expression that cannot be read here (W and # are not built)."""


class _Cron(NamedTuple):
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None  # None: by day of week. Empty: the last day of the month
    months: frozenset[int]
    weekdays: frozenset[int] | None  # 1 is Sunday. None: by day of month
    years: frozenset[int]


def next_after(expression: str, instant: datetime) -> datetime:
    """The first instant after `instant` at which the schedule is due. Raises ScheduleError."""
    if rate := _RATE.fullmatch(expression):
        return instant + timedelta(**{f"{rate[2]}s": int(rate[1])})
    cron = _read_cron(expression)
    day = instant.date()
    while day <= instant.date() + _HORIZON:
        if _falls_on(cron, day):
            for hour in sorted(cron.hours):
                for minute in sorted(cron.minutes):
                    due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if due > instant:
                        return due
        day += timedelta(days=1)
    raise ScheduleError(f"{expression} is never due")


def last_until(expression: str, instant: datetime) -> datetime | None:
    """The last instant up to `instant` at which the schedule was due; None if it never was. ScheduleError.

    A rate begins when it is deployed, which nobody knows here: one interval before is the earliest it can be.
    """
    if rate := _RATE.fullmatch(expression):
        return instant - timedelta(**{f"{rate[2]}s": int(rate[1])})
    cron = _read_cron(expression)
    day = instant.date()
    while day >= instant.date() - _HORIZON:
        if day.month not in cron.months:  # most of a year is passed over in twelve steps
            day = day.replace(day=1) - timedelta(days=1)
            continue
        if _falls_on(cron, day):
            for hour in sorted(cron.hours, reverse=True):
                for minute in sorted(cron.minutes, reverse=True):
                    due = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if due <= instant:
                        return due
        day -= timedelta(days=1)
    return None


def _falls_on(cron: _Cron, day: date) -> bool:
    if day.month not in cron.months or day.year not in cron.years:
        return False
    if cron.weekdays is not None:
        return day.isoweekday() % 7 + 1 in cron.weekdays
    last = calendar.monthrange(day.year, day.month)[1]
    return day.day in cron.days if cron.days else day.day == last


@cache
def _read_cron(expression: str) -> _Cron:
    fields = _CRON.fullmatch(expression)
    if fields is None:
        raise ScheduleError(f"neither cron nor rate: {expression}")
    minute, hour, day, month, weekday, year = fields.groups()
    if (day == "?") == (weekday == "?"):
        raise ScheduleError(f"exactly one of day of month and day of week must be ?: {expression}")
    by_day = None if day == "?" else frozenset[int]() if day == "L" else _numbers(day, 1, 31)
    return _Cron(
        minutes=_numbers(minute, 0, 59),
        hours=_numbers(hour, 0, 23),
        days=by_day,
        months=_numbers(month, 1, 12, _MONTHS),
        weekdays=None if weekday == "?" else _numbers(weekday, 1, 7, _DAYS),
        years=_numbers(year, 1970, 2199),
    )


def _numbers(text: str, lowest: int, highest: int, names: dict[str, int] | None = None) -> frozenset[int]:
    """The numbers that one field stands for: lists, ranges, steps."""
    found: set[int] = set()
    for part in text.upper().split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        try:
            if span == "*":
                begin, end = lowest, highest
            else:
                begin = (names or {}).get(first) or int(first)
                end = (names or {}).get(last) or int(last) if dash else highest if step else begin
            found.update(range(begin, end + 1, int(step or 1)))
        except ValueError as error:
            raise ScheduleError(f"cannot read {part!r} in a cron expression") from error
    if not found or min(found) < lowest or max(found) > highest:
        raise ScheduleError(f"{text!r} is outside {lowest} to {highest}")
    return frozenset(found)
