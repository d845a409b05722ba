"""A subscription about which the endpoints of subscriptions have something to say."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.model import AreaCode, Subscription
from chalicelib.storage.dynamodb import subscriptions
from tests.api.accounts import Request

SUBSCRIPTION = "0123456789abcdef"
WISH = {"app": "province-app", "address": "https://app.example.org.cn/wugan"}
ENDPOINTS: tuple[Request, ...] = (
    ("GET", "/v1/subscriptions", None, ""),
    ("GET", "/v1/subscriptions/{id}", None, SUBSCRIPTION),
    ("POST", "/v1/subscriptions", WISH, ""),
    ("POST", "/v1/subscriptions/{id}/end", {"reason": "应用下线"}, SUBSCRIPTION),
)


def a_subscription(address: str = "https://app.example.org.cn/events", key: str = "secret") -> Subscription:
    """One of the city, as it was made."""
    area = AreaCode("3416")
    sealed = subscriptions.sealed(SUBSCRIPTION, area, key)
    made = Subscription(SUBSCRIPTION, "province-app", address, area, (), sealed, "somebody", clock.now())
    subscriptions.put(made)
    return made
