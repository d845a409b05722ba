"""The jumping clock: it stands still while anything runs, then moves to the next thing that is due.

The driver's loop in `kernel` moves it: when no message is visible and every execution waits, to the
earliest of what is due here (a wait that is over, a schedule, somebody's act) and what becomes visible in a
queue.

It is never scaled: a scaled clock makes what happens depend on how fast the machine is. Instants are
UTC. What is due at one instant is done in the order of `Order`, then in the order it was asked for,
so that the same town lives the same year twice.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

from chalicelib.clock import CHINA


class Order(IntEnum):
    """What goes first among things due at the same instant."""

    TIMEOUT = 0  # a wait that is over, before the daily run looks at its case
    SCHEDULE = 1
    ACT = 2  # what people do


@dataclass(eq=False, slots=True)
class Timer:
    """Something that is due; `cancelled` when it no longer matters."""

    instant: datetime
    act: Callable[[], object]
    cancelled: bool = field(default=False)


class ClockError(ValueError):
    """An instant that cannot be reached: in the past, or without a time zone."""


class Clock:
    """Virtual time. `start` is a Chinese civil date (its midnight) or an instant."""

    def __init__(self, start: date | datetime) -> None:
        if not isinstance(start, datetime):
            start = datetime.combine(start, time(), tzinfo=CHINA)
        self._now = _utc(start)
        self._heap: list[tuple[datetime, Order, int, Timer]] = []
        self._number = itertools.count()

    def now(self) -> datetime:
        """This instant of virtual time, in UTC."""
        return self._now

    def milliseconds(self) -> float:
        """This instant as milliseconds since 1970, as the queues count."""
        return self._now.timestamp() * 1000

    def at(self, instant: datetime, act: Callable[[], object], order: Order = Order.ACT) -> Timer:
        """Have `act` called at an instant; raises ClockError for the past."""
        instant = _utc(instant)
        if instant < self._now:
            raise ClockError(f"{instant.isoformat()} is past, it is {self._now.isoformat()}")
        timer = Timer(instant, act)
        heapq.heappush(self._heap, (instant, order, next(self._number), timer))
        return timer

    def after(self, seconds: float, act: Callable[[], object], order: Order = Order.TIMEOUT) -> Timer:
        """Have `act` called that many seconds from now."""
        return self.at(self._now + timedelta(seconds=seconds), act, order)

    def next_due(self) -> datetime | None:
        """When the next timer is due; None if there is none."""
        while self._heap and self._heap[0][3].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self) -> Timer | None:
        """Take the next timer that is due by now; None if there is none."""
        due = self.next_due()
        return heapq.heappop(self._heap)[3] if due is not None and due <= self._now else None

    def move(self, instant: datetime) -> None:
        """Jump to an instant that is not past."""
        instant = _utc(instant)
        if instant < self._now:
            raise ClockError(f"time does not go back from {self._now.isoformat()} to {instant.isoformat()}")
        self._now = instant


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ClockError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)
