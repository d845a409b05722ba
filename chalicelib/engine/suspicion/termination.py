"""待遇终止 · What a confirmed suspicion does to each entitlement: which payment ends or pauses, from which
month.

Only ever called after a person has confirmed (rule 13).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_of, next_month
from chalicelib.engine.certification.contradictions import TWICE
from chalicelib.engine.money.arrears import last_month_due
from chalicelib.engine.rules.benefits import Consequence
from chalicelib.engine.rules.rulebook import RuleBook, custody_code
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    InstructionKind,
    Month,
    PersonRecord,
    Suspicion,
    SuspicionKind,
)
from chalicelib.model.named import ROSTER

_WHY: Final = {
    SuspicionKind.CONDITION: "a condition does not hold",
    SuspicionKind.DOUBTED: "not entitled, as its authority doubted",
    SuspicionKind.UNLISTED: "no longer on its authority's roster",
}
ENDED = {
    InstructionKind.TERMINATE: EntitlementStatus.TERMINATED,
    InstructionKind.PAUSE: EntitlementStatus.PAUSED,
}


@dataclass(frozen=True, slots=True)
class Ending:
    """An entitlement as it stands after a confirmed suspicion, and what its authority is told."""

    entitlement: Entitlement
    instruction: InstructionKind
    from_month: Month  # the first month that is not due
    reason: str


def ending(
    suspicion: Suspicion,
    entitlements: Iterable[Entitlement],
    rules: RuleBook,
    on: date,
) -> tuple[Ending, ...]:
    """The endings of a confirmed suspicion; empty where it ends nothing (a contradiction, an unlisted code).

    A payment that stopped earlier (suspended, paused) keeps its own first month not paid: what was
    owed before the loss is still owed.
    """
    endings = []
    for entitlement in entitlements:
        if entitlement.status is EntitlementStatus.TERMINATED:
            continue
        for kind, month, reason in _ending(suspicion, entitlement, rules, on):
            stopped = min(month, entitlement.stopped_from or month)
            after = replace(entitlement, status=ENDED[kind], stopped_from=stopped)
            endings.append(Ending(after, kind, month, reason))
    return tuple(endings)


def ended_by(suspicion: Suspicion, entitlement: Entitlement, rules: RuleBook, on: date) -> bool:
    """Whether an entitlement has ended or is paused, as this suspicion would have left it."""
    if entitlement.status not in ENDED.values() or suspicion.restarted is not None:
        return False
    before = replace(entitlement, status=EntitlementStatus.ACTIVE)
    return any(e.entitlement.status is entitlement.status for e in ending(suspicion, (before,), rules, on))


def has_ended_anything(suspicion: Suspicion, record: PersonRecord, rules: RuleBook, on: date) -> bool:
    """Whether a payment has ended or was paused for it, though it may have begun again since."""
    return any(
        ended_by(suspicion, drawn, rules, on) or suspicion.name in {gap.about for gap in drawn.interruptions}
        for drawn in record.entitlements
    )


def is_of_two_lines(suspicion: Suspicion) -> bool:
    """Whether it rests on one benefit that stands in two places of the rosters, and on no record."""
    key = suspicion.evidence
    return key is not None and key.feed == ROSTER and key.event.endswith(TWICE)


def _ending(
    suspicion: Suspicion, entitlement: Entitlement, rules: RuleBook, on: date
) -> Iterator[tuple[InstructionKind, Month, str]]:
    version = rules.benefit_on(entitlement.benefit, on)
    month = next_month(month_of(suspicion.day))
    match suspicion.kind:
        case SuspicionKind.DEATH:
            last = last_month_due(version, suspicion.day)
            yield InstructionKind.TERMINATE, next_month(last), "deceased, confirmed"
        case SuspicionKind.DOUBLE_RECEIPT if is_of_two_lines(suspicion):
            return  # one of two lines must go, and the record holds them as one: its authority says which
        case SuspicionKind.DOUBLE_RECEIPT if suspicion.benefit == entitlement.benefit:
            yield InstructionKind.TERMINATE, month, "may not be drawn beside another benefit, confirmed"
        case SuspicionKind.CONDITION | SuspicionKind.DOUBTED | SuspicionKind.UNLISTED if (
            suspicion.benefit == entitlement.benefit
        ):
            first = month_of(suspicion.day) if suspicion.day.day == 1 else month
            yield InstructionKind.TERMINATE, first, f"{_WHY[suspicion.kind]}, confirmed"
        case SuspicionKind.STOP_ASKED if suspicion.benefit == entitlement.benefit:
            decided = suspicion.closed or on
            first = next_month(month_of(decided))
            if decided.day > version.cutoff_day:
                first = next_month(first)  # the list of the next pay run is out: nothing is to be asked back
            yield InstructionKind.TERMINATE, first, "the person asked for it, confirmed"
        case SuspicionKind.CUSTODY if suspicion.evidence is not None:
            code = custody_code(version, (suspicion.evidence.feed, suspicion.evidence.event))
            if code is not None:
                ends = code.then is Consequence.ENDS
                kind = InstructionKind.TERMINATE if ends else InstructionKind.PAUSE
                yield kind, month, "in custody, confirmed" if ends else "awaiting judgment, confirmed"
        case _:
            return
