"""The blast radius of suspensions (rule 12): far more lines in a month than foreseen wait for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cases
from chalicelib.cases import suspension_limits
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Proposal,
    ProposalState,
    StateName,
)
from chalicelib.storage.dynamodb import people, worklists
from tests.workflow.village import JULY, Recipient, Village, days_before

STARTS = days_before(48, JULY)

ONE = Recipient(980, until=JULY)
OTHERS = [Recipient(900 + n, until=JULY) for n in range(11)]
PENSION, COUNTY, AUGUST = BenefitCode("resident_pension"), "341602", Month("2025-08")
SUSPENDED, ACTIVE = EntitlementStatus.SUSPENDED, EntitlementStatus.ACTIVE


def sign(village: Village, recipient: Recipient, state: ProposalState = ProposalState.APPROVED) -> None:
    """Two people have approved a line about a neighbour, too."""
    line = Proposal(
        1,
        JULY,
        (PENSION,),
        {PENSION: JULY},
        date(2025, 7, 20),
        state,
        "zhou",
        "wu",
        date(2025, 7, 21),
        AUGUST,
    )
    change = Change("test", "test", village.sandbox.now(), proposals=(line,))
    people.change(village.person(recipient.number), lambda _: change)


@pytest.fixture
def approved(village: Village) -> Village:
    """One line is approved for August; the neighbours' cases walk."""
    village.settle(ONE, *OTHERS)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    village.approve(ONE.number)
    return village


def status(village: Village) -> EntitlementStatus:
    return village.record(ONE.number).entitlements[0].status


def lift(by: str = "city officer") -> suspension_limits.Reach:
    return cases.lift(COUNTY, AUGUST, PENSION, by=by, reason="逐行核对，均属应当暂停")


def test_as_many_as_the_limit_take_effect_by_themselves(approved: Village) -> None:
    for other in OTHERS[:9]:
        sign(approved, other)
    approved.until(date(2025, 8, 2))
    assert status(approved) is SUSPENDED


def test_one_more_waits_for_a_person_of_the_city(approved: Village) -> None:
    for other in OTHERS[:10]:
        sign(approved, other)
    approved.until(date(2025, 8, 5))
    assert (status(approved), approved.state(ONE.number)) == (ACTIVE, StateName.AWAIT_A_DAY)
    (reach,) = cases.reaches(approved.record(ONE.number).person.area)
    assert (reach.month, reach.benefit, reach.lines, reach.most, reach.is_exceeded) == (
        AUGUST,
        PENSION,
        11,
        10,
        True,
    )
    with pytest.raises(RefusedError, match="confirmed or approved none"):
        lift("county officer")
    with pytest.raises(RefusedError, match="confirmed or approved none"):
        lift("township officer")
    assert lift().lift == lift().lift
    approved.days(1)  # looked at again every day
    assert status(approved) is SUSPENDED
    record = approved.record(ONE.number)
    assert [i.month for i in record.instructions] == [AUGUST]
    trail = {entry.action: entry for entry in people.audit_trail(record.person.id)}
    assert trail[StateName.SUSPEND.value].details["limit_lifted_by"] == ["city officer"]


def test_lifted_before_its_month_it_takes_effect_on_the_first(approved: Village) -> None:
    for other in OTHERS[:10]:
        sign(approved, other)
    lift()
    approved.until(date(2025, 8, 2))
    assert status(approved) is SUSPENDED


def test_what_is_approved_after_that_waits_again(approved: Village) -> None:
    for other in OTHERS[:10]:
        sign(approved, other)
    lift()
    sign(approved, OTHERS[10])
    approved.until(date(2025, 8, 3))
    assert status(approved) is ACTIVE
    assert lift("another officer of the city").lift is not None
    approved.days(1)
    assert status(approved) is SUSPENDED


def test_whoever_certifies_meanwhile_leaves_the_count(approved: Village) -> None:
    for other in OTHERS[:10]:
        sign(approved, other)
    approved.until(date(2025, 8, 3))
    approved.certifies(OTHERS[0].number)
    assert status(approved) is ACTIVE
    approved.days(1)
    assert status(approved) is SUSPENDED
    with pytest.raises(RefusedError, match="nothing to lift"):
        lift()


def test_nobody_lifts_it_and_a_new_line_is_put_to_people(approved: Village) -> None:
    for other in OTHERS[:10]:
        sign(approved, other)
    approved.until(date(2025, 8, 31))
    with pytest.raises(RefusedError, match="too late for this month"):
        lift()
    approved.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    assert status(approved) is ACTIVE
    assert [p.state for p in approved.record(ONE.number).proposals] == [
        ProposalState.LAPSED,
        ProposalState.PROPOSED,
    ]
    assert approved.person(ONE.number) not in {
        row.person for row in worklists.to_be_stopped(COUNTY, AUGUST, PENSION)
    }
    approved.confirm(ONE.number)
    approved.approve(ONE.number)
    approved.until_state(ONE.number, StateName.AWAIT_RESUMPTION)  # in a month of its own it is alone
    assert status(approved) is SUSPENDED


def test_months_before_that_suspended_more_raise_the_limit(approved: Village) -> None:
    told = Instruction(
        PENSION, InstructionKind.SUSPEND, Month("2025-07"), 1, "", InstructionState.SEEN, date(2025, 7, 1)
    )
    for month, state in (
        ("2025-04", InstructionState.SEEN),  # longer ago than three months
        ("2025-05", InstructionState.CANCELLED),  # never took effect
        ("2025-06", InstructionState.SEEN),
        ("2025-07", InstructionState.ISSUED),
    ):
        for other in OTHERS:
            item = replace(told, month=Month(month), state=state)
            change = Change("test", "test", approved.sandbox.now(), instructions=(item,))
            people.change(approved.person(other.number), lambda _, c=change: c)
    reach = suspension_limits.suspension_count(COUNTY, AUGUST, PENSION)
    assert (reach.lines, round(reach.average, 2)) == (1, 7.33)
    assert reach.most == 10  # half a percent of twelve is less
