"""答复 · Apps that are told of events."""

from __future__ import annotations

from datetime import datetime

from chalicelib.api.answers.shared import Answer
from chalicelib.model import EventKind


class AppSubscription(Answer):
    """A subscription: which app, where, about whom, of what (no kinds: all), and how it is reached."""

    id: str
    app: str
    address: str
    area: str
    kinds: list[EventKind]
    made_by: str
    made_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    because: str | None
    failures: int
    rests_until: datetime | None


class NewSubscription(AppSubscription):
    """A subscription that has just been made, and the key of its signatures: it is said this once."""

    key: str


class Subscriptions(Answer):
    """All subscriptions, the oldest first."""

    items: list[AppSubscription]


class PushedPart(Answer):
    """What one part of a run told the app; `said`: what its receiver answered last, in a word."""

    at: datetime
    delivered: int
    failed: int
    given_up: int
    said: str


class SubscriptionWithLog(AppSubscription):
    """A subscription with what it was told of late, the newest first."""

    log: list[PushedPart]
