"""页面 · The tables on the terminal and at the beginning of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.table import Table

from bench.city import assumptions as a
from bench.city.deployment import memory_of
from bench.city.scaling import Path as Way
from bench.city.table import PLANNED, Row
from bench.city.yearly import Yearly
from bench.report import as_markdown
from chalicelib import clock

BEGIN: Final = "<!-- city: begin -->"
END: Final = "<!-- city: end -->"
_OF_A_PATH: Final = (
    "path",
    "ms each",
    "calls each",
    "RRU each",
    "WRU each",
    "longest, s",
    "whole, min",
    "MB of",
    "WRU/s",
    "killed, loses",
)


def steering(rows: Sequence[Row]) -> Table:
    """The table to steer by."""
    result = _table("the table to steer by", "figure", PLANNED, "now", "budget", "sky", "kept")
    for row in rows:
        result.add_row(*row.cells, style=None if row.is_kept else "bold red")
    kept, sky = sum(row.is_kept for row in rows), sum(row.reaches_the_sky for row in rows)
    result.caption = f"{kept} of {len(rows)} budgets kept, {sky} of them as good as the sky."
    return result


def paths(ways: Iterable[Way]) -> Table:
    """Every path: what a person costs, and what a city makes of it."""
    result = _table("by path", *_OF_A_PATH)
    for way in ways:
        tightest = way.tightest
        result.add_row(
            way.name,
            f"{way.a_person('seconds') * 1000:.2f}",
            f"{way.calls:.2f}",
            f"{way.a_person('read'):.2f}",
            f"{way.a_person('write'):.2f}",
            f"{way.longest:,.0f}",
            f"{way.wall / 60:,.1f}",
            f"{way.megabytes(tightest):,.0f} of {memory_of(tightest.function):,}",
            f"{way.writes_a_second:,.0f}",
            "a slice" if way.is_in_slices else "everything",
            style="red" if way.longest > a.INVOCATION or way.memory > 1 else None,
        )
    return result


def money(year: Yearly) -> Table:
    """What a million people cost in a year."""
    result = _table("a million people, a year", "line", "each", "USD")
    each = {
        "reads": f"{year.read:,.0f} RRU",
        "writes": f"{year.write - year.audit_write:,.0f} WRU",
        "writes, audit": f"{year.audit_write:,.0f} WRU",
        "state transitions": f"{year.transitions:.1f}",
        "storage and backups": f"{year.all_kilobytes:.1f} kB",
        "storage and backups, audit": f"{year.audit_kilobytes:.1f} kB",
    }
    for line, usd in year.lines.items():
        result.add_row(line, each.get(line, "estimated"), f"{usd:,.0f}")
    result.add_row("together", "", f"{year.usd:,.0f}")
    most = sorted(year.written.items(), key=lambda one: -one[1])[:6]
    units = ", ".join(f"{kind.removeprefix('people ')} {count:.1f}" for kind, count in most)
    result.caption = f"Most write units: {units}. Prices of {a.PRICED}, us-east-1."
    return result


def write(
    path: Path, tables: Sequence[Table], people: Sequence[int], rosters: Sequence[int], town: int
) -> None:
    """Put the tables between their markers."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    some, whole = (" and ".join(f"{count:,}" for count in of) for of in (people, rosters))
    sizes = f"{some} people, whole rosters of {whole}, a year of {town} in the sandbox"
    where = f"{clock.today().isoformat()}, {sizes}.\n{_machine()}"
    said = "\n\n".join([BEGIN, where, *map(as_markdown, tables), END])
    path.write_text(before + said + rest.partition(END)[2], encoding="utf-8")


def _machine() -> str:
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    name = model.group(1) if model else platform.machine()
    return f"{os.cpu_count()} cores, {name}, Python {platform.python_version()}."


def _table(title: str, *headings: str) -> Table:
    result = Table(title=title)
    for place, heading in enumerate(headings):
        result.add_column(heading, justify="right" if place else "left")
    return result
