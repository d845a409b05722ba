"""数据时效 · Every feed as it stands on a day, by its files; and whose silence is no evidence (rule 11).

What the states mean stands in `sources.feeds.freshness`; here is which file a feed is judged by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FeedId, FileState, Proves
from chalicelib.sources.feeds.feed import Arrives, Feed
from chalicelib.sources.feeds.freshness import Freshness, freshness
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import files

# Interfaces are asked once a week; a run may take some hours.
_ASKED: Final = Arrives.model_validate({"every": "7 days", "warn_after": "8 days", "fail_after": "14 days"})
WAITED_FOR: Final = timedelta(days=3)  # what is unread; somebody has been alarmed long before
STUCK: Final = (FileState.HELD, FileState.RELEASED, FileState.DEAD)  # somebody or something must go on


@dataclass(frozen=True, slots=True)
class FeedNow:
    """A feed as it stands on a day: its newest loaded file, and a newer one that is stuck.

    Of an interface that is asked, the runs in which it was heard stand for files.
    """

    feed: Feed
    freshness: Freshness
    loaded: DroppedFile | None
    held: DroppedFile | None
    repairs: Mapping[str, int]  # rule → identity numbers mended in its recent files that are loaded


def feeds_now(on: date) -> Iterator[FeedNow]:
    """Every feed of the pack that sends files, by id."""
    for feed_id, _ in sorted(current().feeds.items()):
        now = feed_now(feed_id, on)
        if now is not None:
            yield now


def feed_now(feed_id: FeedId, on: date) -> FeedNow | None:
    """One feed on a day; None for what brings no files: what the platform writes itself, or asks for."""
    feed = current().feeds.get(feed_id)
    return None if feed is None or feed.arrives is None else _now(feed, feed.arrives, on)


def interfaces_now(on: date) -> Iterator[FeedNow]:
    """Every interface that is asked, by id: whether it was heard lately. Its silence is nobody's evidence."""
    for _, feed in sorted(current().feeds.items()):
        if feed.interface is not None:
            yield _now(feed, _ASKED, on)


def _now(feed: Feed, arrives: Arrives, on: date) -> FeedNow:
    known = files.recent(FeedId(feed.id))
    loaded = max((f for f in known if f.state is FileState.LOADED), key=speaks_of, default=None)
    held = max((f for f in known if f.state in STUCK), key=speaks_of, default=None)
    if held is not None and loaded is not None and speaks_of(held) <= speaks_of(loaded):
        held = None
    last = speaks_of(loaded) if loaded is not None else None
    repairs: Counter[str] = Counter()
    for dropped in known:
        if dropped.state is FileState.LOADED:
            repairs.update(dropped.repairs)
    fresh = freshness(arrives, last, on, held=held is not None)
    return FeedNow(feed, fresh, loaded, held, dict(sorted(repairs.items())))


def is_anything_unread() -> bool:
    """Whether a file lies in the inbox, or is being read, of which nobody knows yet whom it certifies (I3).

    Whoever would be suspended now waits an hour: a stay in hospital may stand in it. One that could not be
    read counts, too, for as long as an operator may need (three days). A file that was read and waits for
    people (held) is another matter: of whom it certified last it holds a suspension (rule 11).
    """
    if inbox_queue.is_anything_waiting():
        return True
    shown = {event.feed for event in current().rules.events.values() if event.proves is Proves.PRESENCE}
    return any(dropped.feed in shown for dropped in files.unread(clock.now() - WAITED_FOR))


def speaks_of(dropped: DroppedFile) -> date:
    """The day that a file speaks of, never later than the day it came: a folder may be misnamed."""
    return min(dropped.day, clock.civil_date(dropped.received))


def missing_feeds(feeds: Iterable[FeedId], on: date) -> frozenset[FeedId]:
    """Those of some feeds that are missing on a day, or whose newest file is stuck."""
    found = {feed: feed_now(feed, on) for feed in feeds}
    return frozenset(feed for feed, now in found.items() if now is not None and now.freshness.is_missing)
