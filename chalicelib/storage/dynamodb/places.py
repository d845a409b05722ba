"""居住地点 · Who lives where: a row per person and village, for lists that show people page by page.

    IN#<area>         / <person>   everybody of a place, also the dead; not who was joined to another number
    PLACES#<county>   / <area>     the places of a county in which anybody does

A place is a village (12 digits), or a township where the roster says no more. The row bears nothing but its
key (a mark of `worklists`), so it is written when a person is created and when they move, and by nothing that
happens in between. It is a hint: whoever finds one reads the record. Those of people from before are
filed by the nightly count (`enumeration`), within a month in a city.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from chalicelib.model import AreaCode, Person, PersonId
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import tables, worklists
from chalicelib.storage.dynamodb.tables import Work

_COUNTY_DIGITS = 6
_remembered: Final[set[AreaCode]] = set()
on_forget(_remembered.clear)


class Resident(NamedTuple):
    """Somebody of a place."""

    area: AreaCode
    person: PersonId

    @property
    def place(self) -> str:
        """Behind which a listing goes on."""
        return f"{self.area}#{self.person}"


def _row(person: Person) -> tuple[str, str] | None:
    return None if person.joined_to is not None else (f"IN#{person.area}", person.id)


def remember(area: AreaCode) -> None:
    """Note that a place has somebody; once per process and place."""
    if area not in _remembered:
        tables.put(_place(area))
        _remembered.add(area)


def remember_all(areas: Iterable[AreaCode]) -> None:
    """The same of many places, some to a call."""
    new = set(areas) - _remembered
    tables.put_all(_place(area) for area in sorted(new))
    _remembered.update(new)


def _place(area: AreaCode) -> Work:
    return Work(f"PLACES#{area[:_COUNTY_DIGITS]}", area)


def file_all(people: Iterable[Person]) -> int:
    """Write the rows that are missing of these people; how many that were."""
    wanted = {row: person for person in people if (row := _row(person)) is not None}
    known = {(row.pk, row.sk) for row in tables.get_many(Work, iter(wanted))}
    missing = {row: person for row, person in wanted.items() if row not in known}
    remember_all(person.area for person in missing.values())
    return tables.put_all(Work(*row, body="{}") for row in missing)


def residents(area: str, after: str = "") -> Iterator[Resident]:
    """Everybody of an area by place, then id, behind a `place`; only the places asked for are read."""
    for county in worklists.counties(area):
        if after[:_COUNTY_DIGITS] > county:
            continue
        within = Work.sk.startswith(area) if len(area) > _COUNTY_DIGITS else None
        for where in tables.query(Work, f"PLACES#{county}", within):
            last, _, person = after.partition("#")
            if where.sk < last:
                continue
            behind = Work.sk > person if where.sk == last and person else None
            for row in tables.query(Work, f"IN#{where.sk}", behind):
                yield Resident(AreaCode(where.sk), PersonId(row.sk))
