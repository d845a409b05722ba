"""What people must verify (疑点): found in the data, opened as suspicions, stopping no money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.contradictions import Claim, contradicts, excluding, lost_conditions
from chalicelib.engine.certification.facts import Facts, Negative
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, Entitlement, EvidenceKey, Finding, Reason, SuspicionKind


def findings(claims: Sequence[Claim], facts: Facts, rules: RuleBook) -> tuple[Finding, ...]:
    """Everything that must be verified about a person on a day."""
    found: list[Finding] = []
    if facts.losses:
        found += losses_found(claims, facts)
    if facts.contradicting:
        found += contradiction_found(facts)
    for claim in claims:
        if claim.version.excludes and (facts.exclusions or len(claims) > 1):
            found += _double_receipt_found(claim, [claim.entitlement for claim in claims], facts, rules)
        if claim.unmet:
            found += _condition_found(claim)
    return apart(found) if len(found) > 1 else tuple(found)


def _double_receipt_found(
    claim: Claim, drawn: Sequence[Entitlement], facts: Facts, rules: RuleBook
) -> Iterator[Finding]:
    """One of a benefit, however many records show it."""
    for shown in excluding(claim.entitlement, claim.version, facts, drawn, rules):
        kind = SuspicionKind.DOUBLE_RECEIPT
        yield Finding(kind, shown.key.day, shown.key, shown.reason, claim.entitlement.benefit)
        break


def _condition_found(claim: Claim) -> Iterator[Finding]:
    """One of a benefit: the first of its conditions that does not hold."""
    code = claim.entitlement.benefit
    for lost in lost_conditions(claim):
        why = reasons.condition_lost(lost.clause, lost.day, lost.key, f"{code}/conditions/{lost.number}")
        yield Finding(SuspicionKind.CONDITION, lost.day, lost.key, why, code)
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


def losses_found(claims: Sequence[Claim], facts: Facts) -> Iterator[Finding]:
    """A person dies once: of several records the earliest. Each day of custody is a finding.

    What contradicts none of a person's benefits concerns nobody.
    """
    found: dict[tuple[SuspicionKind, date], Negative] = {}
    has_died = facts.deceased_on is not None
    for negative in facts.losses:
        if negative.kind is SuspicionKind.DEATH:
            if not has_died:
                found[negative.kind, negative.key.day] = negative
            has_died = True
        elif any(_concerns(negative, claim) for claim in claims):
            found.setdefault((negative.kind, negative.key.day), negative)
    for (kind, day), negative in found.items():
        why = reasons.loss(kind, negative.key, negative.event)
        yield Finding(kind, day, negative.key, _of_another(why) if negative.is_under_another_name else why)


def _of_another(why: Reason) -> Reason:
    """The same of a record that names somebody else: whoever verifies asks first if it is this person."""
    zh = "注意：该记录所报姓名与名册姓名完全不同，可能是别人的记录，请先核对是否为同一人。"
    en = (
        " Mind: the record names somebody else than the roster does; it may be about another person. "
        "Ask first whether it is this one."
    )
    return Reason(why.code, why.zh + zh, why.en + en, why.evidence)


def _concerns(negative: Negative, claim: Claim) -> bool:
    drawn_then = negative.until is None or negative.until >= claim.entitlement.since
    return drawn_then and contradicts(claim.version, negative)


def contradiction_found(facts: Facts) -> Iterator[Finding]:
    """The earliest strong presence after a loss: one finding, however many more follow."""
    sightings = [s for s in facts.contradicting if s.key not in facts.refuted]
    if not sightings:
        return
    earliest = min(sightings, key=lambda s: s.key)
    day = earliest.key.day
    since = [n.key.day for n in facts.losses if n.covers(day)]
    if facts.deceased_on is not None and facts.deceased_on < day:
        since.append(facts.deceased_on)
    why = reasons.contradiction(earliest.key, earliest.event, max(since))
    yield Finding(SuspicionKind.CONTRADICTION, day, earliest.key, why)
