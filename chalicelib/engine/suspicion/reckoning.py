"""清算 · What is owed and what is overpaid, reckoned anew with every payments file (rules 15, 16 and 18).

For whatever has ended, is paused or suspended, or was resumed: late files, corrected files and banks that pay
on change what was ordered, never what was decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_before, month_of, months_between, next_month
from chalicelib.engine.money import adjustment
from chalicelib.engine.money.account import Account, account_of
from chalicelib.engine.money.arrears import last_month_due
from chalicelib.engine.money.overpayment import NOT_DUE, recovered
from chalicelib.engine.money.paid_to_heirs import is_of_heirs
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.termination import ENDED, ending
from chalicelib.model import (
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)

_NOT_SEEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)
TO_HEIRS: Final = "the amount is owed to the heirs"


def first_not_due(record: PersonRecord, entitlement: Entitlement, rules: RuleBook, on: date) -> Month | None:
    """The first month that is not due of what has ended or is paused; None while it has not.

    A suspension does not end what is due, nor does a pause of whoever died before any judgment: the months
    between were owed (rule 15).
    """
    first = entitlement.stopped_from
    if entitlement.status not in ENDED.values() or first is None:
        return None
    before, since = (
        replace(entitlement, status=EntitlementStatus.ACTIVE, stopped_from=None),
        _last_resumed(record, entitlement),
    )
    ends = [
        (s.kind, end)
        for s in record.suspicions
        if s.state is SuspicionState.CONFIRMED
        and s.restarted is None
        and (s.closed is None or s.closed >= since)
        and entitlement.benefit not in (s.ends or ())
        for end in ending(s, (before,), rules, on)
    ]
    died = record.died
    custody = {end.instruction for kind, end in ends if kind is SuspicionKind.CUSTODY}
    is_unjudged = died is not None and custody == {InstructionKind.PAUSE}
    months = [
        end.from_month for _, end in ends if not is_unjudged or end.instruction is not InstructionKind.PAUSE
    ]
    if died is not None and is_unjudged and entitlement.status is EntitlementStatus.PAUSED:
        months.append(next_month(last_month_due(rules.benefit_on(entitlement.benefit, on), died)))
    return max(first, min(months)) if months else first


def _last_resumed(record: PersonRecord, entitlement: Entitlement) -> date:
    """Since when what stopped the payment counts: what was found before it was resumed is settled."""
    return max(
        (
            i.issued
            for i in record.instructions
            if i.benefit == entitlement.benefit
            and i.kind is InstructionKind.RESUME
            and i.state is not InstructionState.CANCELLED
        ),
        default=date.min,
    )


def account(
    record: PersonRecord, entitlement: Entitlement, payments: Sequence[Payment], rules: RuleBook, on: date
) -> Account:
    """The account of an entitlement, nothing being due from its end on."""
    return account_of(record, entitlement, payments, rules, first_not_due(record, entitlement, rules, on))


def reckoned(
    record: PersonRecord, payments: Sequence[Payment], rules: RuleBook, on: date
) -> tuple[Instruction, ...]:
    """The orders of a person that are to be given or changed after what payments show now; mostly none.

    `payments`: all that are known of the person.
    """
    changed: dict[str, Instruction] = {}
    for entitlement in record.entitlements:
        kind = rules.benefit(entitlement.benefit).kind
        if kind is BenefitKind.FEE_RELIEF:
            continue
        mine = account(record, entitlement, payments, rules, on)
        if kind is BenefitKind.ONE_OFF:  # no month of it is due by itself; one for after the end never was
            changed.update({order.name: order for order in _recovered(record, mine, rules, on)})
            continue
        for order in (
            *_paid_back(record, mine, payments, on),
            *adjustment.amended(record, mine, payments, rules, on),
            *_recovered(record, mine, rules, on),
        ):
            changed[order.name] = order
    return tuple(changed.values())


# --- what is owed ----------------------------------------------------------------------------------


def _paid_back(
    record: PersonRecord, mine: Account, payments: Sequence[Payment], on: date
) -> Iterator[Instruction]:
    """What is to be paid is always what is due less what all files together show: never twice, never not."""
    kinds = (InstructionKind.RESUME, InstructionKind.TERMINATE)
    orders = [i for i in record.instructions if i.benefit == mine.entitlement.benefit and i.kind in kinds]
    for before in orders:
        told = replace(before, arrears=(*before.arrears, *_passed_over(record, before, payments)))
        if not told.arrears:
            continue
        owed = mine.lacking(told.arrears)
        fen = owed.fen + mine.given_back.get(told.name, 0)
        if told.state in _NOT_SEEN:
            if told.kind is InstructionKind.TERMINATE and not fen:
                fen = mine.entitlement.fen
            is_done = not owed.fen and adjustment.was_paid(told, payments)
            if (fen, told.arrears) != (before.fen, before.arrears) and not is_done:
                again = told if told.state is not InstructionState.LISTED else _anew(told, on)
                yield replace(again, fen=fen, reason=_reason(told, owed.explained), changed=on)
        elif told.state is InstructionState.SEEN and owed.fen and told.kind is InstructionKind.RESUME:
            yield from _still_owed(record, mine, told, on)


def _passed_over(record: PersonRecord, told: Instruction, payments: Sequence[Payment]) -> tuple[Month, ...]:
    """The months from which payment was to begin again and for which no run was left, as later ones show.

    Whoever is certified behind the pay run of a month is paid again from the next one: what lacks is owed.
    An order that tells a sum alone was written before months were said, and stays as it is.
    """
    if told.fen and not told.arrears:
        return ()
    mine = [p for p in payments if p.benefit == told.benefit and p.fen]
    paid = [p.month for p in mine if p.month >= told.month and p.paid >= told.issued]
    if told.kind is not InstructionKind.RESUME or not paid or any(p.month == told.month for p in mine):
        return ()
    stops = [
        i.month
        for i in record.instructions
        if i.benefit == told.benefit
        and i.kind in (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
        and i.state is not InstructionState.CANCELLED
        and i.month > told.month
    ]
    months = months_between(told.month, month_before(min([*paid, *stops])))
    return tuple(month for month in months if month not in told.arrears)


def _anew(told: Instruction, on: date) -> Instruction:
    """What a person was to look after is told again, since it is another sum: two more runs to show it."""
    return replace(told, state=InstructionState.ISSUED, issued=on)


def _reason(told: Instruction, explained: str) -> str:
    if told.kind is InstructionKind.TERMINATE:
        head = told.reason.partition(f"; {TO_HEIRS}")[0]
        return f"{head}; {TO_HEIRS}; arrears {explained}" if explained else head
    return f"{told.reason.partition('; arrears')[0]}; arrears {explained or 0}"


def _still_owed(record: PersonRecord, mine: Account, told: Instruction, on: date) -> Iterator[Instruction]:
    """Months that a resumption took for paid, and that are not after all: an order of their own.

    Only those of which nothing is credited: what a month should bring may have been raised since.
    """
    ordered = {
        month
        for i in record.instructions
        if i.benefit == told.benefit and i.kind is InstructionKind.RESUME and i.state in _NOT_SEEN
        for month in i.arrears
    }
    owed = mine.lacking(m for m in told.arrears if m not in ordered and not mine.credited.get(m))
    if owed.fen:
        order = replace(
            told,
            month=_free(record, told, on),
            fen=owed.fen,
            state=InstructionState.ISSUED,
            issued=on,
            changed=None,
            arrears=owed.months,
            held=(),
            given_back=0,
        )
        yield replace(order, reason=_reason(order, owed.explained))


def _free(record: PersonRecord, told: Instruction, on: date) -> Month:
    names, month = {i.name for i in record.instructions}, month_of(on)
    while replace(told, month=month).name in names:
        month = next_month(month)
    return month


# --- what was overpaid -----------------------------------------------------------------------------


def _recovered(record: PersonRecord, mine: Account, rules: RuleBook, on: date) -> tuple[Instruction, ...]:
    gaps = mine.entitlement.interruptions
    first = gaps[0].first if gaps else mine.first_not_due
    if first is None:
        return ()
    since = _last_resumed(record, mine.entitlement)
    standing = [
        i
        for i in record.instructions
        if i.kind is InstructionKind.RECOVER
        and i.benefit == mine.entitlement.benefit
        and (i.issued >= since or any(gap.covers(i.month) for gap in gaps))
        and not adjustment.is_of_adjustment(i, record)
        and not is_of_heirs(i)
    ]
    return recovered(
        record.instructions,
        standing,
        mine.after_the_end,
        benefit=mine.entitlement.benefit,
        month=first,
        why=NOT_DUE,
        rules=rules,
        on=on,
    )
