"""号码与人 · Whose a number is: the id that a key makes of it, if somebody bears that; else an index row
says (decisions 0020 and 0025).

An id is made at first sight. While its key is known it can be made again, and a row that says so would be two
write units of each person's ten: while there is one key none is written. Rows of before stay, and so does the
way to find by them: once the key is known no more, they alone lead from a number to whose id it has made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from chalicelib.model import PersonId
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import INDEX, PROFILE, partition
from chalicelib.storage.dynamodb.tables import People

RELATED: Final = "~R"  # whom a roster names as related, and who draws nothing: the number, sealed


def person_id_of(number: str) -> PersonId | None:
    """The person of a canonical 18-character number; None for a stranger.

    All is asked for together whoever it is: a call more for strangers would tell them by the time it takes.
    """
    ids = {partition(person): person for person in _ids(number)}
    asked = [(pk, PROFILE) for pk in ids] + [(key, INDEX) for key in hmac_ids.index_keys(number)]
    found = {item.pk: item for item in tables.get_many(People, asked)}
    borne = next((person for pk, person in ids.items() if pk in found), None)
    said = (PersonId(item.body) for item in found.values() if item.sk == INDEX)
    return borne or next(said, None)


def persons_of(numbers: Collection[str]) -> dict[str, PersonId]:
    """The people of many numbers, a hundred to a call; strangers are left out."""
    ids = {(partition(person), PROFILE): (number, person) for number in numbers for person in _ids(number)}
    rows = {(key, INDEX): number for number in numbers for key in hmac_ids.index_keys(number)}
    found = dict[str, PersonId]()
    profiles = tables.there(People, ids)
    for place, (number, person) in ids.items():
        if place in profiles:
            found.setdefault(number, person)
    said = tables.get_many(People, (place for place, number in rows.items() if number not in found))
    return found | {rows[row.pk, INDEX]: PersonId(row.body) for row in said}


def ids_to_give(numbers: Collection[str]) -> dict[str, PersonId]:
    """The id that each of some strangers gets: that under which a roster has named them as related, if any.

    While there is one key both are the same, and nothing is asked.
    """
    given = {number: hmac_ids.person_id_for(number) for number in numbers}
    others = {(partition(p), RELATED): (n, p) for n in numbers for p in hmac_ids.other_ids_for(n)}
    named = tables.there(People, others) if others else set()
    return given | {number: person for place, (number, person) in others.items() if place in named}


def rows_for_other_keys(person: PersonId, number: str) -> Iterator[People]:
    """While there are several keys: the rows by which each that does not make the id finds the person."""
    for version in hmac_ids.keys().by_version:
        if hmac_ids.id_by(number, version) != person:
            yield People(hmac_ids.index_key(number, version), INDEX, body=person)


def _ids(number: str) -> tuple[PersonId, ...]:
    return (hmac_ids.person_id_for(number), *hmac_ids.other_ids_for(number))
