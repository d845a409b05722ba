"""Files that somebody opened in a spreadsheet and saved: of their numbers 15 digits are left, and zeros.

They are held. An officer who is told that the department has nothing better lets them pass; then whoever
alone on the roster has such 15 digits and the name of the row is recovered. What must become of each row is
worked out here from who is on the roster, and noted with the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib.model import FeedId, FileState, Proves, Strength, SuspicionKind
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.departments import Drop, Written, instant, line_of, strangers_of
from sandbox.town.people import Town
from sandbox.town.rhythms import style_of
from sandbox.town.rows import Line, first_fifteen, write
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Townsperson

FROM_DAY, TO_DAY = 60, 330  # of the run: between these it happens
FEWEST_OTHERS: Final = 10  # rows about strangers: a handful of cut numbers may be chance, and hold no file


def damages(town: Town, feeds: Mapping[FeedId, Feed], sent: Mapping[str, Drop]) -> Iterator[Drop]:
    """Two good drops as a spreadsheet left them, of feeds that bear names.

    One is of a feed that certifies by itself, the other names people who have died.
    """
    first, last = instant(town.start + timedelta(FROM_DAY), 0), instant(town.start + timedelta(TO_DAY), 0)
    among = [d for d in sent.values() if first <= d.at <= last and _bears_names(feeds[FeedId(d.feed)])]
    for said in (_presence, _deaths):
        drop = max(among, key=lambda drop: (said(feeds[FeedId(drop.feed)], drop), drop.key), default=None)
        if drop is not None and said(feeds[FeedId(drop.feed)], drop):
            yield damaged(town, feeds[FeedId(drop.feed)], drop)


def _bears_names(feed: Feed) -> bool:
    return "name" in feed.fields and feed.day == "column"


def _presence(feed: Feed, drop: Drop) -> int:
    """How many rows about recipients a drop has, if its feed certifies by itself."""
    strong = [e for e in feed.events.values() if e.strength is Strength.STRONG]
    return len(drop.about) if any(e.proves is Proves.PRESENCE for e in strong) else 0


def _deaths(feed: Feed, drop: Drop) -> int:
    """How many who are reported dead lose three digits, if nothing is taken back in the same file."""
    dead = [code for code, event in feed.events.items() if event.suspicion is SuspicionKind.DEATH]
    if any(what.takes_back for _, what in drop.about):
        return 0
    return sum(what.event in dead and not person.number.endswith("X") for person, what in drop.about)


def damaged(town: Town, feed: Feed, drop: Drop) -> Drop:
    """The same rows with cut numbers; those that end in X are text to a spreadsheet, and stay whole."""

    def make() -> tuple[bytes, Written]:
        rng = chance(town.seed, "damaged", drop.key)
        pairs = [(_cut(line_of(feed, person, what)), (person.index, what)) for person, what in drop.about]
        drop_size = replace(drop, size=max(drop.size, len(drop.about) + FEWEST_OTHERS))
        lines = [*(line for line, _ in pairs), *map(_cut, strangers_of(town, feed, drop_size))]
        known = _by_fifteen(town, drop)
        alone = [known[first_fifteen(line.number)] == 1 for line, _ in pairs]
        written = Written(
            key=drop.key,
            feed=feed.id,
            rows=len(lines),
            rejected=sum(1 for line in lines if line.cut and _goes_back(line, known)),
            strangers=sum(1 for line in lines if not line.recipient and not _goes_back(line, known)),
            state=FileState.HELD,
            about=tuple(sorted({said for line, said in pairs if not line.cut})),
            recovered=tuple(
                sorted({said for (line, said), one in zip(pairs, alone, strict=True) if line.cut and one})
            ),
        )
        rng.shuffle(lines)
        return write(feed, lines, style_of(feed), rng), written

    return replace(drop, make=make)


def _cut(line: Line) -> Line:
    return replace(line, cut=not line.number.endswith("X"))


def _by_fifteen(town: Town, drop: Drop) -> Counter[str]:
    """How many of those whom the feed may be about have the same first 15 digits.

    Of related persons only the feeds are asked that a condition names: those that tell of them in the town.
    """
    there = [person for person in town.people if instant(person.joins, 0) <= drop.at]
    relatives = [person.relative for person in town.people if person.relative is not None]
    is_asked = any(relative.happening.feed == drop.feed for relative in relatives)
    related = [person.relative.number for person in there if person.relative is not None and is_asked]
    return Counter(
        first_fifteen(number)
        for number in (*(number for person in there for number in _known(person, drop)), *related)
    )


def _known(person: Townsperson, drop: Drop) -> tuple[str, ...]:
    """The numbers under which the rosters have named her by then."""
    corrected = person.corrected is not None and instant(person.corrected.on, 0) <= drop.at
    return person.numbers if corrected else (person.number,)


def _goes_back(line: Line, known: Counter[str]) -> bool:
    """Whether nobody can tell of whom a cut row speaks: a stranger's digits, or two people's."""
    people = known[first_fifteen(line.number)]
    return line.cut and (people > 1 if line.recipient else people > 0)
