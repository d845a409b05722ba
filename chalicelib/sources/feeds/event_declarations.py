"""事件声明 · What an event of a feed is worth, and where the feed stands in the catalogue: as declared, with
why.

A feed has one place in the catalogue (45 positive and 5 negative, 43 strong and 7 weak in Bozhou), that
of its main event; its other events prove whatever they prove.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from chalicelib.declarations import Declaration, Identifier, MisplacedError, NonEmptyText
from chalicelib.model import Proves, Route, Stay, Strength, SuspicionKind, Trace

ACCUSING = (Proves.LOSS, Proves.EXCLUSION)
_FOUND_HERE = (
    SuspicionKind.TWO_NUMBERS,
    SuspicionKind.UNLISTED,
    SuspicionKind.REVERSAL,
    SuspicionKind.RESTART,
    SuspicionKind.UPCOMING,
    SuspicionKind.STOP_ASKED,
)


class EventDeclaration(Declaration):
    """What one event proves, and why (domain section 3)."""

    zh: NonEmptyText
    en: NonEmptyText
    proves: Proves
    why: NonEmptyText
    cannot_cover: NonEmptyText | None = None  # whom it can never speak for, so that nobody is missed silently
    strength: Strength | None = None
    trace: Trace | None = None
    route: Route = Route.SILENT
    stay: Stay | None = None
    suspicion: SuspicionKind | None = None
    withdraws: Identifier | None = None  # the event that the same person's record of the same day loses
    releases: tuple[Identifier, ...] = ()  # the losses that are over from its day on (rule 15)
    repays: bool = False  # of a release: what was withheld meanwhile is owed
    carries_months: int | None = Field(default=None, ge=1, le=12)  # strong, and less far than others

    @model_validator(mode="after")
    def _carries_as_strong_events_do(self) -> Self:
        if self.carries_months is not None and self.strength is not Strength.STRONG:
            raise ValueError("carries_months belongs to strong events")
        return self

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        present = self.proves is Proves.PRESENCE
        if present != (self.strength is not None) or present != (self.trace is not None):
            raise ValueError("strength and trace belong to events that prove presence, both of them")
        if present and self.cannot_cover is None:
            raise ValueError("an event that proves presence says whom it cannot cover: cannot_cover")
        if (self.proves in ACCUSING) != (self.suspicion is not None):
            raise ValueError("a suspicion belongs to events that prove a loss or an exclusion")
        if self.suspicion is SuspicionKind.DOUBTED:
            raise ValueError("only an authority doubts a result, and says so itself: no feed reports that")
        if self.suspicion in _FOUND_HERE:
            raise ValueError("the platform finds that itself: no feed reports it")
        if (self.proves is Proves.WITHDRAWAL) != (self.withdraws is not None):
            raise ValueError("withdraws belongs to events that prove a withdrawal")
        if self.withdraws is not None and self.stay is not None:
            raise ValueError("a withdrawal neither begins nor ends a stay")
        if self.releases and self.proves is not Proves.NOTHING:
            raise ValueError("an event that releases says that a loss is over, and proves nothing else")
        if self.repays and not self.releases:
            raise ValueError("repays belongs to events that release")
        return self


class CountsAs(Declaration):
    """A feed's place in the catalogue; a technical feed has none."""

    polarity: Literal["positive", "negative"]
    strength: Strength


def check_named_events(events: Mapping[str, EventDeclaration]) -> None:
    """Raise unless what an event withdraws can be withdrawn, and it releases from losses of this feed."""
    for code, event in events.items():
        target = events.get(event.withdraws) if event.withdraws is not None else None
        if event.withdraws is not None and (target is None or target.withdraws is not None):
            raise MisplacedError(
                f"withdraws must name another event of this feed, none that withdraws: {event.withdraws}",
                *("events", code, "withdraws"),
            )
        for loss in event.releases:
            if loss not in events or events[loss].proves is not Proves.LOSS:
                raise MisplacedError(
                    f"releases must name events of this feed that prove a loss: {loss}",
                    *("events", code, "releases"),
                )


def main_of(events: Mapping[str, EventDeclaration], said: str | None) -> str | None:
    """The code of the main event: the one said, or the only one; None where a feed has no events."""
    if said is None and len(events) > 1:
        raise MisplacedError("several events: say which is the main one: main_event", "events")
    main = said if said is not None else next(iter(events), None)
    if main is None:
        return None
    if main not in events:
        raise MisplacedError(f"no event {main!r} is declared", "main_event")
    if events[main].proves is Proves.WITHDRAWAL:
        raise MisplacedError("a withdrawal cannot be what a feed is for", "events", main)
    return main


def check_place(main: EventDeclaration, place: CountsAs) -> None:
    """Raise unless a feed counts as what its main event proves."""
    accuses = main.proves in ACCUSING
    if accuses != (place.polarity == "negative"):
        proves = "a loss or an exclusion" if accuses else "neither a loss nor an exclusion"
        raise MisplacedError(f"the main event proves {proves}", "counts_as", "polarity")
    if main.strength is not None and main.strength is not place.strength:
        raise MisplacedError(f"the main event is {main.strength}", "counts_as", "strength")
