"""The tables on the terminal and in docs/benchmarks.md, and the chart beside them."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from rich.table import Table

from bench.job import Size
from bench.measure import Cost
from bench.peers.postgres import PROGRAMS
from chalicelib import clock

FLOOR: Final = "polars, parsing two columns"
OURS: Final = "Wugan"
POSTGRES: Final = "PostgreSQL"
HEADINGS: Final = (
    "program", "CPU s", "of it start", "us per record", "x floor", "x Wugan", "wall s", "peak MB",
)  # fmt: skip
LIBRARIES: Final = ("polars", "duckdb", "chalice", "pynamodb", "boto3", "moto")


@dataclass(frozen=True, slots=True)
class Row:
    """One program's cost on the data, and its CPU seconds on next to nothing (start, imports)."""

    name: str
    cost: Cost
    start: float

    @property
    def work(self) -> float:
        """CPU seconds without the start: what grows with the data."""
        return max(self.cost.cpu - self.start, 0.001)


@dataclass(frozen=True, slots=True)
class Budget:
    """A figure, what it may be, and the best we can imagine."""

    what: str
    figure: float
    limit: float
    sky: float
    unit: str
    more_is_better: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether the figure is within its budget."""
        return self.figure >= self.limit if self.more_is_better else self.figure <= self.limit


def scaled(share: float) -> str:
    """What to add to a name whose figure was multiplied."""
    return "" if share == 1 else f" (x{share:.0f} of what was run)"


def _table(title: str, headings: Sequence[str], cells: Iterable[Sequence[str]]) -> Table:
    result = Table(title=title)
    for place, heading in enumerate(headings):
        result.add_column(heading, justify="right" if place else "left")
    for line in cells:
        result.add_row(*line, style="bold" if line[0] == OURS else None)
    return result


def table(size: Size, rows: Sequence[Row]) -> Table:
    """The comparison."""
    work = {row.name: row.work for row in rows}
    cells = (
        (
            row.name, f"{row.cost.cpu:.2f}", f"{row.start:.2f}", f"{row.work / size.records * 1e6:.2f}",
            f"{row.work / work[FLOOR]:.1f}", f"{row.work / work[OURS]:.2f}",
            f"{row.cost.wall:.1f}", f"{row.cost.peak_mb:.0f}",
        )
        for row in rows
    )  # fmt: skip
    title = f"{size.records:,} records of {size.files} feeds, {size.recipients:,} recipients"
    return _table(title, HEADINGS, cells)


def budget_table(budgets: Sequence[Budget]) -> Table:
    """The budgets."""
    cells = (
        (
            budget.what, f"{budget.figure:.1f} {budget.unit}",
            f"{'≥' if budget.more_is_better else '≤'} {budget.limit:g}", f"{budget.sky:g}",
            "yes" if budget.is_kept else "no",
        )
        for budget in budgets
    )  # fmt: skip
    return _table("Budgets", ("budget", "measured", "limit", "sky", "kept"), cells)


def as_markdown(table: Table) -> str:
    """A table of the terminal as one of the page, its caption below."""
    headings = [str(column.header) for column in table.columns]
    rule = ["---", *["---:"] * (len(headings) - 1)]
    cells = zip(*(column.cells for column in table.columns), strict=True)
    lines = [f"| {' | '.join(map(str, line))} |" for line in (headings, rule, *cells)]
    return "\n".join([*lines, "", str(table.caption)] if table.caption else lines)


def _machine() -> str:
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    name = model.group(1) if model else platform.machine()
    server = subprocess.run(
        [PROGRAMS / "postgres", "--version"], check=True, text=True, stdout=subprocess.PIPE
    )
    found = re.search(r"[\d.]+", server.stdout)
    libraries = ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    return (
        f"{os.cpu_count()} cores, {name}.\nPython {platform.python_version()}, {libraries}, "
        f"PostgreSQL {found.group() if found else ''}."
    )


def write(docs: Path, size: Size, rows: Sequence[Row], tables: Sequence[Table]) -> None:
    """Put the tables between the size's markers in docs/benchmarks.md, and draw the chart."""
    page = docs / "benchmarks.md"
    begin, end = f"<!-- {size.name}: begin -->", f"<!-- {size.name}: end -->"
    comparison, *others = map(as_markdown, tables)
    where = f"{clock.today().isoformat()}, {size.records:,} records, {size.recipients:,} recipients."
    picture = f"![CPU microseconds per record](benchmarks-{size.name}.svg)"
    said = "\n\n".join([begin, f"{where}\n{_machine()}", comparison, picture, *others, end])
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(before + said + rest.partition(end)[2], encoding="utf-8")
    (docs / f"benchmarks-{size.name}.svg").write_text(chart(size, rows), encoding="utf-8")


def chart(size: Size, rows: Sequence[Row]) -> str:
    """Bars of CPU microseconds per record."""
    longest = max(row.work for row in rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{len(rows) * 28 + 8}" '
        'font-family="sans-serif" font-size="13">'
    ]
    for place, row in enumerate(rows):
        y, width = place * 28 + 4, max(row.work / longest * 420, 1)
        colour = "#c0392b" if row.name == OURS else "#7f8c8d"
        lines += [
            f'<text x="200" y="{y + 16}" text-anchor="end">{row.name}</text>',
            f'<rect x="208" y="{y + 2}" width="{width:.1f}" height="20" fill="{colour}"/>',
            f'<text x="{214 + width:.1f}" y="{y + 16}">{row.work / size.records * 1e6:.2f} us</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])
