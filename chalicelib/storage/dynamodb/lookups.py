"""号码查找 · Whose a number is, and whether a name goes with it.

AWS is asked the same whoever it is about: for a stranger's number the partition that would be theirs is read
all the same. Else the time that an answer takes, or a bill, would tell who draws something.
"""

from __future__ import annotations

from chalicelib.errors import NotFoundError
from chalicelib.model import PersonId, PersonRecord
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import people, tables
from chalicelib.storage.dynamodb.items import IDENTITY, partition
from chalicelib.storage.dynamodb.tables import People


def find(number: str, name: str | None = None) -> PersonRecord | None:
    """The record of a canonical 18-character number; None for a stranger, or if the name is another's."""
    person = people.person_id_of(number) or hmac_ids.person_id_for(number)
    try:
        record = people.load(person)
    except NotFoundError:
        record = None
    return record if name is None or _bears(person, name) else None


def _bears(person: PersonId, name: str) -> bool:
    """Whether a person has this name; nothing sealed is opened for it.

    A record that was written before there were marks of names is opened, until a roster seals it anew.
    """
    box = tables.get(People, partition(person), IDENTITY)
    if box is None:
        return False
    if box.named is None:
        return encryption.unseal_identity(person, box.sealed).name == name
    return hmac_ids.is_name_mark(box.named, person, name)
