"""脱敏标识 · Opaque names from HMAC-SHA256: person ids, the index of numbers, marks of phones and identities.

A plain hash of an identity number is guessed in seconds (one county has some ten million candidates), so
the key comes from Secrets Manager and stays in the process. Each purpose has its own prefix: the id that
appears in URLs cannot be looked up in the index.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from chalicelib.model import Contact, Identity, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import client, forget, kept

_FIRST: Final = "1"
_LETTERS: Final = 48  # bytes of a new key, in 64 letters


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that the secret holds, by version; `current` makes new ids and marks (decision 0025)."""

    current: str
    by_version: Mapping[str, str]
    changed: str = (
        ""  # the day on which an operator changed anything: processes that know less live for hours
    )

    @classmethod
    def of(cls, text: str) -> Keys:
        """What a secret says: a JSON object, or the one key of a deployment that has never rotated."""
        if not text.startswith("{"):
            return cls(_FIRST, {_FIRST: text})
        said = json.loads(text)
        if said["current"] not in said["keys"]:
            raise ValueError("the identity secret names a current key that it does not hold")
        return cls(said["current"], dict(said["keys"]), said.get("changed", ""))

    def to_text(self) -> str:
        """As the secret keeps it."""
        return json.dumps({"current": self.current, "keys": dict(self.by_version), "changed": self.changed})

    @property
    def newest(self) -> str:
        """The version that was added last."""
        return max(self.by_version, key=int)

    def with_another(self) -> Keys:
        """A new key beside those there are; nothing is made by it yet."""
        added = {str(int(self.newest) + 1): secrets.token_urlsafe(_LETTERS)}
        return replace(self, by_version={**self.by_version, **added})

    def with_the_newest(self) -> Keys:
        """The newest key makes ids and marks from now on."""
        return replace(self, current=self.newest)

    def with_nothing_else(self) -> Keys:
        """The current key alone."""
        return replace(self, by_version={self.current: self.by_version[self.current]})


@kept
def _key() -> Keys:
    answer = client("secretsmanager").get_secret_value(SecretId=settings().identity_secret)
    return Keys.of(str(answer["SecretString"]))


def keys() -> Keys:
    """The keys as this process knows them."""
    return _key()


def keep(changed: Keys) -> None:
    """Put the keys into the secret, for whoever asks from now on: an operator alone may."""
    client("secretsmanager").put_secret_value(
        SecretId=settings().identity_secret, SecretString=changed.to_text()
    )
    forget()


def _digest(purpose: str, text: str, version: str | None = None) -> bytes:
    known = _key()
    key = known.by_version[version or known.current]
    return hmac.digest(key.encode(), f"{purpose}:{text}".encode(), "sha256")


def person_id_for(number: str) -> PersonId:
    """The id given at first sight of a canonical 18-character number; never computed again later."""
    return id_by(number, None)


def other_ids_for(number: str) -> tuple[PersonId, ...]:
    """The ids that the other keys make of a number: one of them may have been given before a rotation."""
    known = _key()
    return tuple(id_by(number, version) for version in known.by_version if version != known.current)


def id_by(number: str, version: str | None) -> PersonId:
    """The id that one key makes of a number."""
    return PersonId(base64.b32encode(_digest("person", number, version)[:16]).decode().rstrip("=").lower())


def index_key(number: str, version: str | None = None) -> str:
    """The key of the index item that points from a number to its person; by the current key unless said."""
    chosen = version or _key().current
    return f"ID#{chosen}#{_digest('number', number, chosen).hex()}"


def index_keys(number: str) -> tuple[str, ...]:
    """The keys of all index items that may point from a number to its person."""
    return tuple(index_key(number, version) for version in _key().by_version)


def phone_mark(phone: str) -> str:
    """A stand-in for a phone, the same for everybody who shares it."""
    return _digest("phone", phone).hex()[:32]


def name_mark(person: PersonId, name: str, version: str | None = None) -> str:
    """A stand-in for one person's name; the same name of another person has another."""
    return _digest("name", f"{person}\0{name}", version).hex()[:32]


def is_name_mark(mark: str, person: PersonId, name: str) -> bool:
    """Whether a mark is one of a person's name, by any key; all are tried, in the same time."""
    marks = [name_mark(person, name, each) for each in _key().by_version]
    return any([hmac.compare_digest(mark, each) for each in marks])  # noqa: C419 - none is left out


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


def identity_mark(identity: Identity, version: str | None = None) -> str:
    """Changes when number, name or phone change: seen without opening what is sealed."""
    said = "\0".join((identity.number, identity.name, identity.phone or ""))
    return _digest("identity", said, version).hex()[:32]


def is_identity_mark(mark: str | None, identity: Identity) -> bool:
    """Whether a mark says these number, name and phone, by any key."""
    return mark in {identity_mark(identity, each) for each in _key().by_version}


def contact_mark(contact: Contact) -> str:
    """Changes when address or helper change: seen without opening what is sealed."""
    said = (contact.address or "", contact.helper_name or "", contact.helper_phone or "")
    return _digest("contact", "\0".join(said)).hex()[:32]
