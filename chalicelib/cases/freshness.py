"""Is a feed's silence evidence? Not while it is late or its newest file is held (rule 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from chalicelib.model import DroppedFile, FeedId, FileState
from chalicelib.pack import current
from chalicelib.storage import files

STUCK: Final = (FileState.HELD, FileState.DEAD)
LATE: Final = 2  # intervals


def missing_feeds(feeds: Iterable[FeedId], on: date) -> frozenset[FeedId]:
    """Those of some feeds that are later than twice their interval on a day, or whose newest file is stuck.

    What the platform writes itself (visits, counters) brings no files and is never missing.
    """
    return frozenset(feed for feed in feeds if _is_missing(feed, on))


def _is_missing(feed: FeedId, on: date) -> bool:
    declared = current().feeds.get(feed)
    if declared is None or declared.interval_days is None:
        return False
    loaded = files.newest_loaded(feed)
    if loaded is None or (on - loaded.day).days > LATE * declared.interval_days:
        return True
    stuck = _newest_stuck(feed)
    return stuck is not None and stuck.day > loaded.day


def _newest_stuck(feed: FeedId) -> DroppedFile | None:
    return next((found for found in files.of_feed(feed) if found.state in STUCK), None)
