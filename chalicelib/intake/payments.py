"""发放文件 · What was really paid: open instructions and the amounts due are held against it (rules 16 and
23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

import polars as pl

from chalicelib import clock, pay_reconciliation
from chalicelib.cases import evidence_effects, payment_comparison, recovery_following
from chalicelib.engine.money.paid_to_heirs import never_had
from chalicelib.engine.money.pay_run import Run, is_overdue, is_still_shown, shown
from chalicelib.engine.suspicion.reckoning import account, reckoned
from chalicelib.instruction_delivery import hand_over
from chalicelib.intake.in_progress import InProgress
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    Entitlement,
    EntitlementStatus,
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
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import Left, one_by_one
from chalicelib.storage.s3 import objects

Runs = Mapping[tuple[BenefitCode, Month], AbstractSet[str]]
"""(benefit, month) -> the counties of which a payments file pays anybody."""

FOUND: Final = {"person": pl.String, "since": pl.String}
"""Who was paid otherwise than due, and since which month."""


def apply_payments(
    payments: Sequence[tuple[PersonId, Payment]],
    listed: Mapping[tuple[PersonId, BenefitCode], Entitlement],
    runs: Runs,
    progress: InProgress,
    left: Left,
    *,
    is_whole: bool,
) -> pl.DataFrame:
    """Keep what was really paid to some people, and hold instructions against it (rule 23).

    `listed`: who of them draws what. `runs`: of the whole file. `is_whole`: not merely rows that came back
    mended. Returns as `FOUND` who was paid otherwise than due. May be repeated.
    """
    payments, listed, runs = _of_whoever_goes_on(payments, listed, runs)
    people.put_payments(payments)
    paid = frozenset(person for person, _ in payments)
    stopped = {person for (person, _), e in listed.items() if e.stopped_from or e.interruptions}
    accused: Mapping[PersonId, Month] = {}
    with left:
        _match_instructions(paid & (progress.told | stopped | progress.paid_back), runs, is_whole=is_whole)
    with left:
        begun = {person for (person, _), entitlement in listed.items() if not entitlement.is_stated}
        one_by_one(sorted(begun), _begin_first_period)
    with left:
        looked_into = progress.suspected | progress.paid_back
        accused = payment_comparison.paid_otherwise(payments, listed, looked_into)
    hand_over()
    return pl.DataFrame(list(accused.items()), FOUND, orient="row")


def put_together(
    found: pl.DataFrame,
    people_paid: pl.Series,
    runs: Runs,
    progress: InProgress,
    left: Left,
    *,
    is_whole: bool,
) -> tuple[FileNotice, ...]:
    """Suspect whom the whole file pays otherwise than due (rule 16), and see what it pays nothing to.

    `found`: as `FOUND`, of all parts; `people_paid`: everybody whom it pays. May be repeated.
    """
    pay_reconciliation.wanted(month for _, month in runs)
    notice = None
    with left:
        _match_instructions(progress.told - frozenset(people_paid), runs, is_whole=is_whole)
    with left:
        accused = {PersonId(person): Month(since) for person, since in found.iter_rows()}
        notice = payment_comparison.accuse(accused, people_paid.n_unique())
    hand_over()
    return (notice,) if notice is not None else ()


def _of_whoever_goes_on(
    payments: Sequence[tuple[PersonId, Payment]],
    listed: Mapping[tuple[PersonId, BenefitCode], Entitlement],
    runs: Runs,
) -> tuple[Sequence[tuple[PersonId, Payment]], Mapping[tuple[PersonId, BenefitCode], Entitlement], Runs]:
    """The payments, those under a number that was joined to another one under that; who draws what; the runs.

    A number that was joined draws nothing any more, so that few records are read.
    """
    ended = {person for (person, _), e in listed.items() if e.status is EntitlementStatus.TERMINATED}
    goes_on = {person: people.load(person).person for person in ended}
    moved = {person: other for person, other in goes_on.items() if other.id != person}
    if not moved:
        return payments, listed, runs
    under = [
        (moved[p].id, replace(payment, under=p)) if p in moved else (p, payment) for p, payment in payments
    ]
    others = {other.id for other in moved.values()}
    drawn = people.entitlements_of({(p, payment.benefit) for p, payment in under if p in others})
    also: dict[tuple[BenefitCode, Month], AbstractSet[str]] = dict(runs)
    for person, payment in payments:
        if person in moved:
            run = payment.benefit, payment.month
            also[run] = also.get(run, frozenset()) | {moved[person].area[:6]}
    return under, {**listed, **drawn}, also


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
    return entitlement.stated(until)


# --- corrected files -------------------------------------------------------------------------------


def withdraw_payments(
    lost: Mapping[PersonId, Collection[EvidenceKey]],
    *,
    source: str = "",
    told_by_others: Mapping[PersonId, AbstractSet[EvidenceKey]] = MappingProxyType({}),
) -> int:
    """Take away payments that a file tells of no more, and compare again what is due; how many.

    What an authority was told to pay and has not paid after all is open again.
    """

    def take(listed: PersonId) -> None:
        person = people.load(listed).person.id  # another, where that number was joined
        places = [_place(key) for key in lost[listed]]
        under = listed if person != listed else None
        people.remove_payments(person, places, source, under)
        before = [_place(key) for key in lost[listed] if key not in told_by_others.get(listed, ())]
        people.remove_payments(person, before, under=under)  # as it was kept before files were told apart
        _reopen(person, {benefit for _, benefit, _ in places})
        payment_comparison.compare(person, min(month for month, _, _ in places))

    one_by_one(lost, take)
    pay_reconciliation.wanted(_place(key)[0] for keys in lost.values() for key in keys)
    hand_over()
    return sum(len(set(keys) - told_by_others.get(person, frozenset())) for person, keys in lost.items())


def _reopen(person: PersonId, benefits: Collection[BenefitCode]) -> None:
    """What was seen in payments that are gone: open from today on, listed after two runs without.

    What is owed and overpaid is reckoned anew: what was not credited after all is owed again, what was not
    paid after all is not recovered, from heirs neither.
    """
    on = clock.today()

    def reopen(record: PersonRecord) -> Change | None:
        payments, rules = people.payments_of(person), current().rules
        again = {i.name: i for i in never_had(record.instructions, payments, on)}
        now = _put(record, again)
        accounts = {
            e.benefit: account(now, e, payments, rules, on) for e in now.entitlements if e.benefit in benefits
        }
        again |= {
            i.name: replace(i, state=InstructionState.ISSUED, issued=on, changed=on)
            for i in now.instructions
            if i.state is InstructionState.SEEN and i.benefit in accounts
            if not is_still_shown(i, accounts[i.benefit], _paid(payments, i.benefit))
        }
        now = _put(record, again)
        changed = {**again, **{i.name: i for i in reckoned(now, payments, rules, on)}}
        if not changed:
            return None
        return Change(
            "payments taken back",
            BY_PAYMENTS,
            clock.now(),
            _told(changed.values()),
            instructions=tuple(changed.values()),
        )

    people.change(person, reopen)
    recovery_following.follow(person)


def _place(key: EvidenceKey) -> tuple[Month, BenefitCode, date]:
    month, _, benefit = key.event.partition("#")
    return Month(month), BenefitCode(benefit), key.day


# --- instructions ----------------------------------------------------------------------------------


def _match_instructions(whom: AbstractSet[PersonId], runs: Runs, *, is_whole: bool) -> None:
    """Reckon anew what is owed and overpaid, and see which instructions have been carried out (rule 23)."""
    on = clock.today()

    def match(record: PersonRecord) -> Change | None:
        rules, county = current().rules, record.person.area[:6]
        all_paid = people.payments_of(record.person.id)
        changed = {i.name: i for i in reckoned(record, all_paid, rules, on)}
        now = _put(record, changed)
        accounts = {e.benefit: account(now, e, all_paid, rules, on) for e in now.entitlements}
        for told in now.instructions:
            run = _seen_in(told, runs, county, is_whole)
            after = told
            if run is not None and told.benefit in accounts:
                after = shown(told, run, accounts[told.benefit], _paid(all_paid, told.benefit), on)
            if is_overdue(after, rules.policy, on):
                after = replace(after, state=InstructionState.LISTED, changed=on)
            if after != told:
                changed[after.name] = after
        if not changed:
            return None
        return Change(
            "payments matched",
            BY_PAYMENTS,
            clock.now(),
            _told(changed.values()),
            instructions=tuple(changed.values()),
        )

    def match_and_follow(person: PersonId) -> None:
        record = people.change(person, match)
        if record.recoveries or record.owed_to_heirs or _recovers(record):
            recovery_following.follow(person)

    one_by_one(sorted(whom), match_and_follow)


def _recovers(record: PersonRecord) -> bool:
    return any(i.kind is InstructionKind.RECOVER for i in record.instructions)


def _put(record: PersonRecord, changed: Mapping[str, Instruction]) -> PersonRecord:
    after = {**{i.name: i for i in record.instructions}, **changed}
    return replace(record, instructions=tuple(after.values()))


def _told(changed: Collection[Instruction]) -> dict[str, object]:
    """For the audit chain: each instruction with its state, and the fen that it now says."""
    return {
        **{i.name: i.state.value for i in changed},
        "fen": {i.name: i.fen for i in changed},
    }


def runs_of(told: pl.DataFrame) -> Runs:
    """By the rosters, who of a file lives where: what is paid to a county says nothing of another.

    `told`: the rows of the whole file, with person, benefit and month.
    """
    data, _ = objects.read_listed()
    lines = roster_lines.standing(roster_lines.kept(data))
    county = pl.col("area").str.slice(0, 6)
    found = told.join(lines, on=["person", "benefit"], how="left").select("benefit", "month", county).unique()
    runs: dict[tuple[BenefitCode, Month], set[str]] = defaultdict(set)
    for benefit, month, area in found.iter_rows():
        runs[BenefitCode(benefit), Month(month)].add(area or "")
    return runs


def _paid(payments: Sequence[Payment], benefit: BenefitCode) -> Mapping[Month, int]:
    """What was paid of a benefit by all files together: one run may come in several parts."""
    paid: dict[Month, int] = defaultdict(int)
    for payment in payments:
        if payment.benefit == benefit:
            paid[payment.month] += payment.fen
    return paid


def _seen_in(instruction: Instruction, runs: Runs, county: str, is_whole: bool) -> Run | None:
    months = [m for benefit, m in runs if benefit == instruction.benefit and m >= instruction.month]
    if not months:
        return None
    month = min(months)
    return Run(month, is_whole and county in runs[instruction.benefit, month])
