"""Decide what the evidence about one person makes of each entitlement on one day.

Intake, workflow, replay and API all call `decide`: pure, the day passed in, nothing remembered.

  - Evidence is a set: neither order nor repetition matters, nor what was decided before. A
    certificate is what the authority stated or what live evidence gives, whichever reaches further.
  - Positive evidence never shortens, negative evidence never certifies and never stops money.
  - Nothing dated after a loss (death, custody) counts until people have found the loss wrong; what
    was seen up to that day counts whenever it arrives. Strong evidence from after it is a finding.
  - Precedence (rule 7): excluded > contradicted > strong > weak > insufficient. `outcome` says what
    the evidence amounts to; whether somebody is certified on a day is asked of `valid_until`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from chalicelib.engine import reasons, weigh
from chalicelib.engine.benefits import Benefit, BenefitRules, Excludes
from chalicelib.engine.periods import age_on
from chalicelib.engine.rulebook import RuleBook
from chalicelib.engine.weigh import Lack, Shortfall, Sighting, Weight
from chalicelib.model import (
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedEvent,
    Finding,
    Outcome,
    Person,
    Proves,
    Reason,
    Route,
    Strength,
    SuspicionKind,
    Verdict,
)

UNTIL = "until"  # the fact with which a feed says that a state has ended (ISO day, inclusive)


@dataclass(frozen=True, slots=True)
class Negative:
    """An item that speaks against continuing entitlement, from its day on, through `until` if it ended."""

    key: EvidenceKey
    event: FeedEvent
    kind: SuspicionKind
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether a day lies after the loss (and before its end): presence does not count there."""
        return self.key.day < day and (self.until is None or day <= self.until)

    def lasts(self, on: date) -> bool:
        """Whether it has not been reported as ended."""
        return self.until is None or on <= self.until


@dataclass(frozen=True, slots=True)
class Facts:
    """The evidence about a person on a day, sorted into what speaks for and what against."""

    person: Person
    on: date
    counting: tuple[Sighting, ...]  # presence that counts
    contradicting: tuple[Sighting, ...]  # strong presence after a loss
    losses: tuple[Negative, ...]
    exclusions: tuple[Negative, ...]
    weak_reach: date  # no weak combination can carry further than this

    @property
    def deceased_on(self) -> date | None:
        """The confirmed day of death, if it lies no later than the day of the decision."""
        return _deceased(self.person, self.on)


def decide(
    person: Person,
    entitlements: Sequence[Entitlement],
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    *,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
) -> Decision:
    """What the rule book says of a person on a day, with a verdict for every entitlement.

    `refuted` are the items of suspicions that people have cleared: negative ones leave no trace
    (another record of the same kind and day included), positive ones merely accuse nobody again.
    Raises NotFoundError for an entitlement to a benefit that nobody has declared.
    """
    facts = sort_evidence(person, evidence, rules, on, refuted)
    return Decision(
        person=person.id,
        on=on,
        rules=rules.version,
        verdicts=tuple(_verdict(entitlement, facts, rules) for entitlement in entitlements),
        findings=tuple(
            sorted(
                _findings(entitlements, facts, rules, refuted),
                key=lambda f: (f.kind, f.day, f.evidence, f.benefit or ""),
            )
        ),
    )


# --- what speaks for and what against ------------------------------------------------------------


def sort_evidence(
    person: Person,
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
) -> Facts:
    """Sort evidence up to a day; what no feed declares, or lies in the future, weighs nothing.

    Nor does strong presence or a loss of somebody whose number had to be recovered: by itself that may
    neither certify nor accuse of death (domain section 6).
    """
    sightings: list[Sighting] = []
    negatives: list[Negative] = []
    refuted_facts = _refuted_facts(refuted, rules)
    for item in _once(evidence):
        event = rules.events.get((item.key.feed, item.key.event))
        if event is None or item.key.day > on or (item.recovered and _needs_a_whole_number(event)):
            continue
        if event.proves is Proves.PRESENCE:
            sightings.append(Sighting(item.key, event))
        elif event.suspicion is not None and (event.suspicion, item.key.day) not in refuted_facts:
            negatives.append(Negative(item.key, event, event.suspicion, _until(item)))
    losses = tuple(n for n in negatives if n.event.proves is Proves.LOSS and _is_sane(n, person, rules))
    counting, contradicting = _divide(sightings, losses, _deceased(person, on))
    exclusions = tuple(n for n in negatives if n.event.proves is Proves.EXCLUSION)
    newest = max((s.key.day for s in counting if s.event.strength is Strength.WEAK), default=None)
    reach = rules.last_day(newest, rules.policy.periods.weak_months) if newest else date.min
    return Facts(person, on, counting, contradicting, losses, exclusions, reach)


def _needs_a_whole_number(event: FeedEvent) -> bool:
    return event.strength is Strength.STRONG or event.proves is Proves.LOSS


