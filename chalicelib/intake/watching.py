"""Every feed against its rhythm: what stands where, and a reminder to the department that is late."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib import clock
from chalicelib.model import DroppedFile, FileState
from chalicelib.observability import logger, metrics
from chalicelib.pack import current
from chalicelib.settings import settings
from chalicelib.sources.feed import Feed
from chalicelib.sources.freshness import FeedState, Freshness, freshness
from chalicelib.storage import files, objects

_REMINDED = (FeedState.LATE, FeedState.MISSING)
_WAITING = (FileState.HELD, FileState.RELEASED)


@dataclass(frozen=True, slots=True)
class FeedNow:
    """A feed as it stands on a day: its newest loaded file, and a newer one that waits for a person."""

    feed: Feed
    freshness: Freshness
    loaded: DroppedFile | None
    held: DroppedFile | None
    repairs: Mapping[str, int]  # rule → identity numbers mended in its recent files that are loaded


def feeds_now(on: date) -> Iterator[FeedNow]:
    """Every feed of the pack that takes files, by id."""
    for feed_id, feed in sorted(current().feeds.items()):
        if feed.arrives is None:
            continue
        known = files.recent(feed_id)
        loaded = max((f for f in known if f.state is FileState.LOADED), key=speaks_of, default=None)
        held = max((f for f in known if f.state in _WAITING), key=speaks_of, default=None)
        if held is not None and loaded is not None and speaks_of(held) <= speaks_of(loaded):
            held = None
        last = speaks_of(loaded) if loaded is not None else None
        repairs: Counter[str] = Counter()
        for dropped in known:
            if dropped.state is FileState.LOADED:
                repairs.update(dropped.repairs)
        fresh = freshness(feed.arrives, last, on, held=held is not None)
        yield FeedNow(feed, fresh, loaded, held, dict(sorted(repairs.items())))


def speaks_of(dropped: DroppedFile) -> date:
    """The day that a file speaks of, never later than the day it came: a folder may be misnamed."""
    return min(dropped.day, clock.civil_date(dropped.received))


def watch_feeds() -> dict[str, int]:
    """Remind each late department once per missed day and stage; how many feeds stand in which state."""
    on = clock.today()
    found = {state.value: 0 for state in FeedState}
    for now in feeds_now(on):
        state = now.freshness.state
        found[state.value] += 1
        if state in _REMINDED and _remind(now, on):
            logger.info("department reminded", extra={"feed": now.feed.id, "state": state})
    for state in (FeedState.LATE, FeedState.MISSING, FeedState.HELD):
        metrics.add_metric(f"Feeds{state.name.title()}", "Count", found[state.value])
    metrics.flush_metrics()
    return found


def _remind(now: FeedNow, on: date) -> bool:
    """A note in the department's outbox; no person is named in it."""
    feed, fresh = now.feed, now.freshness
    missing = fresh.state is FeedState.MISSING
    since_zh = f"最近一次入库的数据日期为{fresh.last}，" if fresh.last else "至今没有收到过文件，"
    since_en = f"the newest data loaded are of {fresh.last}" if fresh.last else "no file has ever been loaded"
    note = {
        "feed": feed.id,
        "title": {"zh": feed.title.zh, "en": feed.title.en},
        "state": fresh.state.value,
        "last": fresh.last.isoformat() if fresh.last else None,
        "due": fresh.next_due.isoformat() if fresh.next_due else None,
        "written": on.isoformat(),
        "zh": f"“{feed.title.zh}”{since_zh}已超过约定的报送周期。"
        f"请尽快报送；如有困难，请致电{settings().hotline}。"
        + ("在收到之前，依赖该数据的人员不会因此被认定未认证。" if missing else ""),
        "en": f"{feed.title.en}: {since_en}, which is later than agreed. Please send it; "
        f"if you cannot, call {settings().hotline}.",
    }
    name = f"{feed.id}/{fresh.next_due or 'never'}-{fresh.state.value}"
    return objects.put_reminder(
        feed.department, name, json.dumps(note, ensure_ascii=False, indent=2).encode()
    )
