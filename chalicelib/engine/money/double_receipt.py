"""Rosters held against each other and against the facts: drawn twice (重领), not drawn at all (应享未享)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.contradictions import TWICE
from chalicelib.engine.certification.facts import Facts, Related, sort_evidence
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    Finding,
    Person,
    PersonId,
    Reason,
    SuspicionKind,
)
from chalicelib.model.named import ROSTER


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a roster about a person: one person may stand on several, under several numbers."""

    person: PersonId
    benefit: BenefitCode
    area: AreaCode
    payee: str
    since: date


def drawn_twice(lines: Iterable[Listed], rules: RuleBook) -> dict[PersonId, tuple[Finding, ...]]:
    """Who draws one benefit in two areas, or under two of their numbers (rule 19).

    The later line is the one to look into. Neither an area nor a number stands in the sentence.
    """
    by_claim: dict[tuple[PersonId, BenefitCode], set[tuple[date, AreaCode, str]]] = defaultdict(set)
    for line in lines:
        by_claim[line.person, line.benefit].add((line.since, line.area, line.payee))
    found: dict[PersonId, list[Finding]] = defaultdict(list)
    for (person, benefit), places in sorted(by_claim.items()):
        if len({(area, payee) for _, area, payee in places}) < 2:
            continue
        day = max(since for since, _, _ in places)
        key = EvidenceKey(day, ROSTER, f"{benefit}{TWICE}")
        why = reasons.two_places(rules.benefit(benefit).title, len(places), key)
        found[person].append(Finding(SuspicionKind.DOUBLE_RECEIPT, day, key, why, benefit))
    return {person: tuple(findings) for person, findings in found.items()}


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A benefit that somebody seems entitled to and does not draw; a question to its authority."""

    person: PersonId
    benefit: BenefitCode
    reason: Reason


def unclaimed(
    person: Person,
    entitlements: Sequence[Entitlement],
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    *,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
) -> tuple[Unclaimed, ...]:
    """What a living person is entitled to on the facts known and does not draw (rule 20): never a suspicion.

    Whoever has or had the benefit on a roster is known to the authority, and left out; so is whoever
    draws another benefit that excludes it.
    """
    rules = rules.for_area(person.area)
    facts = sort_evidence(person, evidence, rules, on, refuted, related)
    return tuple(entitled(facts, entitlements, rules.benefits, rules))


def entitled(
    facts: Facts, entitlements: Sequence[Entitlement], codes: Iterable[BenefitCode], rules: RuleBook
) -> Iterator[Unclaimed]:
    """The same of evidence that has been sorted, asked of some benefits."""
    if facts.deceased_on is not None or any(n.lasts(facts.on) for n in facts.losses):
        return
    listed = {entitlement.benefit for entitlement in entitlements}
    drawn = {e.benefit for e in entitlements if e.status is not EntitlementStatus.TERMINATED}
    for code in sorted(codes):
        benefit, version = rules.in_force(code, facts.on)
        if code not in listed and version.entitles is not None and _fits(version, facts, drawn):
            why = reasons.entitled(benefit.title, version.entitles.authority, f"{code}/entitles")
            yield Unclaimed(facts.person.id, code, why)


def _fits(version: BenefitRules, facts: Facts, drawn: AbstractSet[BenefitCode]) -> bool:
    terms = version.entitles.where if version.entitles else ()
    if not all(term.holds(facts.person, facts.on, facts.states) for term in terms):
        return False
    shown = {(negative.key.feed, negative.key.event) for negative in facts.exclusions}
    return not any(
        row.benefit in drawn or (row.shown_by is not None and row.shown_by.key in shown)
        for row in version.excludes
    )
