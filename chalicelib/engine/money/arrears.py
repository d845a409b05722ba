"""补发与追回 · Money by month, in integer fen: owed, overpaid, never due (rules 15, 17, 18).

Arrears are the months from the first one stopped to the one before the pay run, each at what it should have
brought (`amount_due.amounts_of`) less what payments show as credited (`uncredited`). Those that wait for a
second person are told apart in `arrears_approval`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from chalicelib.engine.calendar.periods import month_before, month_of, months_between, next_month
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.rules.benefits import BenefitRules, LastMonth, Offset
from chalicelib.model import Entitlement, Month, Payment

HEARD_FIRST: Final = "those concerned are heard before anything is decided"
Amounts: TypeAlias = Callable[[Entitlement, Month], int]
"""What a month of an entitlement should bring, in fen."""


def as_rostered(entitlement: Entitlement, month: Month) -> int:
    """What the authority had set for the month."""
    return entitlement.set_at(month)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount that can be explained month by month."""

    by_month: Mapping[Month, int]

    @property
    def fen(self) -> int:
        """All months together."""
        return sum(self.by_month.values())

    @property
    def months(self) -> tuple[Month, ...]:
        """The months concerned, oldest first."""
        return tuple(sorted(self.by_month))

    @property
    def explained(self) -> str:
        """Which months at which amount, in yuan, those without a gap or a change told together.

        >>> Sum({Month("2025-04"): 5_000, Month("2025-05"): 5_000, Month("2025-06"): 10_000}).explained
        '2025-04…2025-05 2 × 50.00; 2025-06 100.00'
        """
        return "; ".join(
            f"{run[0]}…{run[-1]} {len(run)} × {each}" if len(run) > 1 else f"{run[0]} {each}"
            for run in self._runs()
            for each in (yuan(self.by_month[run[0]]),)
        )

    def _runs(self) -> Iterator[list[Month]]:
        run = list(self.months[:1])
        for before, month in pairwise(self.months):
            if next_month(before) != month or self.by_month[before] != self.by_month[month]:
                yield run
                run = []
            run.append(month)
        if run:
            yield run


def arrears(
    entitlement: Entitlement,
    first: Month,
    pay_run: Month,
    not_due: AbstractSet[Month] = frozenset(),
    amounts: Amounts = as_rostered,
) -> Sum:
    """What is paid back on resumption: from the first month not paid to the month before the pay run.

    The pay run itself pays its own month again; months that were not due, or bring nothing, are left out
    (rule 18). Each month brings what it would have brought: a birthday may lie between them.
    """
    months = months_between(first, month_before(pay_run))
    return arrears_of(entitlement, [month for month in months if month not in not_due], amounts)


def arrears_of(entitlement: Entitlement, months: Iterable[Month], amounts: Amounts = as_rostered) -> Sum:
    """What certain months bring."""
    owed = {month: amounts(entitlement, month) for month in months}
    return Sum({month: fen for month, fen in owed.items() if fen})


def uncredited(amounts: Amounts, payments: Iterable[Payment]) -> Amounts:
    """What each month should bring and has not brought yet (rule 18); several payments of a month add up."""
    credited: dict[tuple[str, Month], int] = {}
    for payment in payments:
        place = payment.benefit, payment.month
        credited[place] = credited.get(place, 0) + payment.fen

    def fen(entitlement: Entitlement, month: Month) -> int:
        return max(0, amounts(entitlement, month) - credited.get((entitlement.benefit, month), 0))

    return fen


def last_month_due(rules: BenefitRules, death: date) -> Month:
    """The last month that is due after a death, as the benefit says."""
    month = month_of(death)
    return month if rules.last_month_due is LastMonth.MONTH_OF_DEATH else month_before(month)


def overpaid(payments: Iterable[Payment], last_due: Month) -> Sum:
    """What was paid (of one benefit) for months after the last one due; two payments of a month add up."""
    by_month: dict[Month, int] = {}
    for payment in payments:
        if payment.month > last_due:
            by_month[payment.month] = by_month.get(payment.month, 0) + payment.fen
    return Sum(by_month)


def recovery_terms(rules: BenefitRules, working_days: int) -> str:
    """How an authority is to recover what was overpaid, in its order: set off where the benefit allows."""
    offset = rules.recovery.offset if rules.recovery else ()
    first = f"first offset against {', then '.join(offset)}; " if offset else ""
    last = f"what is left is asked back within {working_days} working days"
    return f"{HEARD_FIRST}; {first}{last}"


@dataclass(frozen=True, slots=True)
class Demand:
    """What of an overpayment is taken from where, and what is left to ask for (rule 17)."""

    offset: Mapping[Offset, int]
    left: int


def demand(fen: int, available: Mapping[Offset, int], rules: BenefitRules) -> Demand:
    """Take an overpayment from what the benefit allows, in its order, before anybody is asked to pay."""
    taken: dict[Offset, int] = {}
    for source in rules.recovery.offset if rules.recovery else ():
        part = min(fen, available.get(source, 0))
        if part > 0:
            taken[source] = part
            fen -= part
    return Demand(taken, fen)
