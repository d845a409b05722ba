"""数据源接口 · For officers, auditors and apps: every feed, whether it delivers, and what it contributes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib import stats
from chalicelib.api.answers.files import Feeds
from chalicelib.api.middleware import Audience, Call
from chalicelib.cases.freshness import FeedNow, feeds_now, interfaces_now
from chalicelib.model import DroppedFile

feeds = Audience(__name__)

Json = dict[str, Any]


@feeds.route("GET", "/v1/feeds", answer=Feeds)
def list_feeds(call: Call) -> Json:
    """Every feed that sends files or is asked: its state today, its newest file or run, and its coverage.

    Coverage is of the last nightly count; null for a feed that has not been counted yet.
    """
    figures = stats.latest() or {}
    coverage = figures.get("feeds", {})
    return {
        "as_of": call.today,
        "coverage_as_of": figures.get("as_of"),
        "recipients": figures.get("recipients"),
        "items": [_feed(now, coverage.get(now.feed.id)) for now in _everything(call.today)],
    }


def _everything(on: date) -> list[FeedNow]:
    return sorted([*feeds_now(on), *interfaces_now(on)], key=lambda now: now.feed.id)


def _feed(now: FeedNow, coverage: Mapping[str, int] | None) -> Json:
    feed, fresh = now.feed, now.freshness
    return {
        "feed": feed.id,
        "kind": feed.kind,
        "title": {"zh": feed.title.zh, "en": feed.title.en},
        "department": feed.department,
        "load": feed.format.load if feed.format is not None else None,
        "state": fresh.state.value,
        "last": fresh.last,
        "next_due": fresh.next_due,
        "days_late": fresh.days_late,
        "loaded": _file(now.loaded),
        "held": _file(now.held),
        "repairs": dict(now.repairs),
        "coverage": dict(coverage) if coverage is not None else None,
    }


def _file(dropped: DroppedFile | None) -> Json | None:
    if dropped is None:
        return None
    counts = dropped.counts
    return {
        "id": dropped.id,
        "day": dropped.day,
        "received": dropped.received,
        "rows": counts.rows,
        "rejected": counts.rejected,
        "rejected_share": round(counts.rejected / counts.rows, 4) if counts.rows else None,
    }
