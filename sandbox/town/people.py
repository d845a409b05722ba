"""Who lives in the town: invented people, what they draw, and (hidden) what becomes of them.

>>> town = Town.generate(people=10, seed=1)
>>> town.people == Town.generate(people=10, seed=1).people
True
>>> len({person.number for person in town.people})
10
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Final

from chalicelib import jurisdiction as packs
from chalicelib.model import AreaCode, FeedId, KeyGroup
from sandbox.town.claims import Benefits, Claim, Wanted
from sandbox.town.feed_profile import Habits
from sandbox.town.kinds_of_life import NUMBER_CORRECTED, lived
from sandbox.town.lives import Happening, Span
from sandbox.town.names import GRIDS_PER_VILLAGE, Numbers, counties_of, issuing, name_of, villages
from sandbox.town.quotas import Rota
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Corrected, Relative, Townsperson
from sandbox.town.traces import live

START: Final = date(2025, 1, 1)
MONTHS: Final = 14  # one certification year, and the time that its last cases need
STRANGERS_PER_RECIPIENT: Final = 3
NEWCOMERS: Final = 75  # one of so many begins to draw during the run
JOIN_AFTER: Final = timedelta(40)  # days: when the roster that names them comes
LAST_IN_ANY_MONTH: Final = 28
HISTORY: Final = timedelta(270)  # departments hand over what they know of the months before


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who draws nothing, and stands in most rows of the departments' files."""

    number: str
    name: str


@dataclass(frozen=True)
class Town:
    """Everybody, and the span in which they live; made from the seed alone."""

    seed: int
    pack: str
    start: date
    end: date
    people: tuple[Townsperson, ...]
    strangers: tuple[Stranger, ...]

    @classmethod
    def generate(cls, people: int = 2000, seed: int = 1, start: date = START, pack: str = "bozhou") -> Town:
        """Invent a town for a pack: the same for the same seed and size."""
        end = start + timedelta(round(MONTHS * 30.5))
        declared = packs.load(pack)
        counties = (*counties_of(pack), *sorted(declared.rules.counties))  # some with values of their own
        rng, numbers, places = chance(seed, "people"), Numbers(), villages(people, counties)
        roster = next(feed for feed in declared.feeds.values() if feed.kind == "roster")
        making = _Making(
            seed=seed,
            span=Span(start - HISTORY, start, end),
            cadres={place: _mobile(rng) for place in places},
            numbers=numbers,
            pack=pack,
            benefits=Benefits.of(declared.rules, roster.codes_of("benefit").values(), start),
            rota=Rota(Habits.of(declared.feeds)),
        )
        inhabitants = tuple(making.person(index, places[index % len(places)], rng) for index in range(people))
        inhabitants = lived(inhabitants, seed, making.span, making.rota.habits)
        issued = [issuing(place[:6], pack) for place in places]
        strangers = tuple(_stranger(issued, numbers, rng) for _ in range(people * STRANGERS_PER_RECIPIENT))
        corrected = tuple(making.corrected(person) for person in inhabitants)
        return cls(seed, pack, start, end, corrected, strangers)

    @property
    def city(self) -> str:
        """The area that holds every village: a city, or a province where they lie in several."""
        cities = {village[:4] for village in self.villages}
        return cities.pop() if len(cities) == 1 else self.villages[0][:2]

    @cached_property
    def by_number(self) -> dict[str, Townsperson]:
        """The 18-character number -> the person; two numbers where one was corrected."""
        return {number: person for person in self.people for number in person.numbers}

    @cached_property
    def by_phone(self) -> dict[str, tuple[Townsperson, ...]]:
        """A phone -> everybody reached under it: one person, perhaps by a helper, or a cadre's elders."""
        found: dict[str, tuple[Townsperson, ...]] = {}
        for person in self.people:
            for phone in (person.phone, person.helper):
                if phone is not None:
                    found[phone] = (*found.get(phone, ()), person)
        return found

    @cached_property
    def villages(self) -> tuple[AreaCode, ...]:
        """Every village in which a recipient lives."""
        return tuple(sorted({person.area for person in self.people}))