def _once(evidence: Iterable[Evidence]) -> Iterable[Evidence]:
    """Each key once; one whose number was whole before one that was recovered, else the greater facts."""
    unique: dict[EvidenceKey, Evidence] = {}
    for item in evidence:
        other = unique.get(item.key)
        if other is None or _rank(item) > _rank(other):
            unique[item.key] = item
    return unique.values()


def _rank(item: Evidence) -> tuple[bool, list[tuple[str, str]]]:
    return not item.recovered, sorted(item.facts.items())


def _refuted_facts(
    refuted: AbstractSet[EvidenceKey], rules: RuleBook
) -> frozenset[tuple[SuspicionKind | None, date]]:
    """(kind, day): a hospital and a crematorium that report one death report one fact."""
    events = ((rules.events.get((key.feed, key.event)), key.day) for key in refuted)
    return frozenset((event.suspicion, day) for event, day in events if event is not None)


def _until(item: Evidence) -> date | None:
    return date.fromisoformat(item.facts[UNTIL]) if UNTIL in item.facts else None


def _is_sane(negative: Negative, person: Person, rules: RuleBook) -> bool:
    """A record of before birth, or of a death at an age nobody reaches, is about somebody else."""
    day = negative.key.day
    return person.born <= day and age_on(person.born, day) <= rules.policy.suspicions.oldest_years


def _divide(
    sightings: Sequence[Sighting], losses: Sequence[Negative], deceased: date | None
) -> tuple[tuple[Sighting, ...], tuple[Sighting, ...]]:
    if not losses and deceased is None:
        return tuple(sightings), ()
    counting, contradicting = [], []
    for sighting in sightings:
        day = sighting.key.day
        after = (deceased is not None and day > deceased) or any(n.covers(day) for n in losses)
        if not after:
            counting.append(sighting)
        elif sighting.event.strength is Strength.STRONG:
            contradicting.append(sighting)
    return tuple(counting), tuple(contradicting)


def _deceased(person: Person, on: date) -> date | None:
    day = person.deceased_on
    return day if day is not None and day <= on else None


# --- verdicts ------------------------------------------------------------------------------------


def _verdict(entitlement: Entitlement, facts: Facts, rules: RuleBook) -> Verdict:
    benefit = rules.benefit(entitlement.benefit)
    version = benefit.on(facts.on)
    exclusion = _exclusion(version, facts)
    against = tuple(_against(entitlement, version, facts))
    sightings = facts.counting
    if exclusion is not None:  # never silently; by hand is always open (rule 1)
        sightings = tuple(s for s in sightings if s.event.route is not Route.SILENT)
    strong = weigh.strongest(facts.person, sightings, benefit, rules)
    weak = _weak(sightings, strong, facts, benefit, rules)
    usable = None if against or isinstance(weak, Shortfall) else weak
    best = max((w for w in (strong, usable) if w is not None), key=lambda w: w.until, default=None)
    if best is not None and best.until < entitlement.certified_until:
        best = None
    outcome = _outcome(exclusion, against, strong, usable, facts.on)
    return Verdict(
        benefit=entitlement.benefit,
        outcome=outcome,
        valid_until=best.until if best is not None else entitlement.certified_until,
        route=best.route if best is not None else None,
        evidence=best.keys if best is not None else (),
        reasons=tuple(_because(entitlement, exclusion, against, strong, weak, facts.on, rules)),
    )


def _weak(
    sightings: Sequence[Sighting], strong: Weight | None, facts: Facts, benefit: Benefit, rules: RuleBook
) -> Weight | Shortfall:
    """The weak combination, unless strong evidence reaches further anyway: that spares most of the work."""
    if strong is not None and strong.until >= max(facts.on, facts.weak_reach):
        return Shortfall(Lack.NOTHING)
    return weigh.combined(sightings, benefit, rules)


def _outcome(
    exclusion: Reason | None,
    against: tuple[Reason, ...],
    strong: Weight | None,
    weak: Weight | None,
    on: date,
) -> Outcome:
    """The one order of precedence, the same for every benefit (rule 7)."""
    if exclusion is not None:
        return Outcome.EXCLUDED
    if against:
        return Outcome.CONTRADICTED
    if strong is not None and strong.until >= on:
        return Outcome.STRONG
    if weak is not None and weak.until >= on:
        return Outcome.WEAK
    return Outcome.INSUFFICIENT


def _exclusion(version: BenefitRules, facts: Facts) -> Reason | None:
    for clause in version.excluded:
        if clause.holds(facts.person, facts.on):
            return reasons.excluded(clause)
    for clause in version.conditions:
        if not clause.holds(facts.person, facts.on):
            return reasons.condition_unmet(clause)
    return None


