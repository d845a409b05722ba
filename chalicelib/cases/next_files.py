"""待到数据 · When the next file is due of each feed that has told of somebody: it most likely will again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from chalicelib.cases.freshness import FeedNow, feed_now
from chalicelib.jurisdiction import current
from chalicelib.model import Evidence, FeedId, Proves
from chalicelib.sources.feeds.freshness import FeedState

ROUNDS: Final = 3  # of a feed: whom it has told of within its last three it most likely tells of again
_COMES: Final = (FeedState.ON_TIME, FeedState.DUE)  # of what is late or held nobody knows when


@dataclass(frozen=True)
class NextFiles:
    """The days on which files are due, as known on a day; each feed is looked up once."""

    on: date
    _known: dict[FeedId, FeedNow | None] = field(default_factory=dict)

    def about(self, items: Iterable[Evidence]) -> tuple[date, ...]:
        """When files are due of the feeds by which somebody was heard of lately; of a late one today."""
        events = current().rules.events
        last: dict[FeedId, date] = {}
        for item in items:
            event = events.get((item.key.feed, item.key.event))
            if event is not None and event.proves is Proves.PRESENCE and not item.is_under_another_name:
                last[item.key.feed] = max(item.key.day, last.get(item.key.feed, item.key.day))
        return tuple(
            max(due, self.on)
            for feed, day in last.items()
            if (due := self._due(feed, (self.on - day).days)) is not None
        )

    def _due(self, feed: FeedId, days: int) -> date | None:
        """The day on which a feed is due that told of somebody so many days ago; None where nobody knows."""
        if feed not in self._known:
            self._known[feed] = feed_now(feed, self.on)
        now = self._known[feed]
        if now is None or now.feed.arrives is None or now.freshness.state not in _COMES:
            return None
        return now.freshness.next_due if days <= ROUNDS * now.feed.arrives.every.longest_days else None
