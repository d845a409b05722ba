"""Files that a department corrects: first a wrong version, days later the right one under the same name.

What is wrong in the first: people who were never there, people who live and are named as dead, and right
rows left out. Those who were never there are chosen so that it shows: their certificates end soon.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chalicelib.clock import civil_date
from chalicelib.model import FeedEvent, FeedId, Proves, Strength, SuspicionKind
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.departments import About, Drop, instant, saying
from sandbox.town.lives import Happening, Manner
from sandbox.town.people import Town
from sandbox.town.townsperson import Townsperson

FROM_DAY, TO_DAY = 80, 170  # of the run: between these a file of each sort is corrected
CORRECTED_AFTER: Final = 6  # days
LEFT_OUT: Final = 5  # of so many right rows one is missing from the first version
NEVER_THERE: Final = 6  # people
NOT_DEAD: Final = 2


def corrections(town: Town, feeds: Mapping[FeedId, Feed], sent: Mapping[str, Drop]) -> Iterator[Drop]:
    """A wrong version in the place of two of the good drops, and each right one days later."""
    among = sorted(_in_span(town, sent.values()), key=lambda drop: (-len(drop.about), drop.key))
    for events, wronged in ((_seen, NEVER_THERE), (_died, NOT_DEAD)):
        drop = next((drop for drop in among if events(feeds[FeedId(drop.feed)])), None)
        if drop is None:
            continue
        feed = feeds[FeedId(drop.feed)]
        yield saying(town, feed, drop, _wrong(town, drop, events(feed)[0], wronged))
        yield replace(drop, at=instant(civil_date(drop.at) + timedelta(CORRECTED_AFTER), 11))


def _in_span(town: Town, drops: Collection[Drop]) -> Iterator[Drop]:
    first, last = instant(town.start + timedelta(FROM_DAY), 0), instant(town.start + timedelta(TO_DAY), 0)
    return (drop for drop in drops if first <= drop.at <= last and drop.about)


def _seen(feed: Feed) -> list[FeedEvent]:
    """Events of a day that certify by themselves, and begin no stay."""
    events = feed.events.values() if feed.day == "column" else ()
    return [
        event
        for event in events
        if event.proves is Proves.PRESENCE and event.strength is Strength.STRONG and event.stay is None
    ]


def _died(feed: Feed) -> list[FeedEvent]:
    events = feed.events.values() if feed.day == "column" else ()
    return [e for e in events if e.suspicion is SuspicionKind.DEATH and e.stay is None]


def _wrong(town: Town, drop: Drop, event: FeedEvent, wronged: int) -> About:
    """What the first version says: some right rows are missing, and others are about the wrong people."""
    sent = civil_date(drop.at)
    right = [pair for number, pair in enumerate(drop.about, 1) if number % LEFT_OUT != 1]
    named = {person.index for person, _ in drop.about}
    chosen = [p for p in _soon_due(town, sent) if p.index not in named][:wronged]
    day = sent - timedelta(3)
    return right + [
        (person, Happening(day, event.feed, event.event, wrong=True, accuses=event.suspicion))
        for person in chosen
    ]


def _soon_due(town: Town, on: date) -> list[Townsperson]:
    """Living people of whom nobody says anything bad, first whom no data certify and who come due soonest."""

    def due(person: Townsperson) -> date:
        return min(claim.certified_until or date.max for claim in person.claims)

    def quiet(person: Townsperson) -> bool:
        life = person.life
        accused = any(happening.accuses for happening in life.happenings)
        plain = life.dies_on is None and not life.in_custody and not accused and not person.kind
        return plain and person.relative is None

    coming = [p for p in town.people if quiet(p) and due(p) >= on]
    return sorted(coming, key=lambda p: (p.life.manner is Manner.VISIBLE, due(p), p.index))
