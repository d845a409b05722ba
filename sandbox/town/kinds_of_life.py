"""Kinds of life that went wrong somewhere: who of the town lives one, and what she leaves behind then.

Each kind takes a fixed share of the people whom it suits, drawn from a random stream of its own: everybody
else lives, answers and opens the door as if it did not exist (`tests/sandbox_town/test_kinds_of_life.py`
holds their manners). A new kind is one more entry of `KINDS`; what others do to whoever lives it stands in
`acts_upon.py`, what the platform promises them in `sandbox/checks`; the report counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

from chalicelib.model import FeedId, SuspicionKind
from sandbox.town.lives import Happening, Manner, Span, Style
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Townsperson


@dataclass(frozen=True, slots=True)
class KindOfLife:
    """One kind: whom it suits, and what becomes of a life that is of it.

    `share` is of all people of the town, one at least wherever it suits anybody.
    """

    name: str
    zh: str
    share: float
    suits: Callable[[Townsperson], bool]
    becomes: Callable[[Townsperson, Span, Random], Townsperson]


def lived(people: Sequence[Townsperson], seed: int, span: Span) -> tuple[Townsperson, ...]:
    """The people of a town, of whom some now live one of the kinds; each at most one."""
    after = list(people)
    for kind in KINDS:
        suited = [person for person in after if not person.kind and kind.suits(person)]
        suited.sort(key=lambda person: chance(seed, "kind of life", kind.name, person.index).random())
        for person in suited[: max(1, round(kind.share * len(people)))]:
            rng = chance(seed, "lives", kind.name, person.index)
            after[person.index] = replace(kind.becomes(person, span, rng), kind=kind.name)
    return tuple(after)


# --- the kinds -----------------------------------------------------------------------------------


def _is_ordinary(person: Townsperson) -> bool:
    """Whether data speak for somebody who lives the whole year, with nothing else in her life."""
    life = person.life
    plain = life.dies_on is None and not life.in_custody and not any(h.accuses for h in life.happenings)
    old = {claim.certified_until is not None for claim in person.claims} == {True}
    return plain and old and life.manner is Manner.VISIBLE and not life.listed and person.relative is None


def _rides_every_week(person: Townsperson, span: Span, rng: Random) -> Townsperson:
    """Nothing but her own cards: the bus each week and the chemist each month, all year."""
    happenings: list[Happening] = []
    day = span.first + timedelta(rng.randrange(7))
    while day <= span.last:
        happenings.append(Happening(day, FeedId("bus_rides"), "ridden"))
        day += timedelta(rng.randint(6, 8))
    day = span.first + timedelta(rng.randrange(28))
    while day <= span.last:
        happenings.append(Happening(day, FeedId("pharmacy_purchases"), "bought"))
        day += timedelta(rng.randint(26, 31))
    life = replace(person.life, happenings=tuple(sorted(happenings)), stays=(), style=Style.CARDS)
    return replace(person, life=life)


def _dies(person: Townsperson) -> bool:
    """Whether somebody dies of whom data say so, and no department takes it back."""
    told = any(h.accuses is SuspicionKind.DEATH and not h.wrong for h in person.life.happenings)
    return person.life.dies_on is not None and told


def _is_as_before(person: Townsperson, span: Span, rng: Random) -> Townsperson:
    """What is different comes from others: the household, the bank."""
    return person


BANK_PAYS_ON: Final = "bank_pays_on"
ALONE_FOR: Final = (120, 150)  # days from the end of her certificate: suspended, and not yet back


def _is_never_in(person: Townsperson) -> bool:
    """Whether nobody finds somebody whose certificate ends early enough in the year to see what follows."""
    life, until = person.life, person.claims[0].certified_until
    accused = life.dies_on is not None or life.in_custody or any(h.accuses for h in life.happenings)
    if accused or life.manner is not Manner.UNSEEN or until is None or person.relative is not None:
        return False
    return timedelta(20) < until - person.joins < timedelta(110)


def _dies_alone(person: Townsperson, span: Span, rng: Random) -> Townsperson:
    """She does not come back when the money stops, and dies; her heirs learn of what she was owed."""
    until = person.claims[0].certified_until or span.start
    day = min(until + timedelta(rng.randint(*ALONE_FOR)), span.last - timedelta(60))
    death = Happening(day, FeedId("cremations"), "cremated", accuses=SuspicionKind.DEATH)
    life = replace(person.life, happenings=(death,), stays=(), listed=(), dies_on=day, comes_back_after=None)
    return replace(person, life=life)


KINDS: Final[tuple[KindOfLife, ...]] = (
    KindOfLife("weekly_rider", "每周乘车、按月购药", 0.005, _is_ordinary, _rides_every_week),
    KindOfLife("repays_in_parts", "家属分期退还多发", 0.002, _dies, _is_as_before),
    KindOfLife("dies_suspended", "暂停期间去世，继承人来领", 0.001, _is_never_in, _dies_alone),
    KindOfLife("cannot_repay", "家庭困难，核销多发", 0.002, _dies, _is_as_before),
    KindOfLife(BANK_PAYS_ON, "去世停发后银行照发", 0.002, _dies, _is_as_before),
)
