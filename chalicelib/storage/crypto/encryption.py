"""信封加密 · Envelope encryption: AES-256-GCM under a KMS data key per area and month, kept in the process.

Every ciphertext is bound to its owner and field (associated data), so that it cannot be moved to another
person; the wrapped data key stands beside it and opens only in the encryption context it was made in.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib import clock
from chalicelib.errors import UnreadableError
from chalicelib.model import Identity, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import client, kept, on_forget

_NONCE: Final = 12
_KEYS_KEPT: Final = 4096  # counties × months in one process


@kept
def _new_key(area: str, month: str) -> tuple[bytes, str]:
    """A data key of this process for an area and month, clear and wrapped."""
    made = client("kms").generate_data_key(
        KeyId=settings().data_key_id, KeySpec="AES_256", EncryptionContext={"area": area, "month": month}
    )
    return made["Plaintext"], base64.b64encode(made["CiphertextBlob"]).decode()


@lru_cache(_KEYS_KEPT)
def _unwrapped(wrapped: str, area: str, month: str) -> bytes:
    opened = client("kms").decrypt(
        CiphertextBlob=base64.b64decode(wrapped), EncryptionContext={"area": area, "month": month}
    )
    return bytes(opened["Plaintext"])


on_forget(_unwrapped.cache_clear)


def seal(owner: str, area: str, fields: Mapping[str, str]) -> str:
    """The fields as ciphertext, to be stored as one text; `area` is the county or another scope."""
    month = clock.today().isoformat()[:7]
    key, wrapped = _new_key(area, month)
    box: dict[str, object] = {"area": area, "month": month, "key": wrapped}
    box["fields"] = {name: _encrypt(key, f"{owner}|{name}", text) for name, text in fields.items()}
    return json.dumps(box, separators=(",", ":"))


def unseal(owner: str, text: str) -> dict[str, str]:
    """What was sealed for this owner; UnreadableError if it belongs to somebody else or was altered."""
    box = json.loads(text)
    key = _unwrapped(box["key"], box["area"], box["month"])
    return {name: _decrypt(key, f"{owner}|{name}", secret) for name, secret in box["fields"].items()}


def _encrypt(key: bytes, bound_to: str, text: str) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())).decode()


def _decrypt(key: bytes, bound_to: str, secret: str) -> str:
    raw = base64.b64decode(secret)
    try:
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
    except InvalidTag:
        raise UnreadableError("sealed for another owner or field, or altered") from None


def seal_identity(person: PersonId, area: str, identity: Identity) -> str:
    """Number, name and phone of a person, sealed under the key of the county."""
    fields = {"number": identity.number, "name": identity.name}
    if identity.phone is not None:
        fields["phone"] = identity.phone
    return seal(person, area[:6], fields)


def unseal_identity(person: PersonId, text: str) -> Identity:
    """Number, name and phone of a person."""
    fields = unseal(person, text)
    return Identity(fields["number"], fields["name"], fields.get("phone"))
