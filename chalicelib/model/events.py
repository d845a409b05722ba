"""事件推送 · Events that subscribed apps are told: about whom, what kind, after which step of the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.model.names import AreaCode, PersonId


class EventKind(StrEnum):
    """What has happened to a person's benefits; what exactly, the app asks the API."""

    DUE = "due"  # a period comes to its end without a certificate: a case has opened
    CERTIFIED = "certified"  # certified for longer than before
    SUSPENDED = "suspended"
    PAUSED = "paused"
    RESUMED = "resumed"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Event:
    """What is told: thin, for whoever reads it on the way learns no more than that something happened.

    `sequence` is the length of the person's record: who has been told a later one drops this one.
    """

    person: PersonId
    kind: EventKind
    sequence: int
    at: datetime
    area: AreaCode
    left: tuple[str, ...] | None = (
        None  # subscriptions that have still to be told; None: nobody has been asked
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """An app that is told of events about people of an area, at an address of its own.

    `kinds` empty: all of them. `sealed_key`: the key of its signatures, as ciphertext.
    """

    id: str
    app: str
    address: str
    area: AreaCode
    kinds: tuple[EventKind, ...]
    sealed_key: str
    made_by: str
    made_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None
    because: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it is told of events."""
        return self.ended_at is None

    def concerns(self, event: Event) -> bool:
        """Whether it is to be told of an event: of what has happened since it was made."""
        is_wanted = not self.kinds or event.kind in self.kinds
        return is_wanted and event.area.startswith(self.area) and event.at >= self.made_at

    def ended(self, by: str, at: datetime, because: str) -> Subscription:
        """The same, ended."""
        return replace(self, ended_by=by, ended_at=at, because=because)
