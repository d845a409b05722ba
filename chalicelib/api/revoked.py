"""令牌吊销 · Whether a token that would hold was revoked: asked of DynamoDB once a minute by each process.

So a revocation is felt everywhere within a minute, by tokens too that a process has verified before. Where it
cannot be asked nobody is let in: the error is AWS's, and the edge answers 503.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import revocations
from chalicelib.storage.dynamodb.revocations import Revocation, Revoked

KEPT: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Known:
    """What DynamoDB said last, and when."""

    asked: datetime
    standing: dict[str, Revocation]


_known: Final[list[_Known]] = []  # at most one
on_forget(_known.clear)


def is_revoked(token: str | None, subject: str, issued: float, now: datetime) -> bool:
    """Whether a token (its `jti`, if it bears one) of a subject, issued at an epoch second, is refused."""
    if not _known or not timedelta() <= now - _known[0].asked < KEPT:
        _known[:] = [_Known(now, {each.place: each for each in revocations.standing(now)})]
    standing = _known[0].standing
    by_token = standing.get(f"{Revoked.TOKEN}#{token}") if token is not None else None
    found = [each for each in (by_token, standing.get(f"{Revoked.SUBJECT}#{subject}")) if each is not None]
    return any(each.until > now and _is_meant(each, issued) for each in found)


def _is_meant(revocation: Revocation, issued: float) -> bool:
    return revocation.issued_until is None or issued <= revocation.issued_until.timestamp()
