"""联系方式 · Contacts: where a person lives and who helps them, sealed beside the identity.

    P#<id> / ~C    address, helper's name and phone, as ciphertext; the mark tells whether they are others

What a roster does not say it does not take back: another authority may have said it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Final, NamedTuple

from chalicelib.model import Contact, PersonId
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import CONTACT, partition
from chalicelib.storage.dynamodb.tables import People, Put

_NOBODY: Final = Contact()


class Update(NamedTuple):
    """The item to put in the transaction of a roster's change, and whether the helper's phone is another."""

    put: Put
    is_another_helper: bool


def contact_of(person: PersonId) -> Contact:
    """Where somebody lives and who helps them, as far as anybody has said."""
    return _opened(person, tables.get(People, partition(person), CONTACT))


def update(person: PersonId, area: str, told: Contact) -> Update | None:
    """What changes by what a roster says; None if it says nothing, or nothing new."""
    if told == _NOBODY:
        return None
    box = tables.get(People, partition(person), CONTACT)
    if box is not None and box.mark == hmac_ids.contact_mark(told):
        return None
    before = _opened(person, box)
    after = told.completed_by(before)
    if after == before:
        return None
    fields = {name: text for name, text in asdict(after).items() if text is not None}
    sealed = encryption.seal(person, area[:6], fields)
    item = People(partition(person), CONTACT, sealed=sealed, mark=hmac_ids.contact_mark(after))
    return Update(Put(item), after.helper_phone != before.helper_phone)


def _opened(person: PersonId, box: People | None) -> Contact:
    return _NOBODY if box is None else Contact(**encryption.unseal(person, str(box.sealed)))
