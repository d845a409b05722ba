"""发放调整 · A wrong amount, confirmed: what is too little is paid, too much recovered (rule 16, row J10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.account import WITHHELD, Account, is_of_months_withheld, settled
from chalicelib.engine.money.amount_due import Difference, differences
from chalicelib.engine.money.arrears import Sum
from chalicelib.engine.money.overpayment import TOO_MUCH, free_month, recovered
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_LOOKED_INTO: Final = (SuspicionState.CLEARED, SuspicionState.CONFIRMED)
_OPEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)


OTHERWISE: Final = "paid otherwise than due"


def unexplained(
    record: PersonRecord, payments: Sequence[Payment], rules: RuleBook, *, but: Suspicion | None = None
) -> list[Difference]:
    """The months paid otherwise than due that nothing explains and nobody has looked into.

    `payments`: all that are known. `but`: a suspicion that explains nothing by itself: it has just been
    confirmed. What an order is to pay is explained by it; what a month brought twice is not.
    """
    checked = _checked(record, but)
    ordered = {(i.benefit, m) for i in record.instructions if _stands(i) for m in (*i.arrears, *i.held)}
    found = differences(
        record.person,
        record.entitlements,
        settled(record, payments, rules),
        record.evidence,
        rules,
        refuted=record.refuted,
        related=record.about_related,
        clearances=record.clearances,
    )
    adjusted = {(i.benefit, m) for i in record.instructions if _adjusts(i) for m in i.arrears}
    return [
        each
        for each in found
        if each.month > checked.get(each.benefit, Month(""))
        and (each.benefit, each.month) not in adjusted
        and not (each.is_underpaid and (each.benefit, each.month) in ordered)
        and not _is_told(each, record)
    ]


def _checked(record: PersonRecord, but: Suspicion | None) -> dict[BenefitCode | None, Month]:
    """Up to which month people have looked into a benefit; an adjustment says its months one by one."""
    checked: dict[BenefitCode | None, Month] = {}
    for s in record.suspicions:
        if s.kind is not SuspicionKind.WRONG_AMOUNT or s.state not in _LOOKED_INTO or s.closed is None:
            continue
        is_adjusted = s.state is SuspicionState.CONFIRMED and any(
            _adjusts(i) and i.benefit == s.benefit and i.issued >= s.closed for i in record.instructions
        )
        if s != but and not is_adjusted:
            checked[s.benefit] = max(month_of(s.closed), checked.get(s.benefit, Month("")))
    return checked


def _stands(instruction: Instruction) -> bool:
    return instruction.state is not InstructionState.CANCELLED


def _adjusts(instruction: Instruction) -> bool:
    return instruction.kind is InstructionKind.ADJUST and _stands(instruction)


def _is_told(difference: Difference, record: PersonRecord) -> bool:
    """Whether a month brought what a resumption ordered that does not say for which months."""
    return any(
        order.kind is InstructionKind.RESUME
        and not order.arrears
        and order.benefit == difference.benefit
        and order.month <= difference.month
        and order.fen == difference.paid - difference.due.fen
        for order in record.instructions
    )


def adjustment(
    record: PersonRecord, confirmed: Suspicion, payments: Sequence[Payment], rules: RuleBook, on: date
) -> tuple[Instruction, ...]:
    """What an authority is told once people have confirmed a wrong amount; nothing if told before.

    An adjustment with all the months concerned, for the next pay run; and where months brought too much, an
    order that recovers that: nothing is taken from a payment before the person was heard (rule 17).
    """
    benefit = confirmed.benefit
    if confirmed.kind is not SuspicionKind.WRONG_AMOUNT or benefit is None:
        return ()
    since = confirmed.closed or on
    if any(_adjusts(i) and i.benefit == benefit and i.issued >= since for i in record.instructions):
        return ()
    found = [d for d in unexplained(record, payments, rules, but=confirmed) if d.benefit == benefit]
    if not found:
        return ()
    month = free_month(record.instructions, benefit, next_run(benefit, rules, on))
    little = Sum({d.month: d.due.fen - d.paid for d in found if d.is_underpaid})
    much = Sum({d.month: d.paid - d.due.fen for d in found if not d.is_underpaid})
    last = max(found, key=lambda each: each.month)
    told = Instruction(
        benefit,
        InstructionKind.ADJUST,
        month,
        little.fen or -much.fen,
        _said(little, much, last.due.fen),
        InstructionState.ISSUED,
        on,
        arrears=tuple(sorted(d.month for d in found)),
    )
    return told, *_recovery(record, told, much, rules, on)


def _said(little: Sum, much: Sum, due: int) -> str:
    """Why a payment is adjusted: what was wrong of which months, and what a month should bring."""
    parts = [
        *([f"too little {little.explained}"] if little.fen else []),
        *([f"too much {much.explained}"] if much.fen else []),
    ]
    return f"{OTHERWISE}; {'; '.join(parts) or 0}; due a month {yuan(due)}"


def _recovery(
    record: PersonRecord, told: Instruction, much: Sum, rules: RuleBook, on: date
) -> tuple[Instruction, ...]:
    """What of an adjustment is to be recovered, by an order of its own."""
    return recovered(
        record.instructions,
        [i for i in record.instructions if is_of_adjustment(i, record) and i.month == told.month],
        much,
        benefit=told.benefit,
        month=told.month,
        why=TOO_MUCH,
        rules=rules,
        on=on,
    )


def is_of_adjustment(order: Instruction, record: PersonRecord) -> bool:
    """Whether an order recovers what an adjustment has found too much."""
    return order.kind is InstructionKind.RECOVER and any(
        i.kind is InstructionKind.ADJUST and (i.benefit, i.month) == (order.benefit, order.month)
        for i in record.instructions
    )


def next_run(benefit: BenefitCode, rules: RuleBook, on: date) -> Month:
    """The month of the first pay run that what is decided on a day reaches (rule 10)."""
    month = next_month(month_of(on))
    is_late = on.day > rules.benefit_on(benefit, on).cutoff_day
    return next_month(month) if is_late else month


def amended(
    record: PersonRecord, account: Account, payments: Sequence[Payment], rules: RuleBook, on: date
) -> tuple[Instruction, ...]:
    """The adjustments of a benefit and what they recover, as all payments files together show it now.

    What a file has shown since of months before the adjustment belongs to it, while no payment shows it done;
    then it stays as it was: what a month should bring may be raised later.
    """
    changed: list[Instruction] = []
    for told in record.instructions:
        if told.benefit == account.entitlement.benefit and told.state in _OPEN and _adjusts(told):
            now = _as_shown(record, told, account, payments, rules, on)
            changed += [now] if now != told else []
            changed += _recovery(record, now, account.beyond(now.arrears), rules, on)
    return tuple(changed)


def _as_shown(
    record: PersonRecord,
    told: Instruction,
    account: Account,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Instruction:
    more = [
        d.month
        for d in ([] if is_of_months_withheld(told) else unexplained(record, payments, rules))
        if d.benefit == told.benefit and d.month <= month_of(told.issued)
    ]
    months = tuple(sorted({*told.arrears, *more}))
    little, much = account.lacking(months), account.beyond(months)
    fen = little.fen or -much.fen
    if (fen, months) == (told.fen, told.arrears) or (
        not little.fen and told.fen > 0 and was_paid(told, payments)
    ):
        return told
    is_wrong = little.fen or much.fen
    return replace(
        told,
        fen=fen,
        arrears=months,
        reason=f"{WITHHELD}; arrears {little.explained or 0}"
        if is_of_months_withheld(told)
        else _said(little, much, account.due(months[-1])),
        state=InstructionState.ISSUED if is_wrong else InstructionState.CANCELLED,
        changed=on,
    )


def was_paid(told: Instruction, payments: Iterable[Payment]) -> bool:
    """Whether anything that an order asks for has been paid since it was given."""
    return any(
        payment.benefit == told.benefit
        and payment.paid >= told.issued
        and (payment.month >= told.month or payment.month in told.arrears)
        for payment in payments
    )
