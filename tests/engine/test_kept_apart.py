"""Two numbers that were joined are two people's: what the one that went on keeps (rules 14 and 19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.suspicion.kept_apart import to_be_seen
from chalicelib.engine.suspicion.separation import Drawn
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Instruction,
    InstructionState,
    Month,
    OwedToHeirs,
    PersonId,
    PersonRecord,
    Relation,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model.named import ROSTER
from tests.engine.apart import (
    ACTIVE,
    AUGUST,
    BARE,
    CANCELLED,
    ISSUED,
    JOINED_ON,
    JULY,
    JUNE,
    MINE,
    OLD_AGE,
    ON,
    RECOVER,
    RESUME,
    SEEN,
    SUSPEND,
    SUSPENDED,
    TERMINATED,
    drawn,
    kept,
    left,
    order,
    stays,
)
from tests.engine.judging import RULES
from tests.people import PENSION, a_person, a_suspicion, an_entitlement, day


@pytest.mark.parametrize(
    ("now", "before", "own", "after"),
    [
        (an_entitlement(), drawn(), True, (ACTIVE, None, "2025-12-31")),
        (
            an_entitlement(),
            drawn(SUSPENDED, JUNE),
            True,
            (ACTIVE, None, "2025-12-31"),
        ),  # paid again: it stays
        (
            an_entitlement(status=SUSPENDED, stopped_from=AUGUST),
            drawn(),
            True,
            (SUSPENDED, AUGUST, "2025-12-31"),
        ),
        (an_entitlement(), drawn(TERMINATED, JUNE), True, (TERMINATED, JUNE, "2025-12-31")),
        (an_entitlement(), None, True, (ACTIVE, None, "2024-12-31")),
        (an_entitlement(), None, False, (TERMINATED, None, "2024-12-31")),  # merely taken up
        (an_entitlement(status=SUSPENDED, stopped_from=JULY), None, False, (TERMINATED, None, "2024-12-31")),
    ],
)
def test_it_keeps_what_it_draws_itself(
    now: Entitlement, before: Drawn | None, own: bool, after: tuple[EntitlementStatus, Month | None, str]
) -> None:
    joining = replace(
        BARE, benefits=frozenset([PENSION] if own else []), mine={} if before is None else {PENSION: before}
    )
    record = kept(stays(entitlements=[now]), joining=joining)
    (found,) = record.entitlements
    assert (found.status, found.stopped_from, str(found.certified_until)) == after
    assert record.instructions == ()


def test_what_it_was_granted_since_stays() -> None:
    granted = an_entitlement(OLD_AGE)
    assert kept(stays(entitlements=[granted])).entitlements == (granted,)


@pytest.mark.parametrize(
    ("open_", "of_the_other", "state"),
    [
        (a_suspicion(), True, SuspicionState.WITHDRAWN),
        (a_suspicion(), False, SuspicionState.OPEN),
        (a_suspicion(state=SuspicionState.CLEARED), True, SuspicionState.CLEARED),
        (a_suspicion(SuspicionKind.WRONG_AMOUNT, opened=JOINED_ON), False, SuspicionState.WITHDRAWN),
        (
            a_suspicion(SuspicionKind.WRONG_AMOUNT, opened=day("2025-06-01")),
            False,
            SuspicionState.OPEN,
        ),
        (
            a_suspicion(
                SuspicionKind.DOUBLE_RECEIPT,
                opened=JOINED_ON,
                evidence=EvidenceKey(day("2025-06-10"), FeedId(ROSTER), f"{PENSION}.twice"),
            ),
            False,
            SuspicionState.WITHDRAWN,
        ),
    ],
)
def test_what_is_open_of_the_other_or_of_both_is_asked_here_no_more(
    open_: Suspicion, of_the_other: bool, state: SuspicionState
) -> None:
    theirs = left(suspicions=[replace(open_, state=SuspicionState.WITHDRAWN)] if of_the_other else [])
    (found,) = kept(stays(suspicions=[open_]), theirs).suspicions
    assert found.state is state


@pytest.mark.parametrize(
    ("mine", "theirs", "own", "was", "state"),
    [
        (order(RECOVER, state=ISSUED), order(RECOVER), False, None, CANCELLED),
        (order(RECOVER, state=ISSUED), order(RECOVER), True, None, ISSUED),
        (order(RECOVER, state=SEEN), order(RECOVER), False, None, SEEN),
        (order(RECOVER, state=ISSUED), order(SUSPEND), False, None, ISSUED),
        (order(RESUME, state=ISSUED, issued="2025-06-02"), None, False, drawn(SUSPENDED), CANCELLED),
        (order(RESUME, state=ISSUED, issued="2025-06-03"), None, False, drawn(SUSPENDED), ISSUED),
        (order(RESUME, state=ISSUED, issued="2025-06-02"), None, False, drawn(ACTIVE), ISSUED),
        (order(RESUME, state=ISSUED, issued="2025-06-02"), None, False, None, ISSUED),
        (order(SUSPEND, state=ISSUED, issued="2025-06-02"), None, False, drawn(SUSPENDED), ISSUED),
    ],
)
def test_what_the_others_orders_ask_is_asked_under_its_number(
    mine: Instruction, theirs: Instruction | None, own: bool, was: Drawn | None, state: InstructionState
) -> None:
    joining = replace(
        BARE,
        orders=frozenset([mine.name] if own else []),
        theirs={} if was is None else {PENSION: was},
    )
    record = kept(stays(instructions=[mine]), left(instructions=[theirs] if theirs else []), joining)
    assert [i.state for i in record.instructions] == [state]


@pytest.mark.parametrize(
    ("of_the_other", "own", "called_off", "after"),
    [
        (True, False, None, ON),
        (True, True, None, None),
        (False, False, None, None),
        (True, False, JOINED_ON, JOINED_ON),
    ],
)
def test_what_the_others_heirs_are_owed_is_owed_under_its_number(
    of_the_other: bool, own: bool, called_off: Any, after: Any
) -> None:
    owed = OwedToHeirs(PENSION, (JUNE,), {JUNE: 20_000}, JOINED_ON)
    joining = replace(BARE, heirs=frozenset([PENSION] if own else []))
    mine = stays(owed_to_heirs=[replace(owed, called_off=called_off)])
    record = kept(mine, left(owed_to_heirs=[owed] if of_the_other else []), joining)
    assert [o.called_off for o in record.owed_to_heirs] == [after]


def test_whom_rosters_named_as_related_to_it_alone_stay_related() -> None:
    father, brother = PersonId("f" * 26), PersonId("g" * 26)
    person = a_person(id=MINE, related={father: Relation.PARENT, brother: Relation.GUARDIAN})
    mine = replace(stays(), person=person)
    assert kept(mine).person.related == person.related, "nobody kept it: nothing is taken away"
    known = replace(BARE, related=frozenset([father]))
    assert kept(mine, joining=known).person.related == {father: Relation.PARENT}


# --- both ---------------------------------------------------------------------------------------------


def test_somebody_goes_to_see_whom_nothing_certifies_any_more() -> None:
    asked_ = to_be_seen(stays(), RULES, ON)
    assert asked_ is not None
    assert (asked_.kind, asked_.day, asked_.state) == (SuspicionKind.CONTRADICTION, ON, SuspicionState.OPEN)
    assert "待遇照常" in asked_.reason.zh
    again = to_be_seen(stays(suspicions=[asked_]), RULES, ON)
    assert again is not None
    assert again.day == day("2025-09-11"), "kind and day are its key"


@pytest.mark.parametrize(
    "nobody",
    [
        replace(stays(), person=a_person(id=MINE, deceased_on="2025-08-01")),
        stays(entitlements=[an_entitlement(status=TERMINATED)]),
        stays(entitlements=[]),
    ],
    ids=["dead", "draws nothing any more", "draws nothing"],
)
def test_nobody_goes_to_see_the_dead_or_whoever_draws_nothing(nobody: PersonRecord) -> None:
    assert to_be_seen(nobody, RULES, ON) is None
