"""当面领取 · A month that is paid in person: what the payer is told, and what of it was never collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.money.account import account_of, ordered_as_withheld
from chalicelib.engine.money.arrears_approval import ordered
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
)

REASON: Final = "not certified: paid in person for a month, identity checked"
CERTIFIED: Final = "certified again"


def standing(instructions: Iterable[Instruction]) -> Iterator[Instruction]:
    """The orders to pay in person that nobody has called off."""
    return (
        order
        for order in instructions
        if order.kind is InstructionKind.PAY_IN_PERSON and order.state is not InstructionState.CANCELLED
    )


def order(entitlement: Entitlement, month: Month, on: date) -> Instruction:
    """What the payer is told."""
    return Instruction(
        entitlement.benefit,
        InstructionKind.PAY_IN_PERSON,
        month,
        entitlement.fen,
        REASON,
        InstructionState.ISSUED,
        on,
    )


def first_unpaid(record: PersonRecord, benefit: BenefitCode, effective: Month) -> Month:
    """The first month that a suspension may leave unpaid: that in person, which nobody may have collected."""
    mine = [
        o.month
        for o in standing(record.instructions)
        if o.benefit == benefit and next_month(o.month) == effective
    ]
    return min(mine, default=effective)


def uncollected(record: PersonRecord, benefit: BenefitCode) -> tuple[Month, ...]:
    """The months in person since which nothing was paid as before: perhaps nobody has collected them."""
    orders = (o for o in standing(record.instructions) if o.benefit == benefit and not _resumed(record, o))
    return tuple(sorted(order.month for order in orders))


def with_uncollected(
    record: PersonRecord, benefit: BenefitCode, months: Iterable[Month], pay_run: Month
) -> tuple[Month, ...]:
    """The months that a resumption pays, with those in person that nobody may have collected, and without
    those that an order of their own pays."""
    before = (month for month in uncollected(record, benefit) if month < pay_run)
    return tuple(sorted({*before, *months} - ordered_as_withheld(record, benefit)))


def called_off(
    record: PersonRecord, payments: Sequence[Payment], rules: RuleBook, on: date
) -> tuple[Instruction, ...]:
    """Paid as before from now on, since the person is certified: what nobody collected is paid in arrears.

    Before the cut-off day of that very month it is enough to call the order off. What payments show as
    credited is not paid again; a suspension that followed pays its own arrears (rule 18).
    """
    changed: list[Instruction] = []
    for entitlement in record.entitlements:
        if entitlement.status is not EntitlementStatus.ACTIVE:
            continue
        for each in standing(record.instructions):
            if each.benefit != entitlement.benefit or _resumed(record, each):
                continue
            owed = account_of(record, entitlement, payments, rules).lacking((each.month,))
            cutoff = rules.benefit_on(each.benefit, on).cutoff_day
            off = replace(each, state=InstructionState.CANCELLED, changed=on)
            if month_of(on) == each.month and on.day <= cutoff:
                changed.append(off)
            elif owed.fen:
                paid = max(month_of(on), next_month(each.month))
                again = Instruction(
                    each.benefit, InstructionKind.RESUME, paid, 0, CERTIFIED, InstructionState.ISSUED, on
                )
                changed += [off, ordered(replace(again, arrears=(each.month,)), owed, None)]
    return tuple(changed)


def _resumed(record: PersonRecord, told: Instruction) -> bool:
    """Whether it has been paid as before since."""
    return any(
        i.benefit == told.benefit
        and i.kind is InstructionKind.RESUME
        and i.month >= told.month
        and i.issued >= told.issued
        for i in record.instructions
    )
