"""`make city`: what a city of 1.36 million asks of AWS; the table to steer by, and docs/benchmarks.md.

    python -m bench.city              1,000 and 10,000 people, a town of 200 for a year
    python -m bench.city 4250 200     4,250 and a whole shard of a city
    python -m bench.city --keep       the town's year is that of an earlier run

Ends with 1 where a budget is missed, or something that it is about is not there.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from bench import measure
from bench.city import assumptions, page, shared_items, table, yearly
from bench.city.alone import MONTHS
from bench.city.scaling import Path as Way
from bench.city.steps import NOT_MEASURED, STEPS
from bench.data import generate
from bench.job import SIZES, TINY
from bench.measure import ROOT

BUILD: Final = ROOT / "build" / "bench" / "city"
PEOPLE: Final = 1_000
TOWN: Final = 200
TIMES: Final = 10
WHOLE: Final = 34  # so many more people are on the rosters of which intake alone is measured
WIDTH: Final = 120
SUBJECTS: Final[Mapping[str, int]] = {
    "evidence_awaited": assumptions.FILE_RECIPIENTS,
    "evidence_waiting": assumptions.FILE_RECIPIENTS,
    "send": assumptions.CITY // 10,
}
"""Of a city, whom a path is about; else everybody."""
ONE_PERSON: Final = "one_person_in_the_lake"


def main(people: int, town: int, *, keep: bool) -> int:
    """Measure, print, and write the page; 1 where a budget is missed. `keep`: the year of an earlier run."""
    console = Console(width=WIDTH)
    if not keep:
        shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True, exist_ok=True)
    with console.status(f"a town of {town} for a year 一年"):
        year = _lived(town)
    with console.status(f"{people} and {people * TIMES} people 一座城"):
        told = _both(lambda count: _walked(count, _year(town)), people, people * TIMES)
    with console.status("whole rosters 整份名册"):
        sizes = [people * WHOLE, people * WHOLE * TIMES]
        alone = _both(lambda count: _whole(count, _year(town)), *sizes)
    with console.status("reading 读取"):
        reading = _read()
    ways = {
        name: Way.of(
            name,
            SUBJECTS.get(name, assumptions.CITY),
            [of[name] for of in told],
            [of[name] for of in alone if name in of],
        )
        for name in STEPS
        if name not in NOT_MEASURED and name != ONE_PERSON
    }
    reads = {name: way.a_person("read") for name, way in ways.items() if name in yearly.RUNS}
    a_year = yearly.of(year, reads, shared_items.of_a_city())
    (gets,) = (each["calls"].get("s3.GET", 0) for each in told[-1][ONE_PERSON]["invocations"])
    rows = list(table.rows(ways, a_year, gets, reading))
    tables = [page.steering(rows), page.paths(ways.values()), page.money(a_year)]
    for each in tables:
        console.print(each)
    page.write(ROOT / "docs" / "benchmarks.md", tables, (people, people * TIMES), sizes, town)
    missed = [row.what for row in rows if not row.is_kept]
    if missed:
        console.print(f"[bold red]missed, or not there:[/] {'; '.join(missed)}")
    return 1 if missed else 0


def _both(do: Callable[[int], Any], few: int, many: int) -> list[Any]:
    """The smaller and the larger, side by side: CPU is counted, not time."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(do, (few, many)))


def _year(town: int) -> Path:
    return BUILD / f"year{town}"


def _lived(town: int) -> Any:
    """A town's year; kept, it is that of an earlier run."""
    if not (_year(town) / "year.json").exists():
        measure.run("bench.city.year", str(town), _year(town))
    return json.loads((_year(town) / "year.json").read_text(encoding="utf-8"))


def _walked(people: int, year: Path) -> dict[str, Any]:
    """Every step over one store, each in a process of its own."""
    store, answer, told = BUILD / f"{people}.sqlite", BUILD / f"{people}.json", dict[str, Any]()
    store.unlink(missing_ok=True)
    for name in STEPS:
        measure.run("bench.city.steps", name, str(people), store, year, answer)
        told[name] = json.loads(answer.read_text(encoding="utf-8"))
    store.unlink()
    return told


def _whole(people: int, year: Path) -> dict[str, Any]:
    """What intake itself does about rosters of so many people, each in a process of its own."""
    store, answer, told = BUILD / f"alone{people}.sqlite", BUILD / f"alone{people}.json", dict[str, Any]()
    store.unlink(missing_ok=True)
    for name in MONTHS:
        measure.run("bench.city.alone", name, str(people), store, year, answer)
        told[name] = json.loads(answer.read_text(encoding="utf-8"))
    store.unlink()
    return told


def _read() -> table.Reading:
    """What a fortieth of a city's year of files takes to read."""
    size = SIZES["small"]
    inputs, little = (generate(each, ROOT / "build" / "bench" / each.name) for each in (size, TINY))
    answer = BUILD / "answer.json"
    costs = [measure.run("bench.ours", data.folder, answer) for data in (inputs, little)]
    return table.Reading((costs[0].cpu - costs[1].cpu) / size.records * 1e6, costs[0].peak_mb)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    sys.exit(main(*(given + [PEOPLE, TOWN][len(given) :]), keep="--keep" in sys.argv))
