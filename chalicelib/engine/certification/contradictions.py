"""反证 · What speaks against an entitlement: losses, benefits that exclude it, conditions that no longer
hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.cleared_conditions import cleared_of, holding, last_days, silenced
from chalicelib.engine.certification.facts import Facts, Negative
from chalicelib.engine.rules.benefits import Benefit, BenefitRules, Excludes
from chalicelib.engine.rules.conditions import Clause
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    Reason,
)
from chalicelib.model.named import ROSTER

TWICE: Final = ".twice"  # ends the event of a benefit that stands in two places of the rosters


class Unmet(NamedTuple):
    """A condition, by its number in the benefit's file, that does not hold: since when, and what shows it."""

    number: int
    clause: Clause
    day: date
    key: EvidenceKey


class Claim(NamedTuple):
    """An entitlement, its benefit, the benefit's rules in force on the day, and what they miss."""

    entitlement: Entitlement
    benefit: Benefit
    version: BenefitRules
    unmet: Sequence[Unmet] = ()


class Shown(NamedTuple):
    """Another benefit drawn beside one that it excludes: by which line of its table, and what shows it."""

    key: EvidenceKey
    reason: Reason
    until: date | None = None


def against(
    entitlement: Entitlement,
    version: BenefitRules,
    facts: Facts,
    drawn: Sequence[Entitlement],
    rules: RuleBook,
) -> tuple[Reason, ...]:
    """What speaks against an entitlement on the day itself."""
    died = facts.deceased_on
    why = [] if died is None else [reasons.deceased(died)]
    if facts.death_word is not None:
        why.append(facts.death_word)
    for negative in facts.losses:
        if negative.lasts(facts.on) and contradicts(version, negative):
            why.append(reasons.loss(negative.kind, negative.key, negative.event))
    if version.excludes:
        shown = excluding(entitlement, version, facts, drawn, rules)
        why += [each.reason for each in shown if each.until is None or each.until >= facts.on]
    return tuple(why)


def contradicts(version: BenefitRules, negative: Negative) -> bool:
    """Whether a loss speaks against a benefit: all do, unless its file names the ones that do."""
    if isinstance(version.contradicted_by, str):
        return True
    return any(name.key == (negative.key.feed, negative.key.event) for name in version.contradicted_by)


def excluding(
    entitlement: Entitlement,
    version: BenefitRules,
    facts: Facts,
    drawn: Sequence[Entitlement],
    rules: RuleBook,
) -> Iterator[Shown]:
    """What excludes a benefit that is still drawn, by its own table (rule 19)."""
    if not _draws(entitlement):
        return
    for number, row in enumerate(version.excludes, 1):
        rule = f"{entitlement.benefit}/excludes/{number}"
        for negative in facts.exclusions:
            if _shows(row, negative, entitlement, facts):
                why = reasons.double_receipt(row, negative.key, negative.event, rule)
                yield Shown(negative.key, why, negative.until)
        for other in drawn:
            if other.benefit != row.benefit or not _draws(other):
                continue
            day = max(entitlement.since, other.since)
            key = EvidenceKey(day, ROSTER, f"{entitlement.benefit}.{row.benefit}")
            if key not in facts.refuted:
                title = rules.benefit(other.benefit).title
                yield Shown(key, reasons.drawn_together(row, key, title, rule))


def _draws(entitlement: Entitlement) -> bool:
    return entitlement.status is not EntitlementStatus.TERMINATED


def _shows(row: Excludes, negative: Negative, entitlement: Entitlement, facts: Facts) -> bool:
    if row.shown_by is None or row.shown_by.key != (negative.key.feed, negative.key.event):
        return False
    if row.beside is not None and not any(
        row.beside.key == (other.key.feed, other.key.event) and other.lasts(facts.on)
        for other in facts.exclusions
    ):
        return False
    return negative.until is None or negative.until >= entitlement.since


def claim_of(entitlement: Entitlement, benefit: Benefit, version: BenefitRules, facts: Facts) -> Claim:
    """An entitlement as it is judged: what its conditions miss is asked once."""
    if not version.conditions:
        return Claim(entitlement, benefit, version)
    unmet = []
    for number, clause in enumerate(version.conditions, 1):
        if clause.asks_a_feed and not facts.states:
            continue
        if clause.holds(facts.person, facts.on, facts.states, entitlement.since) is False:
            lost = _unmet(number, clause, entitlement, benefit, version, facts)
            if lost is not None:
                unmet.append(lost)
    return Claim(entitlement, benefit, version, unmet)


def _unmet(
    number: int,
    clause: Clause,
    entitlement: Entitlement,
    benefit: Benefit,
    version: BenefitRules,
    facts: Facts,
) -> Unmet | None:
    """A condition that does not hold, unless people have found that it does, and that holds on the day."""
    found = cleared_of(facts.clearances, entitlement, benefit, clause)
    day, key = _lost(entitlement, benefit, version, clause, facts)
    if key in facts.refuted or (key.feed == ROSTER and any(s.evidence == key for s in found)):
        return None
    if found:
        person, since = facts.person, entitlement.since
        known = silenced(facts.states, clause, holding(found, facts.on))
        if clause.holds(person, facts.on, known, since) is not False:
            return None
        ended = last_days(found, facts.on)
        ever = silenced(facts.states, clause, found)
        if ended is not None and clause.holds(person, facts.on, ever, since) is not False:
            day = max(day, ended + ONE_DAY)
    return Unmet(number, clause, day, key)


def exclusion(claim: Claim, facts: Facts) -> Reason | None:
    """Why nothing may certify silently: an exclusion, or a condition that does not hold."""
    entitlement, _, version, unmet = claim
    for number, clause in enumerate(version.excluded, 1):
        if clause.holds(facts.person, facts.on, facts.states, entitlement.since):
            return reasons.excluded(clause, f"{entitlement.benefit}/excluded/{number}")
    if unmet:
        first = unmet[0]
        return reasons.condition_unmet(first.clause, f"{entitlement.benefit}/conditions/{first.number}")
    return None


def _lost(
    entitlement: Entitlement, benefit: Benefit, version: BenefitRules, clause: Clause, facts: Facts
) -> tuple[date, EvidenceKey]:
    """Since when a condition does not hold that was asked then, and what shows it.

    What a birthday or the register of groups shows is known by the day, until people have looked into it.
    """
    day, found = clause.lost_on(facts.person, facts.on, facts.states, entitlement.since)
    day = max(day, benefit.asked_since(version, clause))
    # What the roster or a birthday shows needs no record of a department.
    return day, found or EvidenceKey(day, ROSTER, f"{entitlement.benefit}.{clause.when}")


def lost_conditions(claim: Claim) -> Sequence[Unmet]:
    """The conditions of what is still drawn that do not hold: too young, grown up, certificate expired."""
    return claim.unmet if _draws(claim.entitlement) else ()
