"""What the departments of a pack can notice of somebody: its feeds' events, sorted by how people leave them.

Nothing here knows a feed by name. Where an event belongs is read from what its declaration says: what
it proves and how strongly, by which trace and route, whether it begins or ends a stay, what it accuses
of, and which other event it takes back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from chalicelib.model import FeedEvent, FeedId, Proves, Route, Stay, Strength, SuspicionKind, Trace
from chalicelib.sources.feeds.feed import Feed

FAST: Final = 31  # days between two files at most: what was seen is told while it still matters
BEDS_WEIGH: Final = 4  # the old are seen in hospital more often than anywhere else


@dataclass(frozen=True, slots=True)
class Place:
    """A feed whose people are seen in person, and by which of its events."""

    feed: FeedId
    seen: tuple[str, ...]  # none of them begins a stay
    begins: str = ""  # a stay
    ends: str = ""
    died: str = ""
    fast: bool = True


@dataclass(frozen=True, slots=True)
class Habits:
    """Everything that a pack can notice; each tuple in the order of the feeds' names."""

    places: tuple[Place, ...]  # silently, on a day
    handled: tuple[Place, ...]  # by her own doing or by somebody's work: an app, a counter, a sheet
    asked: tuple[Place, ...]  # told only when the platform asks about her
    homes: tuple[FeedEvent, ...]  # lists of residents
    cards: tuple[FeedEvent, ...]  # weak, her own card or body
    accounts: tuple[FeedEvent, ...]  # weak, an account
    households: tuple[FeedEvent, ...]  # weak, the household's
    conditions: tuple[FeedEvent, ...]  # recorded on a day
    lists: tuple[FeedEvent, ...]  # lists of a condition
    asides: tuple[FeedEvent, ...]  # known and without weight
    accusing: Mapping[SuspicionKind, tuple[FeedEvent, ...]]
    harmless: tuple[FeedEvent, ...]  # of feeds of custody: goes on drawing
    takes_back: Mapping[tuple[FeedId, str], str]  # (feed, event) -> the event that takes it back
    releases: Mapping[tuple[FeedId, str], str]  # (feed, event) -> the event by which it is over

    @classmethod
    def of(cls, feeds: Mapping[FeedId, Feed]) -> Habits:
        """Sort the events of every feed that a department sends files of, or is asked about."""
        taking = [feed for _, feed in sorted(feeds.items()) if feed.kind == "evidence"]
        asked = [feed for _, feed in sorted(feeds.items()) if feed.kind == "query"]
        events = [event for feed in taking for event in feed.events.values()]
        lists = {FeedId(feed.id) for feed in taking if feed.day == "as_of"}
        dated = [event for event in events if event.feed not in lists]
        places = [place for feed in taking if feed.day != "as_of" for place in _places(feed)]
        return cls(
            places=tuple(place for place, route in places if route is Route.SILENT),
            handled=tuple(place for place, route in places if route is not Route.SILENT),
            asked=tuple(place for feed in asked for place, _ in _places(feed)),
            homes=tuple(e for e in events if e.feed in lists and e.strength is Strength.STRONG),
            cards=_weak(dated, Trace.OWN_CARD, Trace.BODY),
            accounts=_weak(dated, Trace.ACCOUNT),
            households=_weak(dated, Trace.HOUSEHOLD),
            conditions=tuple(e for e in dated if e.proves is Proves.CONDITION),
            lists=tuple(e for e in events if e.feed in lists and e.proves is Proves.CONDITION),
            asides=tuple(_asides(taking)),
            accusing={kind: _accusing(taking, kind) for kind in SuspicionKind},
            harmless=tuple(_harmless(taking)),
            takes_back=dict(_taken_back(events)),
            releases=dict(_over(events)),
        )

    @property
    def rota(self) -> tuple[Place, ...]:
        """Places in turn, so that somebody of the smallest town is seen in each; beds more often."""
        beds = tuple(place for place in self.places if place.begins)
        return self.places + beds * (BEDS_WEIGH - 1)

    @property
    def often(self) -> tuple[Place, ...]:
        """Of the rota, what is told within a month; all of it where nothing is."""
        return tuple(place for place in self.rota if place.fast) or self.rota


def _places(feed: Feed) -> Iterator[tuple[Place, Route]]:
    """A feed as a place, if it sees people in person, with the route of its first strong event."""
    events = feed.events.values()
    strong = [e for e in events if e.proves is Proves.PRESENCE and e.strength is Strength.STRONG]
    if not strong:
        return
    begins = next((e.event for e in strong if e.stay is Stay.BEGINS), "")
    ends = [e for e in events if e.stay is Stay.ENDS and e.proves is not Proves.LOSS]
    deaths = [e for e in events if e.stay is Stay.ENDS and e.suspicion is SuspicionKind.DEATH]
    place = Place(
        feed=FeedId(feed.id),
        seen=tuple(e.event for e in strong if e.stay is not Stay.BEGINS),
        begins=begins,
        # A discharge where there is one: a last day of treatment ends a stay too.
        ends=min(ends, key=lambda e: (e.proves is Proves.PRESENCE, e.event)).event if ends else "",
        died=deaths[0].event if deaths else "",
        fast=(feed.interval_days or 0) <= FAST,
    )
    yield place, strong[0].route


def _weak(events: list[FeedEvent], *traces: Trace) -> tuple[FeedEvent, ...]:
    return tuple(e for e in events if e.strength is Strength.WEAK and e.trace in traces)


def _accusing(feeds: list[Feed], kind: SuspicionKind) -> tuple[FeedEvent, ...]:
    """What accuses, but for the word of a hospital: that belongs to the bed in which somebody died."""
    events = (event for feed in feeds for event in feed.events.values())
    return tuple(event for event in events if event.suspicion is kind and event.stay is None)


def _harmless(feeds: list[Feed]) -> Iterator[FeedEvent]:
    for feed in feeds:
        if any(event.suspicion is SuspicionKind.CUSTODY for event in feed.events.values()):
            yield from (event for event in feed.events.values() if event.proves is Proves.NOTHING)


def _asides(feeds: list[Feed]) -> Iterator[FeedEvent]:
    """Events without weight, but for those that end a stay or stand beside custody or a death."""
    for feed in feeds:
        if any(event.suspicion is not None for event in feed.events.values()):
            continue
        yield from (e for e in feed.events.values() if e.proves is Proves.NOTHING and e.stay is None)


def _taken_back(events: list[FeedEvent]) -> Iterator[tuple[tuple[FeedId, str], str]]:
    for event in events:
        if event.withdraws is not None:
            yield (event.feed, event.withdraws), event.event


def _over(events: list[FeedEvent]) -> Iterator[tuple[tuple[FeedId, str], str]]:
    """By what each loss is over: the plainest word of its feed; an acquittal says that it was never to be."""
    for event in sorted(events, key=lambda event: len(event.releases)):
        if not event.repays:
            yield from (((event.feed, loss), event.event) for loss in event.releases)
