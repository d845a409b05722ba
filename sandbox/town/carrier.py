"""The carrier: takes the platform's messages, delivers or fails, and reports back.

It knows what a carrier knows: a phone number and a text. It keeps its own list of what it was given,
so that the platform's outbox can be held against it. By which protocol it is joined to the platform
(`carrier_links`) changes nothing of what becomes of a message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sandbox.town.seeded_random import chance

FAILS: Final = 0.03
OPTS_OUT: Final = 0.004  # of the phones, once and for all


@dataclass(frozen=True, slots=True)
class Submitted:
    """One message as the platform handed it over."""

    message: str
    phone: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Handed:
    """One message that the platform handed over, and what the carrier made of it."""

    message: str
    phone: str
    text: str
    at: datetime
    status: str  # delivered, failed, opted_out


class Link(Protocol):
    """How messages come to the carrier, and its reports to the platform."""

    def fetch(self) -> Sequence[Submitted]:
        """The next messages, each once; none where nothing waits."""

    def report(self, reports: Sequence[Mapping[str, str]]) -> None:
        """Say what became of those that were fetched last: `message` and `status` of each."""


@dataclass
class Carrier:
    """A fake carrier; what it does to a message depends on the seed and the message alone."""

    seed: int
    link: Link
    delivered: Callable[[Handed], None]
    dead: frozenset[str] = frozenset()  # phones that never work
    handed: list[Handed] = field(default_factory=list)

    def poll(self) -> int:
        """Deal with whatever waits; returns how many messages that were."""
        taken = 0
        while batch := self.link.fetch():
            self.link.report([self._take(submitted) for submitted in batch])
            taken += len(batch)
        return taken

    def _take(self, submitted: Submitted) -> Mapping[str, str]:
        """Deliver one message, or not; the report about it."""
        message, phone = submitted.message, submitted.phone
        handed = Handed(message, phone, submitted.text, submitted.at, self._fate(message, phone))
        self.handed.append(handed)
        if handed.status == "delivered":
            self.delivered(handed)
        return {"message": handed.message, "status": handed.status}

    def _fate(self, message: str, phone: str) -> str:
        if phone in self.dead:
            return "failed"
        if chance(self.seed, "opts out", phone).random() < OPTS_OUT:
            return "opted_out"
        return "failed" if chance(self.seed, "fails", message).random() < FAILS else "delivered"
