"""已确认事实 · What people have confirmed of somebody, by where they live: for the village to sign.

    SAID#<county>  / <area>#<closed>#<person>#<kind>#<day>

Losses alone: what ends a benefit, but nobody's own wish to stop, nor what makes a payment start again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.model import AreaCode, PersonId, PersonRecord, Suspicion, SuspicionKind, SuspicionState
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

LOSSES: Final = frozenset(
    {SuspicionKind.DEATH, SuspicionKind.CUSTODY, SuspicionKind.DOUBLE_RECEIPT, SuspicionKind.CONDITION}
)
_SAID: Final = "SAID"
_VILLAGE_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Of whom something was confirmed, and where they live."""

    person: PersonId
    area: AreaCode


def is_listed(found: Suspicion) -> bool:
    """Whether a village hears that it was confirmed."""
    return found.state is SuspicionState.CONFIRMED and found.kind in LOSSES and found.closed is not None


def places_of(record: PersonRecord) -> Iterator[tuple[str, str]]:
    """Where the rows of a record lie, a key each; of a number that was joined to another, under that one."""
    if record.person.joined_to is not None:
        return
    person, area = record.person.id, record.person.area
    for found in filter(is_listed, record.suspicions):
        yield f"{_SAID}#{area[:6]}", f"{area}#{found.closed}#{person}#{found.name}"


def confirmed_in(county: str, area: str, since: date, until: date) -> Iterator[Confirmed]:
    """What people have confirmed in a county, below an area of it, on these days; by area, then day."""
    is_village = len(area) == _VILLAGE_DIGITS
    first, last = (f"{area}#{since}", f"{area}#{until}~") if is_village else (area or county, "~")
    for row in tables.query(Work, f"{_SAID}#{county}", Work.sk.between(first, last)):
        where, day, person, _ = row.sk.split("#", 3)
        if where.startswith(area) and f"{since}" <= day <= f"{until}":
            yield Confirmed(PersonId(person), AreaCode(where))
