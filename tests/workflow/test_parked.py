"""A step that fails five times decides nothing; its case is told to an operator and walks on the next day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.model import EntitlementStatus, InstructionKind, StateName, Template
from chalicelib.steps import certification
from tests.workflow.crashes import each_call
from tests.workflow.village import Recipient, Village, days_before

ONE = Recipient(981)


def cannot_write(action: StateName) -> AbstractContextManager[None]:
    """No step of a state can write what it has done."""

    def fail(name: str, asked: Mapping[str, Any]) -> None:
        if name == "dynamodb.TransactWriteItems" and f'"{action}"' in str(asked):
            raise ConnectTimeoutError(endpoint_url="https://aws.invalid/")

    return each_call(fail)


def until_parked(village: Village) -> None:
    """Days in which calls go the way on which they can fail."""
    for _ in range(60):
        if village.state(ONE.number) is StateName.PARK_FOR_A_PERSON:
            return
        village.sandbox.advance(days=1)
    raise AssertionError(f"stands in {village.state(ONE.number)}")


@pytest.fixture(autouse=True)
def failing(village: Village) -> Iterator[None]:
    """That steps fail is what these tests are about."""
    yield
    assert {each.function for each in village.sandbox.last_errors} == {"CertificationStep"}
    village.sandbox.last_errors.clear()


@pytest.fixture
def parked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What an alarm is told."""
    told: list[float] = []
    monkeypatch.setattr(certification, "count", lambda **figures: told.append(figures["Parked"]))
    return told


def test_it_walks_on_the_next_day_and_nobody_is_told_twice(village: Village, parked: list[float]) -> None:
    village.settle(ONE)
    village.until(days_before(46))
    with cannot_write(StateName.REMIND):
        until_parked(village)
    assert parked == [1]
    village.sandbox.advance(days=1)
    assert village.state(ONE.number) is StateName.REMIND
    assert [m.template for m in village.record(ONE.number).messages] == [Template.REMIND]
    assert parked == [1]


def test_what_never_works_is_told_each_day(village: Village, parked: list[float]) -> None:
    village.settle(ONE)
    village.until(days_before(46))
    with cannot_write(StateName.REMIND):
        until_parked(village)
        village.sandbox.advance(days=2)
    assert village.state(ONE.number) is StateName.PARK_FOR_A_PERSON
    assert parked == [1, 1, 1]


def test_whoever_is_suspended_meanwhile_goes_on_waiting_and_is_paid_again(village: Village) -> None:
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    village.approve(ONE.number)
    with cannot_write(StateName.AWAIT_RESUMPTION):
        until_parked(village)
    village.sandbox.advance_to(village.sandbox.now() + timedelta(days=1))
    assert village.state(ONE.number) is StateName.AWAIT_RESUMPTION
    village.certifies(ONE.number)
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert Counter(i.kind for i in record.instructions) == {
        InstructionKind.SUSPEND: 1,
        InstructionKind.RESUME: 1,
    }
