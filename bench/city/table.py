"""对照表 · The table to steer by: each figure as it is, as it was when planned, its budget and the sky."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bench.city import assumptions as a
from bench.city.deployment import memory_of, template
from bench.city.scaling import DO, RANGE, Path
from bench.city.yearly import Yearly
from chalicelib.passes.running import MOST_SLICES, SLICE

PLANNED: Final = "2026-11-29"
_MORE: Final = 1e12


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    before: str  # as it was on PLANNED
    figure: float | None  # None: what it is about is not there
    budget: float
    sky: float | None
    say: Callable[[float], str]
    more_is_better: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it is within its budget."""
        return self._within(self.budget)

    @property
    def reaches_the_sky(self) -> bool:
        """Whether it is as good as can be imagined."""
        return self.sky is not None and self._within(self.sky)

    def _within(self, limit: float) -> bool:
        if self.figure is None:
            return False
        return self.figure >= limit if self.more_is_better else self.figure <= limit

    @property
    def cells(self) -> tuple[str, ...]:
        """As it is printed."""
        sign = "≥" if self.more_is_better else "≤"
        kept = "not there" if self.figure is None else ("kept" if self.is_kept else "MISSED")
        return (
            self.what,
            self.before,
            "–" if self.figure is None else self.say(self.figure),
            f"{sign} {self.say(self.budget)}",
            "–" if self.sky is None else f"{sign} {self.say(self.sky)}",
            "sky" if self.reaches_the_sky else kept,
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading files costs, by the bench of reading."""

    microseconds: float  # a record
    peak_mb: float


def _of(unit: str, digits: int = 0) -> Callable[[float], str]:
    return lambda figure: f"{figure:,.{digits}f} {unit}".strip()


def _minutes(seconds: float) -> str:
    return "never" if seconds >= _MORE else f"{seconds / 60:,.1f} min"


def _people(figure: float) -> str:
    return f"{figure:,.0f}" if figure < _MORE else "any"


def _percent(figure: float) -> str:
    return f"{figure * 100:.0f} %"


def rows(paths: Mapping[str, Path], year: Yearly, gets: float, reading: Reading | None) -> Iterator[Row]:
    """Every row of the table."""
    yield from _first_roster(paths["first_roster"])
    yield from _a_large_file(paths)
    yield Row(
        "longest invocation, a city", "> 900 s", max(p.longest for p in paths.values()), 450, 120, _of("s")
    )
    memory = max(path.memory for path in paths.values())
    yield Row("memory, of what its function has, a city", "grows", memory, 0.5, 0.25, _percent)
    anew = sum(not path.is_in_slices for path in paths.values())
    yield Row("paths that begin anew after a kill", "all", anew, 0, None, _of(""))
    yield Row("write units per person-year", "134", year.write, 85, 50, _of(""))
    yield Row("state transitions per person-year", "5.2", year.transitions, 2.5, 1.2, _of("", 1))
    read = max(
        path.a_person("read")
        for path in map(paths.__getitem__, ("statistics", "results", "retention", "audit_roots"))
    )
    yield Row("read units per person and pass", "3.4", read, 1, 0.5, _of("", 2))
    yield Row("main table per person, year 1", "14.3 kB", year.kilobytes, 5, 4, _of("kB", 1))
    yield Row("lake GETs for one person", "32", gets, 1, 1, _of(""))
    yield Row("first reminders to people data then certify", "66 %", year.in_vain, 0.15, 0.05, _percent)
    yield Row("USD per million and year, without SMS", "560", year.usd, 250, 150, _of(""))
    yield from _speed(paths)
    micro, peak = (None, None) if reading is None else (reading.microseconds, reading.peak_mb)
    yield Row("reading, a record", "1.31 us", micro, 2.5, None, _of("us", 2))
    yield Row("reading, memory", "518 MB", peak, 700, None, _of("MB"))


def _first_roster(path: Path) -> Iterator[Row]:
    """How large a roster may be, and how long a city's takes a new table."""
    yield Row(
        "largest roster that loads", "49,000", largest(path), a.CITY, None, _people, more_is_better=True
    )
    seconds = path.wall if _ends(path) else _MORE
    yield Row("a city's first roster, a new table", "never", seconds + _waiting(path), 3600, 900, _minutes)
    warmed = largest(path) if "WarmThroughput" in template() else None
    yield Row(
        "the same with a WarmThroughput parameter", "not there", warmed, a.LARGEST_ROSTER, None, _people, True
    )


def _waiting(path: Path) -> float:
    """By how many seconds a new table takes longer for what a city's people write than their shards do."""
    of_shards = sum(path.wall_of(part) for part in path.parts if part.step == DO)
    return max(0.0, path.busiest_table * a.CITY / a.NEW_TABLE_WRITES - of_shards)


def largest(path: Path) -> float:
    """How many people the path takes before an invocation, or its memory, comes to its end."""
    most = _MORE
    for part in path.parts:
        if part.function == RANGE:  # more people are more ranges, and none is larger
            continue
        time, memory = part.line("seconds"), part.line("grown_mb")
        shards = a.SHARDS if part.step == DO else 1
        seconds = MOST_SLICES * SLICE if part.step == DO else a.INVOCATION
        room = memory_of(part.function) - path.began_mb - memory.start
        most = min(
            most,
            (seconds - time.start) / max(time.slope, 1 / _MORE) * shards,
            room / max(memory.slope, 1 / _MORE) * shards,
        )
    return most


def _ends(path: Path) -> bool:
    return path.longest <= a.INVOCATION and path.memory <= 1


def _a_large_file(paths: Mapping[str, Path]) -> Iterator[Row]:
    """From the drop of a file of a million rows to its last certificate."""
    awaited, waiting = paths["evidence_awaited"], paths["evidence_waiting"]
    all_at_once = awaited.wall if _ends(awaited) else _MORE
    some = a.AWAITED * awaited.wall + (1 - a.AWAITED) * waiting.wall
    longest = a.AWAITED * awaited.longest + (1 - a.AWAITED) * waiting.longest
    some = some if longest <= a.INVOCATION else _MORE
    yield Row("drop to last certificate, 7 % awaited", "8 min", some, 900, 180, _minutes)
    yield Row("drop to last certificate, all awaited", "never", all_at_once, 900, 600, _minutes)


def _speed(paths: Mapping[str, Path]) -> Iterator[Row]:
    """What a new table, and one partition, must take in a second."""
    table = max(paths.values(), key=lambda path: path.writes_a_second)
    hottest = max(paths.values(), key=lambda path: path.hottest)
    yield Row(
        f"write units a second, table ({table.name})",
        "–",
        table.writes_a_second,
        a.NEW_TABLE_WRITES,
        None,
        _of(""),
    )
    yield Row(
        f"write units a second, one partition ({hottest.name})",
        "–",
        hottest.hottest,
        a.PARTITION_WRITES,
        None,
        _of(""),
    )
