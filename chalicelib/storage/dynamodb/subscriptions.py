"""事件订阅 · Apps that are told of events: whose, where, and how well they have been reached of late.

    Work   SUBSCRIPTION / <id>                    the subscription as it stands (`Subscription`)
           BACKOFF / <id>                         how often it was missed in a row; until when it rests
           PUSHED#<id> / <instant>#<shard>        the log: what one part of a run told it, for 90 days

Nothing is deleted: whoever was told something is known as long as what they were told of. The key of a
subscription is sealed for it alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib.errors import NotFoundError
from chalicelib.model import AreaCode, Subscription
from chalicelib.storage.crypto import encryption
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Work

LOGGED: Final = timedelta(days=90)  # [choice] a quarter, as long as somebody may ask what was told
_LISTED: Final = "SUBSCRIPTION"
_BACKOFF: Final = "BACKOFF"


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a receiver was not reached in a row, and until when it is left alone."""

    failures: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one part of a run told one subscription; `said`: what its receiver answered last, in a word."""

    at: datetime
    shard: str
    delivered: int
    failed: int
    given_up: int
    said: str


def put(subscription: Subscription) -> None:
    """Write a subscription as it now stands."""
    tables.put(Work(_LISTED, subscription.id, body=encode(subscription)))


def find(id: str) -> Subscription:
    """One subscription; NotFoundError."""
    row = tables.get(Work, _LISTED, id)
    if row is None:
        raise NotFoundError("no such subscription")
    return decode(Subscription, row.body)


def listed() -> list[Subscription]:
    """All subscriptions, those that have ended too, the oldest first."""
    found = (decode(Subscription, row.body) for row in tables.query(Work, _LISTED))
    return sorted(found, key=lambda each: (each.made_at, each.id))


def sealed(id: str, area: AreaCode, key: str) -> str:
    """The key of a subscription as ciphertext, bound to it."""
    return encryption.seal(f"subscription {id}", area, {"key": key})


def key_of(subscription: Subscription) -> str:
    """The key with which events are signed; UnreadableError."""
    return encryption.unseal(f"subscription {subscription.id}", subscription.sealed_key)["key"]


# --- how well they are reached -------------------------------------------------------------------


def backoff_of(id: str) -> Backoff | None:
    """How often it was not reached in a row; None where it was the last time, or was never tried."""
    row = tables.get(Work, _BACKOFF, id)
    return None if row is None else decode(Backoff, row.body)


def rest(id: str, backoff: Backoff) -> None:
    """It was not reached: leave it alone for a while."""
    tables.put(Work(_BACKOFF, id, body=encode(backoff)))


def reached(id: str) -> None:
    """It was reached."""
    tables.delete(Work(_BACKOFF, id))


def log(id: str, pushed: Pushed) -> None:
    """Keep what a part of a run told it."""
    expires = int((pushed.at + LOGGED).timestamp())
    place = f"{pushed.at.isoformat()}#{pushed.shard}"
    tables.put(Work(_log(id), place, body=encode(pushed), expires=expires))


def logged(id: str, at_most: int) -> Iterator[Pushed]:
    """The log of a subscription, the newest first."""
    rows = tables.query(Work, _log(id), newest_first=True, at_most=at_most)
    return (decode(Pushed, row.body) for row in rows)


def _log(id: str) -> str:
    return f"PUSHED#{id}"
