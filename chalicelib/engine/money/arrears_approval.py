"""补发核准 · Arrears on one person's word: some months at once, the others once a second person approves them
(rule 18).

Data, a person's own face and two who sign together bring all of them; resumption itself never waits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.money.arrears import Amounts, Sum
from chalicelib.engine.rules.money_policy import AS_BEFORE, MoneyTerms
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Entitlement,
    Evidence,
    Instruction,
    InstructionState,
    Month,
    PersonRecord,
    Route,
)

ALONE: Final = "seen"  # what a visit says of the document, where nobody countersigned
_BY_HAND: Final = (Route.COUNTER, Route.VISIT, Route.ASSISTED)
_NOT_SEEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED)


def one_word(entitlement: Entitlement, evidence: Iterable[Evidence], rules: RuleBook) -> str | None:
    """Who alone says that the person was there; None where data, an app or two people say it."""
    item = next((item for item in evidence if item.key == entitlement.evidence), None)
    event = rules.events.get((item.key.feed, item.key.event)) if item is not None else None
    if item is None or event is None or event.route not in _BY_HAND:
        return None
    return item.facts.get("by", item.file) if item.facts.get("document", ALONE) == ALONE else None


def ordered(told: Instruction, owed: Sum, word: str | None, terms: MoneyTerms = AS_BEFORE) -> Instruction:
    """A resumption with the arrears that may be paid now; on one person's word the months beyond wait.

    `told.arrears` are all months stopped, `owed` what they bring.
    """
    held = owed.months[terms.months_on_one_word :] if word is not None else ()
    now = Sum({month: fen for month, fen in owed.by_month.items() if month not in held})
    reason = f"{told.reason}; arrears {now.explained}" if now.fen else told.reason
    return replace(
        told,
        fen=now.fen,
        reason=reason,
        arrears=tuple(month for month in told.arrears if month not in held),
        held=held,
        certified_by=word if held else None,
    )


def released(
    record: PersonRecord, told: Instruction, by: str, amounts: Amounts, on: date
) -> tuple[Instruction, ...]:
    """What is told once a second person has approved the months that waited, less what has been credited.

    With the resumption, while no payment has shown that; else by an order of its own. Raises RefusedError
    where nothing waits, and for whoever certified.
    """
    if not told.waits_for_a_second:
        raise RefusedError(
            "nothing_held", "没有待第二人批准的补发月份。", "no arrears wait for a second person"
        )
    if by == told.certified_by:
        raise RefusedError(
            "same_person", "认证人与批准人不能是同一人。", "whoever certified may not approve the arrears"
        )
    entitlement = next(e for e in record.entitlements if e.benefit == told.benefit)
    late = told.state not in _NOT_SEEN
    months = told.held if late else (*told.arrears, *told.held)
    owed = Sum({month: fen for month in months if (fen := amounts(entitlement, month))})
    order = replace(
        told,
        month=_free(record, told, on) if late else told.month,
        fen=owed.fen,
        reason=f"{told.reason.partition('; arrears')[0]}; arrears {owed.explained or 0}",
        state=InstructionState.ISSUED,
        issued=on,
        changed=None,
        arrears=months,
        held=(),
    )
    return (replace(told, held=()), order) if late else (order,)


def _free(record: PersonRecord, told: Instruction, on: date) -> Month:
    """The first month from now on under which nothing like it has been told."""
    names, month = {i.name for i in record.instructions}, month_of(on)
    while replace(told, month=month).name in names:
        month = next_month(month)
    return month
