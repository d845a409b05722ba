"""拆号 · Two numbers that were joined, and are two people's after all: what is whose again (rules 14, 18 and
19).

Nothing is stopped by it. The number that was left behind draws again what it drew, as it stood; the one that
went on keeps what it drew itself, and what it had merely taken up of the other goes without an order, for
both are paid under one reference. What came of a number goes with it. What came in by hand since and may be
of either certifies neither, until somebody has seen both; meanwhile both are paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_before, month_of, months_between, next_month
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears import arrears_of
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.model import (
    BenefitCode,
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Objection,
    Payment,
    PersonId,
    PersonRecord,
    Recovery,
    Suspicion,
    SuspicionState,
)

SEPARATED: Final = "two numbers that had been joined were found to be two people's"
_STOPS: Final = {
    InstructionKind.SUSPEND: EntitlementStatus.SUSPENDED,
    InstructionKind.PAUSE: EntitlementStatus.PAUSED,
    InstructionKind.TERMINATE: EntitlementStatus.TERMINATED,
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """How an entitlement stood under a number before the joining."""

    status: EntitlementStatus
    stopped_from: Month | None
    since: date
    certified_until: date


@dataclass(frozen=True, slots=True)
class Joining:
    """What the trails tell of a joining: what either number held before it.

    `mine`, `theirs`: as it stood under the number that went on, and under the one left behind; empty of
    joinings from before that was kept.
    """

    on: date
    benefits: frozenset[BenefitCode]  # that the one that went on drew itself
    evidence: frozenset[EvidenceKey] = frozenset()  # that it held itself
    orders: frozenset[str] = frozenset()  # that it had itself, by name
    heirs: frozenset[BenefitCode] = frozenset()  # of what its own heirs were owed
    related: frozenset[PersonId] | None = None  # whom rosters named as related to it; None: not kept
    last_recovery: int = 0  # of its own
    last_objection: int = 0
    mine: Mapping[BenefitCode, Drawn] = field(default_factory=dict)
    theirs: Mapping[BenefitCode, Drawn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the evidence that the one that went on holds, what is not its own, and what may be of either."""

    theirs: frozenset[EvidenceKey]
    unclear: frozenset[EvidenceKey]

    @property
    def gone(self) -> frozenset[EvidenceKey]:
        """What certifies the one that went on no more."""
        return self.theirs | self.unclear


def shares(
    held: Iterable[EvidenceKey], mine: AbstractSet[EvidenceKey], theirs: AbstractSet[EvidenceKey]
) -> Shares:
    """Whose evidence is: `mine`, `theirs`: what came under either number, before the joining or in files."""
    foreign = frozenset(held) - mine
    return Shares(foreign & theirs, foreign - theirs)


@dataclass(frozen=True, slots=True)
class LivesAgain:
    """What the record of the number left behind takes back; its certificates are weighed anew after it."""

    entitlements: tuple[Entitlement, ...]
    suspicions: tuple[Suspicion, ...]
    objections: tuple[Objection, ...]
    recoveries: tuple[Recovery, ...]
    instructions: tuple[Instruction, ...]

    @property
    def fen(self) -> int:
        """What was withheld since the joining, and is owed."""
        return sum(i.fen for i in self.instructions if i.reason == SEPARATED)


