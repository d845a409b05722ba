"""An app that has subscribed hears of its people while their cases walk, within the hour (row A5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chalicelib.cases import subscriptions as cases
from chalicelib.clock import now
from chalicelib.model import AreaCode
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.receivers import EXAMPLE, listening
from tests.workflow.village import DUE, HOUSEKEEPING, Recipient, Village

STARTS = date(2025, 5, 14)
HOURLY = {name: when for name, when in HOUSEKEEPING.items() if name != "PushEvents"}
TOLD, UNHEARD = Recipient(700), Recipient(701)


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def village(told: list[dict[str, Any]]) -> Iterator[Village]:
    """A village whose app listens on this machine, by the example of the documents."""
    keys: dict[str, str] = {}
    server = EXAMPLE["server"](keys, 0, told.append, lambda: now().timestamp())
    with (
        listening(server) as address,
        Sandbox(start=STARTS, seed=1, schedules=HOURLY, parameters={"EventHosts": address}) as sandbox,
        short_way(ACCOUNT),
    ):
        sandbox.run_until_quiet()
        made, key = cases.subscribe("province-app", f"{address}/", AreaCode("3416"), (), "officer-1")
        keys[made.id] = key
        yield Village(sandbox)
        assert not sandbox.last_errors, sandbox.last_errors[:3]


def test_an_app_hears_within_the_hour_that_a_case_has_opened_and_that_data_ended_it(
    village: Village, told: list[dict[str, Any]]
) -> None:
    village.settle(TOLD, UNHEARD)
    village.sandbox.advance(days=3)
    both = {village.person(one.number) for one in (TOLD, UNHEARD)}
    assert {(event["person"], event["kind"]) for event in told} == {(person, "due") for person in both}
    village.hospital(TOLD.number, village.sandbox.today())
    village.sandbox.advance(hours=1)
    (heard,) = told[2:]
    assert (heard["person"], heard["kind"]) == (village.person(TOLD.number), "certified")
    assert village.record(TOLD.number).entitlements[0].valid_until > DUE
    village.sandbox.advance(days=1)
    assert len(told) == 3, "told once, and nothing of whom nothing has happened to"
