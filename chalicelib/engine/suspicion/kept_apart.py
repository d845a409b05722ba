"""拆号留存 · What the number that went on keeps once it is found to be another person's than the one left
behind (rules 14 and 19).

It keeps all that it draws itself, and nothing of it is stopped. What it had taken up of the other goes, and
what is open of that is asked under the other number (`separation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.engine.suspicion.separation import Joining, found_two, is_copy
from chalicelib.engine.suspicion.termination import is_of_two_lines
from chalicelib.model import (
    LIVE,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Objection,
    ObjectionState,
    OwedToHeirs,
    PersonId,
    PersonRecord,
    Reason,
    Recovery,
    RecoveryState,
    Relation,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_OPEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)
_TO_BE_SEEN: Final = Reason(
    "separated",
    "两个号码曾被并为一人，其间当面认证的记录不能确定属于哪一人，暂不据以认证。"
    "请上门或当面核对本人；核对之前待遇照常。",
    "Two numbers had been held to be one person's; what was certified by hand meanwhile may be of either, "
    "and certifies neither. See the person; until then nothing is suspended.",
)


def keeps(
    stays: PersonRecord,
    theirs: PersonRecord,
    joining: Joining,
    joined: Suspicion,
    decided: Suspicion,
    on: date,
) -> PersonRecord:
    """The record of the one that went on, without what it had of the other; its evidence is not looked at.

    No benefit that it draws itself is stopped: what was paid again as they were joined goes on being paid.
    """
    left = theirs.person.id
    return replace(
        stays,
        person=replace(stays.person, related=_own_related(stays, joining)),
        entitlements=tuple(_own(e, theirs, joining) for e in stays.entitlements),
        suspicions=tuple(
            found_two(s, decided, on) if s.name == joined.name else _without(s, theirs, joining, left, on)
            for s in stays.suspicions
        ),
        objections=tuple(_no_more(o, theirs, joining, on) for o in stays.objections),
        recoveries=tuple(_given_back(r, theirs, joining) for r in stays.recoveries),
        instructions=tuple(_called_off(i, theirs, joining, on) for i in stays.instructions),
        owed_to_heirs=tuple(_owed(o, theirs, joining, on) for o in stays.owed_to_heirs),
    )


def _own_related(stays: PersonRecord, joining: Joining) -> Mapping[PersonId, Relation]:
    own = stays.person.related
    if joining.related is None:
        return own
    return {who: how for who, how in own.items() if who in joining.related}


def _own(drawn: Entitlement, theirs: PersonRecord, joining: Joining) -> Entitlement:
    """As it would stand without the other; what has been granted since stays."""
    if drawn.benefit not in joining.benefits:
        of_the_other = any(e.benefit == drawn.benefit for e in theirs.entitlements)
        ended = replace(drawn, status=EntitlementStatus.TERMINATED, stopped_from=None)
        return ended if of_the_other else drawn
    before = joining.mine.get(drawn.benefit)
    if before is None:
        return drawn
    own = replace(drawn, since=before.since, certified_until=before.certified_until)
    if before.status is EntitlementStatus.TERMINATED:
        return replace(own, status=before.status, stopped_from=before.stopped_from)
    return own


def _owed(owed: OwedToHeirs, theirs: PersonRecord, joining: Joining, on: date) -> OwedToHeirs:
    """What the other's heirs are owed is owed under its number."""
    of_the_other = any(o.benefit == owed.benefit for o in theirs.owed_to_heirs)
    if not of_the_other or owed.benefit in joining.heirs or owed.called_off is not None:
        return owed
    return replace(owed, called_off=on)


def _without(
    suspicion: Suspicion, theirs: PersonRecord, joining: Joining, left: PersonId, on: date
) -> Suspicion:
    """What is open of the other, or came of holding both against each other, is asked here no more."""
    if suspicion.state is not SuspicionState.OPEN:
        return suspicion
    of_both = suspicion.kind is SuspicionKind.WRONG_AMOUNT or is_of_two_lines(suspicion)
    of_the_other = any(s.name == suspicion.name for s in theirs.suspicions)
    if of_the_other or (of_both and suspicion.opened >= joining.on):
        return replace(suspicion, state=SuspicionState.WITHDRAWN, closed=on)
    return suspicion


def _no_more(objection: Objection, theirs: PersonRecord, joining: Joining, on: date) -> Objection:
    before = next(
        (o for o in theirs.objections if o.number == objection.number - joining.last_objection), None
    )
    if before is None or objection.state is not ObjectionState.OPEN or before.raised != objection.raised:
        return objection
    return replace(objection, state=ObjectionState.REJECTED, decided=on)


def _given_back(recovery: Recovery, theirs: PersonRecord, joining: Joining) -> Recovery:
    """One that goes on under the other number is none here: nothing is asked, nothing goes back."""
    before = next((r for r in theirs.recoveries if r.number == recovery.number - joining.last_recovery), None)
    if before is None or (before.benefit, before.opened) != (recovery.benefit, recovery.opened):
        return recovery
    return replace(
        recovery, months={}, bookings=(), instalments=(), closing=None, state=RecoveryState.CALLED_OFF
    )


def _called_off(order: Instruction, theirs: PersonRecord, joining: Joining, on: date) -> Instruction:
    """What the other's orders ask is asked under its number, and arrears of its months are not paid here."""
    if order.state not in _OPEN:
        return order
    was = joining.theirs.get(order.benefit)
    of_its_months = (
        order.kind is InstructionKind.RESUME
        and order.issued == joining.on
        and was is not None
        and was.status is EntitlementStatus.SUSPENDED
    )
    if of_its_months or any(is_copy(order, before, joining) for before in theirs.instructions):
        return replace(order, state=InstructionState.CANCELLED, changed=on)
    return order


def to_be_seen(record: PersonRecord, rules: RuleBook, on: date) -> Suspicion | None:
    """The question to see somebody, after what may be of another certified them no more; not of the dead."""
    if record.died is not None or not any(e.status in LIVE for e in record.entitlements):
        return None
    day, kind = on, SuspicionKind.CONTRADICTION
    while any((s.kind, s.day) == (kind, day) for s in record.suspicions):
        day += ONE_DAY
    until = verify_by(on, 0, rules.policy, kind)
    return Suspicion(kind, day, on, SuspicionState.OPEN, None, _TO_BE_SEEN, verify_by=until)
