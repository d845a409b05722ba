"""What goes on of the money of a number that is left behind (rules 15, 17, 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.engine.money.joined_money import MoneyTakenUp, money_taken_up, objections_taken_up
from chalicelib.model import (
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionState,
    OwedToHeirs,
    Recovery,
    RecoveryState,
)
from tests.people import PENSION, a_record, an_objection, day

ON = day("2025-06-02")
MAY, JUNE, JULY = Month("2025-05"), Month("2025-06"), Month("2025-07")
RECOVER, ADJUST, PAY_HEIRS = InstructionKind.RECOVER, InstructionKind.ADJUST, InstructionKind.PAY_HEIRS
ISSUED, SEEN, CANCELLED = InstructionState.ISSUED, InstructionState.SEEN, InstructionState.CANCELLED


def order(
    kind: InstructionKind, month: Month = JUNE, *arrears: Month, state: InstructionState = ISSUED
) -> Instruction:
    return Instruction(PENSION, kind, month, 6_000, "x", state, ON, arrears=arrears)


def recovery(number: int = 1, since: Month = JUNE) -> Recovery:
    return Recovery(number, PENSION, since, {MAY: 6_000}, RecoveryState.DECIDED, ON)


EARLIER = ON - timedelta(days=30)


def owed(fen: int = 15_000, month: Month = MAY, **named: object) -> OwedToHeirs:
    given = OwedToHeirs(PENSION, (month,), {month: fen}, ON)
    return replace(given, **named)  # type: ignore[arg-type]


def places(taken: MoneyTakenUp) -> list[tuple[InstructionKind, Month]]:
    return [(i.kind, i.month) for i in taken.instructions]


def test_recoveries_go_on_as_far_as_they_are_under_numbers_of_their_own() -> None:
    mine = a_record(recoveries=[recovery(1), recovery(2, MAY)])
    gone = a_record(recoveries=[recovery(1), recovery(2, JULY)], instructions=[order(RECOVER)])
    taken = money_taken_up(mine, gone)
    assert [(r.number, r.since, r.state) for r in taken.recoveries] == [
        (3, JUNE, RecoveryState.DECIDED),
        (4, JULY, RecoveryState.DECIDED),
    ]
    assert places(taken) == [(RECOVER, JUNE)]


@pytest.mark.parametrize(
    ("mine", "gone", "goes_on"),
    [
        ([RECOVER], [RECOVER], [(RECOVER, JULY)]),
        ([ADJUST], [RECOVER], [(RECOVER, JULY)]),
        ([ADJUST, RECOVER], [ADJUST, RECOVER], [(ADJUST, JULY), (RECOVER, JULY)]),
        ([PAY_HEIRS], [PAY_HEIRS], [(PAY_HEIRS, JULY)]),
        ([InstructionKind.SUSPEND], [InstructionKind.SUSPEND], []),
        ([InstructionKind.SUSPEND], [InstructionKind.RESUME], [(InstructionKind.RESUME, JUNE)]),
    ],
    ids=["two sums", "not of the adjustment", "a pair", "of heirs", "stopped once", "another kind"],
)
def test_sums_add_up_and_a_stop_is_one(
    mine: list[InstructionKind],
    gone: list[InstructionKind],
    goes_on: list[tuple[InstructionKind, Month]],
) -> None:
    taken = money_taken_up(
        a_record(instructions=map(order, mine)),
        a_record(instructions=map(order, gone), recoveries=[recovery()]),
    )
    assert places(taken) == goes_on
    moved = JULY if (RECOVER, JULY) in goes_on else JUNE
    assert [r.since for r in taken.recoveries] == [moved], "a recovery follows its order"


def test_two_orders_that_move_find_a_month_each() -> None:
    gone = a_record(instructions=[order(RECOVER), order(RECOVER, JULY)])
    taken = money_taken_up(a_record(instructions=[order(RECOVER)]), gone)
    assert places(taken) == [(RECOVER, JULY), (RECOVER, Month("2025-08"))]


@pytest.mark.parametrize(
    ("kind", "state", "months", "left", "stands"),
    [
        (ADJUST, ISSUED, [MAY], (MAY,), CANCELLED),
        (RECOVER, ISSUED, [MAY], (MAY,), CANCELLED),
        (ADJUST, ISSUED, [Month("2025-04"), MAY], (Month("2025-04"),), ISSUED),
        (ADJUST, SEEN, [MAY], (MAY,), SEEN),
        (ADJUST, ISSUED, [Month("2025-04")], (Month("2025-04"),), ISSUED),
    ],
)
def test_a_month_that_both_adjust_is_reckoned_once(
    kind: InstructionKind,
    state: InstructionState,
    months: list[Month],
    left: tuple[Month, ...],
    stands: InstructionState,
) -> None:
    mine = a_record(instructions=[order(ADJUST, JUNE, MAY)])
    theirs = [order(ADJUST, JULY, *months, state=state)]
    if kind is RECOVER:
        theirs.append(order(RECOVER, JULY, *months, state=state))
    found = [i for i in money_taken_up(mine, a_record(instructions=theirs)).instructions if i.kind is kind]
    assert [(i.arrears, i.state) for i in found] == [(left, stands)]


def test_what_is_recovered_after_an_end_stays_whole() -> None:
    mine = a_record(instructions=[order(ADJUST, JUNE, MAY)])
    (taken,) = money_taken_up(mine, a_record(instructions=[order(RECOVER, JULY, MAY)])).instructions
    assert (taken.arrears, taken.state) == ((MAY,), ISSUED)


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ([], [owed()], owed()),
        ([owed()], [owed()], owed()),
        (
            [owed(released_fen=5_000)],
            [owed(9_000, JUNE, offset_fen=1_000, released_fen=4_000, released=ON, reference="r")],
            OwedToHeirs(
                PENSION, (MAY, JUNE), {MAY: 15_000, JUNE: 9_000}, ON, 1_000, 9_000, None, "r", released=ON
            ),
        ),
        ([owed(called_off=ON)], [owed(9_000)], owed(9_000)),
        ([owed()], [owed(9_000, called_off=ON)], owed()),
        ([owed()], [replace(owed(), opened=EARLIER)], replace(owed(), opened=EARLIER)),
        ([replace(owed(), opened=EARLIER)], [owed()], replace(owed(), opened=EARLIER)),
    ],
    ids=[
        *("under theirs alone", "a month is owed once", "sums had add up", "mine is over", "theirs is over"),
        *("since theirs", "since mine"),
    ],
)
def test_what_heirs_are_owed(mine: list[OwedToHeirs], theirs: list[OwedToHeirs], found: OwedToHeirs) -> None:
    taken = money_taken_up(a_record(owed_to_heirs=mine), a_record(owed_to_heirs=theirs))
    assert taken.owed_to_heirs == (found,)


def test_whoever_objected_is_answered() -> None:
    mine = a_record(objections=[an_objection(ObjectionState.REJECTED)])
    gone = a_record(
        objections=[an_objection(), replace(an_objection(ObjectionState.REJECTED), number=2)],
    )
    assert [(o.number, o.state) for o in objections_taken_up(mine, gone)] == [(2, ObjectionState.OPEN)]
