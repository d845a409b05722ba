"""Rehearse a rule book: the same people and evidence, decided by the old words and by the new.

`replay` calls the function that decides, so what it says is what would happen; evidence that both rule
books sort alike is sorted once. Nobody is identified:
people are counted by benefit, county and age band, and an example is a day, a benefit and the two
sentences that an officer would read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from chalicelib.engine.decide import decide_on
from chalicelib.engine.facts import Facts, Related, sort_evidence
from chalicelib.engine.periods import age_on
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    BenefitKind,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    Outcome,
    Person,
    Verdict,
)

BANDS: Final = ((0, "0-17"), (18, "18-59"), (60, "60-69"), (70, "70-79"), (80, "80-89"), (90, "90+"))
EXAMPLES: Final = 5  # of each effect
LIVE: Final = (EntitlementStatus.ACTIVE, EntitlementStatus.SUSPENDED)


class Effect(StrEnum):
    """What another rule book would change for one entitlement; the worst for the person comes first."""

    PROPOSED_FOR_SUSPENSION = "proposed_for_suspension"  # paid monthly, and no longer certified
    COMES_DUE = "comes_due"  # no longer certified, and never suspended for it (a relief)
    NEWLY_SUSPECTED = "newly_suspected"
    SHORTER = "shorter"  # certified still, to an earlier day
    LONGER = "longer"
    NO_LONGER_SUSPECTED = "no_longer_suspected"
    REVIVED = "revived"  # suspended now, and certified by the new words
    NEWLY_CERTIFIED = "newly_certified"


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a decision needs of one person; live evidence only."""

    person: Person
    entitlements: tuple[Entitlement, ...]
    evidence: Sequence[Evidence]
    refuted: frozenset[EvidenceKey] = frozenset()
    related: Related | None = None

    def decide(self, live: Sequence[Entitlement], rules: RuleBook, on: date) -> Decision:
        """What a rule book makes of the person's live entitlements on a day."""
        return decide_on(self.facts(rules, on), live, rules)

    def facts(self, rules: RuleBook, on: date) -> Facts:
        """The evidence, sorted as a rule book asks."""
        return sort_evidence(self.person, self.evidence, rules, on, self.refuted, self.related)


class Group(NamedTuple):
    """Of whom a figure speaks: a benefit, a county (six digits), an age band."""

    benefit: BenefitCode
    county: str
    band: str


@dataclass(frozen=True, slots=True)
class Example:
    """One change without the person: what was certified to which day and why, before and after."""

    group: Group
    before: date
    after: date
    why_before: str
    why_after: str


@dataclass(slots=True)
class Replay:
    """What a change of the rule book does to everybody on one day."""

    on: date
    now: str  # versions of the two rule books
    then: str
    people: int = 0
    entitlements: int = 0
    certified_now: int = 0
    certified_then: int = 0
    effects: Counter[tuple[Effect, Group]] = field(default_factory=Counter)
    examples: defaultdict[Effect, list[Example]] = field(default_factory=lambda: defaultdict(list))

    def total(self, effect: Effect) -> int:
        """How many entitlements an effect concerns."""
        return sum(count for (which, _), count in self.effects.items() if which is effect)


@cache
def band_of(age: int) -> str:
    """The age band in which figures are given."""
    return next(name for least, name in reversed(BANDS) if age >= least)


def replay(subjects: Iterable[Subject], now: RuleBook, then: RuleBook, on: date) -> Replay:
    """Decide everybody by both rule books as of a day and count what differs.

    A benefit that only one of them declares is decided by neither: the difference of the words lists it.
    """
    result = Replay(on, now.version, then.version)
    both = now.benefits.keys() & then.benefits.keys()
    sort_alike = now.sorts_like(then)
    for subject in subjects:
        live = [e for e in subject.entitlements if e.status in LIVE and e.benefit in both]
        if live:
            facts = subject.facts(now, on)
            before = decide_on(facts, live, now)
            facts = facts.afresh() if sort_alike else subject.facts(then, on)
            after = decide_on(facts, live, then)
            _count(result, subject.person, live, before, after, then)
    return result


def _count(
    result: Replay,
    person: Person,
    live: Sequence[Entitlement],
    before: Decision,
    after: Decision,
    then: RuleBook,
) -> None:
    result.people += 1
    result.entitlements += len(live)
    group: Group | None = None
    for entitlement, was, becomes in zip(live, before.verdicts, after.verdicts, strict=True):
        result.certified_now += was.valid_until >= result.on
        result.certified_then += becomes.valid_until >= result.on
        if was.valid_until == becomes.valid_until and was.outcome is becomes.outcome:
            continue
        for effect in _effects(entitlement, was, becomes, then, result.on):
            group = Group(entitlement.benefit, person.area[:6], band_of(age_on(person.born, result.on)))
            result.effects[effect, group] += 1
            if len(examples := result.examples[effect]) < EXAMPLES:
                examples.append(
                    Example(group, was.valid_until, becomes.valid_until, _why(was), _why(becomes))
                )


def _effects(
    entitlement: Entitlement, was: Verdict, becomes: Verdict, then: RuleBook, on: date
) -> list[Effect]:
    effects = []
    held, holds = was.valid_until >= on, becomes.valid_until >= on
    if held and not holds:
        monthly = then.benefit(entitlement.benefit).kind is BenefitKind.MONTHLY
        effects.append(Effect.PROPOSED_FOR_SUSPENSION if monthly else Effect.COMES_DUE)
    elif holds and not held:
        suspended = entitlement.status is EntitlementStatus.SUSPENDED
        effects.append(Effect.REVIVED if suspended else Effect.NEWLY_CERTIFIED)
    elif was.valid_until != becomes.valid_until:
        effects.append(Effect.LONGER if becomes.valid_until > was.valid_until else Effect.SHORTER)
    doubted, doubts = was.outcome is Outcome.CONTRADICTED, becomes.outcome is Outcome.CONTRADICTED
    if doubted != doubts:
        effects.append(Effect.NEWLY_SUSPECTED if doubts else Effect.NO_LONGER_SUSPECTED)
    return effects


def _why(verdict: Verdict) -> str:
    return " ".join(reason.zh for reason in verdict.reasons)
