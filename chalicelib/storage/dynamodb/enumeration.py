"""全员清点 · Whether everybody has the row by which passes find them: counted each night, mended and told.

The row is written in the transaction that creates a person; should one be missing all the same, every pass
would go by that person in silence. So one part of the table is held against the rows each night, as many
parts as there are shards: a small table every night, a city's within a month (to scan all of it each night
would cost more than all passes together). Rows without a person are counted by the passes. The row by which
lists find a person (`places`) is filed on the way: records of before have none.
"""

from __future__ import annotations

from datetime import date

from chalicelib.model import Person, PersonId
from chalicelib.observability import count, logger
from chalicelib.storage.dynamodb import places, shards, tables
from chalicelib.storage.dynamodb.items import PROFILE, decode, partition
from chalicelib.storage.dynamodb.tables import Attributes, People, Place, Work

PROFILES = "begins_with(pk, :person) AND sk = :profile"
VALUES = {":person": {"S": partition(PersonId(""))}, ":profile": {"S": PROFILE}}


def enumerate_all(people: list[PersonId]) -> int:
    """Write the rows that are missing of these people; how many that were."""
    wanted = {(row.pk, row.sk): row for row in map(shards.row_of_everybody, people)}
    known = {(row.pk, row.sk) for row in tables.get_many(Work, wanted)}
    return tables.put_all(row for key, row in wanted.items() if key not in known)


def mend(on: date) -> int:
    """Hold tonight's part of the table against the rows for everybody; how many were missing until now.

    Published as `NotEnumerated`, which an alarm watches. Nothing while rows still move: that writes them.
    """
    if not shards.is_whole():
        return 0
    parts = len(shards.every_shard())
    part = None if parts == 1 else (on.toordinal() % parts, parts)
    missing, after, first = 0, None, True
    while first or after is not None:
        found, after = _profiles(after, part)
        missing += enumerate_all([_whose(item) for item in found])
        places.file_all(decode(Person, item["body"]["S"]) for item in found)
        first = False
    if missing:
        logger.error("people whom no pass would have found", extra={"people": missing})
    count(NotEnumerated=missing)
    return missing


def page_of_profiles(
    after: Place | None, part: tuple[int, int] | None = None
) -> tuple[list[PersonId], Place | None]:
    """The next people of the table, and where they end; None: there is nobody after them."""
    found, end = _profiles(after, part)
    return [_whose(item) for item in found], end


def _profiles(after: Place | None, part: tuple[int, int] | None) -> tuple[list[Attributes], Place | None]:
    found, end = tables.scan_page(People, PROFILES, VALUES, after, part)
    return list(found), end


def _whose(profile: Attributes) -> PersonId:
    return PersonId(profile["pk"]["S"].removeprefix(partition(PersonId(""))))
