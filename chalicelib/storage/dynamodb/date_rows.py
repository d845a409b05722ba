"""到期清单 · Whom a date alone will concern: rows of the work table beside those of `worklists`, hints too.

DATE#<shard> / <look on>#<person>#<date>
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import shards, tables
from chalicelib.storage.dynamodb.tables import Work


def file_date(person: PersonId, look_on: date, day: date) -> None:
    """Note that somebody is to be looked at on a day because of a date that comes."""
    tables.put(_row(person, look_on, day))


def filed(person: PersonId, days: Collection[tuple[date, date]]) -> frozenset[date]:
    """Of dates, each with the day on which to look, those of which a row tells: of that day, or the date."""
    keys = {
        (row.pk, row.sk): day for look, day in days for on in (look, day) for row in (_row(person, on, day),)
    }
    return frozenset(keys[key] for key in tables.there(Work, keys))


def remove_date(person: PersonId, look_on: date, day: date) -> None:
    """Take such a note away once it has been looked at."""
    tables.delete(_row(person, look_on, day))


def dates_until(on: date, shard: str = shards.EVERYBODY) -> Iterator[tuple[date, PersonId, date]]:
    """Everybody to be looked at by a day (inclusive): since when, who, and because of which date."""
    for row in shards.rows("DATE", f"{on}~", shard):
        look_on, person, day = row.sk.split("#")
        yield date.fromisoformat(look_on), PersonId(person), date.fromisoformat(day)


def _row(person: PersonId, look_on: date, day: date) -> Work:
    return Work(f"DATE#{shards.shard_of(person)}", f"{look_on}#{person}#{day}")
