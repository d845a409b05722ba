"""事件订阅办理 · An app is subscribed to events, and its subscription ended.

The operator lists the hosts to which events may go at all (`EventHosts`); an officer of the city, or an
operator, subscribes an app there: two people, of two offices. The key is said once, to whoever subscribes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib import clock, event_receivers
from chalicelib.errors import RefusedError
from chalicelib.model import AreaCode, EventKind, Subscription
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import subscriptions

OPERATOR = "operator"


class Made(NamedTuple):
    """A subscription, and its key, which is said only now."""

    subscription: Subscription
    key: str


def subscribe(app: str, address: str, area: AreaCode, kinds: Sequence[EventKind], by: str) -> Made:
    """Have an app told of events about people of an area; RefusedError."""
    event_receivers.check(address)
    if any(one.holds and (one.app, one.address) == (app, address) for one in subscriptions.listed()):
        raise RefusedError(
            "is_subscribed",
            "该应用已在此地址订阅：更换密钥请先另立地址，或停用原订阅。",
            "that app is told at that address already: end that subscription first",
        )
    id, key = secrets.token_hex(8), secrets.token_urlsafe(32)
    sealed = subscriptions.sealed(id, area, key)
    made = Subscription(id, app, address, area, tuple(sorted(set(kinds))), sealed, by, clock.now())
    subscriptions.put(made)
    logger.info("subscription", extra={"what": "made", "about": id, "app": app, "by": by})
    return Made(made, key)


def end(id: str, by: str, because: str) -> Subscription:
    """Tell an app of nothing more; the same again changes nothing. NotFoundError."""
    found = subscriptions.find(id)
    if not found.holds:
        return found
    ended = found.ended(by, clock.now(), because)
    subscriptions.put(ended)
    logger.info("subscription", extra={"what": "ended", "about": id, "by": by})
    return ended
