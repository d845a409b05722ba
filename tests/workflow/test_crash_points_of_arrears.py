"""Who orders what is still owed dies; done again, each month is ordered once (rules 18 and 19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib import cases, clock
from chalicelib.cases import joined_numbers, two_numbers
from chalicelib.model import (
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    StateName,
    SuspicionKind,
    Verification,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.crashes import outline, same, sweep
from tests.workflow.test_crash_points_of_decisions import (
    DEATH,
    PENSION,
    Work,
    both_say,
    folk_of,
    once,
    step_of_suspicion,
    told,
)
from tests.workflow.test_crash_points_of_numbers import id_of, other, settle_both
from tests.workflow.village import AUTHORITY, DUE, NEW_YEAR, Recipient, Village


def orders_of(recipient: Recipient) -> dict[str, Any]:
    record = people.load(id_of(recipient))
    orders = [(i.name, i.fen, i.state, i.arrears, i.held) for i in record.instructions]
    return {**outline(record), "orders": orders}


def test_dying_while_a_second_person_approves_arrears(village: Village) -> None:
    folk = folk_of(village, 20, DUE)
    paid_on = Instruction(
        PENSION,
        InstructionKind.RESUME,
        Month("2025-01"),
        0,
        "certified again",
        InstructionState.LISTED,
        NEW_YEAR,
    )
    waits = replace(paid_on, held=(Month("2024-11"), Month("2024-12")), certified_by="clerk")

    def approve(recipient: Recipient) -> Work:
        person = id_of(recipient)
        people.change(person, lambda _: Change("waits", "test", clock.now(), instructions=(waits,)))
        return once(lambda: cases.approve_arrears(person, waits.name, by="second clerk"))

    assert sweep(approve, orders_of, same, list(folk)) >= 2
    months = [month for *_, arrears, _ in orders_of(folk[0])["orders"] for month in arrears]
    assert months == ["2024-11", "2024-12"]


def test_dying_while_what_was_withheld_under_another_number_is_paid(village: Village) -> None:
    """Found dead under the number that the roster left; the two are one person, who draws under the other."""
    folk = folk_of(village, 20, DUE)
    settle_both(village, folk)
    how: dict[str, Any] = {"verification": Verification.DOCUMENT, **AUTHORITY}

    def cleared(recipient: Recipient) -> Work:
        person = told(recipient, DEATH)
        both_say(person, SuspicionKind.DEATH)
        step_of_suspicion(person, SuspicionKind.DEATH, StateName.TERMINATE)
        stays = id_of(other(recipient))
        two_numbers.numbers_shared([(person, stays, PENSION)], frozenset([stays]))
        for each in people.load(stays).open_suspicions:
            found = cases.suspicion_verified(stays, each.kind, each.day, confirmed=True, by="officer", **how)
            joined_numbers.join(stays, found, actor="test")
        (death,) = (s for s in people.load(stays).open_suspicions if s.kind is SuspicionKind.DEATH)
        cases.suspicion_verified(stays, death.kind, death.day, confirmed=False, by="third officer", **how)
        return lambda: step_of_suspicion(stays, SuspicionKind.DEATH, StateName.CLEAR)

    assert sweep(cleared, lambda who: orders_of(other(who)), same, list(folk)) >= 3
    end = orders_of(other(folk[0]))
    assert [status for _, status, *_ in end["entitlements"]] == [EntitlementStatus.ACTIVE]
    standing = [(i[0], i[3]) for i in end["orders"] if i[2] is not InstructionState.CANCELLED]
    assert standing == [("2025-01#resident_pension#resume", ("2024-12",))]
