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
