"""事实 · The evidence about one person on a day, sorted into what speaks for, what against, and states.

Evidence is a set: neither order nor repetition matters. Nothing dated after a loss (death, custody)
counts until people have found the loss wrong; what was seen up to that day counts whenever it arrives.
An identity that was recovered from a damaged number neither certifies strongly nor accuses anybody. Presence
under another name than the roster's weighs nothing; a loss under one is a finding that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from chalicelib.engine.calendar.periods import ONE_DAY, age_on
from chalicelib.engine.certification.weighing import Sighting
from chalicelib.engine.rules.conditions import NO_STATES, States, Words, stated_end
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    Evidence,
    EvidenceKey,
    FeedEvent,
    FeedId,
    Person,
    Proves,
    Reason,
    Relation,
    Strength,
    Suspicion,
    SuspicionKind,
)

STRONG: Final = Strength.STRONG  # looked up once for each item of evidence
WEAK: Final = Strength.WEAK
Related: TypeAlias = Mapping[Relation, Sequence[Iterable[Evidence]]]
"""How they are related -> the evidence about each of them: two parents are two people."""


class Negative(NamedTuple):
    """An item that speaks against continuing entitlement, from its day on, through `until` if it ended."""

    key: EvidenceKey
    event: FeedEvent
    kind: SuspicionKind
    until: date | None
    is_under_another_name: bool = False

    def covers(self, day: date) -> bool:
        """Whether a day lies after the loss (and before its end): presence does not count there."""
        return self.key.day < day and (self.until is None or day <= self.until)

    def lasts(self, on: date) -> bool:
        """Whether it has not been reported as ended."""
        return self.until is None or on <= self.until


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a person on a day; made once per decision and shared by all entitlements."""

    person: Person
    on: date
    deceased_on: date | None  # the confirmed day of death, if it lies no later than the day
    strong: Sequence[EvidenceKey]  # presence that counts; an item may be named twice
    weak: Sequence[Sighting]
    contradicting: Sequence[Sighting]  # strong presence after a loss
    losses: Sequence[Negative]  # in the order of their keys, as are the exclusions
    exclusions: Sequence[Negative]
    states: States
    refuted: AbstractSet[EvidenceKey]
    clearances: Sequence[Suspicion] = ()  # conditions that people have found to hold
    brief: Sequence[EvidenceKey] = ()  # strong presence whose event carries less far than others
    death_word: Reason | None = None  # somebody's word at the door, which no record says yet

    @property
    def is_death_reported(self) -> bool:
        """Whether anybody says that the person died, and nobody has found that wrong."""
        if self.deceased_on is not None or self.death_word is not None:
            return True
        return any(negative.kind is SuspicionKind.DEATH for negative in self.losses)


def sort_evidence(
    person: Person,
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
    clearances: Sequence[Suspicion] = (),
    death_word: Reason | None = None,
) -> Facts:
    """Sort evidence up to a day; what no feed declares, or lies in the future, weighs nothing."""
    strong: list[EvidenceKey] = []
    brief: list[EvidenceKey] = []
    weak: list[Sighting] = []
    accusing: list[tuple[Evidence, FeedEvent]] = []
    told: list[Evidence] = []
    known = rules.known
    for item in evidence:
        key = item.key
        declared = known[key.feed].get(key.event)
        if declared is None or key.day > on:
            continue
        event, is_asked = declared.event, declared.is_asked
        strength = None if item.facts and item.is_under_another_name else declared.strength
        if strength is STRONG:
            if not item.recovered:
                (strong if event.carries_months is None else brief).append(key)
        elif strength is WEAK:
            weak.append(Sighting(key, event))
        elif event.suspicion is not None or event.releases:
            accusing.append((item, event))
        if is_asked:
            told.append(item)
    states = states_on(told, rules, on, refuted, related) if told or related else NO_STATES
    died = person.deceased_on
    deceased = died if died is not None and died <= on else None
    if not accusing and deceased is None:
        return Facts(
            person, on, None, strong, weak, (), (), (), states, refuted, clearances, brief, death_word
        )
    negatives = _negatives(_once(accusing), refuted, rules)
    losses = tuple(n for n in negatives if n.event.proves is Proves.LOSS and _is_sane(n, person, rules))
    exclusions = tuple(n for n in negatives if n.event.proves is Proves.EXCLUSION)

    def counts(key: EvidenceKey) -> bool:
        day = key.day
        return (deceased is None or day <= deceased) and not any(n.covers(day) for n in losses)

    return Facts(
        person,
        on,
        deceased,
        strong=tuple(key for key in strong if counts(key)),
        weak=tuple(s for s in weak if counts(s.key)),
        contradicting=tuple(Sighting(key, rules.event(key)) for key in (*strong, *brief) if not counts(key)),
        losses=losses,
        exclusions=exclusions,
        states=states,
        refuted=refuted,
        clearances=clearances,
        death_word=death_word,
        brief=tuple(key for key in brief if counts(key)),
    )


