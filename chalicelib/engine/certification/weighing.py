"""证据权衡 · Weigh what shows that a person was there: one strong item, or weak items in combination (rules 2
to 4).

A weak combination needs two different traces of two departments, at most one item of an account or a
household, at least one own card or body, and enough points on different days within a span. Points fade with
age, counted back from the newest item of the combination and not from today: what has once certified does
not melt away merely because time passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final, NamedTuple, TypeAlias

from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.policy import WeakRules
from chalicelib.engine.rules.quantities import LONGEST_PERIOD, MOST_MONTHS
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import EvidenceKey, FeedEvent, Person, Route, Strength, Trace

BY_WEAK: Final = "policy/weak"  # the line of the rules by which weak items count
BY_EVENT: Final = "feed/carries_months"  # by which an event carries less far than others
OWN: Final = (Trace.BODY, Trace.OWN_CARD)  # nobody else leaves these without the person's doing


class Sighting(NamedTuple):
    """An item of evidence that speaks for presence, with what its feed declares about it."""

    key: EvidenceKey
    event: FeedEvent


class Weight(NamedTuple):
    """What positive evidence gives: certified through `until`, running from `day`, by which rule."""

    until: date
    day: date
    route: Route
    keys: tuple[EvidenceKey, ...]
    rule: str = ""
    months: int = MOST_MONTHS  # of the period that it opens


class Lack(StrEnum):
    """What weak evidence is short of."""

    NOTHING = "nothing"  # there is no weak evidence
    TRACES = "traces"  # one trace only, or no own card
    POINTS = "points"  # too few, too old, or on one day


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why the newest weak items do not certify together."""

    lack: Lack
    points: int = 0


Weighed: TypeAlias = tuple[Weight | None, Weight | Shortfall]
"""What strong evidence gives, and what weak evidence gives or lacks."""

LONGEST: Final = timedelta(days=LONGEST_PERIOD)
NONE_AT_ALL: Final = Shortfall(Lack.NOTHING)


def strongest(
    person: Person,
    keys: Sequence[EvidenceKey],
    benefit: Benefit,
    rules: RuleBook,
    history: Sequence[EvidenceKey] = (),
) -> Weight | None:
    """The strong item that carries furthest, by the rules in force on its own day; None if there is none.

    Not always the newest: whoever turns 80 between two items had the longer period at the first.
    `history` is all strong evidence, for tiers that ask whether the period before showed any.
    """
    if not keys:
        return None
    newest, day = keys[0], keys[0].day
    for key in keys:
        its = key.day
        if its > day or (its == day and key is not newest and key > newest):
            newest, day = key, its
    if benefit.is_plain:
        months, rule, is_settled = rules.standing(person, day)
        if is_settled:
            route = rules.known[newest.feed][newest.event].event.route
            return Weight(rules.last_day(day, months), day, route, (newest,), rule, months)
    return _furthest(person, newest, keys, benefit, rules, history or keys)


def _furthest(
    person: Person,
    newest: EvidenceKey,
    keys: Sequence[EvidenceKey],
    benefit: Benefit,
    rules: RuleBook,
    history: Sequence[EvidenceKey],
) -> Weight | None:
    """Every item that could carry furthest, weighed by its own day: the newest first, which spares most."""
    best: EvidenceKey | None = None
    furthest, its_rule, its_months = date.min, "", 0
    is_plain = benefit.is_plain
    days = [key.day for key in history] if rules.asks_for_history else ()
    beaten = date.min  # nothing from before this day can carry as far as the best
    for key in (newest, *keys):
        day = key.day
        if day < beaten or key is best:
            continue
        version = None if is_plain else benefit.on(day)
        if version is not None and not version.recognises_event((key.feed, key.event)):
            continue
        months, rule = rules.period(benefit, version, person, day, days)
        until = rules.last_day(day, months)
        if best is None or until > furthest or (until == furthest and key > best):
            best, furthest, its_rule, its_months = key, until, rule, months
            beaten = until - LONGEST
    if best is None:
        return None
    return Weight(furthest, best.day, rules.event(best).route, (best,), its_rule, its_months)


def briefest(keys: Sequence[EvidenceKey], benefit: Benefit, rules: RuleBook) -> Weight | None:
    """Of strong items whose events carry less far than others, the one that carries furthest."""
    found = [
        Weight(rules.last_day(key.day, months), key.day, event.route, (key,), BY_EVENT, months)
        for key in keys
        for event in (rules.event(key),)
        for months in (event.carries_months,)
        if months is not None and benefit.on(key.day).recognises_event((key.feed, key.event))
    ]
    return max(found, key=lambda each: (each.until, each.keys), default=None)


