"""What heirs had of somebody who lives is theirs to give back, and the person is owed every month."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.money.account import Account
from chalicelib.engine.money.arrears import as_rostered
from chalicelib.engine.money.paid_to_heirs import (
    asked_back,
    counts,
    is_of_heirs,
    never_had,
    own,
    recovers_of_heirs,
)
from chalicelib.engine.money.pay_run import is_still_shown
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    Recovery,
    RecoveryState,
)
from tests.people import PENSION, an_entitlement, day

PAID_ON, ON = day("2025-07-10"), day("2025-09-10")
MONTHS = (Month("2025-03"), Month("2025-04"))
TO_HEIRS = Instruction(
    PENSION,
    InstructionKind.PAY_HEIRS,
    Month("2025-07"),
    30_000,
    "owed to heirs",
    InstructionState.SEEN,
    PAID_ON,
    arrears=MONTHS,
)


def back(*told: Instruction, benefit: BenefitCode = PENSION) -> list[Instruction]:
    return list(asked_back(told, benefit, ON))


def test_each_payment_that_was_seen_is_asked_back_once() -> None:
    (order,) = back(TO_HEIRS)
    assert (order.kind, order.fen, order.arrears) == (InstructionKind.RECOVER, 30_000, MONTHS)
    assert (order.state, order.issued) == (InstructionState.ISSUED, ON)
    assert is_of_heirs(order)
    assert not is_of_heirs(TO_HEIRS)
    assert back(TO_HEIRS, order) == []


@pytest.mark.parametrize(
    "told",
    [
        replace(TO_HEIRS, state=InstructionState.ISSUED),
        replace(TO_HEIRS, kind=InstructionKind.RESUME),
        replace(TO_HEIRS, benefit=BenefitCode("land_loss_pension")),
    ],
    ids=["nobody has seen it paid", "paid to the person", "another benefit"],
)
def test_nothing_else_is_asked_back(told: Instruction) -> None:
    assert back(told) == []


def test_two_payments_of_a_month_are_asked_back_under_a_month_each() -> None:
    second = replace(TO_HEIRS, fen=5_000, arrears=(Month("2025-05"),))
    orders = back(TO_HEIRS, second)
    assert [order.fen for order in orders] == [30_000, 5_000]
    assert len({order.month for order in orders}) == 2, "an order's key is its benefit, kind and month"


def payment(month: str, fen: int, benefit: BenefitCode = PENSION) -> Payment:
    return Payment(benefit, Month(month), fen, day(f"{month}-10"))


def test_what_heirs_had_does_not_count_as_paid_to_the_person() -> None:
    paid = [payment("2025-08", 10_000), payment("2025-07", 25_000), payment("2025-06", 15_000)]
    other = payment("2025-07", 40_000, BenefitCode("land_loss_pension"))
    (order,) = back(TO_HEIRS)
    assert own([TO_HEIRS], paid) == (paid[2], paid[1], paid[0]), "while nothing is asked back, it is theirs"
    mine = own([TO_HEIRS, order], [*paid, other])
    assert {(p.benefit, p.month): p.fen for p in mine} == {
        (PENSION, "2025-06"): 15_000,  # before it was paid
        (PENSION, "2025-07"): 0,
        (PENSION, "2025-08"): 5_000,
        (BenefitCode("land_loss_pension"), "2025-07"): 40_000,
    }


def test_such_a_payment_pays_no_month_of_the_person() -> None:
    (order,) = back(TO_HEIRS)
    assert counts(TO_HEIRS, [TO_HEIRS])
    assert not counts(TO_HEIRS, [TO_HEIRS, order])
    assert counts(replace(TO_HEIRS, kind=InstructionKind.RESUME), [TO_HEIRS, order])


def test_a_recovery_of_theirs_is_known_by_its_order() -> None:
    (order,) = back(TO_HEIRS)
    theirs = Recovery(1, PENSION, order.month, {order.month: 30_000}, RecoveryState.HEARING, ON)
    assert recovers_of_heirs(theirs, [TO_HEIRS, order])
    assert not recovers_of_heirs(replace(theirs, since=Month("2025-01")), [TO_HEIRS, order])
    assert not recovers_of_heirs(theirs, [replace(order, reason="overpaid")])


# --- a corrected file takes the payment back ------------------------------------------------------------


def a_payment(month: str, fen: int, on: str, benefit: BenefitCode = PENSION) -> Payment:
    return Payment(benefit, Month(month), fen, day(on))


@pytest.mark.parametrize(
    ("payments", "had"),
    [
        ([a_payment("2025-07", 30_000, "2025-07-12")], True),
        ([a_payment("2025-08", 30_000, "2025-08-12")], True),
        ([], False),
        ([a_payment("2025-07", 20_000, "2025-07-12")], False),
        ([a_payment("2025-06", 30_000, "2025-06-12")], False),
        ([a_payment("2025-10", 30_000, "2025-10-12")], False),
        ([a_payment("2025-07", 30_000, "2025-07-12", BenefitCode("land_loss_pension"))], False),
    ],
    ids=["in its run", "in the next one", "in none", "a part", "before", "of the living", "another benefit"],
)
def test_what_heirs_have_never_had_is_not_asked_back(payments: list[Payment], had: bool) -> None:
    orders = (TO_HEIRS, *back(TO_HEIRS))
    changed = list(never_had(orders, payments, ON))
    assert [(i.name, i.state) for i in changed] == (
        [] if had else [(i.name, InstructionState.CANCELLED) for i in orders]
    )
    assert list(never_had(changed, payments, ON)) == [], "once"


def test_what_the_heirs_of_the_dead_have_had_is_asked_of_nobody() -> None:
    assert list(never_had((TO_HEIRS,), (), ON)) == []


@pytest.mark.parametrize(
    ("kind", "credited", "paid", "shown"),
    [
        (InstructionKind.PAY_HEIRS, {MONTHS[0]: 15_000, MONTHS[1]: 15_000}, {}, True),
        (InstructionKind.PAY_HEIRS, {MONTHS[0]: 15_000}, {}, False),
        (InstructionKind.ADJUST, {MONTHS[0]: 15_000}, {}, False),
        (InstructionKind.RESUME, {}, {Month("2025-08"): 30_000}, True),
        (InstructionKind.RESUME, {}, {Month("2025-06"): 30_000}, False),
        (InstructionKind.SUSPEND, {}, {}, True),
    ],
)
def test_whether_what_was_seen_is_still_shown(
    kind: InstructionKind, credited: dict[Month, int], paid: dict[Month, int], shown: bool
) -> None:
    account = Account(an_entitlement(fen=15_000), as_rostered, credited, {})
    assert is_still_shown(replace(TO_HEIRS, kind=kind), account, paid) is shown
