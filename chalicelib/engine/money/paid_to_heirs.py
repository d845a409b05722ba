"""误发继承人 · What heirs were paid of somebody who lives after all: theirs to give back (rules 14, 15, 17).

The person is owed every month as if nobody had been paid in their place; what the heirs have had is recovered
from them in the order of the law, heard first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.money.overpayment import free_month
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Payment,
    Recovery,
)

WHY: Final = "paid to the heirs of somebody who lives"


def is_of_heirs(order: Instruction) -> bool:
    """Whether an order asks back what heirs were paid of somebody who lives."""
    return order.kind is InstructionKind.RECOVER and order.reason.startswith(WHY)


def recovers_of_heirs(recovery: Recovery, told: Iterable[Instruction]) -> bool:
    """Whether a recovery follows such an order."""
    place = recovery.benefit, recovery.since
    return any(is_of_heirs(order) and (order.benefit, order.month) == place for order in told)


def asked_back(told: Sequence[Instruction], benefit: BenefitCode, on: date) -> Iterator[Instruction]:
    """What is to be ordered once somebody lives after all, of each payment to their heirs that was seen."""
    known = list(told)
    for paid in told:
        if paid.benefit == benefit and _is_had(paid) and _asked_of(paid, known) is None:
            order = Instruction(
                benefit,
                InstructionKind.RECOVER,
                free_month(known, benefit, paid.month),
                paid.fen,
                WHY,
                InstructionState.ISSUED,
                on,
                arrears=paid.arrears,
            )
            known.append(order)
            yield order


def never_had(told: Sequence[Instruction], payments: Iterable[Payment], on: date) -> Iterator[Instruction]:
    """Of what heirs are to give back and have never had, as a corrected file shows: neither order stands."""
    shown = tuple(payments)
    for paid in told:
        asked = _asked_of(paid, told) if _is_had(paid) else None
        if asked is None:
            continue
        runs = (p for p in shown if p.benefit == paid.benefit and p.month >= paid.month)
        if sum(p.fen for p in runs if p.paid <= asked.issued) < paid.fen:
            yield replace(paid, state=InstructionState.CANCELLED, changed=on)
            yield replace(asked, state=InstructionState.CANCELLED, changed=on)


def own(told: Sequence[Instruction], payments: Iterable[Payment]) -> tuple[Payment, ...]:
    """What was paid, less what heirs have had of it and are asked to give back."""
    mine = sorted(payments, key=lambda p: (p.month, p.paid))
    for paid in told:
        if not _is_had(paid) or _asked_of(paid, told) is None:
            continue
        left = paid.fen
        for number, payment in enumerate(mine):
            if payment.benefit == paid.benefit and payment.month >= paid.month and left:
                part = min(left, max(0, payment.fen))
                mine[number] = replace(payment, fen=payment.fen - part)
                left -= part
    return tuple(mine)


def counts(order: Instruction, told: Sequence[Instruction]) -> bool:
    """Whether an order still pays the person's months: not where heirs are to give it back."""
    return not _is_had(order) or _asked_of(order, told) is None


def _is_had(order: Instruction) -> bool:
    return order.kind is InstructionKind.PAY_HEIRS and order.state is InstructionState.SEEN


def _asked_of(paid: Instruction, told: Iterable[Instruction]) -> Instruction | None:
    """The order that asks a payment back: of its benefit, sum and months, and later than it."""
    about = (paid.benefit, paid.fen, paid.arrears)
    return next(
        (
            order
            for order in told
            if is_of_heirs(order)
            and (order.benefit, order.fen, order.arrears) == about
            and order.issued >= paid.issued
        ),
        None,
    )
