"""`make bench`: every program does the same job in this one run; the table, and docs/benchmarks.md.

    python -m bench            a fortieth of the city's year, in three minutes
    python -m bench full       the whole

Ends with 1 when programs disagree about the answer, or a measured program fails.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Final

from rich.console import Console

from bench import decisions, report, status
from bench.data import generate
from bench.job import FULL, SIZES, TINY, Inputs, Size, differences, read_answers
from bench.measure import ROOT, Cost, FailedError, best, run
from bench.peers import postgres
from bench.report import Budget, Row

BUILD: Final = ROOT / "build" / "bench"
ARCHIVE: Final = ROOT / "build" / "package" / "deployment.zip"
WIDTH: Final = 110


@dataclass(frozen=True, slots=True)
class Program:
    """One line of the table: how to run it on some inputs."""

    name: str
    run: Callable[[Inputs, Path], Cost]
    answers: bool = True
    times: int = 2


def _in_postgres(inputs: Inputs, result: Path) -> Cost:
    folder = postgres.make_cluster()  # not counted: a real server is there already
    try:
        return run("bench.peers.postgres", inputs.folder, result, folder)
    finally:
        shutil.rmtree(folder)


PROGRAMS: Final = (
    Program("read the bytes", lambda data, _: run("bench.peers.floors", "bytes", data.folder), answers=False),
    Program(report.FLOOR, lambda data, _: run("bench.peers.floors", "polars", data.folder), answers=False),
    Program(report.OURS, lambda data, result: run("bench.ours", data.folder, result)),
    Program("DuckDB", lambda data, result: run("bench.peers.duck", data.folder, result)),
    Program("plain Python, csv", lambda data, result: run("bench.peers.plain", data.folder, result), times=1),
    Program(report.POSTGRES, _in_postgres, times=1),
)


def measured(size: Size, console: Console) -> list[Row]:
    """All programs on one size; raises FailedError when one fails or answers differently."""
    inputs, little = generate(size, BUILD / size.name), generate(TINY, BUILD / TINY.name)
    rows = []
    for program in PROGRAMS:
        console.print(f"[dim]{program.name} …[/]")
        start = min(_checked(program, little).cpu for _ in range(program.times))
        times = 1 if size is FULL else program.times
        rows.append(Row(program.name, best([_checked(program, inputs) for _ in range(times)]), start))
    return rows


def _checked(program: Program, inputs: Inputs) -> Cost:
    result = Path(mkdtemp(prefix="wugan-bench-")) / "answer.json"
    try:
        cost = program.run(inputs, result)
        if program.answers:
            wrong = differences(read_answers(inputs.truth), read_answers(result), program.name)
            if wrong:
                raise FailedError("\n".join(["the answers differ:", *wrong[:10]]))
        return cost
    finally:
        shutil.rmtree(result.parent)


def budgets(size: Size, rows: list[Row]) -> list[Budget]:
    """What the project promises itself, beside what was measured."""
    of = {row.name: row for row in rows}
    ours, floor, server = of[report.OURS], of[report.FLOOR], of[report.POSTGRES]
    share = FULL.recipients / size.recipients
    deciding, _ = decisions.cpu_seconds(size.recipients)
    told = status.measured(300)
    found = [
        Budget("CPU against polars parsing two columns", ours.work / floor.work, 3, 1, "times"),
        Budget("CPU saved against PostgreSQL", server.work / ours.work, 8, 30, "times", more_is_better=True),
        Budget("peak memory of reading", ours.cost.peak_mb, 700, 400, "MB"),
        Budget("deciding for 1.36 million people" + report.scaled(share), deciding * share, 10, 2, "CPU s"),
        *_rehearsing(size, share),
        Budget(
            f"status against a bare route ({told.queries:g} Query)", told.ours / told.bare, 1.5, 1.1, "times"
        ),
        Budget("the same, by a token not seen before", told.new_token / told.bare, 1.5, 1.1, "times"),
    ]
    if ARCHIVE.exists():
        with zipfile.ZipFile(ARCHIVE) as archive:
            unzipped = sum(item.file_size for item in archive.infolist()) / 1e6
        found.append(Budget("deployment package, unzipped", unzipped, 240, 80, "MB"))
    return found


def _rehearsing(size: Size, share: float) -> Iterator[Budget]:
    """Old words and new for everybody; memory is told for the people who were run."""
    with TemporaryDirectory(prefix="wugan-bench-") as folder:
        answer = Path(folder) / "answer.json"
        run("bench.rehearsing", str(size.recipients), answer)
        cost = json.loads(answer.read_text(encoding="utf-8"))
    name = "rehearsing a rule book for 1.36 million people" + report.scaled(share)
    yield Budget(name, cost["cpu"] * share, 60, 20, "CPU s")
    yield Budget(f"memory of rehearsing for {size.recipients:,} people", cost["peak_mb"], 3000, 1000, "MB")


def main(size: Size) -> int:
    """Measure, print, and write the page."""
    console = Console(width=WIDTH)
    postgres.install()
    try:
        rows = measured(size, console)
    except FailedError as error:
        console.print(f"[red]{error}[/]")
        return 1
    tables = [report.table(size, rows), report.budget_table(budgets(size, rows))]
    if importlib.util.find_spec("bench.writes"):
        tables.append(importlib.import_module("bench.writes").table())
    for table in tables:
        console.print(table)
    report.write(ROOT / "docs", size, rows, tables)
    return 0


if __name__ == "__main__":
    sys.exit(main(SIZES[sys.argv[1] if len(sys.argv) > 1 else "small"]))
