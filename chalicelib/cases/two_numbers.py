"""一人两号 · Two numbers under one payee: a person is asked on both records, and one answer ends both (rule
19)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects
from chalicelib.engine.suspicion.two_numbers import certified_until, found_one, two_numbers
from chalicelib.errors import UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, Change, PersonId, PersonRecord, Suspicion, SuspicionState
from chalicelib.model.named import BY_THE_ROSTER
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import one_by_one
from chalicelib.storage.s3 import lake

ACTOR: Final = BY_THE_ROSTER


def numbers_shared(
    pairs: Iterable[tuple[PersonId, PersonId, BenefitCode]], listed: AbstractSet[PersonId] = frozenset()
) -> None:
    """Ask about every pair of numbers that draw under one payee, on both records; each pair once.

    `listed`: whom the roster that shows it lists; under that number the person goes on if they are one. Of a
    number that was joined to another that one is asked about.
    """
    found = list(pairs)
    goes_on = {each: people.load(each).person.id for one, other, _ in found for each in (one, other)}
    standing = dict.fromkeys((goes_on[one], goes_on[other], benefit) for one, other, benefit in found)
    sides = [
        side
        for one, other, benefit in standing
        if one != other
        for side in ((one, other, benefit), (other, one, benefit))
    ]
    one_by_one(sides, lambda side: _ask(*side, listed), lambda side: side[0])


def _ask(person: PersonId, other: PersonId, benefit: BenefitCode, listed: AbstractSet[PersonId]) -> None:
    standing = [each for each in (person, other) if each in listed]
    survivor = standing[0] if len(standing) == 1 else None

    def ask(record: PersonRecord) -> Change | None:
        asked = two_numbers(record, other, benefit, clock.today(), current().rules.policy, survivor)
        if asked is None or record.person.id != person:
            return None
        details = {"suspicion": asked.name, "benefit": benefit, "other": other}
        return Change("two numbers under one payee", ACTOR, clock.now(), details, suspicions=(asked,))

    evidence_effects.wake_and_start(people.change(person, ask))


def answered_alike(person: PersonId, answered: Suspicion) -> tuple[PersonId, Suspicion] | None:
    """Put the answer about two numbers on the other record too; that one and its question, if it was open."""
    if answered.other is None or answered.state is SuspicionState.OPEN:
        return None

    def answer(record: PersonRecord) -> tuple[Change | None, Suspicion | None]:
        asked = next((s for s in record.open_suspicions if s.other == person), None)
        if asked is None:
            return None, None
        theirs = replace(
            asked,
            state=answered.state,
            verified_by=answered.verified_by,
            verification=answered.verification,
            closed=answered.closed,
        )
        details = {"suspicion": asked.name, "as_of": person}
        by = answered.verified_by or ACTOR
        return Change("two numbers answered", by, clock.now(), details, suspicions=(theirs,)), theirs

    _, theirs = people.change_with_outcome(answered.other, answer)
    return None if theirs is None else (answered.other, theirs)


def certified_elsewhere(record: PersonRecord, on: date) -> date | None:
    """Through which day another number of the same person is certified; None where there is none."""
    days = [
        until
        for other, benefit in found_one(record)
        if (until := _certified_until(other, benefit, on)) is not None and until >= on
    ]
    return max(days, default=None)


def _certified_until(other: PersonId, benefit: BenefitCode, on: date) -> date | None:
    theirs = people.load(other)
    try:
        settlement = evidence_effects.apply_rules(theirs, on, lake.evidence_of(other))
    except UnreadableError:
        logger.warning("the lake cannot be read", extra={"person": other})
        settlement = evidence_effects.apply_rules(theirs, on)
    return certified_until(theirs, settlement.decision, benefit)
