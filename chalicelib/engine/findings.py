"""What people must verify (疑点): found in the data, opened as suspicions, stopping no money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date

from chalicelib.engine import reasons
from chalicelib.engine.against import contradicts, excluding, lost_conditions
from chalicelib.engine.facts import Facts, Negative
from chalicelib.engine.periods import ONE_DAY
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import BenefitCode, Entitlement, EvidenceKey, Finding, SuspicionKind


def findings(entitlements: Sequence[Entitlement], facts: Facts, rules: RuleBook) -> tuple[Finding, ...]:
    """Everything that must be verified about a person on a day."""
    found = [
        *losses_found(entitlements, facts, rules),
        *contradiction_found(facts, facts.refuted),
    ]
    for entitlement in entitlements:
        found += _of_one_benefit(entitlement, entitlements, facts, rules)
    return apart(found) if found else ()


def _of_one_benefit(
    entitlement: Entitlement, drawn: Sequence[Entitlement], facts: Facts, rules: RuleBook
) -> Iterator[Finding]:
    version = rules.benefit_on(entitlement.benefit, facts.on)
    for shown in excluding(entitlement, version, facts, drawn, rules):
        kind = SuspicionKind.DOUBLE_RECEIPT
        yield Finding(kind, shown.key.day, shown.key, shown.reason, entitlement.benefit)
        break  # one suspicion of a benefit, however many records show it
    for lost in lost_conditions(entitlement, version, facts):
        rule = f"{entitlement.benefit}/conditions/{lost.number}"
        why = reasons.condition_lost(lost.clause, lost.day, lost.key, rule)
        yield Finding(SuspicionKind.CONDITION, lost.day, lost.key, why, entitlement.benefit)
        break


def apart(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in their order, no two of a kind on one day: that is the key of a suspicion.

    A certificate that expires takes two subsidies with it: the second is filed a day later.
    """
    taken: set[tuple[SuspicionKind, date]] = set()
    result = []
    for finding in sorted(found, key=_order):
        day = finding.day
        while (finding.kind, day) in taken:
            day += ONE_DAY
        taken.add((finding.kind, day))
        result.append(finding if day == finding.day else replace(finding, day=day))
    return tuple(result)


def _order(finding: Finding) -> tuple[SuspicionKind, date, EvidenceKey, BenefitCode | str]:
    return finding.kind, finding.day, finding.evidence, finding.benefit or ""


def losses_found(entitlements: Sequence[Entitlement], facts: Facts, rules: RuleBook) -> Iterator[Finding]:
    """A person dies once: of several records the earliest. Each day of custody is a finding.

    What contradicts none of a person's benefits concerns nobody.
    """
    found: dict[tuple[SuspicionKind, date], Negative] = {}
    has_died = facts.deceased_on is not None
    for negative in facts.losses:
        if not _concerns_any(negative, entitlements, facts, rules):
            continue
        if negative.kind is SuspicionKind.DEATH:
            if not has_died:
                found[negative.kind, negative.key.day] = negative
            has_died = True
        elif negative.until is None or any(negative.until >= e.since for e in entitlements):
            found.setdefault((negative.kind, negative.key.day), negative)
    for (kind, day), negative in found.items():
        yield Finding(kind, day, negative.key, reasons.loss(kind, negative.key, negative.event))


def _concerns_any(
    negative: Negative, entitlements: Sequence[Entitlement], facts: Facts, rules: RuleBook
) -> bool:
    if negative.kind is SuspicionKind.DEATH or not entitlements:
        return True
    return any(contradicts(rules.benefit_on(e.benefit, facts.on), negative) for e in entitlements)


def contradiction_found(facts: Facts, refuted: AbstractSet[EvidenceKey]) -> Iterator[Finding]:
    """The earliest strong presence after a loss: one finding, however many more follow."""
    sightings = [s for s in facts.contradicting if s.key not in refuted]
    if not sightings:
        return
    earliest = min(sightings, key=lambda s: s.key)
    day = earliest.key.day
    since = [n.key.day for n in facts.losses if n.covers(day)]
    if facts.deceased_on is not None and facts.deceased_on < day:
        since.append(facts.deceased_on)
    why = reasons.contradiction(earliest.key, earliest.event, max(since))
    yield Finding(SuspicionKind.CONTRADICTION, day, earliest.key, why)
