"""整份名册 · What intake itself does about a whole roster, of many more people than are applied here.

    python -m bench.city.alone first_roster 136000 build/bench/city/alone build/bench/city/year answer.json

The file is read in ranges, cut, and put together in the end, as it is; what its shards would give is laid
down by hand, for that is measured by `steps`. Memory is counted from the beginning of the process: whoever is
called next finds what the one before has left.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from bench.city import crowd, laying, memory, steps
from bench.city.deployment import Deployment, deployed
from bench.city.invoking import Lambda
from bench.city.kept import Kept
from chalicelib.engine.calendar.periods import add_months
from chalicelib.intake import by_shards
from chalicelib.intake.applied import Applied, together
from chalicelib.model import FileState
from chalicelib.sources.people.matching import PACKED, PERSON
from chalicelib.sources.people.roster_index import SCHEMA
from chalicelib.storage import file_shards
from chalicelib.storage.dynamodb import files, shards

MADE: Final = "made"
"""The step that only drops the file: whoever is measured must not hold it."""
MONTHS: Final[Mapping[str, int]] = {"first_roster": -2, "monthly_roster": -1}
RANGE_FROM: Final = "1000000"  # bytes: read in ranges, whatever its size


class Alone(Lambda):
    """Intake does its part; each shard has given what it would give."""

    def walk(self, execution: str, said: Mapping[str, Any]) -> None:
        """Lay down what the shards of a file give."""
        file, cut = by_shards._named(said["about"])
        assert cut is not None
        for shard, parts in cut.parts.items():
            rows = by_shards._rows_of(file, cut, shard)
            assert rows is not None
            for number in range(parts):
                some, now = by_shards._part(rows, number), file_shards.shard_has_come(file, cut, shard)
                gave = _counted(some) if cut.words.get("count") else Applied(found=_known(some))
                sums = together([Applied(**now.gave), replace(gave, found=pl.DataFrame())])
                after = file_shards.Come(now.parts + 1, now.rows + some.height, gave=sums.counts())
                file_shards.advance(file, cut, shard, now, after, by_shards._as_bytes(gave.found))
        by_shards.all_applied(said["about"])


def _counted(rows: pl.DataFrame) -> Applied:
    return Applied(caused={"lines": rows.height})


def _known(rows: pl.DataFrame) -> pl.DataFrame:
    """Whose numbers these are, as `rosters.arrive` says it."""
    found = rows.unique(PACKED, maintain_order=True).select(pl.col(PACKED).alias("number"), PERSON, "name")
    return found.with_columns(pl.lit(False).alias("related")).select(list(SCHEMA))


def made(here: Deployment, count: int, year: Path, name: str) -> str:
    """Drop the file; its key."""
    day = _day(year, name)
    raised = 0 if name == "first_roster" else count // 1000
    data = crowd.roster(crowd.numbers(count), laying.day_of(year), raised=raised)
    key = f"hrss/roster/{day:%Y%m%d}/roster.csv"
    here.aws.kept.put_object("inbox", key, data, {})
    return key


def _day(year: Path, name: str) -> date:
    return add_months(laying.day_of(year), MONTHS[name]).replace(day=5)


def measured(name: str, count: int, store: Path, year: Path) -> dict[str, Any]:
    """Have intake take in the roster that was dropped, and tell what it took."""
    day = _day(year, name)
    said: dict[str, Any] = {"large_file_bytes": RANGE_FROM, "shard_characters": 1}
    with Kept(store) as kept, deployed(kept, day, **said) as here:
        shards.note(shards.layout(), {})
        played = Alone(here)
        steps.warm()
        memory.give_back()
        began = memory.now_mb()
        key = f"hrss/roster/{day:%Y%m%d}/roster.csv"
        told = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}
        here.aws.queued.append(("inbox", json.dumps(told)))
        played.follow()
        (state,) = {each.state for each in files.everything() if each.key == key}
        if state is not FileState.LOADED:
            raise RuntimeError(f"{key} is {state}")
        done = [replace(each, grown_mb=each.peak_mb - began) for each in played.done]
        return {"subjects": count, "began_mb": began, "at_once": 1, "invocations": steps.told(done)}


def main(step: str, count: int, store: Path, year: Path, answer: Path) -> None:
    """Drop the file in a process of its own, then measure."""
    name, _, only = step.partition(".")
    if only == MADE:
        with Kept(store) as kept, deployed(kept, _day(year, name)) as here:
            made(here, count, year, name)
        return
    asked = [f"{name}.{MADE}", str(count), *map(str, (store, year, answer))]
    subprocess.run([sys.executable, "-m", "bench.city.alone", *asked], check=True)
    answer.write_text(json.dumps(measured(name, count, store, year)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *map(Path, sys.argv[3:6]))
