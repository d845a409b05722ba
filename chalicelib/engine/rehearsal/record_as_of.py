"""历史时点记录 · A record as it stood on an earlier day, as far as it tells of it: a rehearsal may be of any
day.

Evidence of later days is left out by whoever decides. What arrived late cannot be told apart, and a death
that was confirmed without a suspicion is taken as known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_of
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_STATUS: Final = {
    InstructionKind.SUSPEND: EntitlementStatus.SUSPENDED,
    InstructionKind.PAUSE: EntitlementStatus.PAUSED,
    InstructionKind.TERMINATE: EntitlementStatus.TERMINATED,
}


def as_of(record: PersonRecord, on: date) -> PersonRecord:
    """The record without what was granted, stopped, resumed or found out after a day."""
    person, later = record.person, [s for s in record.suspicions if _was_open(s, on)]
    if any(s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED for s in later):
        person = replace(person, deceased_on=None)
    return replace(
        record,
        person=person,
        entitlements=tuple(_then(e, record.instructions, on) for e in record.entitlements if e.since <= on),
        suspicions=tuple(
            replace(s, state=SuspicionState.OPEN, closed=None) if s in later else s
            for s in record.suspicions
            if s.opened <= on
        ),
    )


def _was_open(suspicion: Suspicion, on: date) -> bool:
    return suspicion.closed is not None and suspicion.closed > on


def _then(entitlement: Entitlement, instructions: Sequence[Instruction], on: date) -> Entitlement:
    """An entitlement with the status that the last instruction known and in effect by then gave it."""
    told = [
        each
        for each in instructions
        if each.benefit == entitlement.benefit
        and each.state is not InstructionState.CANCELLED
        and each.kind in (*_STATUS, InstructionKind.RESUME)
    ]
    if not told:
        return entitlement
    then = [each for each in told if each.issued <= on and each.month <= month_of(on)]
    last = max(then, key=lambda each: (each.month, each.issued), default=None)
    if last is None or last.kind is InstructionKind.RESUME:
        return replace(entitlement, status=EntitlementStatus.ACTIVE, stopped_from=None)
    return replace(entitlement, status=_STATUS[last.kind], stopped_from=last.month)
