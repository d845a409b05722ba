"""认定撤销 · A confirmed suspicion that was wrong: everything that it caused is undone (rule 14).

The person's entitlements are paid again from this month, the months withheld are owed, and what was to
be recovered is not. Two people find that it was wrong; a record taken back undoes by itself only what has
ended nothing yet. A death that somebody found out at the door rests on no record and stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.engine.calendar.periods import month_before, month_of, months_between
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears import arrears_of
from chalicelib.engine.money.arrears_approval import ordered
from chalicelib.engine.money.paid_in_person import first_unpaid, with_uncollected
from chalicelib.engine.money.paid_to_heirs import asked_back, is_of_heirs
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.termination import ended_by, ending, has_ended_anything
from chalicelib.engine.suspicion.two_numbers import found_one
from chalicelib.model import (
    LIVE,
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    Instruction,
    InstructionKind,
    InstructionState,
    Payment,
    Person,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)

REASON = "the record was withdrawn"
REVERSED = "found to have been confirmed in error"


@dataclass(frozen=True, slots=True)
class Undoing:
    """What a record looks like again, and what its authorities are told."""

    person: Person
    suspicions: tuple[Suspicion, ...]
    entitlements: tuple[Entitlement, ...]
    instructions: tuple[Instruction, ...]

    @property
    def fen(self) -> int:
        """What is owed for the months withheld, and given back of what was recovered."""
        return sum(i.fen for i in self.instructions if i.kind is InstructionKind.RESUME)


def undone(
    record: PersonRecord,
    gone: AbstractSet[EvidenceKey],
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Undoing:
    """What follows once two people have found evidence to be another's, on a record that no longer holds it.

    `payments` are those of the person: a month that was paid all the same is not owed again.
    """
    moot = tuple(s for s in record.suspicions if rested_on(s, gone, record, rules))
    return _undone(record, moot, _withdrawn(moot, on), payments, rules, on, REASON)


def taken_back(record: PersonRecord, gone: AbstractSet[EvidenceKey], rules: RuleBook, on: date) -> Undoing:
    """What follows by itself where a department takes evidence back, on a record that no longer holds it.

    What people have confirmed and has ended nothing is withdrawn; about everything else two people decide
    (`mistaken_confirmation.reversals`).
    """
    moot = (s for s in record.suspicions if rested_on(s, gone, record, rules))
    harmless = tuple(s for s in moot if not has_ended_anything(s, record, rules, on))
    return _undone(record, harmless, _withdrawn(harmless, on), (), rules, on, REASON)


def _withdrawn(moot: Iterable[Suspicion], on: date) -> tuple[Suspicion, ...]:
    return tuple(replace(s, state=SuspicionState.WITHDRAWN, closed=on) for s in moot)


def reversed_by_people(
    record: PersonRecord,
    mistaken: Suspicion,
    reversal: Suspicion,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Undoing:
    """What follows once two people have found that a suspicion was confirmed in error.

    The same as if its record had been taken back, and the record counts as refuted.
    """
    cleared = replace(
        mistaken,
        state=SuspicionState.CLEARED,
        verified_by=reversal.verified_by,
        approved_by=reversal.approved_by,
        closed=on,
    )
    return _undone(record, (mistaken,), (cleared,), payments, rules, on, REVERSED)


def _undone(
    record: PersonRecord,
    moot: tuple[Suspicion, ...],
    after: tuple[Suspicion, ...],
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
    why: str,
) -> Undoing:
    others = [s for s in record.suspicions if s.state is SuspicionState.CONFIRMED and s not in moot]
    dead = any(s.kind is SuspicionKind.DEATH for s in moot)
    person = replace(record.person, deceased_on=None) if dead else record.person
    entitlements: dict[str, Entitlement] = {}
    told: list[Instruction] = []
    if dead and not any(s.kind is SuspicionKind.DEATH for s in others):
        told += (i for e in record.entitlements for i in asked_back(record.instructions, e.benefit, on))
        record = replace(record, instructions=(*record.instructions, *told))
    for entitlement in record.entitlements:
        if any(ended_by(s, entitlement, rules, on) for s in moot) and not any(
            ended_by(s, entitlement, rules, on) for s in others
        ):
            again = _paused_by(others, status_before(entitlement, record), rules, on)
            entitlements[again.benefit] = again
            told += _instructions(entitlement, again, record, payments, rules, on, why)
        elif any(gap.about == s.name for gap in entitlement.interruptions for s in moot):
            again = _without(entitlement, moot)
            entitlements[again.benefit] = again
            told += _repaid(entitlement, again, record, payments, rules, on, why)
    return Undoing(person, after, tuple(entitlements.values()), tuple(told))


def withheld_under_another_number(
    record: PersonRecord, payments: Sequence[Payment], rules: RuleBook, on: date
) -> Undoing | None:
    """What is owed once what had ended a payment under the person's other number was found wrong (rule 19).

    What is paid under this number goes on, and what had ended under the other alone begins again; only the
    orders taken up tell of the months withheld. On the word of one person alone some months wait for a second
    one (rule 18). What heirs have had is theirs to give back. None where nothing is owed: what has ended the
    payment stands, or is still asked about.
    """
    told = list(_had_by_heirs(record, on))
    record = replace(record, instructions=(*record.instructions, *told))
    over: dict[str, Suspicion] = {}
    again: list[Entitlement] = []
    for drawn in record.entitlements:
        stops = list(_unanswered_stops(record, drawn))
        begins = drawn.status is EntitlementStatus.TERMINATED and bool(found_one(record))
        paid = status_before(drawn, record) if begins else drawn
        wrong = [s for s in record.suspicions if any(_explains(s, stop, paid, rules, on) for stop in stops)]
        if begins:
            wrong = [s for s in (wrong if stops else record.suspicions) if _ended(s, drawn, paid, rules, on)]
        goes_on = paid.status in (LIVE if begins else (EntitlementStatus.ACTIVE,))
        if not goes_on or not wrong or _ends_now(record, paid, rules, on):
            continue
        over |= {s.name: s for s in wrong}
        again += [paid] if begins else []
        told += _withheld(record, paid, stops, wrong, payments, rules, on) if stops else ()
    return Undoing(record.person, tuple(over.values()), tuple(again), tuple(told)) if told or again else None


def _withheld(
    record: PersonRecord,
    paid: Entitlement,
    stops: Sequence[Instruction],
    wrong: Sequence[Suspicion],
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Iterator[Instruction]:
    """What is ordered once what a benefit was stopped for was found wrong."""
    first = min(first_unpaid(record, paid.benefit, stop.month) for stop in stops)
    before = replace(paid, status=EntitlementStatus.TERMINATED, stopped_from=first)
    last = max(wrong, key=lambda s: s.closed or date.min)
    why = REVERSED if last.state is SuspicionState.CLEARED else REASON
    word = last.verified_by if why is REVERSED and last.approved_by is None else None
    for order in _instructions(before, paid, record, payments, rules, on, why):
        owed = arrears_of(before, order.arrears, still_lacking(record, payments, rules))
        resumes = order.kind is InstructionKind.RESUME and not order.given_back
        yield ordered(order, owed, word, rules.policy.money) if resumes else order


def _had_by_heirs(record: PersonRecord, on: date) -> Iterator[Instruction]:
    """What heirs have had of somebody whose death was found wrong, and nobody asks about any more."""
    deaths = {s.state for s in record.suspicions if s.kind is SuspicionKind.DEATH}
    if record.died is None and deaths and SuspicionState.OPEN not in deaths:
        for entitlement in record.entitlements:
            yield from asked_back(record.instructions, entitlement.benefit, on)


def _unanswered_stops(record: PersonRecord, entitlement: Entitlement) -> Iterator[Instruction]:
    """The orders to stop since which none has said to pay as before."""
    stops = (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
    mine = [
        i
        for i in record.instructions
        if i.benefit == entitlement.benefit and i.state is not InstructionState.CANCELLED
    ]
    resumed = max((i.issued for i in mine if i.kind is InstructionKind.RESUME), default=date.min)
    return (i for i in mine if i.kind in stops and i.issued > resumed)


def _explains(
    suspicion: Suspicion, stop: Instruction, entitlement: Entitlement, rules: RuleBook, on: date
) -> bool:
    """Whether it was found wrong, and is what an order to stop came of."""
    if suspicion.state not in (SuspicionState.CLEARED, SuspicionState.WITHDRAWN):
        return False
    return any(
        (end.instruction, end.from_month) == (stop.kind, stop.month)
        for end in ending(suspicion, (entitlement,), rules, on)
    )


def _ended(suspicion: Suspicion, drawn: Entitlement, paid: Entitlement, rules: RuleBook, on: date) -> bool:
    """Whether it was found wrong, and had ended what is drawn no more; of a fee relief there is no order."""
    if suspicion.state not in (SuspicionState.CLEARED, SuspicionState.WITHDRAWN):
        return False
    ends = (end.entitlement for end in ending(suspicion, (paid,), rules, on))
    return any((end.status, end.stopped_from) == (drawn.status, drawn.stopped_from) for end in ends)


def _ends_now(record: PersonRecord, entitlement: Entitlement, rules: RuleBook, on: date) -> bool:
    """Whether something else is asked about, or was found, that ends it."""
    return any(
        ending(s, (entitlement,), rules, on)
        for s in record.suspicions
        if s.state in (SuspicionState.OPEN, SuspicionState.CONFIRMED) and s.restarted is None
    )


def rested_on(
    suspicion: Suspicion, gone: AbstractSet[EvidenceKey], record: PersonRecord, rules: RuleBook
) -> bool:
    """Whether what people confirmed rests on nothing any more; what was found at the door never rested on a
    record.
    """
    return (
        suspicion.state is SuspicionState.CONFIRMED
        and suspicion.evidence in gone
        and suspicion.verification is not Verification.VISIT
        and not _stands(suspicion, record, rules)
    )


def _stands(suspicion: Suspicion, record: PersonRecord, rules: RuleBook) -> bool:
    """Whether another record says the same, which nobody has taken back."""
    return any(
        (event := rules.events.get((item.key.feed, item.key.event))) is not None
        and event.suspicion is suspicion.kind
        for item in record.evidence
    )


def status_before(entitlement: Entitlement, record: PersonRecord) -> Entitlement:
    """As it was: paid, or suspended since before the suspicion was confirmed."""
    mine = [i for i in record.instructions if i.benefit == entitlement.benefit]
    last = max(
        (
            i
            for i in mine
            if i.kind in (InstructionKind.SUSPEND, InstructionKind.RESUME)
            and i.state is not InstructionState.CANCELLED
        ),
        key=lambda i: (i.issued, i.month),
        default=None,
    )
    if last is not None and last.kind is InstructionKind.SUSPEND:
        first = first_unpaid(record, entitlement.benefit, last.month)
        return replace(entitlement, status=EntitlementStatus.SUSPENDED, stopped_from=first)
    return replace(entitlement, status=EntitlementStatus.ACTIVE, stopped_from=None)


def _paused_by(others: Sequence[Suspicion], again: Entitlement, rules: RuleBook, on: date) -> Entitlement:
    """Paused as before, where somebody still awaits judgment."""
    paid = replace(again, status=EntitlementStatus.ACTIVE)
    pauses = [
        end.entitlement
        for s in others
        if s.restarted is None
        for end in ending(s, (paid,), rules, on)
        if end.instruction is InstructionKind.PAUSE
    ]
    return min(pauses, key=lambda e: e.stopped_from or month_of(on), default=again)


def _without(entitlement: Entitlement, moot: tuple[Suspicion, ...]) -> Entitlement:
    """Without the months that were not due because of what was confirmed in error, and had restarted."""
    names = {s.name for s in moot}
    left = tuple(gap for gap in entitlement.interruptions if gap.about not in names)
    return replace(entitlement, interruptions=left)


def _repaid(
    before: Entitlement,
    after: Entitlement,
    record: PersonRecord,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
    why: str,
) -> Iterator[Instruction]:
    """What is paid again already: the months between are owed after all."""
    amounts = still_lacking(record, payments, rules)
    gone = [gap for gap in before.interruptions if gap not in after.interruptions]
    months = tuple(m for gap in gone for m in months_between(gap.first, gap.last))
    owed = sum(amounts(after, month) for month in months)
    month = month_of(on)
    if owed:
        kind, issued = InstructionKind.RESUME, InstructionState.ISSUED
        yield Instruction(before.benefit, kind, month, owed, why, issued, on, arrears=months)


def _instructions(
    before: Entitlement,
    after: Entitlement,
    record: PersonRecord,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
    why: str,
) -> Iterator[Instruction]:
    """Nothing more is stopped or recovered; what was withheld is paid, what was recovered is given back.

    What has come back of a recovery with steps of its own is refunded by its authority, in the exact sum.
    """
    if rules.benefit(before.benefit).kind is not BenefitKind.MONTHLY or before.stopped_from is None:
        return
    stops = (InstructionKind.TERMINATE, InstructionKind.PAUSE, InstructionKind.RECOVER)
    given_back = 0
    for told in record.instructions:
        if told.benefit != before.benefit or told.kind not in stops or is_of_heirs(told):
            continue
        if told.kind is InstructionKind.PAUSE and after.status is EntitlementStatus.PAUSED:
            continue
        recovery = any((r.benefit, r.since) == (told.benefit, told.month) for r in record.recoveries)
        if told.state is not InstructionState.SEEN or (told.kind is InstructionKind.RECOVER and recovery):
            yield replace(told, state=InstructionState.CANCELLED, changed=on)
        elif told.kind is InstructionKind.RECOVER:
            given_back += told.fen
    if after.status is not EntitlementStatus.ACTIVE:
        return
    amounts = still_lacking(record, payments, rules)
    month = month_of(on)
    months = with_uncollected(
        record, before.benefit, months_between(before.stopped_from, month_before(month)), month
    )
    owed = arrears_of(before, months, amounts).fen + given_back
    yield Instruction(
        before.benefit,
        InstructionKind.RESUME,
        month,
        owed,
        why,
        InstructionState.ISSUED,
        on,
        arrears=months,
        given_back=given_back,
    )
