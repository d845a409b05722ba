"""The month's results are made on the policy's day, once a month, and the day after when that day failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import results
from chalicelib.jurisdiction import current
from tests.conftest import StoppedClock


@pytest.fixture(autouse=True)
def on_the_fifth(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = current()
    policy = pack.rules.policy.model_copy(update={"results_day": 5})
    changed = replace(pack, rules=replace(pack.rules, policy=policy))
    monkeypatch.setattr(results, "current", lambda: changed)


def test_results_are_made_on_the_day_that_the_policy_sets(clock: StoppedClock) -> None:
    days = []
    for _ in range(45):
        today = clock.instant.date()
        if results.begin(today):
            results.made(today)
            days.append(today.isoformat())
        clock.advance(days=1)
    assert days == ["2025-07-05", "2025-08-05"]


def test_what_failed_on_that_day_is_made_on_the_next(clock: StoppedClock) -> None:
    today = clock.advance(days=4).date()
    assert results.begin(today)
    today = clock.advance(days=1).date()
    assert results.begin(today)
    results.made(today)
    assert not results.begin(today)
