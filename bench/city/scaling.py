"""推算 · From N and 10 N people to a city: straight lines through what was measured.

The N people are one shard. In a city a shard is a 32nd: what a slice does is drawn to 42,500 people, what
one invocation does alone (a file, *Put together*) to everybody whom it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from bench.city.assumptions import RANGES_AT_ONCE, ROW_BYTES, SHARDS
from bench.city.deployment import memory_of
from chalicelib.intake.large_files import RANGE_BYTES
from chalicelib.passes.running import SLICE

DO: Final = "Do"
TABLES: Final = ("people", "work", "files", "audit")
RANGE: Final = "intake_range"
_OF_A_SHARD: Final = "#_"  # ends the partition keys that each shard has for itself, where one shard is all
_ITS_OWN: Final = ("P#", "ID#", "PAID#", "PHONE#")

_GROWS: Final = 0.5  # of the people's growth: what grows less is the same for any number of them

Told = Mapping[str, Any]  # what `steps` wrote of one step


def _by_table(told: Told) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for kind, units in told["written"].items():
        table = kind.partition(" ")[0]
        found[table] = found.get(table, 0.0) + units
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through one or two points; never below nothing, never falling."""

    slope: float
    start: float

    @classmethod
    def through(cls, points: Sequence[tuple[float, float]]) -> Line:
        """Through the first and the last point; through one and nothing at all if there is no other."""
        (x1, y1), (x2, y2) = points[0], points[-1]
        if x1 == x2:
            return cls(y2 / x2, 0.0)
        slope = max(0.0, (y2 - y1) / (x2 - x1))
        return cls(slope, max(0.0, y2 - slope * x2))

    def at(self, x: float) -> float:
        """The height at a place."""
        return self.start + self.slope * x


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a path (a file, a slice, *Put together*), at every size that was measured."""

    function: str
    step: str
    by_size: Sequence[tuple[int, Told]]  # subjects, and what it took

    def line(self, of: str) -> Line:
        """How something grows with those whom it is about."""
        return Line.through([(subjects, told[of]) for subjects, told in self.by_size])

    def written(self, table: str) -> Line:
        """How the write units of a table grow."""
        return Line.through([(subjects, _by_table(told).get(table, 0.0)) for subjects, told in self.by_size])

    @property
    def by_table(self) -> Mapping[str, float]:
        """Write units of each table, of the largest size."""
        return _by_table(self.largest)

    @property
    def gap(self) -> Line:
        """The longest time between two looks at the watch; flat where it does not grow with the people.

        What is done in parts of so many people is as long for a shard as for the first part.
        """
        (few, before), (many, now) = self.by_size[0], self.by_size[-1]
        grows = now["longest_gap"] / max(before["longest_gap"], 1e-9) > _GROWS * many / few
        return self.line("longest_gap") if grows or few == many else Line(0.0, now["longest_gap"])

    @property
    def largest(self) -> Told:
        """What was measured of most."""
        return self.by_size[-1][1]

    def a_second(self, units: float) -> float:
        """Units of the largest size, while it ran."""
        return units / float(self.largest["seconds"])


def _parts(told: Sequence[Told]) -> dict[tuple[str, str], Part]:
    found: dict[tuple[str, str], list[tuple[int, Told]]] = {}
    for one in told:
        for each in one["invocations"]:
            found.setdefault((each["function"], each["step"]), []).append((one["subjects"], each))
    last = told[-1]["subjects"] if told else 0
    return {key: Part(*key, by_size) for key, by_size in found.items() if by_size[-1][0] == last}


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the platform, drawn to a city."""

    name: str
    subjects: int  # of a city
    parts: Sequence[Part]
    began_mb: float
    at_once: int

    @classmethod
    def of(cls, name: str, subjects: int, told: Sequence[Told], alone: Sequence[Told] = ()) -> Path:
        """The path out of what was measured at each size, the smallest first.

        `alone`: what some of its functions took with many more people; it counts in the place of these.
        """
        parts = _parts(told) | _parts(alone)
        began = max(one["began_mb"] for one in (*told, *alone))
        return cls(name, subjects, list(parts.values()), began, told[-1]["at_once"])

    @property
    def is_in_slices(self) -> bool:
        """Whether a kill costs one slice; else whoever is killed begins anew."""
        return any(part.step == DO for part in self.parts)

    @property
    def share(self) -> float:
        """Those of a shard whom it is about, of everybody in it."""
        return self.subjects / SHARDS

    def _size(self, part: Part) -> float:
        """How many of a city one invocation is about: a shard's, a range's, or everybody."""
        if part.function == RANGE:
            return min(self.subjects, RANGE_BYTES / ROW_BYTES)
        return self.share if part.step == DO else self.subjects

    def _rounds(self, part: Part) -> int:
        """How often as many of these as run side by side follow each other."""
        if part.function == RANGE:
            return ceil(self.subjects / self._size(part) / RANGES_AT_ONCE)
        return ceil(SHARDS / self.at_once) if part.step == DO else 1

    def seconds_of(self, part: Part) -> float:
        """All of a part's invocations: of one shard, or of a file."""
        return part.line("seconds").at(self._size(part))

    def longest_of(self, part: Part) -> float:
        """A part's longest invocation: a slice ends when its time is over and what was begun is done."""
        whole = self.seconds_of(part)
        if part.step == DO:
            return min(whole, SLICE + part.gap.at(self.share))
        return part.line("longest").at(self._size(part))

    @property
    def longest(self) -> float:
        """Seconds of the longest invocation."""
        return max(map(self.longest_of, self.parts))

    @property
    def wall(self) -> float:
        """Seconds from beginning to end; shards side by side, everything else one after another."""
        return sum(map(self.wall_of, self.parts))

    def wall_of(self, part: Part) -> float:
        """The same of one part."""
        return self.seconds_of(part) * self._rounds(part)

    @property
    def memory(self) -> float:
        """The largest share of its memory that a function takes."""
        return max(self.megabytes(part) / memory_of(part.function) for part in self.parts)

    def megabytes(self, part: Part) -> float:
        """What a part takes at once."""
        return self.began_mb + part.line("grown_mb").at(self._size(part))

    @property
    def tightest(self) -> Part:
        """The part that takes most of its function's memory."""
        return max(self.parts, key=lambda part: self.megabytes(part) / memory_of(part.function))

    def a_person(self, of: str) -> float:
        """Of units or seconds, what each costs: of all parts together."""
        return sum(part.line(of).slope for part in self.parts)

    @property
    def calls(self) -> float:
        """Calls for each person."""
        lines = [
            Line.through([(subjects, sum(told["calls"].values())) for subjects, told in part.by_size])
            for part in self.parts
        ]
        return sum(line.slope for line in lines)

    @property
    def writes_a_second(self) -> float:
        """Write units a second of the table that takes most, of all shards that run side by side."""
        return max(
            part.a_second(max(part.by_table.values(), default=0.0)) * (self.at_once if part.step == DO else 1)
            for part in self.parts
        )

    @property
    def busiest_table(self) -> float:
        """Write units of each person, of the table that takes most."""
        return max(sum(part.written(table).slope for part in self.parts) for table in TABLES)

    @property
    def hottest(self) -> float:
        """Write units a second of the partition that takes most."""
        return max(
            part.a_second(units) * self._beside(part, key)
            for part in self.parts
            for key, units in (part.largest["hottest"] or {"": 0}).items()
        )

    def _beside(self, part: Part, key: str) -> int:
        """How many shards write to one partition at a time."""
        pk = key.partition(" ")[2]
        alone = part.step != DO or pk.endswith(_OF_A_SHARD) or pk.startswith(_ITS_OWN)
        return 1 if alone else self.at_once
