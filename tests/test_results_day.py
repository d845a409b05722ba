"""The month's results are made on the policy's day, once a month, and the day after when that day failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import results
from chalicelib.errors import UnfinishedError
from chalicelib.jurisdiction import current
from tests.conftest import StoppedClock

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is made, in order; the policy says the fifth."""
    pack = current()
    policy = pack.rules.policy.model_copy(update={"results_day": 5})
    changed = replace(pack, rules=replace(pack.rules, policy=policy))
    monkeypatch.setattr(results, "current", lambda: changed)
    parts: list[str] = []
    monkeypatch.setattr(results, "monthly_results", lambda: parts.append("authorities"))
    monkeypatch.setattr(results, "tell_other_regions", lambda: parts.append("other regions"))
    return parts


def test_results_are_made_on_the_day_that_the_policy_sets(made: list[str], clock: StoppedClock) -> None:
    days = []
    for _ in range(45):
        if results.send_results():
            days.append(clock.instant.date().isoformat())
        clock.advance(days=1)
    assert days == ["2025-07-05", "2025-08-05"]
    assert made == ["authorities", "other regions"] * 2


def test_what_failed_on_that_day_is_made_on_the_next(
    made: list[str], clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(days=4)
    with monkeypatch.context() as broken:
        broken.setattr(results, "monthly_results", lambda: 1 / 0)
        with pytest.raises(UnfinishedError):
            results.send_results()
    assert made == ["other regions"], "one part stops no other"
    clock.advance(days=1)
    assert results.send_results()
    assert not results.send_results()
