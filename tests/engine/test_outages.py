"""Days on which the platform was away are given back before anything is stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.suspension.outages import Outage, after_outages, given_back_on
from chalicelib.model import StepOutcome
from tests.engine.suspending import EFFECTIVE_DAY, approved, ready
from tests.events import RULES
from tests.people import day

POLICY = RULES.policy  # 10 days between a notice and the next visit


@pytest.mark.parametrize(
    ("lost", "back", "until", "why"),
    [
        ("2025-07-20", "2025-07-28", "2025-08-15", "8 days, and the notice anew"),
        ("2025-07-28", "2025-07-28", "2025-08-08", "a day that was begun is given back whole"),
        ("2025-07-27", "2025-07-28", "2025-08-08", "a night"),
    ],
)
def test_the_days_and_then_the_whole_notice(lost: str, back: str, until: str, why: str) -> None:
    assert given_back_on(Outage(day(lost), day(back)), POLICY) == day(until), why


def test_nothing_is_stopped_before() -> None:
    outage = Outage(day("2025-07-20"), day("2025-07-28"))
    stands = ready(approved(), EFFECTIVE_DAY)
    assert stands.step is StepOutcome.SUSPEND
    found = after_outages(stands, [outage], POLICY, EFFECTIVE_DAY)
    assert (found.step, found.wait_until) == (StepOutcome.HELD, day("2025-08-15"))
    assert [reason.code for reason in found.reasons] == ["days_given_back"]
    assert found.benefits == stands.benefits


@pytest.mark.parametrize("step", [StepOutcome.PROPOSE, StepOutcome.PAY_IN_PERSON])
def test_nor_proposed_nor_paid_in_person(step: StepOutcome) -> None:
    outage = Outage(day("2025-07-20"), day("2025-07-28"))
    found = after_outages(
        replace(ready(approved(), EFFECTIVE_DAY), step=step), [outage], POLICY, EFFECTIVE_DAY
    )
    assert found.step is StepOutcome.HELD


@pytest.mark.parametrize("step", [StepOutcome.VISIT_NEEDED, StepOutcome.CERTIFIED, StepOutcome.CLOSED])
def test_what_helps_somebody_goes_on(step: StepOutcome) -> None:
    stands = replace(ready(approved(), EFFECTIVE_DAY), step=step)
    outage = Outage(day("2025-07-20"), day("2025-07-28"))
    assert after_outages(stands, [outage], POLICY, EFFECTIVE_DAY) is stands


def test_of_several_the_last_counts_and_once_given_back_nothing_waits() -> None:
    stands = ready(approved(), EFFECTIVE_DAY)
    short, long = (
        Outage(day("2025-07-27"), day("2025-07-28")),
        Outage(day("2025-07-01"), day("2025-07-15")),
    )
    assert after_outages(stands, [short, long], POLICY, EFFECTIVE_DAY).wait_until == day("2025-08-08")
    assert after_outages(stands, [long], POLICY, day("2025-08-08")) is stands
    assert after_outages(stands, [], POLICY, EFFECTIVE_DAY) is stands
