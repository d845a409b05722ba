"""The evidence about one person on a day, sorted into what speaks for, what against, and states.

Evidence is a set: neither order nor repetition matters. Nothing dated after a loss (death, custody)
counts until people have found the loss wrong; what was seen up to that day counts whenever it arrives.
An identity that was recovered from a damaged number neither certifies strongly nor accuses anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from chalicelib.engine.clauses import NO_STATES, UNTIL, States
from chalicelib.engine.periods import age_on
from chalicelib.engine.rulebook import RuleBook
from chalicelib.engine.weigh import Shortfall, Sighting, Weight
from chalicelib.model import (
    Evidence,
    EvidenceKey,
    FeedEvent,
    FeedId,
    Person,
    Proves,
    Relation,
    Strength,
    SuspicionKind,
)

STRONG: Final = Strength.STRONG  # looked up once for each item of evidence
WEAK: Final = Strength.WEAK
Related: TypeAlias = Mapping[Relation, Iterable[Evidence]]


class Negative(NamedTuple):
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


@dataclass(slots=True)
class Facts:
    """What is known of a person on a day; made once per decision and shared by all entitlements."""

    person: Person
    on: date
    deceased_on: date | None  # the confirmed day of death, if it lies no later than the day
    strong: Sequence[Sighting]  # presence that counts
    weak: Sequence[Sighting]
    contradicting: Sequence[Sighting]  # strong presence after a loss
    losses: Sequence[Negative]  # in the order of their keys, as are the exclusions
    exclusions: Sequence[Negative]
    states: States
    refuted: AbstractSet[EvidenceKey]
    weighed: dict[bool, tuple[Weight | None, Weight | Shortfall]] = field(default_factory=dict)


def sort_evidence(
    person: Person,
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
) -> Facts:
    """Sort evidence up to a day; what no feed declares, or lies in the future, weighs nothing."""
    strong: list[Sighting] = []
    weak: list[Sighting] = []
    accusing: list[tuple[Evidence, FeedEvent]] = []
    told: list[Evidence] = []
    events, asked = rules.events, rules.asked
    for item in _once(evidence):
        key = item.key
        pair = (key.feed, key.event)
        event = events.get(pair)
        if event is None or key.day > on:
            continue
        if event.strength is WEAK:
            weak.append(Sighting(key, event))
        elif event.strength is STRONG:
            if not item.recovered:
                strong.append(Sighting(key, event))
        elif event.suspicion is not None:
            accusing.append((item, event))
        if pair in asked:
            told.append(item)
    states = states_on(told, rules, on, refuted, related) if told or related else NO_STATES
    died = person.deceased_on
    deceased = died if died is not None and died <= on else None
    if not accusing and deceased is None:
        return Facts(person, on, None, strong, weak, (), (), (), states, refuted)
    negatives = _negatives(accusing, refuted, rules)
    losses = tuple(n for n in negatives if n.event.proves is Proves.LOSS and _is_sane(n, person, rules))
    exclusions = tuple(n for n in negatives if n.event.proves is Proves.EXCLUSION)

    def counts(sighting: Sighting) -> bool:
        day = sighting.key.day
        return (deceased is None or day <= deceased) and not any(n.covers(day) for n in losses)

    return Facts(
        person,
        on,
        deceased,
        strong=tuple(s for s in strong if counts(s)),
        weak=tuple(s for s in weak if counts(s)),
        contradicting=tuple(s for s in strong if not counts(s)),
        losses=losses,
        exclusions=exclusions,
        states=states,
        refuted=refuted,
    )


def _negatives(
    accusing: Sequence[tuple[Evidence, FeedEvent]], refuted: AbstractSet[EvidenceKey], rules: RuleBook
) -> list[Negative]:
    cleared = _refuted_facts(refuted, rules)
    found = [
        Negative(item.key, event, event.suspicion, _until(item))
        for item, event in accusing
        if event.suspicion is not None
        and not item.recovered
        and (event.suspicion, item.key.day) not in cleared
    ]
    return sorted(found, key=lambda negative: negative.key)


def states_on(
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
) -> States:
    """The newest word of each state up to a day; a record that people have found wrong says nothing."""
    states: dict[tuple[Relation | None, FeedId, str], Evidence] = {}
    for item in evidence:
        if item.key not in refuted:
            _keep_newest(states, None, item, rules, on)
    for relation, items in (related or {}).items():
        for item in items:
            if item.key not in refuted:
                _keep_newest(states, relation, item, rules, on)
    return states


def _once(evidence: Iterable[Evidence]) -> Iterable[Evidence]:
    """Each key once; should two items of one key differ, always the same one of them."""
    items = evidence if isinstance(evidence, list | tuple) else tuple(evidence)
    if len(items) < 2:
        return items
    unique: dict[EvidenceKey, Evidence] = {}
    for item in items:
        other = unique.setdefault(item.key, item)
        if other is not item and _told(item) > _told(other):
            unique[item.key] = item
    return unique.values()


def _told(item: Evidence) -> tuple[bool, list[tuple[str, str]]]:
    """What decides between two items of one key: a whole number before a recovered one, then the facts."""
    return not item.recovered, sorted(item.facts.items())


def _keep_newest(
    states: dict[tuple[Relation | None, FeedId, str], Evidence],
    of: Relation | None,
    item: Evidence,
    rules: RuleBook,
    on: date,
) -> None:
    key = item.key
    if key.day > on or (key.feed, key.event) not in rules.asked:
        return
    other = states.get((of, key.feed, key.event))
    if other is None or (key.day, _told(item)) > (other.key.day, _told(other)):
        states[of, key.feed, key.event] = item


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
