"""发放对账 · What payers were told against what a pay run shows, by person and benefit (rule 23).

Each payment of a month, and each instruction that is open or was carried out in it, stands in exactly one
line. What a line was paid is what was due, what came in arrears, and a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chalicelib.engine.calendar.periods import month_of
from chalicelib.engine.money.account import Account
from chalicelib.engine.money.adjustment import unexplained
from chalicelib.engine.money.arrears import last_month_due
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonId,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)


class LineKind(StrEnum):
    """What a line says; the gravest first."""

    NOT_PAID = "stopped_without_order"
    ARREARS_MISSING = "arrears_missing"
    AFTER_DEATH = "paid_after_death"
    AFTER_END = "paid_after_end"
    NOT_SEEN = "told_not_seen"
    NOT_LISTED = "paid_to_unknown"
    UNEXPLAINED = "unexplained"
    IN_QUESTION = "amount_in_question"
    ACCEPTED = "amount_accepted"  # looked into, the month of the grant, a fact that nobody has reported, or
    # to be collected in person, and not collected
    NO_FILE = "no_file_yet"
    AS_TOLD = "told_and_seen"
    AS_DUE = "as_due"


QUIET: Final = (LineKind.AS_TOLD, LineKind.AS_DUE)
"""Of which nothing is to be done."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one person's benefit in one month, in fen."""

    person: PersonId
    area: AreaCode
    benefit: BenefitCode
    payee: str
    kind: LineKind
    due: int
    arrears: int  # of what was paid: for earlier months, as ordered
    paid: int
    owed: int  # in arrears, and not arrived
    orders: tuple[str, ...]

    @property
    def difference(self) -> int:
        """What was paid beyond what was due and what came in arrears; below zero: not paid."""
        return self.paid - self.due - self.arrears


@dataclass(frozen=True, slots=True)
class Totals:
    """Lines of one kind together, in fen."""

    lines: int = 0
    due: int = 0
    arrears: int = 0
    paid: int = 0
    difference: int = 0

    def __add__(self, line: Line) -> Totals:
        return Totals(
            self.lines + 1,
            self.due + line.due,
            self.arrears + line.arrears,
            self.paid + line.paid,
            self.difference + line.difference,
        )

    def together(self, other: Totals) -> Totals:
        """These lines and others."""
        return Totals(*map(sum, zip(astuple(self), astuple(other), strict=True)))


def lines_of(
    record: PersonRecord,
    payments: Sequence[Payment],
    month: Month,
    account_of: Callable[[Entitlement], Account],
    rules: RuleBook,
) -> Iterator[Line]:
    """The lines of one person in one month; of what is neither due nor paid nor told, none.

    `payments`: all that are known of the person. That somebody is not paid says nothing where no file of the
    month pays the benefit to anybody of the county: whoever sees all lines knows that.
    """
    paid: dict[BenefitCode, int] = {}
    for payment in payments:
        if payment.month == month:
            paid[payment.benefit] = paid.get(payment.benefit, 0) + payment.fen
    for entitlement in record.entitlements:
        got = paid.pop(entitlement.benefit, 0)
        if got or rules.benefit(entitlement.benefit).kind is BenefitKind.MONTHLY:
            look = _Look(record, entitlement, payments, month, account_of(entitlement), got, rules)
            line = look.line()
            if line is not None:
                yield line
    for benefit, got in sorted(paid.items()):
        yield _unknown(record, benefit, got, month)


def _unknown(record: PersonRecord, benefit: BenefitCode, got: int, month: Month) -> Line:
    mine = tuple(i.name for i in record.instructions if i.benefit == benefit and concerns(i, month))
    return Line(record.person.id, record.person.area, benefit, "", LineKind.NOT_LISTED, 0, 0, got, 0, mine)


def concerns(order: Instruction, month: Month) -> bool:
    """Whether an instruction stands on the sheet of a month: open by then, or done or called off in it."""
    if order.month > month:
        return False
    if order.state in _OPEN or order.month == month:
        return True
    return order.changed is not None and month_of(order.changed) == month


_OPEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)
_STOPS: Final = (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
_PAYS: Final = (InstructionKind.RESUME, InstructionKind.ADJUST, InstructionKind.PAY_HEIRS)


@dataclass(frozen=True, slots=True)
class _Look:
    """One benefit of a person in a month."""

    record: PersonRecord
    entitlement: Entitlement
    payments: Sequence[Payment]
    month: Month
    account: Account
    got: int
    rules: RuleBook

    def line(self) -> Line | None:
        """Its line; None where there is nothing to say."""
        mine = tuple(i.name for i in self.orders if concerns(i, self.month))
        due = 0 if self.is_stopped or self.has_ended or self.is_paid_back else self.account.due(self.month)
        if self.month < month_of(self.entitlement.since):
            due = 0
        if not (due or self.got or mine):
            return None
        earlier = self.got - self.account.credited.get(self.month, 0) if self.got else 0
        return Line(
            self.record.person.id,
            self.record.person.area,
            self.entitlement.benefit,
            self.entitlement.payee,
            self._kind(due),
            max(0, due + min(0, earlier)),  # what came for it with a later month stands on that month's sheet
            max(0, earlier),
            self.got,
            self.owed,
            mine,
        )

    def _kind(self, due: int) -> LineKind:
        own = (
            self.account.credited.get(self.month, 0) if self.got else 0
        )  # beside what came for earlier months
        if own and self.is_after_death:
            return LineKind.AFTER_DEATH
        if own and self.has_ended:
            return LineKind.AFTER_END
        if own and self.is_stopped:
            return LineKind.NOT_SEEN
        if due and not self.got:
            if self.month == month_of(self.entitlement.since):
                return LineKind.ACCEPTED
            if any(i.kind is InstructionKind.PAY_IN_PERSON and i.month == self.month for i in self._standing):
                return LineKind.ACCEPTED  # nobody has collected it, as nobody need
            paying = any(i.month <= self.month and i.state in _OPEN for i in self._paying)
            return LineKind.NOT_SEEN if paying else LineKind.NOT_PAID
        if self.got and own != due:
            return self._otherwise()
        if self.owed:
            return LineKind.ARREARS_MISSING
        told = [i for i in self.orders if concerns(i, self.month)]
        if any(i.state in _OPEN for i in told):
            return LineKind.NOT_SEEN
        return LineKind.AS_TOLD if told else LineKind.AS_DUE

    def _otherwise(self) -> LineKind:
        """The month was paid otherwise than due: who has looked into that, or is."""
        about = [
            s
            for s in self.record.suspicions
            if s.kind in (SuspicionKind.WRONG_AMOUNT, SuspicionKind.CONDITION)
            and s.benefit == self.entitlement.benefit
        ]
        if any(s.state is SuspicionState.OPEN for s in about):
            return LineKind.IN_QUESTION
        if any(i.kind is InstructionKind.ADJUST and self.month in i.arrears for i in self.orders):
            return LineKind.IN_QUESTION
        found = unexplained(self.record, self.payments, self.rules)
        here = (self.entitlement.benefit, self.month)
        return LineKind.UNEXPLAINED if here in {(d.benefit, d.month) for d in found} else LineKind.ACCEPTED

    @property
    def orders(self) -> list[Instruction]:
        """What was told of the benefit."""
        return [i for i in self.record.instructions if i.benefit == self.entitlement.benefit]

    @property
    def has_ended(self) -> bool:
        """Whether nothing is due any more, or while it was interrupted."""
        first = self.account.first_not_due
        ended = first is not None and self.month >= first
        return ended or any(gap.covers(self.month) for gap in self.entitlement.interruptions)

    @property
    def is_after_death(self) -> bool:
        """Whether the person had died, as people have confirmed, and the last month due was past."""
        died = self.record.person.deceased_on
        version = self.rules.benefit_on(self.entitlement.benefit, died or date.min)
        return died is not None and self.month > last_month_due(version, died)

    @property
    def is_stopped(self) -> bool:
        """Whether the payer had been told that this month is not to be paid, and not since that it is."""
        standing = [
            i
            for i in self.orders
            if i.kind in (*_STOPS, InstructionKind.RESUME)
            and i.month <= self.month
            and i.state is not InstructionState.CANCELLED
        ]
        last = max(standing, key=lambda i: (i.month, i.issued), default=None)
        if last is not None:
            return last.kind in _STOPS
        stopped = self.entitlement.stopped_from
        is_paid = self.entitlement.status is EntitlementStatus.ACTIVE
        return not is_paid and stopped is not None and self.month >= stopped

    @property
    def is_paid_back(self) -> bool:
        """Whether the month comes, or came, with a later one."""
        ordered = any(self.month in (*i.arrears, *i.held) and self.month < i.month for i in self._paying)
        return not self.got and (ordered or self.account.credited.get(self.month, 0) > 0)

    @property
    def owed(self) -> int:
        """What is to come in arrears and has not arrived, of orders for this month or earlier ones."""
        return sum(
            self.account.owed_by(i) for i in self._paying if i.month <= self.month and i.state in _OPEN
        )

    @property
    def _paying(self) -> Iterable[Instruction]:
        return [i for i in self._standing if i.kind in _PAYS]

    @property
    def _standing(self) -> Iterable[Instruction]:
        return [i for i in self.orders if i.state is not InstructionState.CANCELLED]
