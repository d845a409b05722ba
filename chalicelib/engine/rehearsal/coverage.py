"""数据覆盖 · What each feed is worth: whom it certifies, whom it alone certifies, what a new one would add.

Marginal coverage answers the question that a department asks before it stops sending: how many people
would have to be visited? A feed is left out by leaving out its evidence, and the function that decides
is asked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date

from chalicelib.engine.calendar.periods import age_on
from chalicelib.engine.rehearsal.replay import Subject, band_of
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import Decision, EntitlementStatus, FeedId


@dataclass(slots=True)
class Coverage:
    """People by what certifies them on a day; every share's denominator is `people`."""

    on: date
    people: int = 0
    certified: int = 0
    by_feed: Counter[FeedId] = field(default_factory=Counter)  # a certificate rests on the feed
    only_by_feed: Counter[FeedId] = field(default_factory=Counter)  # without it: a visit
    uncertified: Counter[str] = field(default_factory=Counter)  # by age band


Guard = Callable[..., AbstractContextManager[None]]


def unguarded(**_: str) -> AbstractContextManager[None]:
    """The guard of who wants to hear of the first mistake at once."""
    return nullcontext()


def coverage(subjects: Iterable[Subject], rules: RuleBook, on: date, guard: Guard = unguarded) -> Coverage:
    """Count whom each feed certifies as of a day, and whom it alone certifies.

    A person counts as certified if every live entitlement is. Leaving out a feed on which no certificate
    rests changes nothing, so only those on which one rests are left out and decided again. Whoever cannot be
    decided about ends the count, unless the run's `guard` leaves them out.
    """
    result = Coverage(on)
    for subject in subjects:
        with guard(person=subject.person.id):
            _cover(subject, rules, on, result)
    return result


def _cover(subject: Subject, rules: RuleBook, on: date, result: Coverage) -> None:
    live = tuple(e for e in subject.entitlements if e.status is EntitlementStatus.ACTIVE)
    if not live:
        return
    decision = subject.decide(live, rules, on)
    result.people += 1
    if not _certified(decision):
        born = subject.person.born
        result.uncertified[band_of(age_on(born, on) if born else None)] += 1
        return
    result.certified += 1
    feeds = {key.feed for verdict in decision.verdicts for key in verdict.evidence}
    result.by_feed.update(feeds)
    for feed in feeds:
        rest = [item for item in subject.evidence if item.key.feed != feed]
        if not _certified(replace(subject, evidence=rest).decide(live, rules, on)):
            result.only_by_feed[feed] += 1


def _certified(decision: Decision) -> bool:
    return all(verdict.valid_until >= decision.on for verdict in decision.verdicts)


def would_add(now: Coverage, reach: Mapping[str, float]) -> float:
    """How many uncertified people a new strong feed would certify that reaches these shares by age band.

    An estimate: it takes those without evidence to be reached like anybody else of their age, and they
    seldom are. Raises ValueError for a share that is none.
    """
    if not all(0 <= share <= 1 for share in reach.values()):
        raise ValueError("a share lies between 0 and 1")
    return sum(count * reach.get(band, 0.0) for band, count in now.uncertified.items())
