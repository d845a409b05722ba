"""待遇台账 · The account of an entitlement: what each month should bring, and what it has been credited.

What is paid in arrears comes with a later month: whatever that brings beyond its own is credited to the
months for which it was ordered, oldest first, so that no month counts as paid twice or never (rule 18).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.engine.calendar.periods import first_day, month_before, months_between
from chalicelib.engine.money import paid_to_heirs
from chalicelib.engine.money.amount_due import amounts_of
from chalicelib.engine.money.arrears import Amounts, Sum, uncredited
from chalicelib.engine.money.paid_to_heirs import own
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
)

WITHHELD: Final = "withheld by a suspension before the payment ended, and the person has been seen since"


@dataclass(frozen=True, slots=True)
class Account:
    """An entitlement month by month, in fen. `first_not_due`: from here on nothing is due; None: no end."""

    entitlement: Entitlement
    amounts: Amounts
    credited: Mapping[Month, int]
    given_back: Mapping[str, int]  # order -> what it still has to give back of what was recovered in error
    first_not_due: Month | None = None

    def due(self, month: Month) -> int:
        """What a month should bring."""
        ended = self.first_not_due is not None and month >= self.first_not_due
        return 0 if ended else self.amounts(self.entitlement, month)

    def lacking(self, months: Iterable[Month]) -> Sum:
        """What months should have brought, and have not."""
        left = {month: self.due(month) - self.credited.get(month, 0) for month in months}
        return Sum({month: fen for month, fen in left.items() if fen > 0})

    def beyond(self, months: Iterable[Month]) -> Sum:
        """What months have brought beyond what was due."""
        more = {month: self.credited.get(month, 0) - self.due(month) for month in months}
        return Sum({month: fen for month, fen in more.items() if fen > 0})

    @property
    def after_the_end(self) -> Sum:
        """What was paid for months that were not due: after the end, and while it was interrupted."""
        return self.beyond(month for month in self.credited if self._is_not_due(month))

    def _is_not_due(self, month: Month) -> bool:
        ended = self.first_not_due is not None and month >= self.first_not_due
        return ended or any(gap.covers(month) for gap in self.entitlement.interruptions)

    def owed_by(self, order: Instruction) -> int:
        """What an order still has to bring, in fen."""
        return self.lacking(order.arrears).fen + self.given_back.get(order.name, 0)


def account_of(
    record: PersonRecord,
    entitlement: Entitlement,
    payments: Iterable[Payment],
    rules: RuleBook,
    first_not_due: Month | None = None,
) -> Account:
    """The account of one of a person's entitlements; `payments`: all that are known of the person."""
    paid: dict[Month, int] = {}
    for payment in own(record.instructions, payments):
        if payment.benefit == entitlement.benefit:
            paid[payment.month] = paid.get(payment.month, 0) + payment.fen
    account = Account(entitlement, amounts_of(record, rules), paid, {}, first_not_due)
    orders = [order for order in paid_back_by(record.instructions) if order.benefit == entitlement.benefit]
    if not orders:
        return account
    credited, given_back = _credited(paid, orders, account.due)
    return replace(account, credited=credited, given_back=given_back)


def still_lacking(record: PersonRecord, payments: Iterable[Payment], rules: RuleBook) -> Amounts:
    """What each month should bring the person and has not brought them yet (rule 18)."""
    return uncredited(amounts_of(record, rules), own(record.instructions, payments))


def is_of_months_withheld(order: Instruction) -> bool:
    """Whether an order pays what a suspension withheld before something else ended the payment."""
    return order.kind is InstructionKind.ADJUST and order.reason.startswith(WITHHELD)


def ordered_as_withheld(record: PersonRecord, benefit: BenefitCode) -> frozenset[Month]:
    """The months that such orders pay: no resumption pays them as well."""
    told = (i for i in record.instructions if i.benefit == benefit and is_of_months_withheld(i))
    standing = (i for i in told if i.state is not InstructionState.CANCELLED)
    return frozenset(month for i in standing for month in (*i.arrears, *i.held))


def paid_back_by(instructions: Iterable[Instruction]) -> list[Instruction]:
    """The orders that pay earlier months with a later one, oldest first; of the dead, to their heirs."""
    told = tuple(instructions)
    orders = (
        order
        for order in told
        if (
            order.arrears or order.given_back or not order.fen
        )  # a sum alone: written before months were said
        and order.kind in (InstructionKind.RESUME, InstructionKind.ADJUST, InstructionKind.PAY_HEIRS)
        and order.state is not InstructionState.CANCELLED
        and paid_to_heirs.counts(order, told)
    )
    return sorted(orders, key=lambda order: (order.issued, order.month))


def _credited(
    paid: Mapping[Month, int], orders: Iterable[Instruction], due: Callable[[Month], int]
) -> tuple[Mapping[Month, int], Mapping[str, int]]:
    """What each month has been credited, once what came with later months stands where it belongs.

    And what each order has still to give back.
    """
    credited, given_back = dict(paid), {}
    for order in orders:
        left = order.given_back
        for month in sorted(m for m in paid if m >= order.month and m not in order.arrears):
            more = credited[month] - due(month)
            for earlier in _earlier(order, month):
                part = max(0, min(more, due(earlier) - credited.get(earlier, 0)))
                credited[earlier] = credited.get(earlier, 0) + part
                credited[month] -= part
                more -= part
            part = max(0, min(more, left))
            credited[month] -= part
            left -= part
        given_back[order.name] = left
    return credited, given_back


def _earlier(order: Instruction, month: Month) -> tuple[Month, ...]:
    """The months that one brings with itself: those ordered, and those since payment was to begin again."""
    since = months_between(order.month, month_before(month)) if order.kind is InstructionKind.RESUME else ()
    return tuple(sorted({*order.arrears, *since}))


def settled(record: PersonRecord, payments: Iterable[Payment], rules: RuleBook) -> tuple[Payment, ...]:
    """What was paid as it stands in the accounts: one payment a month and benefit, as if on its first day.

    What is paid for a benefit that the person does not draw is left out.
    """
    payments = tuple(payments)
    return tuple(
        Payment(entitlement.benefit, month, fen, first_day(month))
        for entitlement in record.entitlements
        for month, fen in sorted(account_of(record, entitlement, payments, rules).credited.items())
        if fen
    )
