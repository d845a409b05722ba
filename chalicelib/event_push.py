"""事件推送 · Events go out to the apps that have subscribed to them, beside polling and on nobody's way.

A row is written with the step that causes it (`event_rows`); a pass goes through the rows shard by shard
and tells each subscription concerned. At least once, in any order: an app that has been told a later
`sequence` of a person drops an earlier one. Who cannot be reached is left alone for an hour, then two, four,
up to half a day, while everybody else is told; what could not be told for three days is given up, counted,
and an alarm calls somebody. The app then asks the API, as it would without all this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.errors import UnreadableError
from chalicelib.event_receivers import DELIVERED, Receiver, push
from chalicelib.model import Subscription
from chalicelib.observability import count, logger
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import event_rows, subscriptions
from chalicelib.storage.dynamodb.event_rows import Waiting
from chalicelib.storage.dynamodb.subscriptions import Backoff, Pushed

KEPT: Final = timedelta(days=3)  # [choice] a long weekend; an app then asks about everybody it shows
FIRST_REST: Final = timedelta(hours=1)  # [choice] then twice as long each time
LONGEST_REST: Final = timedelta(hours=12)  # [choice] twice a day somebody looks whether it is back
IN_A_ROW: Final = 3  # [choice] failures, after which a receiver is left alone


def is_anything_waiting() -> bool:
    """Whether anybody is to be told of anything; what waits for nobody goes once somebody is subscribed."""
    if not settings().event_hosts or not any(one.holds for one in subscriptions.listed()):
        return False
    return event_rows.is_anything_waiting()


def push_some(shard: str, each: Each, after: str = "", stop: Stop = never) -> str | None:
    """Tell the apps of what waits in a shard behind a place; behind which to go on (None: that was all)."""
    lines = [_Line.of(one, shard) for one in subscriptions.listed() if one.holds]
    walk = Walk(event_rows.waiting(shard, after), stop)
    for waits in walk:
        with each(event=waits.place):
            _tell(waits, lines)
    for line in lines:
        with each(subscription=line.subscription.id):
            line.end()
    return None if walk.is_over or walk.last is None else walk.last.place


def _tell(waits: Waiting, lines: list[_Line]) -> None:
    event = waits.event
    concerned = [
        line
        for line in lines
        if line.subscription.concerns(event) and (event.left is None or line.subscription.id in event.left)
    ]
    left = [line for line in concerned if not line.told(waits)]
    if left and clock.now() - event.at > KEPT:
        for line in left:
            line.given_up += 1
        left = []
    if left:
        event_rows.keep_for(waits, tuple(line.subscription.id for line in left))
    else:
        event_rows.told(waits)


@dataclass(slots=True)
class _Line:
    """One subscription during a part of a run: its receiver, and how it was reached."""

    subscription: Subscription
    shard: str
    receiver: Receiver | None  # None: its key cannot be opened
    before: Backoff | None
    began: datetime
    delivered: int = 0
    failed: int = 0
    in_a_row: int = 0
    given_up: int = 0
    said: str = ""

    @classmethod
    def of(cls, subscription: Subscription, shard: str) -> _Line:
        """A subscription as a part of a run begins."""
        receiver = None
        try:
            key = subscriptions.key_of(subscription)
            receiver = Receiver(subscription.id, subscription.address, key)
        except UnreadableError:
            logger.error("the key of a subscription cannot be opened", extra={"about": subscription.id})
        before = subscriptions.backoff_of(subscription.id)
        return cls(subscription, shard, receiver, before, clock.now())

    @property
    def rests(self) -> bool:
        """Whether its receiver is left alone for now."""
        is_resting = self.before is not None and self.began < self.before.until
        return self.receiver is None or is_resting or self.in_a_row >= IN_A_ROW

    def told(self, waits: Waiting) -> bool:
        """Tell of an event, unless the receiver rests; whether it has taken it."""
        if self.receiver is None or self.rests:
            return False
        self.said = push(self.receiver, waits.event, clock.now())
        if self.said == DELIVERED:
            self.delivered, self.in_a_row = self.delivered + 1, 0
            return True
        self.failed, self.in_a_row = self.failed + 1, self.in_a_row + 1
        return False

    def end(self) -> None:
        """Keep how it went: the log, and whether the receiver is left alone for a while."""
        if not (self.delivered or self.failed or self.given_up):
            return
        said = {"delivered": self.delivered, "failed": self.failed, "given_up": self.given_up}
        of = {"subscription": self.subscription.id, "said": self.said}
        logger.info("events pushed", extra={**of, **said})
        count(EventsGivenUp=self.given_up)
        pushed = Pushed(self.began, self.shard, said=self.said, **said)
        subscriptions.log(self.subscription.id, pushed)
        if self.in_a_row:
            failures = (self.before.failures if self.before else 0) + 1
            pause = min(FIRST_REST * 2 ** min(failures - 1, 10), LONGEST_REST)
            subscriptions.rest(self.subscription.id, Backoff(failures, self.began + pause))
        elif self.delivered and self.before is not None:
            subscriptions.reached(self.subscription.id)
