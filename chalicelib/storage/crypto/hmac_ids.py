"""脱敏标识 · Opaque names from HMAC-SHA256: person ids, the index of numbers, marks of phones and identities.

A plain hash of an identity number is guessed in seconds (one county has some ten million candidates), so
the key comes from Secrets Manager and stays in the process. Each purpose has its own prefix: the id that
appears in URLs cannot be looked up in the index.
"""

from __future__ import annotations

import base64
import hmac

from chalicelib.model import Contact, Identity, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import client, kept

KEY_VERSION = "1"  # of the index; a rotated key adds index items under its own version


@kept
def _key() -> bytes:
    answer = client("secretsmanager").get_secret_value(SecretId=settings().identity_secret)
    return str(answer["SecretString"]).encode()


def _digest(purpose: str, text: str) -> bytes:
    return hmac.digest(_key(), f"{purpose}:{text}".encode(), "sha256")


def person_id_for(number: str) -> PersonId:
    """The id given at first sight of a canonical 18-character number; never computed again later."""
    return PersonId(base64.b32encode(_digest("person", number)[:16]).decode().rstrip("=").lower())


def index_key(number: str) -> str:
    """The key of the index item that points from a number to its person."""
    return f"ID#{KEY_VERSION}#{_digest('number', number).hex()}"


def phone_mark(phone: str) -> str:
    """A stand-in for a phone, the same for everybody who shares it."""
    return _digest("phone", phone).hex()[:32]


def name_mark(person: PersonId, name: str) -> str:
    """A stand-in for one person's name; the same name of another person has another."""
    return _digest("name", f"{person}\0{name}").hex()[:32]


def device_mark(device: str) -> str:
    """A stand-in for a device over which people certify themselves: told apart from others, and no more."""
    return _digest("device", device).hex()[:32]


def grid_mark(grid: str) -> str:
    """A stand-in for a grid that is called by more than a short code: by whose name, nobody can say."""
    return _digest("grid", grid).hex()[:12]


def seed_of(occasion: str) -> str:
    """The seed of a draw: nobody can know it beforehand, and the same occasion has the same."""
    return _digest("seed", occasion).hex()[:16]


def row_mark(*said: object) -> str:
    """A stand-in for what a row of a roster says: another where anything in it is, and nobody reads it."""
    return _digest("row", "\0".join(map(str, said))).hex()[:32]


def identity_mark(identity: Identity) -> str:
    """Changes when number, name or phone change: seen without opening what is sealed."""
    return _digest("identity", "\0".join((identity.number, identity.name, identity.phone or ""))).hex()[:32]


def contact_mark(contact: Contact) -> str:
    """Changes when address or helper change: seen without opening what is sealed."""
    said = (contact.address or "", contact.helper_name or "", contact.helper_phone or "")
    return _digest("contact", "\0".join(said)).hex()[:32]
