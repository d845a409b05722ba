"""到期清单 · Whom a date alone will concern: rows of the work table beside those of `worklists`, hints too.

DATE#<shard> / <look on>#<person>#<date>
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import shards, tables
from chalicelib.storage.dynamodb.tables import Work


def file_date(person: PersonId, look_on: date, day: date) -> None:
    """Note that somebody is to be looked at on a day because of a date that comes."""
    tables.put(_row(person, look_on, day))


def file_dates(
    person: PersonId, days: Collection[date], on: date, ahead: timedelta, *, is_new: bool = False
) -> None:
    """Note each date of which no row tells: what tells of a card tells of it each month.

    To be looked at `ahead` of it, or at once. Of whoever `is_new` nothing is noted yet. What was noted a
    moment ago may be noted again: that is the same row.
    """
    keys = {(row.pk, row.sk): day for day in days for row in _rows(person, day, ahead)}
    noted = set() if is_new or not days else {keys[key] for key in tables.there(Work, keys, at_once=False)}
    for day in days:
        if day not in noted:
            file_date(person, max(on, day - ahead), day)


def _rows(person: PersonId, day: date, ahead: timedelta) -> tuple[Work, Work]:
    """Where a date waits before it has been looked at, and after."""
    return _row(person, day - ahead, day), _row(person, day, day)


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
