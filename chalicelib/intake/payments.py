"""What was really paid: open instructions and the amounts due are held against it (rules 16 and 23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import comparing, settling
from chalicelib.model import (
    BenefitCode,
    Change,
    Entitlement,
    EvidenceKey,
    FeedId,
    FileNotice,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    Person,
    PersonId,
    PersonRecord,
)
from chalicelib.pack import current
from chalicelib.storage import people, work


def load_payments(payments: Sequence[tuple[PersonId, Payment]]) -> tuple[FileNotice, ...]:
    """Keep what was really paid, and hold instructions and amounts against it (rules 16 and 23)."""
    people.put_payments(payments)
    _match_instructions(payments)
    listed = people.entitlements_of({(person, payment.benefit) for person, payment in payments})
    for person in sorted(
        {person for (person, _), entitlement in listed.items() if not entitlement.is_stated}
    ):
        _begin_first_period(person)
    notice = comparing.payments_arrived(payments, listed)
    return (notice,) if notice is not None else ()


def _begin_first_period(person: PersonId) -> None:
    """The period of a new recipient runs from the first payment, where the benefit says so (rule 2).

    Only a payment that comes while the period reckoned from the grant still lasts is taken for the first:
    of somebody who has drawn for years we do not know it.
    """

    def begin(record: PersonRecord) -> Change | None:
        paid: dict[BenefitCode, date] = {}
        for payment in people.payments_of(person):
            paid[payment.benefit] = min(payment.paid, paid.get(payment.benefit, payment.paid))
        begun = tuple(
            after
            for before in record.entitlements
            if not before.is_stated and before.benefit in paid
            if (after := _from_first_payment(before, record.person, paid[before.benefit])) != before
        )
        if not begun:
            return None
        stated = replace(
            record,
            entitlements=tuple(
                {e.benefit: e for e in (*record.entitlements, *begun)}.values(),
            ),
        )
        settlement = settling.settle(stated, clock.today())
        settled = {e.benefit: e for e in (*begun, *settlement.entitlements)}
        change = settlement.change("first payment seen", "feed:payments")
        return replace(change, entitlements=tuple(settled.values()))

    settling.follow_up(people.change(person, begin))


def _from_first_payment(entitlement: Entitlement, person: Person, first: date) -> Entitlement:
    if not entitlement.since <= first <= entitlement.certified_until:
        return entitlement
    rules = current().rules.for_area(person.area)
    until = max(
        entitlement.certified_until,
        rules.first_until(person, entitlement.benefit, entitlement.since, first),
    )
    return replace(entitlement, certified_until=until, valid_until=max(until, entitlement.valid_until))


# --- corrected files -------------------------------------------------------------------------------


def said_of(
    feed: FeedId, payments: Sequence[tuple[PersonId, Payment]]
) -> Mapping[PersonId, Sequence[EvidenceKey]]:
    """What a payments file says, as the lists of `storage.said` keep it: the day paid, month and benefit."""
    said: dict[PersonId, list[EvidenceKey]] = defaultdict(list)
    for person, payment in payments:
        said[person].append(EvidenceKey(payment.paid, feed, f"{payment.month}#{payment.benefit}"))
    return said


def take_back(lost: Mapping[PersonId, Collection[EvidenceKey]]) -> int:
    """Take away payments that no file tells of any more, and compare again what is due; how many.

    What an authority was told to pay and has not paid after all is open again.
    """
    for person, keys in lost.items():
        places = [_place(key) for key in keys]
        people.remove_payments(person, places)
        _reopen(person, {benefit for _, benefit, _ in places})
        comparing.compare(person, min(month for month, _, _ in places))
    return sum(len(keys) for keys in lost.values())


def _reopen(person: PersonId, benefits: Collection[BenefitCode]) -> None:
    """Resumptions seen in payments that are gone: open from today on, listed after two runs without."""
    on = clock.today()

    def reopen(record: PersonRecord) -> Change | None:
        paid: dict[tuple[BenefitCode, Month], int] = defaultdict(int)
        for payment in people.payments_of(person):
            paid[payment.benefit, payment.month] += payment.fen
        again = tuple(
            replace(i, state=InstructionState.ISSUED, issued=on, changed=on)
            for i in record.instructions
            if i.kind is InstructionKind.RESUME and i.state is InstructionState.SEEN and i.benefit in benefits
            if not any(b == i.benefit and m >= i.month and fen >= i.fen for (b, m), fen in paid.items())
        )
        if not again:
            return None
        details = {i.name: i.state.value for i in again}
        return Change("payments taken back", "feed:payments", clock.now(), details, instructions=again)

    people.change(person, reopen)


def _place(key: EvidenceKey) -> tuple[Month, BenefitCode, date]:
    month, _, benefit = key.event.partition("#")
    return Month(month), BenefitCode(benefit), key.day


# --- instructions ----------------------------------------------------------------------------------


def _match_instructions(payments: Sequence[tuple[PersonId, Payment]]) -> None:
    months = {(payment.benefit, payment.month) for _, payment in payments}
    paid = {(person, p.benefit, p.month): p.fen for person, p in payments}
    on = clock.today()
    for person in sorted({person for person, _ in work.open_instructions()}):

        def match(record: PersonRecord, person: PersonId = person) -> Change | None:
            changed = [
                after
                for before in record.instructions
                if (after := _matched(before, person, months, paid, on)) != before
            ]
            if not changed:
                return None
            details = {i.name: i.state.value for i in changed}
            return Change(
                "payments matched", "feed:payments", clock.now(), details, instructions=tuple(changed)
            )

        people.change(person, match)


def _matched(
    instruction: Instruction,
    person: PersonId,
    months: set[tuple[BenefitCode, Month]],
    paid: dict[tuple[PersonId, BenefitCode, Month], int],
    on: date,
) -> Instruction:
    """One instruction against one payments file: seen, or listed after two pay runs without it."""
    if instruction.state not in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED):
        return instruction
    runs = sorted(month for benefit, month in months if benefit == instruction.benefit)
    later = [month for month in runs if month >= instruction.month]
    if not later:
        return instruction
    got = paid.get((person, instruction.benefit, later[0]), 0)
    stops = instruction.kind in (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
    resumed = instruction.kind is InstructionKind.RESUME and got >= instruction.fen
    if (stops and got == 0) or resumed:
        return replace(instruction, state=InstructionState.SEEN, changed=on)
    if (on - instruction.issued).days > 62:
        return replace(instruction, state=InstructionState.LISTED, changed=on)
    return instruction
