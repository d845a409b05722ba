"""报送时效 · Whether a feed delivers as it was agreed: on time, due, late, missing, or held (rule 11, row
J9).

Missing means that its absence says nothing about anybody: later than twice its interval, or than the day on
which its department says that it has failed, whichever comes first; or held.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chalicelib.sources.feeds.feed import Arrives


class FeedState(StrEnum):
    """How a feed stands on a day."""

    ON_TIME = "on_time"
    DUE = "due"
    LATE = "late"
    MISSING = "missing"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Freshness:
    """A feed on a day; `last` and `next_due` are None for one that has never delivered."""

    state: FeedState
    last: date | None
    next_due: date | None
    days_late: int

    @property
    def is_missing(self) -> bool:
        """Whether nothing may be concluded from what it does not say (rule 11)."""
        return self.state in (FeedState.MISSING, FeedState.HELD)


def freshness(arrives: Arrives, last: date | None, on: date, *, held: bool = False) -> Freshness:
    """How a feed stands on a day.

    `last`: the day of its newest loaded file; `held`: whether a newer file waits for a person.
    """
    if last is None:
        return Freshness(FeedState.HELD if held else FeedState.MISSING, None, None, 0)
    next_due = last + timedelta(days=arrives.every.longest_days)
    days_late = max((on - next_due).days, 0)
    return Freshness(_state(arrives, last, on, held), last, next_due, days_late)


def _state(arrives: Arrives, last: date, on: date, held: bool) -> FeedState:
    age = (on - last).days
    if held:
        return FeedState.HELD
    if age > arrives.missing_after_days:
        return FeedState.MISSING
    if age > arrives.warn_after.longest_days:
        return FeedState.LATE
    return FeedState.DUE if age >= arrives.every.longest_days else FeedState.ON_TIME
