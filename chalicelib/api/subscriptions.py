"""事件订阅接口 · Apps that are told of events (row A5): officers say which, operators say where."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.api import ids
from chalicelib.api.answers.subscriptions import (
    AppSubscription,
    NewSubscription,
    Subscriptions,
    SubscriptionWithLog,
)
from chalicelib.api.bodies import Refusal, field_error
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import invalid
from chalicelib.api.subscription_bodies import SubscriptionWish
from chalicelib.cases import subscriptions as cases
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, Subscription
from chalicelib.storage.dynamodb import subscriptions as kept

subscriptions = Audience(__name__)

LOG: Final = 50  # lines of the log that are shown

Json = dict[str, Any]


@subscriptions.route("GET", "/v1/subscriptions", answer=Subscriptions)
def list_subscriptions(call: Call) -> Json:
    """Every app that is, or was, told of events, and how its receiver is reached."""
    return {"items": [_subscription(one) for one in kept.listed()]}


@subscriptions.route("GET", "/v1/subscriptions/{id}", answer=SubscriptionWithLog)
def show_subscription(call: Call, id: str) -> Json:
    """One subscription with what it was told of late, what failed, and what was given up."""
    found = kept.find(ids.subscription_id(id))
    log = [
        {
            "at": part.at,
            "delivered": part.delivered,
            "failed": part.failed,
            "given_up": part.given_up,
            "said": part.said,
        }
        for part in kept.logged(found.id, LOG)
    ]
    return {**_subscription(found), "log": log}


@subscriptions.route("POST", "/v1/subscriptions", body=SubscriptionWish, answer=NewSubscription)
def subscribe_app(call: Call) -> Json:
    """Have an app told of events at an address; the key of the signatures is said this once.

    So it is not answered again under an Idempotency-Key, which would keep the key: who has lost the answer
    ends the subscription and makes another.
    """
    sent, home = call.body(SubscriptionWish), current().rules.policy.area
    area = AreaCode(sent.area or home)
    if not area.startswith(home):
        raise invalid(field_error("/area", "not_in_range"))
    made, key = cases.subscribe(sent.app, sent.address, area, sent.kinds, call.caller.subject)
    return {**_subscription(made), "key": key}


@subscriptions.route("POST", "/v1/subscriptions/{id}/end", body=Refusal, once=True, answer=AppSubscription)
def end_subscription(call: Call, id: str) -> Json:
    """Tell the app of nothing more, with a reason."""
    because = call.body(Refusal).reason
    return _subscription(cases.end(ids.subscription_id(id), call.caller.subject, because))


def _subscription(found: Subscription) -> Json:
    backoff = kept.backoff_of(found.id)
    return {
        "id": found.id,
        "app": found.app,
        "address": found.address,
        "area": found.area,
        "kinds": list(found.kinds),
        "made_by": found.made_by,
        "made_at": found.made_at,
        "ended_by": found.ended_by,
        "ended_at": found.ended_at,
        "because": found.because,
        "failures": backoff.failures if backoff else 0,
        "rests_until": backoff.until if backoff else None,
    }
