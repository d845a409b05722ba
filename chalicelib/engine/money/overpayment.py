"""多发金额 · The order to recover what was paid beyond what was due: one, amended by every file (rule 17)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import next_month
from chalicelib.engine.money.arrears import Sum, recovery_terms
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
)

NOT_DUE: Final = "paid for months that were not due"
NOTHING_ANY_MORE: Final = "nothing any more"
TOO_MUCH: Final = "paid more than was due"
_OPEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)


def reason(why: str, much: Sum, benefit: BenefitCode, rules: RuleBook, on: date) -> str:
    """Why something is recovered, of which months, and in which order (rule 17)."""
    terms = recovery_terms(rules.benefit_on(benefit, on), rules.policy.recovery_working_days)
    return f"{why}: {much.explained}; {terms}" if much.fen else f"{why}: {NOTHING_ANY_MORE}; {terms}"


def free_month(told: Iterable[Instruction], benefit: BenefitCode, month: Month) -> Month:
    """The first month from one on under which nothing of a benefit is recovered or adjusted yet."""
    kinds = (InstructionKind.RECOVER, InstructionKind.ADJUST)
    taken = {i.month for i in told if i.benefit == benefit and i.kind in kinds}
    while month in taken:
        month = next_month(month)
    return month


def recovered(
    told: Sequence[Instruction],
    standing: Sequence[Instruction],
    much: Sum,
    *,
    benefit: BenefitCode,
    month: Month,
    why: str,
    rules: RuleBook,
    on: date,
) -> tuple[Instruction, ...]:
    """What is to be ordered so that all that was paid too much is recovered, and nothing else.

    Mostly nothing. `told`: all orders of the person; `standing`: those about this. The one that is open grows
    and shrinks, and is issued again; what has been paid back is not asked again. Called off, it stays so.
    """
    if any(i.state is InstructionState.CANCELLED and i.fen for i in standing):
        return ()
    left = max(0, much.fen - sum(i.fen for i in standing if i.state is InstructionState.SEEN))
    words = reason(why, much, benefit, rules, on)
    before = next((i for i in standing if i.state in _OPEN or not i.fen), None)
    if before is not None:
        if before.fen == left:
            return ()
        state = InstructionState.ISSUED if left else InstructionState.CANCELLED
        issued = on if left > before.fen else before.issued
        return (
            replace(
                before, fen=left, reason=words, state=state, issued=issued, changed=on, arrears=much.months
            ),
        )
    if not left:
        return ()
    month = free_month(told, benefit, month) if any(i.month == month for i in standing) else month
    return (
        Instruction(
            benefit,
            InstructionKind.RECOVER,
            month,
            left,
            words,
            InstructionState.ISSUED,
            on,
            arrears=much.months,
        ),
    )
