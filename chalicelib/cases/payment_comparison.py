"""发放比对 · What was paid, held against what is due (rule 16): a difference is a suspicion, and stops no
money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from chalicelib import clock
from chalicelib.cases import evidence_effects, suspicion_verification
from chalicelib.engine.calendar.periods import month_of
from chalicelib.engine.money.adjustment import unexplained
from chalicelib.engine.money.amount_due import Difference, wrong_amounts
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import may_open, opened
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    Entitlement,
    FileNotice,
    Month,
    Payment,
    PersonId,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model.named import BY_PAYMENTS
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.busy import one_by_one

ACTOR = BY_PAYMENTS


def paid_otherwise(
    payments: Sequence[tuple[PersonId, Payment]],
    listed: Mapping[tuple[PersonId, BenefitCode], Entitlement],
    looked_into: AbstractSet[PersonId],
) -> dict[PersonId, Month]:
    """Who of some people was paid otherwise than due by a file that is kept already, and since which month.

    Most of a file is as the roster says, month after month: only where it may differ is a record read.
    `listed`: what they draw, `looked_into`: who is suspected already, or is paid back. Nobody is accused yet.
    """
    since: dict[PersonId, Month] = {}
    for person, payment in payments:
        since[person] = min(payment.month, since.get(person, payment.month))
    depending = _depending(current().rules)
    told = Counter((person, payment.benefit, payment.month) for person, payment in payments)
    doubtful = {
        person
        for person, payment in payments
        if (entitlement := listed.get((person, payment.benefit)))
        is not None  # else nothing is known to be due
        and (
            payment.fen != entitlement.fen
            or payment.benefit in depending
            or told[person, payment.benefit, payment.month] > 1  # under each of two numbers
        )
    }
    looked_at = sorted(doubtful | (since.keys() & looked_into))
    differs = one_by_one(looked_at, lambda person: compare(person, since[person], only_look=True))
    return {person: since[person] for person, is_so in zip(looked_at, differs, strict=True) if is_so}


def accuse(accused: Mapping[PersonId, Month], of: int) -> FileNotice | None:
    """Suspect whom a whole file, about so many people, pays otherwise than due.

    Where more people differ than the policy's limit, it is the file or the roster that is wrong: one notice,
    and nobody is suspected.
    """
    if current().rules.policy.limits.wrong_amounts.is_exceeded(len(accused), of):
        return _notice(len(accused), of)
    one_by_one(accused, lambda person: compare(person, accused[person]))
    return None


def _notice(count: int, of: int) -> FileNotice:
    return FileNotice(
        "too_many_wrong_amounts",
        f"{of}人中有{count}人实发与应发不符，超出单个文件的限度，未逐人立疑点。"
        "多为统一调标而名册尚未更新：请核对名册和发放文件，更新名册后，下一发放文件到达时重新比对。",
        f"{count} of {of} people were paid otherwise than due, more than one file may accuse: nobody is "
        "suspected. Most often amounts were raised and the roster does not say so yet: check both; "
        "the next payments file is compared again.",
        count,
        of,
    )


def _depending(rules: RuleBook) -> set[BenefitCode]:
    """Benefits of which facts say what is due, or whether anything is, whatever the roster says."""
    return {
        code
        for book in (rules, *rules.counties.values())
        for code, benefit in book.benefits.items()
        if any(version.conditions or not isinstance(version.amount, str) for version in benefit.versions)
    }


def suspected() -> frozenset[PersonId]:
    """Everybody who is suspected to be paid otherwise than due."""
    return frozenset(
        row.person for row in worklists.suspicions("") if row.item.kind is SuspicionKind.WRONG_AMOUNT
    )


def compare(person: PersonId, since: Month, *, only_look: bool = False) -> bool:
    """Open what differs from a month on; end what differed and does not any more (a part came later).

    Returns whether anything differs that is not suspected yet. `only_look`: it is not opened.
    """

    def put(record: PersonRecord) -> tuple[Change | None, list[Suspicion]]:
        open_ones = [s for s in record.open_suspicions if s.kind is SuspicionKind.WRONG_AMOUNT]
        first = min([since, *(month_of(s.evidence.day) for s in open_ones if s.evidence is not None)])
        payments = people.payments_of(person)
        found = [d for d in unexplained(record, payments, current().rules) if d.month >= first]
        asked = _conditions(record, found)
        found = [d for d in found if not (d.due.may_not_draw and _stands(d, (*record.suspicions, *asked)))]
        keys = {difference.key for difference in found}
        moot = [_withdrawn(s) for s in open_ones if s.evidence not in keys]
        new = [*asked, *_opened(record, found, moot)]
        opened_now = [] if only_look else new
        if not moot and not opened_now:
            return None, new
        details = {"opened": [s.name for s in opened_now], "withdrawn": [s.name for s in moot]}
        changed = {s.name: s for s in (*moot, *opened_now)}
        suspicions = tuple(changed.values())
        return Change("amounts compared", ACTOR, clock.now(), details, suspicions=suspicions), new

    record, new = people.change_with_outcome(person, put)
    suspicion_verification.wake_withdrawn(record)
    evidence_effects.wake_and_start(record)
    return bool(new)


def _conditions(record: PersonRecord, found: Sequence[Difference]) -> list[Suspicion]:
    """Who is too young is asked about once: not what a month should bring, but whether it is due at all."""
    benefits = {difference.benefit for difference in found if difference.due.may_not_draw}
    if not benefits:
        return []
    new = evidence_effects.apply_rules(record, clock.today()).suspicions
    return [s for s in new if s.kind is SuspicionKind.CONDITION and s.benefit in benefits]


def _stands(difference: Difference, suspicions: Sequence[Suspicion]) -> bool:
    """Whether people are looking into the benefit's conditions, or have."""
    return any(
        s.kind is SuspicionKind.CONDITION
        and s.benefit == difference.benefit
        and s.state is not SuspicionState.WITHDRAWN
        for s in suspicions
    )


def _opened(record: PersonRecord, found: Sequence[Difference], moot: Sequence[Suspicion]) -> list[Suspicion]:
    rules, on = current().rules, clock.today()
    changed = {s.name: s for s in moot}
    known = [changed.get(s.name, s) for s in record.suspicions]
    new: list[Suspicion] = []
    for finding in wrong_amounts(found, rules):
        if may_open(finding, [*known, *new]):
            new.append(opened(finding, on, rules.policy, [*known, *new]))
    return new


def _withdrawn(suspicion: Suspicion) -> Suspicion:
    return replace(suspicion, state=SuspicionState.WITHDRAWN, verified_by=ACTOR, closed=clock.today())
