"""On time, due, late, missing, held: by the rhythm that was agreed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.sources.feeds.feed import Arrives
from chalicelib.sources.feeds.freshness import FeedState, freshness
from tests.sources.builders import ON, feed

ARRIVES = feed().arrives  # every 7 days, warn after 10, missing after 14


@pytest.mark.parametrize(
    ("age", "state", "days_late"),
    [
        (0, FeedState.ON_TIME, 0),
        (6, FeedState.ON_TIME, 0),
        (7, FeedState.DUE, 0),
        (10, FeedState.DUE, 3),
        (11, FeedState.LATE, 4),
        (14, FeedState.LATE, 7),
        (15, FeedState.MISSING, 8),
    ],
)
def test_it_ages_by_the_day(age: int, state: FeedState, days_late: int) -> None:
    assert ARRIVES is not None
    last = ON - timedelta(days=age)
    now = freshness(ARRIVES, last, ON)
    assert (now.state, now.days_late, now.next_due) == (state, days_late, last + timedelta(days=7))
    assert now.is_missing is (state is FeedState.MISSING)
    held = freshness(ARRIVES, last, ON, held=True)
    assert (held.state, held.is_missing) == (FeedState.HELD, True), "a held file says nothing (rule 11)"


def test_whoever_says_that_it_has_failed_before_twice_its_interval_is_believed() -> None:
    """The more cautious of the two: what is missing is nobody's evidence."""
    said = {"every": "2 months", "warn_after": "70 days", "fail_after": "100 days"}
    arrives = Arrives.model_validate(said)
    assert freshness(arrives, ON - timedelta(days=100), ON).state is FeedState.LATE
    assert freshness(arrives, ON - timedelta(days=101), ON).state is FeedState.MISSING


@pytest.mark.parametrize(("held", "state"), [(False, FeedState.MISSING), (True, FeedState.HELD)])
def test_one_that_never_delivered(held: bool, state: FeedState) -> None:
    assert ARRIVES is not None
    now = freshness(ARRIVES, None, date(2025, 1, 1), held=held)
    assert (now.state, now.last, now.next_due, now.days_late) == (state, None, None, 0)