@dataclass
class _Making:
    """What making people needs, and what it deals out in turn."""

    seed: int
    span: Span
    cadres: dict[str, str]
    numbers: Numbers
    pack: str
    benefits: Benefits
    rota: Rota
    _relatives: int = 0

    def person(self, index: int, place: str, rng: Random) -> Townsperson:
        """The next person of the town."""
        male = rng.random() < 0.46
        first = self.benefits.first(rng)
        number, born = self._identity(issuing(place[:6], self.pack), first, male, rng)
        age = int((self.span.start - born).days / 365.25)
        draw = rng.random()  # 15 % have no phone, 5 % give the cadre's
        phone = None if draw < 0.15 else self.cadres[place] if draw < 0.20 else _mobile(rng)
        drawn = (first, *self.benefits.more(first, age, rng))
        states = [state for wanted in drawn for state in wanted.states]
        never = frozenset[tuple[FeedId, str]]().union(*(wanted.losing for wanted in drawn))
        claims = tuple(self._claims(index, born, drawn, rng))
        joins = self.span.start
        if index % NEWCOMERS == NEWCOMERS - 1 and not states:
            joins = self.span.start + JOIN_AFTER
            claims = tuple(replace(c, since=joins - timedelta(12), certified_until=None) for c in claims)
        return Townsperson(
            index=index,
            number=number,
            name=name_of(male, rng),
            born=born,
            male=male,
            area=AreaCode(place),
            grid=f"{place}-{1 + rng.randrange(GRIDS_PER_VILLAGE):02d}",
            phone=phone,
            shares_phone=phone == self.cadres[place],
            key_groups=_key_groups(age, rng) | {g for wanted in drawn for g in wanted.groups},
            claims=claims,
            joins=joins,
            relative=self._relative(issuing(place[:6], self.pack), index, born, claims),
            life=live(age, self.span, self.rota, chance(self.seed, "life", index), states, never),
        )

    def corrected(self, person: Townsperson) -> Townsperson:
        """Whoever lives that kind with the number of the second roster: born a day earlier or later."""
        if person.kind != NUMBER_CORRECTED:
            return person
        born = person.born + timedelta(1 if person.born.day < LAST_IN_ANY_MONTH else -1)
        number = self.numbers.next(person.number[:6], born, person.male)
        if number is None:
            return person
        return replace(person, corrected=Corrected(number, self.span.start + JOIN_AFTER))

    def _relative(self, county: str, index: int, born: date, claims: tuple[Claim, ...]) -> Relative | None:
        """For whose sake she draws, if she does: in turn it ends in the run, never, or later."""
        asked = next((claim.relative for claim in claims if claim.relative is not None), None)
        if asked is None:
            return None
        rng = chance(self.seed, "relative", index)
        number = None
        while number is None:
            number = self.numbers.next(county, born - timedelta(rng.randint(8_000, 13_000)), male=True)
        start = self.span.start
        ends = (start + timedelta(rng.randint(90, 150)), None, self.span.last + timedelta(400))
        ends_on = ends[self._relatives % len(ends)]
        self._relatives += 1
        day = start - timedelta(rng.randint(60, 250))
        facts = (("until", ends_on.isoformat()),) if ends_on is not None else ()
        what = Happening(day, asked.feed, asked.event, noted=day, facts=facts, of_relative=True)
        return Relative(number, name_of(True, rng), asked.of, what, ends_on)

    def _identity(self, county: str, first: Wanted, male: bool, rng: Random) -> tuple[str, date]:
        while True:
            age = first.age(rng)
            born = self.span.start - timedelta(age * 366 + rng.randrange(364))
            number = self.numbers.next(county, born, male)
            if number is not None:
                return number, born

    def _claims(self, index: int, born: date, drawn: tuple[Wanted, ...], rng: Random) -> Iterator[Claim]:
        start = self.span.start
        until = start + timedelta(rng.randint(25, 364))
        for wanted in drawn:
            own = until if rng.random() < 0.85 else start + timedelta(rng.randint(25, 364))
            yield self.benefits.claim(wanted, index, born, start, own, rng)


def _mobile(rng: Random) -> str:
    """An invented mobile number: 154 was allotted to no carrier when this was written."""
    return f"154{rng.randrange(10**8):08d}"


def _key_groups(age: int, rng: Random) -> frozenset[KeyGroup]:
    groups = {KeyGroup.VERY_OLD} if age >= 90 else set()
    shares = {
        KeyGroup.EMPTY_NEST: 0.030,
        KeyGroup.DISABLED: 0.015,
        KeyGroup.GRAVELY_ILL: 0.010,
        KeyGroup.BEDRIDDEN: 0.008,
        KeyGroup.INCAPACITATED: 0.004,
    }
    groups |= {group for group, share in shares.items() if rng.random() < share}
    return frozenset(groups)


def _stranger(issued: list[str], numbers: Numbers, rng: Random) -> Stranger:
    male = rng.random() < 0.5
    while True:
        born = date(1940, 1, 1) + timedelta(rng.randrange(27_000))
        number = numbers.next(rng.choice(issued), born, male)
        if number is not None:
            return Stranger(number, name_of(male, rng))
