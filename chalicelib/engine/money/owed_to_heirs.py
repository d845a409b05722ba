"""遗属待领 · What somebody was owed while alive: paid to whoever shows that they are an heir (rules 15, 17).

Months that may not have been paid: those of a suspension or a pause (awaiting judgment) that lasted until the
death, those of a resumption or an adjustment, and a month in person that nobody collected.
How much of them is owed follows from every payments file anew. What heirs were paid of somebody who lives
after all is asked back in `paid_to_heirs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from chalicelib.engine.calendar.periods import months_between
from chalicelib.engine.money.arrears import Sum, last_month_due
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    HeirProof,
    InstructionKind,
    InstructionState,
    Month,
    OwedToHeirs,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)

SHOWN_BY: Final = {
    proof: f"the heirs have shown who they are ({proof}); not into the account of the dead"
    for proof in HeirProof
}
PAYS: Final = (InstructionKind.RESUME, InstructionKind.ADJUST)  # of whoever lives
Lacking: TypeAlias = Callable[[Iterable[Month]], Sum]
"""What months should have brought, and have not (`account.Account.lacking`)."""


def owed(
    record: PersonRecord,
    entitlement: Entitlement,
    rules: BenefitRules,
    death: date,
    lacking: Lacking,
    on: date,
    withheld: Iterable[Month] = (),
) -> OwedToHeirs | None:
    """What is owed of an entitlement as it stood at the death; None where every month due was paid.

    `withheld`: by a suspension, before something else ended the payment.
    """
    last = last_month_due(rules, death)
    unpaid = (*_unpaid(record, entitlement, last), *withheld)
    candidates = sorted({month for month in unpaid if month <= last})
    if not candidates:
        return None
    return amended(OwedToHeirs(entitlement.benefit, tuple(candidates), {}, on), lacking)


def _unpaid(record: PersonRecord, entitlement: Entitlement, last: Month) -> Iterator[Month]:
    awaited_judgment = entitlement.status is EntitlementStatus.PAUSED and any(
        s.kind is SuspicionKind.CUSTODY and s.state is SuspicionState.CONFIRMED for s in record.suspicions
    )
    waited = awaited_judgment or entitlement.status is EntitlementStatus.SUSPENDED
    if waited and entitlement.stopped_from is not None:
        yield from months_between(entitlement.stopped_from, last)
    for told in record.instructions:
        if told.benefit == entitlement.benefit and told.kind is InstructionKind.PAY_IN_PERSON:
            yield told.month  # perhaps nobody has collected it
        is_mine = told.benefit == entitlement.benefit and told.kind in PAYS
        if is_mine and told.state is not InstructionState.CANCELLED:
            yield from (*told.arrears, *told.held)


def amended(owed: OwedToHeirs, lacking: Lacking) -> OwedToHeirs:
    """The same, as payments show it now."""
    months = dict(lacking(owed.candidates).by_month)
    return owed if months == owed.months else replace(owed, months=months)


def released(owed: OwedToHeirs, proof: HeirProof, reference: str, by: str, on: date) -> OwedToHeirs:
    """An officer has seen who the heirs are: all that is left is paid to them."""
    if not owed.left:
        raise RefusedError(
            "nothing_owed", "该待遇没有待发给继承人的款项。", "nothing of this benefit waits for heirs"
        )
    return replace(
        owed,
        released_fen=owed.released_fen + owed.left,
        proof=proof,
        reference=reference,
        released=on,
        released_by=by,
    )


def set_off(owed: OwedToHeirs, fen: int) -> OwedToHeirs:
    """Less what is set off against what the same authority is to recover."""
    return replace(owed, offset_fen=owed.offset_fen + min(fen, owed.left))
