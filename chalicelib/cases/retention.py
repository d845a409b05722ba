"""数据留存 · Retention: evidence goes once it is older than its feed may be kept, from the records and from
the lake.

What a live certificate, or a suspicion that was not cleared, rests on stays until that has ended. The
audit chain names what has gone; it never held more than keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.cases import dates
from chalicelib.cases.evidence_effects import judge
from chalicelib.engine.calendar.periods import add_months
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Entitlement,
    Evidence,
    EvidenceKey,
    FeedId,
    PersonId,
    PersonRecord,
    RelatedEvidence,
    Suspicion,
    SuspicionState,
)
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.sources.feeds.durations import Quantity
from chalicelib.storage.dynamodb import everybody, people
from chalicelib.storage.dynamodb.forgetting import forget_evidence
from chalicelib.storage.s3 import file_contents, lake

ACTOR: Final = "retention"
_KINDS: Final = (Entitlement, Evidence, RelatedEvidence, Suspicion)
AT_ONCE: Final = 50  # items of one transaction, with room for the audit entry


def tidy_lake(on: date, each: Each) -> bool:
    """Tidy the lake; whether it is the day to let go of what records hold and is too old."""
    first, oldest = on.day == 1, oldest_days(on)
    with each(part="lake"):
        lake.tidy(oldest, always=first)
    if first:
        with each(part="what files said"):
            file_contents.let_go(oldest)
    return first


def oldest_days(on: date) -> dict[FeedId, date]:
    """The oldest day on which evidence of each feed may have happened to be kept."""
    return {FeedId(feed.id): _before(on, feed.retain) for feed in current().feeds.values()}


def _before(on: date, kept: Quantity) -> date:
    if kept.unit == "months":
        return add_months(on, -kept.count)
    return on - timedelta(days=kept.count)


def let_go_of_some(
    shard: str, on: date, oldest: Mapping[FeedId, date], each: Each, after: str = "", stop: Stop = never
) -> tuple[int, str | None]:
    """Take from the records of a shard, behind one of them, what is too old and carries nothing.

    How many items, and behind whom to go on (None: those were all).
    The one pass over everybody: whom a date will concern before it comes again is filed with it.
    """
    removed = 0
    walk = Walk(everybody.ids_of(shard, after), stop)
    for person in walk:
        with each(person=person):
            record = everybody.record_of(person, _KINDS)
            if record is None:
                continue
            dates.file_soon(record, on)
            if _too_old(record, oldest, on) or _related_too_old(record, oldest, on):
                removed += _let_go_of(person, oldest, on)
    return removed, None if walk.is_over else walk.last


def _let_go_of(person: PersonId, oldest: Mapping[FeedId, date], on: date) -> int:
    whole = people.load(person)
    keys: list[EvidenceKey | RelatedEvidence] = [
        *sorted(_too_old(whole, oldest, on)),
        *_related_too_old(whole, oldest, on),
    ]
    for start in range(0, len(keys), AT_ONCE):
        forget_evidence(person, keys[start : start + AT_ONCE], clock.now(), ACTOR)
    return len(keys)


def _too_old(record: PersonRecord, oldest: Mapping[FeedId, date], on: date) -> set[EvidenceKey]:
    old = {e.key for e in record.evidence if e.key.day < oldest.get(e.key.feed, date.min)}
    return old - _carrying(record, on) if old else old


def _related_too_old(record: PersonRecord, oldest: Mapping[FeedId, date], on: date) -> list[RelatedEvidence]:
    old = [i for i in record.related if i.evidence.key.day < oldest.get(i.evidence.key.feed, date.min)]
    carrying = _carrying(record, on) if old else set()
    return [item for item in old if item.evidence.key not in carrying]


def _carrying(record: PersonRecord, on: date) -> set[EvidenceKey]:
    """What certificates of today and suspicions not cleared rest on."""
    keys = {key for verdict in judge(record, on).verdicts for key in verdict.evidence}
    keys |= {e.evidence for e in record.entitlements if e.evidence is not None}
    return keys | {
        s.evidence
        for s in record.suspicions
        if s.evidence is not None and s.state is not SuspicionState.CLEARED
    }
