"""并号款项 · What goes on of the money of a number that is left behind: orders, recoveries, sums of heirs.

Numbers of recoveries and objections are a person's own, and an order is known by its benefit, kind and month:
what both records call alike is called otherwise here, so that nothing of either is lost (rules 17 and 19).
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from chalicelib.engine.calendar.periods import next_month
from chalicelib.engine.money.adjustment import is_of_adjustment
from chalicelib.engine.money.overpayment import free_month
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Objection,
    OwedToHeirs,
    PersonRecord,
    Recovery,
)

_ADJUST: Final = InstructionKind.ADJUST
_WITH_A_RECOVERY: Final = (InstructionKind.RECOVER, _ADJUST)
_Place: TypeAlias = tuple[BenefitCode, Month]


@dataclass(frozen=True, slots=True)
class MoneyTakenUp:
    """What the person that goes on takes up of the other number's money."""

    instructions: tuple[Instruction, ...]
    recoveries: tuple[Recovery, ...]
    owed_to_heirs: tuple[OwedToHeirs, ...]


def money_taken_up(mine: PersonRecord, gone: PersonRecord) -> MoneyTakenUp:
    """The other number's orders, recoveries and what heirs are owed, beside one's own.

    Whatever stops or resumes a benefit from one month on is one order, whoever it was given for; sums to
    adjust, to recover or for heirs add up. A recovery stays as far in its order as it is. A month that both
    adjust is one's own: what it brought under both numbers is reckoned there, once.
    """
    moved = _moved(mine, gone)
    adjusted = {(i.benefit, m) for i in mine.instructions if i.kind is _ADJUST for m in i.arrears}
    known = {i.name for i in mine.instructions}
    told: list[Instruction] = []
    for before in gone.instructions:
        order = _of_other_months(before, gone, adjusted)
        if order.kind in _WITH_A_RECOVERY:
            order = replace(order, month=moved[order.benefit, order.month])
        elif order.kind is InstructionKind.PAY_HEIRS:
            order = replace(order, month=_free(order, (*mine.instructions, *told)))
        if order.name not in known:
            told.append(order)
    last = max((r.number for r in mine.recoveries), default=0)
    return MoneyTakenUp(
        tuple(told),
        tuple(
            replace(r, number=last + r.number, since=moved.get((r.benefit, r.since), r.since))
            for r in gone.recoveries
        ),
        _owed_by_both(mine.owed_to_heirs, gone.owed_to_heirs),
    )


def objections_taken_up(mine: PersonRecord, gone: PersonRecord) -> tuple[Objection, ...]:
    """The other number's open objections: whoever objected is answered, under a number of their own."""
    last = max((o.number for o in mine.objections), default=0)
    return tuple(replace(o, number=last + o.number) for o in gone.open_objections)


def _moved(mine: PersonRecord, gone: PersonRecord) -> dict[_Place, Month]:
    """Under which month each of the other's adjustments and recoveries goes on: its own, if that is free."""
    places = sorted({(i.benefit, i.month) for i in gone.instructions if i.kind in _WITH_A_RECOVERY})
    taken = list(mine.instructions)
    moved: dict[_Place, Month] = {}
    for benefit, month in places:
        free = free_month(taken, benefit, month)
        moved[benefit, month] = free
        taken += [
            replace(i, month=free)
            for i in gone.instructions
            if (i.benefit, i.month) == (benefit, month) and i.kind in _WITH_A_RECOVERY
        ]
    return moved


def _of_other_months(
    order: Instruction, gone: PersonRecord, adjusted: AbstractSet[tuple[BenefitCode, Month]]
) -> Instruction:
    """An open adjustment, or what it recovers, without the months that the person's own adjusts."""
    is_open = order.state in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)
    left = tuple(month for month in order.arrears if (order.benefit, month) not in adjusted)
    if not is_open or left == order.arrears or not (order.kind is _ADJUST or is_of_adjustment(order, gone)):
        return order
    return replace(order, arrears=left) if left else replace(order, state=InstructionState.CANCELLED)


def _free(order: Instruction, told: Sequence[Instruction]) -> Month:
    taken = {i.name for i in told}
    while order.name in taken:
        order = replace(order, month=next_month(order.month))
    return order.month


def _owed_by_both(mine: Sequence[OwedToHeirs], theirs: Sequence[OwedToHeirs]) -> tuple[OwedToHeirs, ...]:
    """What was owed under either number; what heirs have had of either is had."""
    known = {o.benefit: o for o in mine}
    return tuple(o if o.benefit not in known else _added(known[o.benefit], o) for o in theirs)


def _added(mine: OwedToHeirs, theirs: OwedToHeirs) -> OwedToHeirs:
    """One out of two that count; of one that was called off nothing does."""
    if mine.called_off is not None or theirs.called_off is not None:
        return theirs if mine.called_off is not None else mine
    shown = theirs if theirs.released is not None else mine
    return replace(
        shown,
        candidates=tuple(sorted({*mine.candidates, *theirs.candidates})),
        months={
            month: max(mine.months.get(month, 0), theirs.months.get(month, 0))
            for month in sorted({*mine.months, *theirs.months})
        },
        opened=min(mine.opened, theirs.opened),
        offset_fen=mine.offset_fen + theirs.offset_fen,
        released_fen=mine.released_fen + theirs.released_fen,
    )
