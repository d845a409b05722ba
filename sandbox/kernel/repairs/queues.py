"""SQS: visibility, delay and retention in virtual time; long polls in real time."""

from __future__ import annotations

import time
from typing import Any, Final

import moto.sqs.models as sqs

from sandbox.kernel.repairs.patches import Patches, World

_PAUSE: Final = 0.05


def virtual_time(patches: Patches, world: World) -> None:
    """The queues ask the jumping clock; a client that polls for long waits in real time."""

    def receive(self: Any, queue_name: str, count: int, wait: int, *rest: Any, **more: Any) -> list[Any]:
        until = time.monotonic() + wait
        while True:
            found: list[Any] = at_once(self, queue_name, count, 0, *rest, **more)
            if found or time.monotonic() >= until:
                return found
            world.turns.step_aside(_PAUSE)

    patches.set(sqs, "unix_time_millis", world.clock.milliseconds)
    patches.set(sqs, "unix_time", lambda *_: world.clock.milliseconds() / 1000)
    at_once = patches.set(sqs.SQSBackend, "receive_message", receive)


def retention_alone(patches: Patches, world: World) -> None:
    """Whether a message is still kept is asked of its age, not of every figure about its queue."""

    def is_valid(self: Any, queue_name: str, message: Any) -> bool:
        kept = int(self.get_queue(queue_name).message_retention_period)
        return bool(kept + message.sent_timestamp / 1000 > world.clock.milliseconds() / 1000)

    patches.set(sqs.SQSBackend, "is_message_valid_based_on_retention_period", is_valid)
