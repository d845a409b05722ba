"""每人每年 · What a person costs in a year: what grows with the people of two towns, and the passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.city import assumptions as a
from bench.city.shared_items import Share

Year = Mapping[str, Any]  # what `year` wrote

PASSES: Final = frozenset({"PassRead"})
"""Whose reads are counted by passing over many: in a town's year they pass seldom, and over few."""
OF_PASSES: Final = ("statistics", "results", "audit_roots")
"""The passes of these; all others pass in the town's year as often as in a city's."""
OF_RUNS: Final = frozenset(
    {"work RUN", "work ENDS", "work MONTHLY", "work AREA", "work FAILED", "work ASKED"}
)
"""Kinds of items that runs and callers write, not people's lives."""
RUNS: Final[Mapping[str, int]] = {
    "statistics": 365,
    "audit_roots": 365,
    "results": 12,
    "retention": 12,
    "open_cases": 365,
    "send": 3 * 365,
}


@dataclass(frozen=True, slots=True)
class Yearly:
    """Of one person and year."""

    write: float
    read: float
    transitions: float
    kilobytes: float  # of the people table
    all_kilobytes: float  # of people and work table; what is kept of files is next to nothing of a city
    audit_kilobytes: float  # of the audit table
    in_vain: float  # share of first reminders that went to people whom data certified soon after
    written: Mapping[str, float]  # write units by kind of item

    @property
    def audit_write(self) -> float:
        """Write units of the audit table."""
        return _kept(self.written, "audit ")

    @property
    def usd(self) -> float:
        """Of a million people, without messages."""
        return sum(self.lines.values())

    @property
    def lines(self) -> Mapping[str, float]:
        """The same, by line."""
        return {
            "reads": self.read * a.USD_A_MILLION_READS,
            "writes": (self.write - self.audit_write) * a.USD_A_MILLION_WRITES,
            "writes, audit": self.audit_write * a.USD_A_MILLION_WRITES_OF_AUDIT,
            "state transitions": self.transitions * a.USD_A_MILLION_TRANSITIONS,
            "storage and backups": self.all_kilobytes * a.USD_A_GB_AND_YEAR,
            "storage and backups, audit": self.audit_kilobytes * a.USD_A_GB_AND_YEAR_OF_AUDIT,
            "keys, secrets, alarms, Lambda, S3, rest": a.USD_BESIDE,
        }


def of(year: Year, reads: Mapping[str, float], shared: Mapping[str, Share]) -> Yearly:
    """A person's year, of a town's; `reads`: read units of each pass for a person; `shared`: by kind of item.

    What runs and files write and read, whoever lives there, is left out: of a city it is next to nothing.
    """
    alone = Share(1.0, 1.0)
    written = {
        kind: _each(year, units) * shared.get(kind, alone).written for kind, units in _written(year).items()
    }
    kept = {kind: size * shared.get(kind, alone).kept for kind, size in year["kept"].items()}
    people, work, audit = (
        _kept(kept, table) / float(year["people"]) / 1000 for table in ("people", "work", "audit")
    )
    read = _each(year, _read(year)) + sum(RUNS[name] * reads[name] for name in OF_PASSES)
    firsts = year["noise"]["first_reminders_before_data"]
    machines = sum(RUNS.values()) * _states_of_a_pass() / a.CITY
    return Yearly(
        sum(written.values()),
        read,
        _each(year, sum(year["transitions"].values())) + machines,
        people,
        people + work,
        audit,
        firsts["value"] / max(1, firsts["of"]),
        written,
    )


def _each(year: Year, figure: float) -> float:
    """Of a person and year."""
    return figure * 365 / float(year["days"]) / float(year["people"])


def _written(year: Year) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for told in year["functions"].values():
        for kind, units in told["written"].items():
            if kind not in OF_RUNS and not kind.startswith("files "):
                found[kind] = found.get(kind, 0.0) + units
    return found


def _read(year: Year) -> float:
    """Read units of people's partitions, but for the passes that count, list and let go."""
    return float(sum(told["of_people"] for name, told in year["functions"].items() if name not in PASSES))


def _kept(kept: Mapping[str, float], table: str) -> float:
    return sum(size for kind, size in kept.items() if kind.startswith(table))


def _states_of_a_pass() -> int:
    """States that one execution enters: Plan, Each shard, Put together; Do, More? and Done of each shard."""
    return 3 + 3 * a.SHARDS
