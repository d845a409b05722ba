"""名单的话 · Which words of lists say nothing new when they are said again: of states that benefits ask
about, and of who stays somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.checks import EventKey
from chalicelib.model import BenefitCode, FeedEvent, FeedId, Proves


class Repeated(NamedTuple):
    """What may be said again without anything new.

    `states`: event -> the benefits that ask how old its word is, of conditions of which one event alone
    speaks: for all others the first word holds, until it says something else, as the last one would.
    `residents`: the events of feeds that say who stays somewhere, and never that a stay has ended.
    """

    states: Mapping[EventKey, frozenset[BenefitCode]]
    residents: frozenset[EventKey]


def repeated_words(
    benefits: Mapping[BenefitCode, Benefit],
    events: Mapping[EventKey, FeedEvent],
    speaks: Mapping[EventKey, Sequence[EventKey]],
) -> Repeated:
    """By what is declared; `speaks`: event -> the states of which it is a word."""
    shared = {name for event, states in speaks.items() if states != [event] for name in (event, *states)}
    told: dict[EventKey, set[BenefitCode]] = defaultdict(set)
    for code, benefit in benefits.items():
        for term in (term for version in benefit.versions for term in version.terms):
            names = {name.key for name in term.events}
            shared |= names if len(names) > 1 else set()
            for name in names:
                told[name] |= {code} if term.within_months is not None or term.while_drawing else set()
    alone = {
        name: frozenset(codes)
        for name, codes in told.items()
        if name not in shared and events[name].proves is Proves.CONDITION
    }
    return Repeated(alone, _residents(events, speaks.keys()))


def _residents(events: Mapping[EventKey, FeedEvent], asked: AbstractSet[EventKey]) -> frozenset[EventKey]:
    stays: dict[FeedId, list[EventKey]] = defaultdict(list)
    for name, event in events.items():
        if event.stay is not None:
            stays[event.feed].append(name)
    return frozenset(name for name, *others in stays.values() if not others and name not in asked)
