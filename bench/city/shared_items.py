"""同存 · What a payment takes in a city, where 41 people share an item, of what it takes in a small town.

The project's own code writes a month's file of both over AWS in memory, and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from bench.city.assumptions import CITY
from bench.city.capacity import KEPT_BESIDE
from bench.city.counting import Tally, counted
from bench.city.deployment import deployed
from bench.city.kept import Kept
from chalicelib.model import BenefitCode, Month, Payment, PersonId
from chalicelib.storage.dynamodb import paid

KIND: Final = "people PAID"
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_BEGINNINGS: Final = len(_LETTERS) ** 3
_DAY: Final = date(2025, 6, 15)


class Share(NamedTuple):
    """Of what an item of a town takes, what is a person's of one of a city."""

    written: float
    kept: float


def of_a_city() -> Mapping[str, Share]:
    """By kind of item; of all others a person of a city has as many, and as large ones, as of a town."""
    (one, little), (many, much) = _kept_of(1), _kept_of(together := round(CITY / _BEGINNINGS))
    return {KIND: Share(many / together / one, much / together / little)}


def _kept_of(people: int) -> tuple[float, float]:
    """Write units, and bytes that stay, of a month's payments of so many whose ids begin alike."""
    tally, kept = Tally(), Kept()
    with deployed(kept, _DAY), counted(lambda: tally):
        what = Payment(BenefitCode("resident_pension"), Month("2025-06"), 21_550, _DAY, paid.source_of("f"))
        paid.put_payments((_person(place), what) for place in range(people))
    size = sum(found.size + KEPT_BESIDE for _, found in kept.behind("people", "", ""))
    return tally.units.write, size


def _person(place: int) -> PersonId:
    return PersonId(f"abc{_LETTERS[place // 32]}{_LETTERS[place % 32]}".ljust(26, "q"))
