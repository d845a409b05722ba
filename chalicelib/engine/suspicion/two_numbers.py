"""一人两号 · Two identity numbers that draw under one payee: perhaps one person whose number changed (rule
19).

While nobody has said whether they are one, nothing of either is suspended; found to be one, what certifies
one number holds the suspension of the other. It stops no money and takes no certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from chalicelib.engine.calendar.periods import ONE_DAY, month_before, month_of, months_between, zh_day
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears import arrears
from chalicelib.engine.money.arrears_approval import ordered
from chalicelib.engine.money.joined_money import MoneyTakenUp, money_taken_up, objections_taken_up
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Objection,
    Payment,
    PersonId,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

JOINED: Final = "two numbers were found to be one person's"
_ASKED_FIRST: Final = 1  # the township: it has both files before it
_WHY: Final = Reason(
    SuspicionKind.TWO_NUMBERS.value,
    "名册上另有一个身份证号码以同一待遇编号领取同一待遇，姓名或出生日期相同，可能是本人号码变更。请核对证件："
    "确系同一人的予以确认，不是同一人的予以排除；核实期间两个号码的待遇均不暂停。",
    "Another identity number draws the same benefit under the same payee number, with the same name or birth "
    "date: perhaps this person's number has changed. Check the documents and say whether they are one; until "
    "then nothing of either is suspended.",
)


def two_numbers(
    record: PersonRecord,
    other: PersonId,
    benefit: BenefitCode,
    on: date,
    policy: Policy,
    survivor: PersonId | None = None,
) -> Suspicion | None:
    """The question about a person and another number; None where it has been asked.

    `survivor`: the one of the two that the roster lists.
    """
    before = [s for s in record.suspicions if s.kind is SuspicionKind.TWO_NUMBERS]
    if any(s.other == other for s in before):
        return None
    day = on
    while any(s.day == day for s in before):  # kind and day are its key
        day += ONE_DAY
    return Suspicion(
        SuspicionKind.TWO_NUMBERS,
        day,
        on,
        SuspicionState.OPEN,
        None,
        _WHY,
        benefit,
        level=_ASKED_FIRST,
        verify_by=verify_by(on, _ASKED_FIRST, policy, SuspicionKind.TWO_NUMBERS),
        other=other,
        survivor=survivor,
    )


def found_one(record: PersonRecord) -> Sequence[tuple[PersonId, BenefitCode]]:
    """Other numbers that people have found to be this person's, and for which benefit."""
    return [
        (s.other, s.benefit)
        for s in record.suspicions
        if s.kind is SuspicionKind.TWO_NUMBERS
        and s.state is SuspicionState.CONFIRMED
        and s.other is not None
        and s.benefit is not None
    ]


def certified_until(other: PersonRecord, judged: Decision, benefit: BenefitCode) -> date | None:
    """Through which day another number is certified for a benefit that it draws; None if it draws it not."""
    drawn = any(e.benefit == benefit and e.status is EntitlementStatus.ACTIVE for e in other.entitlements)
    return judged.verdict_for(benefit).valid_until if drawn else None


def certified_elsewhere(until: date) -> Reason:
    """Why a case is held while another number of the person is certified."""
    return Reason(
        "certified_under_another_number",
        f"经核实本人另有一个号码，该号码资格认证有效至{zh_day(until)}，期间不暂停待遇。",
        f"Another number was found to be this person's, and is certified through {until}: "
        "nothing is suspended meanwhile.",
    )


# --- found to be one -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What the person that goes on takes up of the other number's record."""

    entitlements: tuple[Entitlement, ...]
    suspicions: tuple[Suspicion, ...]
    objections: tuple[Objection, ...]
    money: MoneyTakenUp
    of_person: Mapping[str, Any]


def goes_on(person: PersonId, found: Suspicion) -> PersonId:
    """Under which of two numbers the person goes on: the one that the roster lists, else always the same."""
    other = found.other or person
    return found.survivor if found.survivor in (person, other) else max(person, other)


