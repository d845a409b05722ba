"""通道接口 · What a carrier does, whoever it is: it takes a message, and says later what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol


class Handed(StrEnum):
    """What a carrier answers when it is given a message."""

    TAKEN = "taken"  # a report follows
    REJECTED = "rejected"  # it will never take this one: a phone that does not exist, or refuses


class Carrier(Protocol):
    """Takes text messages to phones; the same message handed over twice would be said twice."""

    def hand_over(self, message: str, phone: str, text: str) -> Handed:
        """Give a message to the carrier, once, under our own id.

        NotTakenError where it has certainly not taken it, so that the next run may try again. After any other
        error nobody can tell, and it is never given again.
        """

    def fetch_reports(self, after: str) -> tuple[Sequence[Mapping[str, str]], str]:
        """What has become of messages since the batch `after` ("" at first), and the name of this batch.

        Each report bears `message` and `status`. No reports and `after` itself from a carrier that pushes
        them. What is not acknowledged by asking for what comes after is told again.
        """
