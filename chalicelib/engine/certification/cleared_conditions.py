"""已核实条件 · A condition that a person has cleared stays cleared, for its benefit and for that condition
alone.

What a card or a sentence with a last day was cleared of (it is being renewed) is asked again after the days
that the policy names. Until then, and for ever where nothing has run out, the same word says nothing new,
however many lists repeat it; a different fact asks anew, and so does another source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.conditions import UNTIL, Clause, ConditionKind, States, Words
from chalicelib.engine.rules.policy import Policy
from chalicelib.model import (
    Entitlement,
    Evidence,
    FeedId,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)


def cleared(
    suspicion: Suspicion, record: PersonRecord, by: str, verification: Verification, on: date, policy: Policy
) -> Suspicion:
    """The suspicion after a person has found it wrong, with the day through which that holds."""
    ended = replace(
        suspicion, state=SuspicionState.CLEARED, verified_by=by, verification=verification, closed=on
    )
    if suspicion.kind is not SuspicionKind.CONDITION:
        return ended
    said = record.facts_of(suspicion.evidence)
    until = said.get(UNTIL) if said is not None else None
    runs_out = until is not None and date.fromisoformat(until) < on
    end = on + timedelta(days=policy.suspicions.renewal_days) if runs_out else None
    return replace(ended, said=said, holds_until=end)


def cleared_of(
    clearances: Iterable[Suspicion], entitlement: Entitlement, benefit: Benefit, clause: Clause
) -> tuple[Suspicion, ...]:
    """The clearances that are of one condition of one benefit."""
    return tuple(
        s for s in clearances if s.benefit == entitlement.benefit and _is_of(s, entitlement, benefit, clause)
    )


def _is_of(suspicion: Suspicion, entitlement: Entitlement, benefit: Benefit, clause: Clause) -> bool:
    """Whether the line of the rules by which it was opened, as it stood then, asks what the clause asks."""
    _, _, number = suspicion.reason.rule.rpartition("/conditions/")
    if number.isdigit():
        asked = benefit.on(suspicion.opened).conditions
        return 0 < int(number) <= len(asked) and asked[int(number) - 1].asks_the_same(clause)
    key = suspicion.evidence
    own = f"{entitlement.benefit}.{clause.when}"
    return key is not None and (
        key.event == own or (key.feed, key.event) in (name.key for name in clause.events)
    )


def last_days(found: Sequence[Suspicion], on: date) -> date | None:
    """The last day of clearances that have run out by a day; None if none has."""
    return max((s.holds_until for s in found if s.holds_until and s.holds_until < on), default=None)


def silenced(states: States, clause: Clause, found: Sequence[Suspicion]) -> States:
    """What is known without the words of which people have said that they show nothing."""
    if not found or clause.of not in states:
        return states
    return {**states, clause.of: [_silenced(words, clause, found) for words in states[clause.of]]}


def _silenced(words: Words, clause: Clause, found: Sequence[Suspicion]) -> Words:
    return {
        name: None if word is not None and any(_says_the_same(word, s, clause) for s in found) else word
        for name, word in words.items()
    }


def _says_the_same(word: Evidence, suspicion: Suspicion, clause: Clause) -> bool:
    """A list repeats a state from day to day; what happened on another day happened once more."""
    key = suspicion.evidence
    name: tuple[FeedId, str] = (word.key.feed, word.key.event)
    if key is None or name != (key.feed, key.event):
        return False
    happens = clause.when is ConditionKind.NOT_SHOWN or name not in (said.key for said in clause.by)
    if happens and word.key.day != key.day:
        return False
    return suspicion.said is None or _asked(word.facts, clause) == _asked(suspicion.said, clause)


def _asked(facts: Mapping[str, str], clause: Clause) -> tuple[str | None, str | None]:
    return facts.get(UNTIL), facts.get(clause.fact) if clause.fact is not None else None


def holding(found: Sequence[Suspicion], on: date) -> tuple[Suspicion, ...]:
    """Those of the clearances that hold on a day."""
    return tuple(s for s in found if s.holds_until is None or on <= s.holds_until)


def states_cleared(
    states: States,
    entitlement: Entitlement,
    benefit: Benefit,
    clearances: Sequence[Suspicion],
    on: date,
) -> States:
    """What is known for one benefit on a day, without the words that clearances of its conditions silence."""
    for clause in benefit.on(on).conditions if clearances else ():
        found = cleared_of(clearances, entitlement, benefit, clause)
        states = silenced(states, clause, holding(found, on))
    return states