def dead_by_word(mine: PersonRecord, gone: PersonRecord, policy: Policy, on: date) -> tuple[Suspicion, ...]:
    """The death that people found of another number without a record of it: asked anew, as one on record is.

    The person draws under this number: whoever is right, nobody has looked into both.
    """
    names = {s.name for s in mine.suspicions}
    return tuple(
        Suspicion(s.kind, s.day, on, SuspicionState.OPEN, None, s.reason, verify_by=verify_by(on, 0, policy))
        for s in gone.suspicions
        if s.kind is SuspicionKind.DEATH and s.state is SuspicionState.CONFIRMED and s.evidence is None
        if s.name not in names
    )


def taken_up(mine: PersonRecord, gone: PersonRecord) -> TakenUp:
    """What a record takes up of another number's: what it lacks, and of both the better.

    Whether something was found in error, or is over, is a question only where it stands found: what had been
    found under the other number alone is asked anew, and whoever answers that is heard. What has ended there
    goes along where this number draws nothing like it: it may begin again, and money hangs on it.
    """
    drawn = {e.benefit: e for e in mine.entitlements}
    names = {s.name for s in mine.suspicions}
    found = {s.name for s in mine.suspicions if s.state is SuspicionState.CONFIRMED}
    goes_along = [
        e for e in gone.entitlements if e.status is not EntitlementStatus.TERMINATED or e.benefit not in drawn
    ]
    return TakenUp(
        tuple(_better(drawn.get(e.benefit), e) for e in goes_along),
        tuple(
            replace(s, waiting=None)
            for s in gone.open_suspicions
            if s.kind is not SuspicionKind.TWO_NUMBERS and s.name not in names
            if s.about is None or s.about in found
        ),
        objections_taken_up(mine, gone),
        money_taken_up(mine, gone),
        {
            "related": {**gone.person.related, **mine.person.related},
            "key_groups": mine.person.key_groups | gone.person.key_groups,
        },
    )


def _better(mine: Entitlement | None, theirs: Entitlement) -> Entitlement:
    """One entitlement out of two: drawn since the earlier day; what evidence gives both is weighed anew.

    What is paid under either number goes on being paid.
    """
    if mine is None or mine.status is EntitlementStatus.TERMINATED:
        return theirs
    stated = mine.stated(max(mine.certified_until, theirs.certified_until))
    if _suspended_of(mine, theirs) is not None:
        stated = replace(stated, status=EntitlementStatus.ACTIVE, stopped_from=None)
    return replace(stated, since=min(mine.since, theirs.since))


def _suspended_of(mine: Entitlement, theirs: Entitlement) -> Entitlement | None:
    """The one of two that is suspended while the other is paid."""
    if {mine.status, theirs.status} != {EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED}:
        return None
    return mine if mine.status is EntitlementStatus.SUSPENDED else theirs


def paid_again(
    mine: PersonRecord,
    gone: PersonRecord,
    by: str,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> tuple[Instruction, ...]:
    """What is owed of benefits suspended under one number that go on under the other (rule 18).

    `payments`: those under both numbers. On the word of `by` alone some months wait for a second person.
    """
    drawn = {e.benefit: e for e in mine.entitlements}
    month = month_of(on)
    amounts = still_lacking(mine, payments, rules)
    told = []
    for theirs in gone.entitlements:
        both = drawn.get(theirs.benefit)
        stopped = None if both is None else _suspended_of(both, theirs)
        if stopped is None or stopped.stopped_from is None:
            continue
        order = Instruction(
            theirs.benefit,
            InstructionKind.RESUME,
            month,
            0,
            JOINED,
            InstructionState.ISSUED,
            on,
            arrears=tuple(months_between(stopped.stopped_from, month_before(month))),
        )
        owed = arrears(stopped, stopped.stopped_from, month, amounts=amounts)
        told.append(ordered(order, owed, by, rules.policy.money))
    return tuple(told)
