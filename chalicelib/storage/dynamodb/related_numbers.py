"""关联人号码 · Whom a roster names as related: their ids; of who draws nothing the sealed number."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.model import AreaCode, PersonId
from chalicelib.storage.crypto import encryption
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import partition
from chalicelib.storage.dynamodb.person_numbers import RELATED, ids_to_give, persons_of
from chalicelib.storage.dynamodb.tables import People


def related_ids(numbers: Mapping[str, AreaCode]) -> dict[str, PersonId]:
    """The ids of related persons by canonical number; `numbers` holds the area of the recipient.

    Whoever is a recipient too has one id. Of the others the sealed number is kept, and nothing else.
    """
    ids = persons_of(numbers.keys())
    strangers = ids_to_give([number for number in numbers if number not in ids])
    places = {partition(person): number for number, person in strangers.items()}
    sealed_ones = {item.pk for item in tables.get_many(People, ((pk, RELATED) for pk in places))}
    for pk in places.keys() - sealed_ones:
        number = places[pk]
        box = encryption.seal(strangers[number], numbers[number][:6], {"number": number})
        tables.put(People(pk, RELATED, sealed=box))
    return ids | strangers
