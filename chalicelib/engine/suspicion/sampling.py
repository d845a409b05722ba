"""抽样 · Drawing a sample: as large as a stated confidence needs, of every stratum somebody, by a seed.

The draw depends on the seed and on words, so that whoever knows the seed can repeat it. A cap on what is
drawn lowers the confidence, never the honesty: what is stated is what was reached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from math import ceil, log1p
from typing import Any, Generic, Protocol, TypeVar

from chalicelib.model import FeedId, Month, PersonId


class Drawable(Protocol):
    """What a sample is drawn of: something that was said of a person on a day, of one stratum."""

    @property
    def day(self) -> date:
        """When it happened."""

    @property
    def person(self) -> PersonId:
        """Of whom."""

    @property
    def feed(self) -> FeedId:
        """By which feed."""

    @property
    def stratum(self) -> Hashable:
        """Of each of these at least one is drawn, as far as the sample reaches."""

    def __lt__(self, other: Any, /) -> bool:
        """In what order a sample is shown."""


D = TypeVar("D", bound=Drawable)


@dataclass(frozen=True, slots=True)
class Sample(Generic[D]):
    """What is drawn: `confidence_percent` that of `worst` wrong ones among `of` at least one is drawn."""

    drawn: tuple[D, ...]
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


def confidence_of(drawn: int, of: int, worst: int) -> float:
    """With how many percent of confidence one of `worst` wrong ones among `of` is among so many drawn.

    >>> confidence_of(57, 1000, 50) > 95, confidence_of(0, 10, 1), confidence_of(10, 10, 1)
    (True, 0.0, 100.0)
    """
    unseen = 1.0
    for already in range(drawn):
        unseen *= max(of - worst - already, 0) / (of - already)
    return 100 * (1 - unseen)


def sample_size(of: int, worst_percent: float, confidence_percent: float, most_percent: float) -> int:
    """How many of so many are drawn: as the confidence needs, and never more than the most."""
    least = least_sample(of, ceil(of * worst_percent / 100), confidence_percent)
    return min(least, ceil(of * most_percent / 100))


def draw(
    mine: Iterable[D],
    month: Month,
    seed: str,
    *,
    worst_percent: float,
    confidence_percent: float,
    most_percent: float,
) -> Sample[D]:
    """Draw of `mine`: first one of each stratum, then whatever the draw brings; never more than the most.

    Gone through once, and none is kept that cannot be drawn: they may be everybody.
    """
    most = ceil(log1p(-confidence_percent / 100) / log1p(-worst_percent / 100))  # of however many
    firsts, others, of = dict[Hashable, tuple[bytes, int, D]](), list[tuple[int, int, D]](), 0
    for of, each in enumerate(mine, 1):
        place = _place(seed, month, each)
        found = place, of, each
        if found[:2] < firsts.get(each.stratum, found)[:2]:
            found, firsts[each.stratum] = firsts[each.stratum], found
        elif each.stratum not in firsts:
            firsts[each.stratum] = found
            continue
        heappush(others, (-int.from_bytes(found[0]), -found[1], found[2]))
        if len(others) > most:
            heappop(others)
    worst = ceil(of * worst_percent / 100)
    size = sample_size(of, worst_percent, confidence_percent, most_percent)
    order = [each for *_, each in sorted(firsts.values(), key=lambda found: found[:2])]
    order += [each for *_, each in sorted(others, key=lambda found: found[:2], reverse=True)]
    drawn = order[:size]
    return Sample(tuple(sorted(drawn)), of, worst, confidence_of(len(drawn), of, worst))


def _place(seed: str, month: Month, each: Drawable) -> bytes:
    words = "/".join((seed, month, each.person, each.day.isoformat(), each.feed))
    return hashlib.blake2b(words.encode(), digest_size=16).digest()