def _against(entitlement: Entitlement, version: BenefitRules, facts: Facts) -> Iterator[Reason]:
    """What speaks against an entitlement on the day itself."""
    if facts.deceased_on is not None:
        yield reasons.deceased(facts.deceased_on)
    for negative in sorted(facts.losses, key=lambda n: n.key):
        if negative.lasts(facts.on):
            yield reasons.loss(negative.kind, negative.key, negative.event)
    for row, negative in _excluding(entitlement, version, facts):
        if negative.lasts(facts.on):
            yield reasons.double_receipt(row, negative.key, negative.event)


def _excluding(
    entitlement: Entitlement, version: BenefitRules, facts: Facts
) -> Iterator[tuple[Excludes, Negative]]:
    """What excludes a benefit that is still drawn, by its own table (rule 19)."""
    if entitlement.status is EntitlementStatus.TERMINATED:
        return
    for negative in sorted(facts.exclusions, key=lambda n: n.key):
        for row in version.excludes:
            overlaps = negative.until is None or negative.until >= entitlement.since
            if overlaps and row.shown_by.key == (negative.key.feed, negative.key.event):
                yield row, negative


def _because(
    entitlement: Entitlement,
    exclusion: Reason | None,
    against: tuple[Reason, ...],
    strong: Weight | None,
    weak: Weight | Shortfall,
    on: date,
    rules: RuleBook,
) -> Iterator[Reason]:
    """Why, the weightiest reason first."""
    if exclusion is not None:
        yield exclusion
    yield from against
    is_live = False
    if strong is not None and strong.until >= on:
        is_live = True
        key = strong.keys[0]
        yield reasons.by_strong(strong, rules.events[key.feed, key.event])
    if isinstance(weak, Weight) and weak.until >= on:
        if against:
            yield reasons.weak_blocked()
        else:
            is_live = True
            yield reasons.by_combination(weak, _names(weak, rules))
    if entitlement.certified_until >= on:
        is_live = True
        yield reasons.by_authority(entitlement.certified_until)
    if not is_live:
        yield from _lacking(strong, weak, on, rules)


def _lacking(strong: Weight | None, weak: Weight | Shortfall, on: date, rules: RuleBook) -> Iterator[Reason]:
    ended = strong if strong is not None else weak
    if isinstance(ended, Weight) and ended.until < on:
        yield reasons.ran_out(ended)
    if isinstance(weak, Shortfall):
        yield reasons.too_weak(weak, rules.policy.weak.threshold)


def _names(weight: Weight, rules: RuleBook) -> tuple[str, str]:
    events = sorted({(key.feed, key.event) for key in weight.keys})
    return (
        "、".join(rules.events[event].zh for event in events),
        ", ".join(rules.events[event].en for event in events),
    )


# --- findings ------------------------------------------------------------------------------------


def _findings(
    entitlements: Sequence[Entitlement],
    facts: Facts,
    rules: RuleBook,
    refuted: AbstractSet[EvidenceKey],
) -> Iterator[Finding]:
    yield from _losses_found(entitlements, facts)
    yield from _contradiction_found(facts, refuted)
    for entitlement in entitlements:
        version = rules.benefit_on(entitlement.benefit, facts.on)
        for row, negative in list(_excluding(entitlement, version, facts))[:1]:
            why = reasons.double_receipt(row, negative.key, negative.event)
            yield Finding(negative.kind, negative.key.day, negative.key, why, entitlement.benefit)


def _losses_found(entitlements: Sequence[Entitlement], facts: Facts) -> Iterator[Finding]:
    """A person dies once: of several records the earliest. Each day of custody is a finding."""
    found: dict[tuple[SuspicionKind, date], Negative] = {}
    for negative in sorted(facts.losses, key=lambda n: n.key):
        if negative.kind is SuspicionKind.DEATH:
            if facts.deceased_on is None and not any(kind is negative.kind for kind, _ in found):
                found[negative.kind, negative.key.day] = negative
        elif negative.until is None or any(negative.until >= e.since for e in entitlements):
            found.setdefault((negative.kind, negative.key.day), negative)
    for (kind, day), negative in found.items():
        yield Finding(kind, day, negative.key, reasons.loss(kind, negative.key, negative.event))


def _contradiction_found(facts: Facts, refuted: AbstractSet[EvidenceKey]) -> Iterator[Finding]:
    """The earliest strong presence after a loss: one finding, however many more follow."""
    sightings = [s for s in facts.contradicting if s.key not in refuted]
    if not sightings:
        return
    earliest = min(sightings, key=lambda s: s.key)
    day = earliest.key.day
    since = [n.key.day for n in facts.losses if n.covers(day)]
    if facts.deceased_on is not None and facts.deceased_on < day:
        since.append(facts.deceased_on)
    yield Finding(
        SuspicionKind.CONTRADICTION,
        day,
        earliest.key,
        reasons.contradiction(earliest.key, earliest.event, max(since)),
    )
