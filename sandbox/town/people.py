"""Who lives in the town: invented people, what they draw, and (hidden) what becomes of them.

>>> town = Town.generate(people=10, seed=1)
>>> town.people == Town.generate(people=10, seed=1).people
True
>>> len({person.number for person in town.people})
10
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from typing import Final

from chalicelib.model import AreaCode, BenefitCode, KeyGroup
from sandbox.town.chance import chance
from sandbox.town.lives import Life, live
from sandbox.town.names import GRIDS_PER_VILLAGE, Numbers, name_of, villages

START: Final = date(2025, 1, 1)
MONTHS: Final = 14  # one certification year, and the time that its last cases need
STRANGERS_PER_RECIPIENT: Final = 3
HISTORY: Final = timedelta(270)  # departments hand over what they know of the months before

# Benefit -> lowest and highest monthly amount in fen (a fee relief pays nothing).
AMOUNTS: Final = {
    "resident_pension": (11_800, 26_000),
    "land_loss_pension": (30_000, 62_000),
    "veteran_subsidy": (48_000, 76_000),
    "old_age_allowance": (3_000, 20_000),
    "village_doctor_subsidy": (30_000, 48_000),
    "outpatient_chronic": (0, 0),
}
FIRST_BENEFIT: Final = {
    "resident_pension": 0.88,
    "land_loss_pension": 0.05,
    "veteran_subsidy": 0.04,
    "village_doctor_subsidy": 0.03,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody draws: one line of the roster."""

    benefit: BenefitCode
    fen: int
    since: date
    certified_until: date
    payee: str


@dataclass(frozen=True, slots=True)
class Townsperson:
    """One recipient, as the authorities know her, and her life, as nobody does."""

    index: int
    number: str
    name: str
    born: date
    male: bool
    area: AreaCode
    grid: str
    phone: str | None
    shares_phone: bool  # the number is a cadre's
    key_groups: frozenset[KeyGroup]
    claims: tuple[Claim, ...]
    life: Life

    @property
    def due(self) -> date:
        """The earliest day through which one of her benefits is certified on the roster."""
        return min(claim.certified_until for claim in self.claims)


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
        """Invent a town: the same for the same seed and size."""
        end = start + timedelta(round(MONTHS * 30.5))
        rng, numbers, places = chance(seed, "people"), Numbers(), villages(people)
        cadres = {place: _mobile(rng) for place in places}
        inhabitants = tuple(
            _person(index, places[index % len(places)], cadres, numbers, (start, end), rng, seed)
            for index in range(people)
        )
        strangers = tuple(_stranger(places, numbers, rng) for _ in range(people * STRANGERS_PER_RECIPIENT))
        return cls(seed, pack, start, end, inhabitants, strangers)

    @cached_property
    def by_number(self) -> dict[str, Townsperson]:
        """The 18-character number -> the person."""
        return {person.number: person for person in self.people}

    @cached_property
    def by_phone(self) -> dict[str, tuple[Townsperson, ...]]:
        """A phone -> everybody reached under it: one person, or the elders a cadre looks after."""
        found: dict[str, tuple[Townsperson, ...]] = {}
        for person in self.people:
            if person.phone is not None:
                found[person.phone] = (*found.get(person.phone, ()), person)
        return found

    @cached_property
    def villages(self) -> tuple[AreaCode, ...]:
        """Every village in which a recipient lives."""
        return tuple(sorted({person.area for person in self.people}))


def _person(
    index: int,
    place: str,
    cadres: dict[str, str],
    numbers: Numbers,
    span: tuple[date, date],
    rng: Random,
    seed: int,
) -> Townsperson:
    male = rng.random() < 0.46
    number, born = _identity(place[:6], numbers, span[0], male, rng)
    age = (span[0] - born).days // 365
    draw = rng.random()  # 15 % have no phone, 5 % give the cadre's
    phone = None if draw < 0.15 else cadres[place] if draw < 0.20 else _mobile(rng)
    return Townsperson(
        index=index,
        number=number,
        name=name_of(male, rng),
        born=born,
        male=male,
        area=AreaCode(place),
        grid=f"{place}-{1 + rng.randrange(GRIDS_PER_VILLAGE):02d}",
        phone=phone,
        shares_phone=phone == cadres[place],
        key_groups=_key_groups(age, rng),
        claims=_claims(index, born, age, span[0], rng),
        life=live(age, span[0] - HISTORY, *span, chance(seed, "life", index)),
    )


def _identity(county: str, numbers: Numbers, on: date, male: bool, rng: Random) -> tuple[str, date]:
    while True:
        age = min(101, 60 + int(rng.expovariate(1 / 8)))
        born = on - timedelta(age * 366 + rng.randrange(364))
        number = numbers.next(county, born, male)
        if number is not None:
            return number, born


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


def _claims(index: int, born: date, age: int, start: date, rng: Random) -> tuple[Claim, ...]:
    codes = [rng.choices(list(FIRST_BENEFIT), list(FIRST_BENEFIT.values()))[0]]
    if age >= 80 and rng.random() < 0.75:
        codes.append("old_age_allowance")
    if rng.random() < 0.10:
        codes.append("outpatient_chronic")
    until = start + timedelta(rng.randint(25, 364))
    claims = []
    for code in codes:
        own = until if rng.random() < 0.85 else start + timedelta(rng.randint(25, 364))
        low, high = AMOUNTS[code]
        since = max(date(born.year + (80 if code == "old_age_allowance" else 60), 1, 1), date(2011, 7, 1))
        claims.append(
            Claim(
                benefit=BenefitCode(code),
                fen=rng.randrange(low, high, 50) if high else 0,
                since=min(since, start - timedelta(200)),
                certified_until=own,
                payee=f"{code[:2].upper()}{start:%y}{index:06d}",
            )
        )
    return tuple(claims)


def _stranger(places: list[str], numbers: Numbers, rng: Random) -> Stranger:
    male = rng.random() < 0.5
    while True:
        born = date(1940, 1, 1) + timedelta(rng.randrange(27_000))
        number = numbers.next(rng.choice(places)[:6], born, male)
        if number is not None:
            return Stranger(number, name_of(male, rng))
