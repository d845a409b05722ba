"""Nobody asks more often than the deployment lets them, whichever processes they reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.api import rates
from chalicelib.settings import settings
from tests.api.conftest import COUNTY, VILLAGE, As, Caller
from tests.conftest import StoppedClock
from tests.storage.faults import at_call, unreachable

STRANGER = f"/v1/persons/{'a' * 26}/status"
Most = Callable[[int, int], None]


@pytest.fixture
def at_most(monkeypatch: pytest.MonkeyPatch) -> Most:
    """So many requests in a minute of everybody, and of an app."""

    def most(everybody: int, apps: int) -> None:
        monkeypatch.setenv("WUGAN_CALLER_REQUESTS_PER_MINUTE", str(everybody))
        monkeypatch.setenv("WUGAN_APP_REQUESTS_PER_MINUTE", str(apps))
        settings.cache_clear()

    monkeypatch.setattr(rates, "TOLD_EVERY", 5)
    most(12, 20)
    return most


def another_process() -> None:
    """What a process knows by itself is gone; what it has told is not."""
    rates._counts.clear()


def answers(caller: Caller, times: int, path: str = "/v1/stats") -> list[int]:
    return [caller.get(path).status_code for _ in range(times)]


def test_one_too_many_is_told_when_to_come_back(as_: As, at_most: Most, clock: StoppedClock) -> None:
    clock.advance(seconds=18)
    auditor = as_("auditor", COUNTY)
    assert answers(auditor, 13) == [200] * 12 + [429]
    refused = auditor.get("/v1/stats")
    assert (refused.json_body["code"], refused.headers["Retry-After"]) == ("caller_limited", "42")
    assert refused.json_body["detail"].startswith("您发送的请求过于频繁")
    clock.advance(seconds=42)
    assert answers(auditor, 13) == [200] * 12 + [429], "a new minute"


def test_it_is_each_callers_own(as_: As, at_most: Most) -> None:
    assert answers(as_("auditor", COUNTY, "first"), 13)[-1] == 429
    assert answers(as_("auditor", COUNTY, "second"), 1) == [200]
    assert answers(as_("auditor", VILLAGE, "first"), 1) == [200], "another office"
    assert answers(as_("app", COUNTY, "first"), 21) == [200] * 20 + [429], "an app serves many"


def test_all_processes_count_together(as_: As, at_most: Most) -> None:
    auditor, came = as_("auditor", COUNTY), []
    for _ in range(4):
        another_process()
        came += answers(auditor, 5)
    hears = [200] * 4 + [429]  # of the others, when it tells of its own five
    assert came == [200] * 10 + hears + hears


def test_a_look_that_finds_nobody_counts_for_eleven_and_is_told_at_once(as_: As, at_most: Most) -> None:
    officer, came = as_("officer", VILLAGE), []
    for _ in range(4):
        came += answers(officer, 1, STRANGER)
        another_process()
    assert came == [404] * 4, "no process hears of the others before it tells of its own"
    assert answers(officer, 5, "/v1/visits") == [200] * 4 + [429]


def test_within_one_process_guessing_ends_soon(as_: As, at_most: Most) -> None:
    assert answers(as_("officer", VILLAGE), 3, STRANGER) == [404, 404, 429]
    assert answers(as_("app", VILLAGE), 3, STRANGER) == [404, 404, 429]


@pytest.mark.long_way
def test_who_asks_seldom_costs_no_write(as_: As, at_most: Most) -> None:
    with at_call("dynamodb", "UpdateItem", lambda _: None) as writes:
        answers(as_("auditor", COUNTY), 4)
        assert writes == []
        answers(as_("auditor", COUNTY), 6)
    assert len(writes) == 2


@pytest.mark.long_way
def test_where_it_cannot_be_counted_nobody_is_let_in(as_: As, at_most: Most) -> None:
    auditor = as_("auditor", COUNTY)
    answers(auditor, 4)
    with at_call("dynamodb", "UpdateItem", unreachable):
        assert answers(auditor, 2) == [503, 503]
    assert answers(auditor, 1) == [200]
