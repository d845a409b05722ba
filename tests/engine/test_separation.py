"""Two numbers that were joined are two people's: what goes back to the one left behind (rules 14, 18, 19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.suspicion.separation import SEPARATED, Drawn, shares
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionState,
    Payment,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from tests.engine.apart import (
    ACTIVE,
    AUGUST,
    BARE,
    ISSUED,
    JOINED_ON,
    JULY,
    JUNE,
    MINE,
    OLD_AGE,
    ON,
    PAUSED,
    RECOVER,
    RELIEF,
    RESUME,
    SEEN,
    SEPTEMBER,
    SUSPEND,
    SUSPENDED,
    TERMINATED,
    TWO,
    drawn,
    kept,
    left,
    lives,
    order,
    stays,
)
from tests.people import PENSION, a_key, a_suspicion, an_entitlement, an_objection, day

# --- whose evidence it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "theirs", "whose"),
    [
        (True, False, "mine"),
        (False, True, "theirs"),
        (True, True, "mine"),  # both were there; each keeps it
        (False, False, "unclear"),
    ],
)
def test_what_came_of_a_number_goes_with_it(mine: bool, theirs: bool, whose: str) -> None:
    key = frozenset([a_key("hospital_inpatient/admitted", "2025-07-01")])
    found = shares(key, key if mine else frozenset(), key if theirs else frozenset())
    assert found.theirs == (key if whose == "theirs" else frozenset())
    assert found.unclear == (key if whose == "unclear" else frozenset())
    assert found.gone == (frozenset() if whose == "mine" else key)


# --- the number that was left behind ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "stopped", "orders", "resumed", "after"),
    [
        (drawn(ACTIVE), None, [], None, (ACTIVE, None)),
        (drawn(SUSPENDED), JUNE, [], None, (SUSPENDED, JUNE)),
        (drawn(SUSPENDED), JUNE, [], ISSUED, (SUSPENDED, JUNE)),
        (drawn(SUSPENDED), JUNE, [], SEEN, (ACTIVE, None)),  # its payer pays again: no order stops that
        (drawn(PAUSED), JUNE, [], SEEN, (PAUSED, JUNE)),
        (drawn(TERMINATED), JUNE, [], SEEN, (TERMINATED, JUNE)),
        (None, None, [], None, (ACTIVE, None)),  # joined before it was kept how it stood
        (None, JUNE, [], None, (ACTIVE, None)),
        (None, JUNE, [order(SUSPEND)], None, (SUSPENDED, JUNE)),
        (None, JUNE, [order(InstructionKind.PAUSE)], None, (PAUSED, JUNE)),
        (
            None,
            JUNE,
            [order(SUSPEND), order(InstructionKind.TERMINATE, issued="2025-05-20")],
            None,
            (TERMINATED, JUNE),
        ),
        (None, JUNE, [order(SUSPEND, benefit=OLD_AGE), order(RESUME)], None, (ACTIVE, None)),
    ],
)
def test_it_draws_again_as_it_did(
    before: Drawn | None,
    stopped: Month | None,
    orders: list[Instruction],
    resumed: InstructionState | None,
    after: tuple[EntitlementStatus, Month | None],
) -> None:
    joining = replace(BARE, theirs={} if before is None else {PENSION: before})
    paid_again = [] if resumed is None else [order(RESUME, JUNE, resumed, "2025-06-02")]
    again = lives(left(stopped=stopped, instructions=orders), stays(instructions=paid_again), joining)
    assert [(e.status, e.stopped_from) for e in again.entitlements] == [after]


def test_what_was_paid_again_before_they_were_joined_says_nothing() -> None:
    joining = replace(BARE, theirs={PENSION: drawn(SUSPENDED)})
    earlier = [order(RESUME, JUNE, SEEN, "2025-06-01"), order(RESUME, JUNE, SEEN, "2025-06-02", OLD_AGE)]
    again = lives(left(stopped=JUNE), stays(instructions=earlier), joining)
    assert [e.status for e in again.entitlements] == [SUSPENDED]


def asked(state: SuspicionState = SuspicionState.WITHDRAWN, **named: Any) -> Suspicion:
    return replace(a_suspicion(SuspicionKind.DEATH, "2025-05-10", state), closed=JOINED_ON, **named)


@pytest.mark.parametrize(
    ("theirs", "mine", "is_asked"),
    [
        (asked(), asked(SuspicionState.OPEN), True),
        (asked(), asked(SuspicionState.CLEARED), True),  # whoever answered saw the other
        (asked(), asked(SuspicionState.CONFIRMED), True),
        (asked(), None, False),  # the other had asked it already, or it rested on nothing
        (asked(verified_by="somebody"), asked(), False),
        (asked(SuspicionState.CONFIRMED), asked(SuspicionState.CLEARED), False),
    ],
)
def test_what_was_asked_about_it_is_asked_again(
    theirs: Suspicion, mine: Suspicion | None, is_asked: bool
) -> None:
    goes_on = stays(suspicions=[] if mine is None else [mine])
    again = lives(left(suspicions=[theirs]), goes_on).suspicions
    assert [(s.state, s.generation, s.closed) for s in again] == (
        [(SuspicionState.OPEN, 2, None)] if is_asked else []
    )
    if is_asked:
        assert again[0].verify_by == day("2025-09-15")


def test_both_say_who_found_them_to_be_two() -> None:
    (found,) = lives(left(suspicions=[replace(TWO, other=MINE)])).suspicions
    assert (found.state, found.verified_by, found.approved_by, found.closed) == (
        SuspicionState.CLEARED,
        "first",
        "second",
        ON,
    )
    (same,) = kept(stays()).suspicions
    assert replace(same, other=MINE) == found


def test_what_was_objected_and_recovered_goes_back_as_far_as_it_has_come() -> None:
    joining = replace(BARE, last_objection=2, last_recovery=1)
    recovery = Recovery(1, PENSION, JUNE, {JUNE: 6_000}, RecoveryState.HEARING, day("2025-05-10"))
    objection = replace(an_objection(), number=1)
    theirs = left(
        objections=[
            replace(objection, state=ObjectionState.REJECTED),
            replace(objection, number=2, state=ObjectionState.UPHELD),
        ],
        recoveries=[recovery, replace(recovery, number=2)],
    )
    goes_on = stays(
        objections=[
            replace(objection, number=3),
            replace(objection, number=4, raised=day("2025-08-01")),
            replace(objection, number=5, state=ObjectionState.OPEN),
        ],
        recoveries=[
            replace(recovery, number=2, since=JULY, state=RecoveryState.DEMANDED),
            replace(recovery, number=3, opened=day("2025-08-01")),
        ],
    )
    again = lives(theirs, goes_on, joining)
    assert [(o.number, o.state) for o in again.objections] == [(1, ObjectionState.OPEN)]
    assert [(r.number, r.since, r.state) for r in again.recoveries] == [(1, JUNE, RecoveryState.DEMANDED)]
    mine = kept(goes_on, theirs, joining)
    assert [o.state for o in mine.objections] == [
        ObjectionState.REJECTED,
        ObjectionState.OPEN,
        ObjectionState.OPEN,
    ]
    assert [(r.state, r.fen) for r in mine.recoveries] == [
        (RecoveryState.CALLED_OFF, 0),
        (RecoveryState.HEARING, 6_000),
    ]


@pytest.mark.parametrize(
    ("theirs", "mine", "own", "back"),
    [
        (order(RECOVER), order(RECOVER, state=ISSUED), False, (JUNE, ISSUED)),
        (order(RECOVER), order(RECOVER, AUGUST, SEEN), False, (JUNE, SEEN)),  # under a later month
        (order(RECOVER), order(RECOVER, state=ISSUED), True, None),  # both had it: one order
        (order(RECOVER), order(RECOVER, state=ISSUED, issued="2025-08-01"), False, None),
        (order(RECOVER, state=SEEN), order(RECOVER, state=SEEN), False, None),  # it never left
        (order(SUSPEND), order(SUSPEND, state=ISSUED), False, None),  # nothing stops what is paid
    ],
)
def test_orders_go_back_and_none_stops_what_is_paid(
    theirs: Instruction, mine: Instruction, own: bool, back: tuple[Month, InstructionState] | None
) -> None:
    joining = replace(BARE, orders=frozenset([mine.name] if own else []))
    again = lives(left(instructions=[theirs]), stays(instructions=[mine]), joining).instructions
    assert [(i.month, i.state) for i in again] == ([] if back is None else [back])


def test_an_order_to_stop_goes_back_to_whom_was_stopped() -> None:
    joining = replace(BARE, theirs={PENSION: drawn(SUSPENDED)})
    theirs, mine = (
        left(stopped=JUNE, instructions=[order(SUSPEND)]),
        stays(instructions=[order(SUSPEND, state=ISSUED)]),
    )
    assert [i.state for i in lives(theirs, mine, joining).instructions] == [ISSUED]


# --- what was withheld -----------------------------------------------------------------------------


def paid(month: Month, fen: int = 15_000, benefit: BenefitCode = PENSION) -> Payment:
    return Payment(benefit, month, fen, day(f"{month}-10"))


@pytest.mark.parametrize(
    ("own", "others", "stopped", "owed"),
    [
        ([], [], None, ()),  # no file tells: nothing is known
        ([JUNE, JULY, AUGUST], [JUNE, JULY, AUGUST], None, ()),
        ([JUNE], [JUNE, JULY, AUGUST], None, (JULY, AUGUST)),
        ([], [SEPTEMBER], None, ()),  # the pay run of this month is still to come
        ([], [], JULY, (JULY, AUGUST)),  # the one that both had become was stopped
        ([AUGUST], [], JULY, (JULY,)),
        ([], [], Month("2025-03"), ()),  # of before: that was the other's own
    ],
)
def test_what_was_withheld_is_owed_and_no_more(
    own: list[Month], others: list[Month], stopped: Month | None, owed: tuple[Month, ...]
) -> None:
    drawing = an_entitlement(status=ACTIVE if stopped is None else TERMINATED, stopped_from=stopped)
    mine = [paid(month) for month in own]
    again = lives(left(), stays(entitlements=[drawing]), own=mine, of_both=[*mine, *map(paid, others)])
    assert [(i.kind, i.month, i.arrears, i.reason) for i in again.instructions] == (
        [(RESUME, SEPTEMBER, owed, SEPARATED)] if owed else []
    )
    assert again.fen == 15_000 * len(owed)


def test_a_month_that_brought_too_little_is_a_wrong_amount_and_was_not_withheld() -> None:
    mine = [paid(JULY, 10_000)]
    again = lives(left(), own=mine, of_both=[*mine, paid(JULY), paid(AUGUST)])
    assert [i.arrears for i in again.instructions] == [(AUGUST,)]


def test_only_what_is_paid_by_the_month_and_goes_on_is_owed() -> None:
    joining = replace(BARE, theirs={PENSION: drawn(SUSPENDED), RELIEF: drawn(ACTIVE)})
    drew = [
        an_entitlement(status=TERMINATED, stopped_from=JUNE),
        an_entitlement(RELIEF, status=TERMINATED, fen=0),
    ]
    told = [paid(JULY), paid(JULY, benefit=RELIEF)]
    assert lives(left(entitlements=drew), joining=joining, of_both=told).instructions == ()


def test_an_order_of_its_own_keeps_its_month() -> None:
    theirs = left(instructions=[order(RESUME, SEPTEMBER, SEEN)])
    again = lives(theirs, of_both=[paid(JULY)]).instructions
    assert [(i.month, i.arrears) for i in again] == [(Month("2025-10"), (JULY,))]