def lives_again(
    theirs: PersonRecord,
    stays: PersonRecord,
    joining: Joining,
    decided: Suspicion,
    own: Sequence[Payment],
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> LivesAgain:
    """What goes back to the number left behind: what it had, as far as it has come since.

    `own`: what was paid under it; `payments`: under both. `decided`: by which two people have found them
    to be two.
    """
    again = tuple(_as_before(e, theirs, stays, joining) for e in theirs.entitlements)
    lives = replace(theirs, entitlements=again)
    orders = {i.name: i for i in _orders_back(theirs, again, stays, joining)}
    names = {i.name for i in theirs.instructions}
    withheld = (
        _free(order, names) for order in _withheld(lives, stays, joining.on, own, payments, rules, on)
    )
    return LivesAgain(
        again,
        tuple(_suspicions_back(theirs, stays, decided, rules, on)),
        tuple(_objections_back(theirs, stays, joining)),
        tuple(_recoveries_back(theirs, stays, joining)),
        (*orders.values(), *withheld),
    )


def _as_before(
    drawn: Entitlement, theirs: PersonRecord, stays: PersonRecord, joining: Joining
) -> Entitlement:
    """As it stood; what the joining itself had paid again goes on being paid, once its payer has done so."""
    before = joining.theirs.get(drawn.benefit)
    if before is not None:
        status = before.status
    elif drawn.stopped_from is None:
        status = EntitlementStatus.ACTIVE
    else:
        stops = [i for i in theirs.instructions if i.benefit == drawn.benefit and i.kind in _STOPS]
        last = max(stops, key=lambda i: (i.issued, i.month), default=None)
        status = EntitlementStatus.ACTIVE if last is None else _STOPS[last.kind]
    if status is EntitlementStatus.SUSPENDED and _was_resumed(stays, drawn.benefit, joining):
        status = EntitlementStatus.ACTIVE
    goes_on = status is EntitlementStatus.ACTIVE
    return replace(drawn, status=status, stopped_from=None if goes_on else drawn.stopped_from)


def _was_resumed(stays: PersonRecord, benefit: BenefitCode, joining: Joining) -> bool:
    """Whether a payer has been seen to pay again since they were joined: that takes no order to go on."""
    return any(
        (i.benefit, i.kind, i.state) == (benefit, InstructionKind.RESUME, InstructionState.SEEN)
        and i.issued >= joining.on
        for i in stays.instructions
    )


def _suspicions_back(
    theirs: PersonRecord, stays: PersonRecord, decided: Suspicion, rules: RuleBook, on: date
) -> Iterator[Suspicion]:
    """What was asked about the number is asked again; whoever answered it meanwhile saw another person."""
    taken_up = {s.name for s in stays.suspicions}
    for suspicion in theirs.suspicions:
        if suspicion.other == stays.person.id:
            yield found_two(suspicion, decided, on)
        elif suspicion.name in taken_up and _was_taken_up(suspicion):
            yield _asked_anew(suspicion, rules, on)


def _was_taken_up(suspicion: Suspicion) -> bool:
    """Whether it was ended by nobody's word: asked on under the other number."""
    return suspicion.state is SuspicionState.WITHDRAWN and suspicion.verified_by is None


def found_two(joined: Suspicion, decided: Suspicion, on: date) -> Suspicion:
    """The answer about two numbers, once two people have found that it was wrong."""
    return replace(
        joined,
        state=SuspicionState.CLEARED,
        verified_by=decided.verified_by,
        approved_by=decided.approved_by,
        closed=on,
    )


def _asked_anew(suspicion: Suspicion, rules: RuleBook, on: date) -> Suspicion:
    return replace(
        suspicion,
        state=SuspicionState.OPEN,
        closed=None,
        waiting=None,
        generation=suspicion.generation + 1,
        verify_by=verify_by(on, suspicion.level, rules.policy, suspicion.kind),
    )


def _objections_back(theirs: PersonRecord, stays: PersonRecord, joining: Joining) -> Iterator[Objection]:
    """What was objected under the number stands where it has come to."""
    now = {o.number - joining.last_objection: o for o in stays.objections}
    for before in theirs.objections:
        copy = now.get(before.number)
        if copy is not None and (copy.about, copy.raised) == (before.about, before.raised):
            yield replace(copy, number=before.number)


def _recoveries_back(theirs: PersonRecord, stays: PersonRecord, joining: Joining) -> Iterator[Recovery]:
    now = {r.number - joining.last_recovery: r for r in stays.recoveries}
    for before in theirs.recoveries:
        copy = now.get(before.number)
        if copy is not None and (copy.benefit, copy.opened) == (before.benefit, before.opened):
            yield replace(copy, number=before.number, since=before.since)


def _orders_back(
    theirs: PersonRecord, drawn: Sequence[Entitlement], stays: PersonRecord, joining: Joining
) -> Iterator[Instruction]:
    """The orders that were called off because the other number had taken them up, as far as they have come.

    What both had alike was one order, and stays where it is; none stops again what is paid.
    """
    paid = {e.benefit for e in drawn if e.status is EntitlementStatus.ACTIVE}
    for before in theirs.instructions:
        copy = next((i for i in stays.instructions if is_copy(i, before, joining)), None)
        stops = before.kind in _STOPS and before.benefit in paid
        if before.state is InstructionState.CANCELLED and copy is not None and not stops:
            yield replace(copy, month=before.month)


def is_copy(order: Instruction, before: Instruction, joining: Joining) -> bool:
    """Whether an order is the other's, taken up: perhaps under a later month."""
    if order.name in joining.orders:
        return False
    return (order.benefit, order.kind, order.issued) == (before.benefit, before.kind, before.issued)


def _withheld(
    theirs: PersonRecord,
    stays: PersonRecord,
    joined: date,
    own: Sequence[Payment],
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Iterator[Instruction]:
    """What is owed of months since the joining that were not paid under the number, but should have been.

    Only of months of which files tell what was paid to the other number, or in which the one was stopped that
    both had become: of a month that no file tells of nothing is known.
    """
    begins, month = month_of(joined), month_of(on)
    stopped = {e.benefit: e.stopped_from for e in stays.entitlements}
    for drawn in theirs.entitlements:
        monthly = rules.benefit(drawn.benefit).kind is BenefitKind.MONTHLY
        if not monthly or drawn.status is not EntitlementStatus.ACTIVE:
            continue
        told = {p.month for p in payments if p.benefit == drawn.benefit}
        paid = {p.month for p in own if p.benefit == drawn.benefit}
        first = stopped.get(drawn.benefit)
        months = [
            m
            for m in months_between(begins, month_before(month))
            if m not in paid and (m in told or (first is not None and begins <= first <= m))
        ]
        owed = arrears_of(drawn, months, still_lacking(theirs, own, rules))
        if owed.fen:
            yield Instruction(
                drawn.benefit,
                InstructionKind.RESUME,
                month,
                owed.fen,
                SEPARATED,
                InstructionState.ISSUED,
                on,
                arrears=owed.months,
            )


def _free(order: Instruction, taken: AbstractSet[str]) -> Instruction:
    while order.name in taken:
        order = replace(order, month=next_month(order.month))
    return order