def combined(sightings: Sequence[Sighting], benefit: Benefit, rules: RuleBook) -> Weight | Shortfall:
    """The weak combination that carries furthest, running from its newest own card or body item."""
    weak = rules.policy.weak
    items = sorted((s for s in sightings if _counts(s, benefit, weak)), key=_newest, reverse=True)
    if not items:
        return NONE_AT_ALL
    best: _Combination | None = None
    short = NONE_AT_ALL
    for start, newest in enumerate(items):
        end = newest.key.day
        if start and end == items[start - 1].key.day:
            continue  # each day once as the end of a combination
        if end < rules.since or (best is not None and best.day >= end):
            break  # weighed by the rules before these; or nothing older can run from a later day
        window = _window(items, start, end - timedelta(days=weak.span_days))
        found, shortfall = _best(window, end, weak)
        if start == 0 and shortfall is not None:
            short = shortfall
        if found is not None and (best is None or found.day > best.day):
            best = found
    if best is None:
        return short
    months = rules.policy.periods.weak_months
    until = rules.last_day(best.day, months)
    return Weight(until, best.day, Route.SILENT, tuple(sorted(best.keys)), BY_WEAK, months)


def _newest(sighting: Sighting) -> tuple[date, str, str]:
    key = sighting.key
    return key.day, key.feed, key.event


@dataclass(frozen=True, slots=True)
class _Combination:
    day: date
    points: int  # in hundredths
    keys: tuple[EvidenceKey, ...]


def _window(items: Sequence[Sighting], start: int, oldest: date) -> Sequence[Sighting]:
    """The items (newest first) from `start` on that are not older than a day."""
    stop = start
    while stop < len(items) and items[stop].key.day >= oldest:
        stop += 1
    return items[start:stop]


def _counts(sighting: Sighting, benefit: Benefit, weak: WeakRules) -> bool:
    key = (sighting.key.feed, sighting.key.event)
    return (
        sighting.event.strength is Strength.WEAK
        and weak.worth.get(key, 0) > 0
        and benefit.on(sighting.key.day).recognises_event(key)
    )


def _best(
    window: Sequence[Sighting], end: date, weak: WeakRules
) -> tuple[_Combination | None, Shortfall | None]:
    """The combination of a window that reaches the threshold and runs from the latest day, or what lacks."""
    traces = {(s.event.trace, s.event.department): s.event for s in window}
    if not any(_is_another_trace(*pair, weak) for pair in combinations(traces.values(), 2)):
        return None, Shortfall(Lack.TRACES)
    if all(event.trace not in OWN for event in traces.values()):
        return None, Shortfall(Lack.TRACES)
    found = list(_combinations(window, end, weak))
    if not found:  # all on one day
        return None, Shortfall(Lack.POINTS)
    enough = [c for c in found if c.points >= weak.threshold * 100]
    if not enough:
        return None, Shortfall(Lack.POINTS, max(c.points for c in found) // 100)
    return max(enough, key=lambda c: (c.day, c.points, c.keys)), None


def _combinations(window: Sequence[Sighting], end: date, weak: WeakRules) -> Iterator[_Combination]:
    """Every item as the second trace, beside the best own card or body item of each other day.

    One item a day: a relative who takes the bus to the pharmacy leaves two traces of one trip. Since
    the others are all own cards or bodies, at most one account or household item is ever counted.
    """
    worth = {s.key: _points(s, end, weak) for s in window}
    own: dict[date, Sighting] = {}
    for sighting in window:  # newest first; on a tie the first by name, whatever the order of arrival
        day = sighting.key.day
        if sighting.event.trace in OWN and (day not in own or worth[sighting.key] > worth[own[day].key]):
            own[day] = sighting
    traces = {sighting.event.trace for sighting in window if sighting.event.trace in OWN}
    for partner in window:
        if partner.event.trace in OWN and len(traces) == 1:
            continue  # it cannot be the second trace
        others = [s for day, s in own.items() if day != partner.key.day]
        if not any(_is_another_trace(s.event, partner.event, weak) for s in others):
            continue
        counted = (partner, *others)
        days = [s.key.day for s in counted if s.event.trace in OWN]
        yield _Combination(max(days), sum(worth[s.key] for s in counted), tuple(s.key for s in counted))


def _is_another_trace(one: FeedEvent, other: FeedEvent, weak: WeakRules) -> bool:
    """Whether two events are different traces: what is bought and the card that paid for it are one trip."""
    same_sender = weak.two_departments and one.department == other.department
    return one.trace is not other.trace and not same_sender


def _points(sighting: Sighting, end: date, weak: WeakRules) -> int:
    key = (sighting.key.feed, sighting.key.event)
    return weak.worth[key] * weak.percent_at((end - sighting.key.day).days)
