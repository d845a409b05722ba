"""人工认证复核 · Checks on those who certify by hand: a random sample, refuted authors, and signals.

More may be certified by hand than by data, and whoever does so answers for it (row B11). Each month some of
these certificates are drawn, so many that a stated share of wrong ones would hardly stay unseen; the draw
depends on a seed and on words, so that anybody can repeat it. Nothing here accuses or stops anybody.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil

from chalicelib.engine.calendar.periods import add_months, civil_time, month_of
from chalicelib.engine.rules.recheck_policy import Rechecks
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import FeedId, Month, PersonId, PersonRecord, Proves, Route, Word
from chalicelib.model.named import HOME_VISITS

BY_HAND = (Route.VISIT, Route.COUNTER, Route.ASSISTED, Route.REMOTE)
_AUTHORS = ("by", "certified_by")  # the facts that name who answers for a certificate


@dataclass(frozen=True, slots=True, order=True)
class ByHand:
    """Somebody's word that a person was there: a certificate by hand, or what somebody close said."""

    day: date
    person: PersonId
    feed: FeedId
    author: str
    area: str
    grid: str
    at: datetime | None = None  # where the minute is known
    is_word: bool = False  # it held a suspension, and certified nobody

    @property
    def stratum(self) -> tuple[str, str]:
        """Grid and worker: of each of them at least one is drawn, as far as the sample reaches."""
        return self.grid, self.author


def by_hand(record: PersonRecord, rules: RuleBook) -> Iterator[ByHand]:
    """Everything that people, and not data, have said of somebody's being there.

    What was joined to another number is told of by that one's record.
    """
    person = record.person
    if person.joined_to is not None:
        return
    made = {f"visit:{v.number}": v.made for v in record.visits}
    for item in record.evidence:
        event = rules.events.get((item.key.feed, item.key.event))
        if event is None or event.proves is not Proves.PRESENCE or event.route not in BY_HAND:
            continue
        author = next((item.facts[fact] for fact in _AUTHORS if fact in item.facts), item.key.feed)
        at = made.get(item.file)
        yield ByHand(item.key.day, person.id, item.key.feed, author, person.area, person.grid, at)
    for visit in record.visits:
        if visit.word is Word.ALIVE and visit.made is not None and visit.by is not None:
            day = civil_time(visit.made).date()
            yield ByHand(day, person.id, HOME_VISITS, visit.by, person.area, person.grid, visit.made, True)


# --- the sample ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sample:
    """What is drawn of a month: `confidence` that of `worst` wrong ones among `of` at least one is drawn."""

    drawn: tuple[ByHand, ...]
    of: int
    worst: int
    confidence_percent: float


def least_sample(of: int, worst: int, confidence_percent: float) -> int:
    """How many of `of` have to be drawn for one of `worst` wrong ones to be among them with this confidence.

    >>> least_sample(1000, 50, 95), least_sample(20, 1, 95), least_sample(0, 0, 95)
    (57, 19, 0)
    """
    if worst <= 0:
        return 0
    unseen, drawn = 1.0, 0
    while drawn < of and unseen > 1 - confidence_percent / 100:
        unseen *= max(of - worst - drawn, 0) / (of - drawn)
        drawn += 1
    return drawn


def sample(certificates: Iterable[ByHand], month: Month, seed: str, values: Rechecks) -> Sample:
    """Draw of one month's certificates: first one of each grid and worker, then whatever the draw brings."""
    mine = [each for each in certificates if month_of(each.day) == month]
    worst = ceil(len(mine) * values.worst_percent / 100)
    size = least_sample(len(mine), worst, values.confidence_percent)
    order = sorted(mine, key=lambda each: _draw(seed, month, each))
    firsts: dict[tuple[str, str], ByHand] = {}
    for each in order:
        firsts.setdefault(each.stratum, each)
    chosen = set(firsts.values())
    drawn = [*firsts.values(), *(each for each in order if each not in chosen)][:size]
    return Sample(tuple(sorted(drawn)), len(mine), worst, values.confidence_percent)


def _draw(seed: str, month: Month, each: ByHand) -> bytes:
    words = "/".join((seed, month, each.person, each.day.isoformat(), each.feed))
    return hashlib.blake2b(words.encode(), digest_size=16).digest()


# --- refuted, and strange ------------------------------------------------------------------------


class Signal(StrEnum):
    """Why somebody should look at a certificate by hand once more."""

    REFUTED = "refuted"  # the person had died before that day
    OF_A_REFUTED_AUTHOR = "of_a_refuted_author"
    SECONDS_APART = "seconds_apart"  # two doors at nearly one instant


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the review list."""

    certificate: ByHand
    why: Signal


def refuted(record: PersonRecord, certificates: Iterable[ByHand]) -> list[ByHand]:
    """Of one person's, those of a day on which she was dead, as people have found since."""
    died = record.person.deceased_on
    return [each for each in certificates if died is not None and each.day > died]


def listed_again(
    certificates: Sequence[ByHand], wrong: Iterable[ByHand], on: date, values: Rechecks
) -> Iterator[Listed]:
    """The refuted certificates, and all else that their authors have certified in the months before."""
    found = set(wrong)
    since = add_months(on, -values.months_back)
    authors = {each.author for each in found if each.day > since}
    for each in sorted(certificates):
        if each in found:
            yield Listed(each, Signal.REFUTED)
        elif each.author in authors and each.day > since:
            yield Listed(each, Signal.OF_A_REFUTED_AUTHOR)


def strange(certificates: Iterable[ByHand], values: Rechecks) -> Iterator[Listed]:
    """Visits of one worker that lie closer together than anybody can walk."""
    of_author: dict[str, list[tuple[datetime, ByHand]]] = defaultdict(list)
    for each in certificates:
        if each.at is not None:
            of_author[each.author].append((each.at, each))
    apart = timedelta(seconds=values.seconds_apart)
    for made in of_author.values():
        in_order = sorted(made, key=lambda found: (found[0], found[1].person))
        for (before, _), (after, each) in pairwise(in_order):
            if after - before < apart:
                yield Listed(each, Signal.SECONDS_APART)
