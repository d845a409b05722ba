"""时钟 · The one clock that shells ask; `engine` and `sources` are handed the day instead. And the watch by
which work stops in time.

The sandbox puts its jumping clock in here. Dates are Chinese civil dates (UTC+8), instants are UTC
(rule 24).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")


def _system_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that the ban points to


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """This instant, in UTC."""
    return _source()


def today() -> date:
    """The civil date in China."""
    return civil_date(now())


def civil_date(instant: datetime) -> date:
    """The Chinese civil date on which an instant falls."""
    return instant.astimezone(CHINA).date()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Put another clock in place (None: the machine's own). For the sandbox and tests."""
    global _source  # noqa: PLW0603 - one clock per process is the point
    _source = source or _system_time


_watch: Callable[[], float] = time.monotonic


def stopping_after(seconds: float) -> Callable[[], bool]:
    """A word that becomes true so many seconds from now, by the machine's own watch.

    For work that is to end before whoever does it is ended: nothing that is decided depends on it.
    """
    end = _watch() + seconds
    return lambda: _watch() >= end


def set_watch(watch: Callable[[], float] | None) -> None:
    """Put another watch in place (None: the machine's own). For tests."""
    global _watch  # noqa: PLW0603 - as the clock
    _watch = watch or time.monotonic