def _negatives(
    accusing: Iterable[tuple[Evidence, FeedEvent]], refuted: AbstractSet[EvidenceKey], rules: RuleBook
) -> list[Negative]:
    cleared = _refuted_facts(refuted, rules)
    told = list(accusing)
    found = [
        Negative(item.key, event, event.suspicion, _ends(item, event), item.is_under_another_name)
        for item, event in told
        if event.suspicion is not None
        and not item.recovered
        and (event.suspicion, item.key.day) not in cleared
    ]
    over = [(item, event) for item, event in told if event.releases]
    ended = [_released(negative, over, refuted) for negative in found] if over else found
    return sorted(ended, key=lambda negative: negative.key)


def _released(
    negative: Negative,
    releasing: Iterable[tuple[Evidence, FeedEvent]],
    refuted: AbstractSet[EvidenceKey],
) -> Negative:
    """A loss through the day before whoever reported it reported a release from it."""
    days = [item.key.day for item, event in releasing if releases(item, event, negative.key, refuted)]
    if not days:
        return negative
    last = min(days) - ONE_DAY
    return negative._replace(until=last if negative.until is None else min(last, negative.until))


def releases(
    item: Evidence, event: FeedEvent, loss: EvidenceKey, refuted: AbstractSet[EvidenceKey] = frozenset()
) -> bool:
    """Whether a record says that a loss is over from its day on: the same feed's, under their own name."""
    is_sure = not item.recovered and not item.is_under_another_name and item.key not in refuted
    is_of_it = item.key.feed == loss.feed and loss.event in event.releases
    return is_sure and is_of_it and item.key.day >= loss.day


def states_on(
    evidence: Iterable[Evidence],
    rules: RuleBook,
    on: date,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
) -> States:
    """The newest word of each state up to a day; a record that people have found wrong says nothing."""
    states: dict[Relation | None, list[Words]] = {}
    own: dict[tuple[FeedId, str], Evidence | None] = {}
    for item in evidence:
        if item.key not in refuted:
            _keep_newest(own, item, rules, on)
    if own:
        states[None] = [own]
    for relation, persons in (related or {}).items():
        told = [words for items in persons if (words := _of_one(items, rules, on, refuted))]
        if told:
            states[relation] = told
    return states


def _of_one(
    evidence: Iterable[Evidence], rules: RuleBook, on: date, refuted: AbstractSet[EvidenceKey]
) -> Words:
    """What is known of one related person.

    Whom people have looked into is in doubt from then on: an older word about another asks nothing anew.
    """
    words: dict[tuple[FeedId, str], Evidence | None] = {}
    wrong = set()
    for item in evidence:
        if item.key in refuted:
            wrong.add((item.key.feed, item.key.event))
        else:
            _keep_newest(words, item, rules, on)
    for name in wrong:
        words.setdefault(name, None)
    return words


def _once(accusing: Iterable[tuple[Evidence, FeedEvent]]) -> Iterable[tuple[Evidence, FeedEvent]]:
    """Each key once; should two items of one key differ, always the same one of them.

    Presence named twice weighs no more, and of a state the newest word holds: they need no such care.
    """
    unique: dict[EvidenceKey, tuple[Evidence, FeedEvent]] = {}
    for pair in accusing:
        item = pair[0]
        other = unique.setdefault(item.key, pair)
        if other is not pair and _precedence(item) > _precedence(other[0]):
            unique[item.key] = pair
    return unique.values()


def _precedence(item: Evidence) -> tuple[bool, bool, list[tuple[str, str]]]:
    """What decides between two items of one key: a whole number, the person's own name, then the facts."""
    return not item.recovered, not item.is_under_another_name, sorted(item.facts.items())


def _keep_newest(
    words: dict[tuple[FeedId, str], Evidence | None], item: Evidence, rules: RuleBook, on: date
) -> None:
    """Of each state that it speaks of; where it says that one is over, only under its bearer's own name."""
    key = item.key
    if key.day > on:
        return
    name = (key.feed, key.event)
    for state in rules.speaks_of.get(name, ()):
        ends = state != name
        if ends and (item.recovered or item.is_under_another_name):
            continue
        other = words.get(state)
        if other is None or (key.day, ends, _precedence(item)) > (
            other.key.day,
            other.key.event != state[1],
            _precedence(other),
        ):
            words[state] = item


def _refuted_facts(
    refuted: AbstractSet[EvidenceKey], rules: RuleBook
) -> frozenset[tuple[SuspicionKind | None, date]]:
    """(kind, day): a hospital and a crematorium that report one death report one fact."""
    events = ((rules.events.get((key.feed, key.event)), key.day) for key in refuted)
    return frozenset((event.suspicion, day) for event, day in events if event is not None)


def _ends(item: Evidence, event: FeedEvent) -> date | None:
    """The last day of what speaks against somebody; no death ends, whatever its record says."""
    return None if event.suspicion is SuspicionKind.DEATH else stated_end(item)


def _is_sane(negative: Negative, person: Person, rules: RuleBook) -> bool:
    """A record of before birth, or of a death at an age nobody reaches, is about somebody else."""
    day = negative.key.day
    if person.born is None:
        return True
    return person.born <= day and age_on(person.born, day) <= rules.policy.suspicions.oldest_years
