"""发放文件 · What was really paid: open instructions and the amounts due are held against it (rules 16 and
23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib import clock
from chalicelib.cases import evidence_effects, payment_comparison
from chalicelib.engine.money.amount_due import amounts_of
from chalicelib.engine.money.arrears import Sum, uncredited
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    Entitlement,
    EvidenceKey,
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
from chalicelib.model.named import BY_PAYMENTS
from chalicelib.sources.people import roster_lines
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.busy import Left, one_by_one
from chalicelib.storage.s3 import objects

NOT_SEEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED)
STOPS: Final = (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
A_RUN: Final = 31  # days: months are paid one by one


def load_payments(
    payments: Sequence[tuple[PersonId, Payment]],
    listed: Mapping[tuple[PersonId, BenefitCode], Entitlement],
    *,
    is_whole: bool = True,
) -> tuple[FileNotice, ...]:
    """Keep what was really paid, and hold instructions and amounts against it (rules 16 and 23).

    `listed`: who of them draws what. `is_whole`: not merely rows that came back mended.
    """
    people.put_payments(payments)
    left, notice = Left(), None
    with left:
        _match_instructions(payments, is_whole=is_whole)
    with left:
        begun = {person for (person, _), entitlement in listed.items() if not entitlement.is_stated}
        one_by_one(sorted(begun), _begin_first_period)
    with left:
        notice = payment_comparison.payments_arrived(payments, listed)
    left.nobody()
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
        settlement = evidence_effects.apply_rules(stated, clock.today())
        settled = {e.benefit: e for e in (*begun, *settlement.entitlements)}
        change = settlement.change("first payment seen", BY_PAYMENTS)
        return replace(change, entitlements=tuple(settled.values()))

    evidence_effects.wake_and_start(people.change(person, begin))


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


def withdraw_payments(lost: Mapping[PersonId, Collection[EvidenceKey]]) -> int:
    """Take away payments that no file tells of any more, and compare again what is due; how many.

    What an authority was told to pay and has not paid after all is open again.
    """

    def take(person: PersonId) -> None:
        places = [_place(key) for key in lost[person]]
        people.remove_payments(person, places)
        _reopen(person, {benefit for _, benefit, _ in places})
        payment_comparison.compare(person, min(month for month, _, _ in places))

    one_by_one(lost, take)
    return sum(len(keys) for keys in lost.values())


def _reopen(person: PersonId, benefits: Collection[BenefitCode]) -> None:
    """Resumptions seen in payments that are gone: open from today on, listed after two runs without.

    Those not seen yet bring again what was not credited after all.
    """
    on = clock.today()

    def reopen(record: PersonRecord) -> Change | None:
        paid = _paid(person)
        owed = tuple(_amended(record, people.payments_of(person), on).values())
        again = tuple(
            replace(i, state=InstructionState.ISSUED, issued=on, changed=on)
            for i in record.instructions
            if i.kind is InstructionKind.RESUME and i.state is InstructionState.SEEN and i.benefit in benefits
            if not any(b == i.benefit and m >= i.month and fen >= i.fen for (b, m), fen in paid.items())
        )
        changed = (*owed, *again)
        if not changed:
            return None
        details = {i.name: i.state.value for i in changed}
        return Change("payments taken back", BY_PAYMENTS, clock.now(), details, instructions=changed)

    people.change(person, reopen)


def _place(key: EvidenceKey) -> tuple[Month, BenefitCode, date]:
    month, _, benefit = key.event.partition("#")
    return Month(month), BenefitCode(benefit), key.day


# --- instructions ----------------------------------------------------------------------------------

Runs = Mapping[tuple[BenefitCode, Month], AbstractSet[str]]
"""(benefit, month) -> the counties of which a payments file pays anybody."""


def _match_instructions(payments: Sequence[tuple[PersonId, Payment]], *, is_whole: bool) -> None:
    runs, on = _runs(payments), clock.today()

    def match(record: PersonRecord) -> Change | None:
        county, paid = record.person.area[:6], _paid(record.person.id)
        owed = _amended(record, people.payments_of(record.person.id), on)
        changed = [
            after
            for before in record.instructions
            for now in (owed.get(before.name, before),)
            if (after := _matched(now, _seen_in(now, runs, county, is_whole), paid, on)) != before
        ]
        if not changed:
            return None
        details: dict[str, object] = {i.name: i.state.value for i in changed}
        if owed:
            details["arrears_fen"] = {name: i.fen for name, i in owed.items()}
        return Change("payments matched", BY_PAYMENTS, clock.now(), details, instructions=tuple(changed))

    told = sorted({person for person, _ in worklists.open_instructions()})
    one_by_one(told, lambda person: people.change(person, match))


def _amended(record: PersonRecord, payments: Sequence[Payment], on: date) -> Mapping[str, Instruction]:
    """Resumptions not yet seen whose arrears a file has shown as credited, or as not credited after all.

    What is to be paid is always what is due less what all files together show: never twice (rule 18).
    """
    amounts = uncredited(amounts_of(record, current().rules), payments)
    drawn = {e.benefit: e for e in record.entitlements}
    amended = {}
    for told in record.instructions:
        if told.kind is not InstructionKind.RESUME or told.state not in NOT_SEEN or not told.arrears:
            continue
        owed = Sum({m: fen for m in told.arrears if (fen := amounts(drawn[told.benefit], m))})
        if owed.fen != told.fen:
            reason = f"{told.reason.partition('; arrears')[0]}; arrears {owed.explained or 0}"
            amended[told.name] = replace(told, fen=owed.fen, reason=reason, changed=on)
    return amended


def _runs(payments: Sequence[tuple[PersonId, Payment]]) -> Runs:
    """By the rosters, who of a file lives where: what is paid to a county says nothing of another."""
    told = pl.DataFrame(
        [(person, payment.benefit, payment.month) for person, payment in payments],
        schema=dict.fromkeys(("person", "benefit", "month"), pl.String),
        orient="row",
    )
    data, _ = objects.read_listed()
    lines = roster_lines.standing(roster_lines.kept(data))
    county = pl.col("area").str.slice(0, 6)
    found = told.join(lines, on=["person", "benefit"], how="left").select("benefit", "month", county).unique()
    runs: dict[tuple[BenefitCode, Month], set[str]] = defaultdict(set)
    for benefit, month, area in found.iter_rows():
        runs[BenefitCode(benefit), Month(month)].add(area or "")
    return runs


def _paid(person: PersonId) -> Mapping[tuple[BenefitCode, Month], int]:
    """What was paid to somebody by all files together: one run may come in several parts."""
    paid: dict[tuple[BenefitCode, Month], int] = defaultdict(int)
    for payment in people.payments_of(person):
        paid[payment.benefit, payment.month] += payment.fen
    return paid


@dataclass(frozen=True, slots=True)
class _Run:
    """The first pay run of a file that an instruction concerns; `covers`: also who is not paid by it."""

    month: Month
    covers: bool


def _seen_in(instruction: Instruction, runs: Runs, county: str, is_whole: bool) -> _Run | None:
    months = [m for benefit, m in runs if benefit == instruction.benefit and m >= instruction.month]
    if not months:
        return None
    month = min(months)
    return _Run(month, is_whole and county in runs[instruction.benefit, month])


def _matched(
    instruction: Instruction, run: _Run | None, paid: Mapping[tuple[BenefitCode, Month], int], on: date
) -> Instruction:
    """One instruction after a pay run: seen, or listed after as many runs without it as the policy says.

    That nothing is paid is seen only in a run that pays others of the same county: a file for one county,
    or of rows sent again, shows nobody's payment to have stopped. Where nobody else draws the benefit no run
    ever shows it: then a person asks the authority.
    """
    if instruction.state not in NOT_SEEN:
        return instruction
    if run is not None:
        got = paid.get((instruction.benefit, run.month), 0)
        stopped = instruction.kind in STOPS and got == 0 and run.covers
        resumed = instruction.kind is InstructionKind.RESUME and got >= max(1, instruction.fen)
        if stopped or resumed:
            return replace(instruction, state=InstructionState.SEEN, changed=on)
    if (on - instruction.issued).days > A_RUN * current().rules.policy.pay_runs_until_listed:
        return replace(instruction, state=InstructionState.LISTED, changed=on)
    return instruction
