"""号码与人 · Whose a number is: the id that the key makes of it, if somebody bears that; else an index row
says (decision 0020).

An id is made at first sight. While the key is the same it can be made again, and a row that says so would be
two write units of each person's ten: none is written any more. Rows of before stay, and so does the way to
find by them: once the key is another, they alone lead from a number to whose id the old one has made.
"""

from __future__ import annotations

from collections.abc import Collection

from chalicelib.model import PersonId
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import INDEX, PROFILE, partition
from chalicelib.storage.dynamodb.tables import People


def person_id_of(number: str) -> PersonId | None:
    """The person of a canonical 18-character number; None for a stranger.

    Both are asked for together whoever it is: a call more for strangers would tell them by the time it takes.
    """
    made = hmac_ids.person_id_for(number)
    asked = (partition(made), PROFILE), (hmac_ids.index_key(number), INDEX)
    found = {item.sk: item for item in tables.get_many(People, asked)}
    if PROFILE in found:
        return made
    return PersonId(found[INDEX].body) if INDEX in found else None


def persons_of(numbers: Collection[str]) -> dict[str, PersonId]:
    """The people of many numbers, a hundred to a call; strangers are left out."""
    made = {number: hmac_ids.person_id_for(number) for number in numbers}
    profiles = tables.there(People, ((partition(person), PROFILE) for person in made.values()))
    found = {number: person for number, person in made.items() if (partition(person), PROFILE) in profiles}
    keys = {hmac_ids.index_key(number): number for number in made.keys() - found.keys()}
    rows = tables.get_many(People, ((key, INDEX) for key in keys))
    return found | {keys[row.pk]: PersonId(row.body) for row in rows}
