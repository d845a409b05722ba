"""One recipient of the town, as the authorities know her, and her life, as nobody does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.model import AreaCode, KeyGroup, Relation
from sandbox.town.claims import Claim
from sandbox.town.lives import Happening, Life


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody for whose sake a benefit is drawn: of her own she draws nothing."""

    number: str
    name: str
    of: Relation
    happening: Happening
    ends_on: date | None  # the last day on which it is still so; None: for the whole run


@dataclass(frozen=True, slots=True)
class Corrected:
    """The number that somebody bears from the roster of a day on: the one before was mistyped."""

    number: str
    on: date


@dataclass(frozen=True, slots=True)
class Townsperson:
    """One recipient, as the authorities know her, and her life, as nobody does."""

    index: int
    number: str
    name: str
    born: date
    male: bool
    area: AreaCode
    grid: str
    phone: str | None
    shares_phone: bool  # the number is a cadre's
    key_groups: frozenset[KeyGroup]
    claims: tuple[Claim, ...]
    life: Life
    joins: date  # the day of the first roster that names her
    relative: Relative | None = None
    kind: str = ""  # of life, where it is one of those that went wrong somewhere
    helper: str | None = None  # the phone of whoever is registered as helping her
    corrected: Corrected | None = None  # her number, where the roster has another from a day on

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that she has ever borne."""
        return (self.number,) if self.corrected is None else (self.number, self.corrected.number)

    def number_on(self, day: date) -> str:
        """The number that she bears on a day."""
        other = self.corrected
        return self.number if other is None or day < other.on else other.number

    @property
    def is_new(self) -> bool:
        """Whether she begins to draw during the run."""
        return any(claim.certified_until is None for claim in self.claims)

    def lost_on(self, day: date) -> bool:
        """Whether what entitled her through a related person had ended by a day."""
        ends = self.relative.ends_on if self.relative is not None else None
        return ends is not None and ends < day
