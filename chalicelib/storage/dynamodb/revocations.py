"""令牌吊销 · Tokens that hold no longer, although their signature and their times do.

REVOKED / jti#<id of a token>     every row with a time to live: until when it stands
        / subject#<subject>       all tokens of somebody
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Work

_ALL: Final = "REVOKED"


class Revoked(StrEnum):
    """What is revoked."""

    TOKEN = "jti"  # noqa: S105 - the claim that names a token
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Revocation:
    """A word of an operator: until an instant a token, or all tokens of a subject, are refused."""

    kind: Revoked
    name: str
    until: datetime
    by: str
    at: datetime
    issued_until: datetime | None = None  # of a subject: only tokens issued by then; None: new ones too

    @property
    def place(self) -> str:
        """Where it stands among all."""
        return f"{self.kind}#{self.name}"


def put(revocation: Revocation) -> None:
    """Let it stand, in place of an earlier one about the same."""
    expires = int(revocation.until.timestamp())
    tables.put(Work(_ALL, revocation.place, body=encode(revocation), expires=expires))


def remove(kind: Revoked, name: str) -> bool:
    """Take one back; False where there is none."""
    place = f"{kind}#{name}"
    if tables.get(Work, _ALL, place) is None:
        return False
    tables.delete(Work(_ALL, place))
    return True


def standing(now: datetime) -> Iterator[Revocation]:
    """Those that have not run out."""
    for item in tables.query(Work, _ALL):
        revocation = decode(Revocation, item.body)
        if revocation.until > now:
            yield revocation
