"""数据源准确率 · What visits say of the feeds: which was right about a person, and which was not (row J9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chalicelib.engine.calendar.periods import civil_time, month_of
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    Evidence,
    FeedId,
    Month,
    PersonRecord,
    Proves,
    SuspicionKind,
    Visit,
    VisitOutcome,
)


@dataclass(frozen=True, slots=True)
class Proof:
    """A visit that showed whether a feed had been right about a person."""

    feed: FeedId
    month: Month  # of the visit
    wrong: bool


def proofs(record: PersonRecord, rules: RuleBook) -> Iterator[Proof]:
    """What the visits to one person say of the feeds: one proof per visit and feed."""
    for visit in record.visits:
        if visit.made is None or visit.outcome not in (VisitOutcome.SEEN, VisitOutcome.DECEASED):
            continue
        day = civil_time(visit.made).date()
        judged: dict[FeedId, bool] = {}
        for item in record.evidence:
            wrong = _is_wrong(item, visit, day, rules)
            if wrong is not None:
                judged[item.key.feed] = judged.get(item.key.feed, False) or wrong
        yield from (Proof(feed, month_of(day), wrong) for feed, wrong in sorted(judged.items()))


def _is_wrong(item: Evidence, visit: Visit, made: date, rules: RuleBook) -> bool | None:
    """Whether a visit refutes an item; None where it says nothing about it (what it found itself, say)."""
    event = rules.events.get((item.key.feed, item.key.event))
    if event is None or item.key.day > made or item.file.startswith("visit:"):
        return None
    dead = visit.deceased_on if visit.outcome is VisitOutcome.DECEASED else None
    if event.proves is Proves.PRESENCE:
        return dead is not None and item.key.day > dead
    if event.suspicion is SuspicionKind.DEATH:
        return dead is None
    return None
