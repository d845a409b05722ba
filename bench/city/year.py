"""一年 · A town's year in the sandbox, counted: what each function asks of AWS, and what is left.

    python -m bench.city.year 400 build/bench/city/year

The first months, in which everybody is new, are not counted. Writes year.json (figures) and records.jsonl
(the items of tables: everybody as a year leaves them) and evidence.parquet (the lake).
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import polars as pl
from rich.console import Console

from bench.city.capacity import KEPT_BESIDE, size_of
from bench.city.counting import ByFunction, Tally, counted, kind_of
from chalicelib.storage.s3 import lake
from sandbox import run
from sandbox.kernel import Sandbox
from sandbox.kernel.functions import Context, Function, Functions
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from sandbox.tokens import APP, AUDIENCE, ISSUER, Issuer
from sandbox.town.departments import instant
from sandbox.town.people import Town
from sandbox.town.sms_gateway import SmsGateway

SEED: Final = 1
SETTLED: Final = timedelta(days=61)  # by then everybody has been taken up, and what they had is read
MACHINES: Final = ("CertificationMachine", "SuspicionMachine")
TABLES: Final = {"people": "PeopleTable", "work": "WorkTable", "files": "FilesTable", "audit": "AuditTable"}


def lived(people: int, folder: Path, pack: str = "bozhou") -> dict[str, Any]:
    """Let a year pass, and write what it asked and left."""
    began = time.process_time()
    folder.mkdir(parents=True, exist_ok=True)
    options = run.RunOptions(pack=pack, people=people, seed=SEED, report=folder / "report.json", once=True)
    town, issuer = Town.generate(people, SEED, pack=pack), Issuer.new()
    parameters = {
        "TokenIssuer": ISSUER,
        "TokenAudience": AUDIENCE,
        "TokenJwks": issuer.jwks(),
        "AssertionJwks": json.dumps({"keys": [issuer.registered(APP)]}),
        "StatisticsSchedule": run.SELDOM,
        "RulesCheckedSeconds": "2",
    }
    whose = ByFunction()
    run.BUILD.mkdir(parents=True, exist_ok=True)
    with (
        SmsGateway(SEED) as sms,
        Sandbox(pack=pack, start=town.start, seed=SEED, parameters=parameters) as sandbox,
        run.logging_to(run.LOG_FILE),
        by_function(whose),
        short_way(ACCOUNT),
        counted(whose.current),
    ):
        settled = instant(town.start + SETTLED, 0)
        sandbox.at(settled, whose.tallies.clear)
        if not run.live(sandbox, town, issuer, options, Console(file=io.StringIO()), sms):
            raise RuntimeError(f"the town's year breaks a promise: {options.report}")
        found = {
            "people": len(town.people),
            "days": (town.end - town.start - SETTLED).days,
            "functions": {name: _told(tally) for name, tally in sorted(whose.tallies.items())},
            "transitions": _transitions(sandbox, settled),
            "kept": dict(_kept(sandbox, folder / "records.jsonl")),
            "evidence": _evidence(folder / "evidence.parquet"),
            "noise": json.loads((folder / "report.json").read_text(encoding="utf-8"))["noise"],
            "now": sandbox.now().isoformat(),
            "cpu": time.process_time() - began,
        }
    (folder / "year.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found


@contextmanager
def by_function(whose: ByFunction) -> Iterator[None]:
    """Have each call counted for the function that the sandbox runs."""
    below = Functions.running

    @contextmanager
    def running(self: Functions, function: Function) -> Iterator[Context]:
        with whose.running(function.logical_id), below(self, function) as context:
            yield context

    with patch.object(Functions, "running", running):
        yield


def _told(tally: Tally) -> dict[str, Any]:
    return {
        "calls": dict(tally.calls),
        "read": tally.units.read,
        "of_people": tally.of_people,
        "write": tally.units.write,
        "written": dict(tally.written),
        "stored": tally.stored,
    }


def _transitions(sandbox: Sandbox, since: datetime) -> dict[str, int]:
    """States entered since a day, by machine: what Step Functions charges for."""
    states, entered = sandbox.client("stepfunctions"), Counter[str]()
    for machine in MACHINES:
        for execution in sandbox.executions(machine):
            pages = states.get_paginator("get_execution_history").paginate(
                executionArn=execution["executionArn"], maxResults=1000
            )
            entered[machine] += sum(
                event["type"].endswith("StateEntered") and event["timestamp"] >= since
                for page in pages
                for event in page["events"]
            )
    return dict(entered)


def _kept(sandbox: Sandbox, path: Path) -> Mapping[str, int]:
    """Bytes that stay, by kind of item; the items themselves go to a file, one a line."""
    dynamodb, bytes_of = sandbox.client("dynamodb"), Counter[str]()
    with path.open("w", encoding="utf-8") as stream:
        for table, logical in TABLES.items():
            for page in dynamodb.get_paginator("scan").paginate(TableName=sandbox.names[logical]):
                for item in page["Items"]:
                    if _is_over(item, sandbox.now()):
                        continue
                    bytes_of[kind_of(table, item)] += size_of(item) + KEPT_BESIDE
                    stream.write(json.dumps([table, item], ensure_ascii=False) + "\n")
    return bytes_of


def _is_over(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether DynamoDB has let it go by now, which the sandbox does not."""
    return "expires" in item and int(item["expires"]["N"]) < now.timestamp()


def _evidence(path: Path) -> int:
    """What the lake holds about everybody, into a file; how many rows."""
    rows = pl.concat(lake.everything()).unique(maintain_order=True)
    rows.write_parquet(path)
    return rows.height


if __name__ == "__main__":
    year = lived(int(sys.argv[1]), Path(sys.argv[2]))
    print(json.dumps({name: year[name] for name in ("people", "days", "cpu", "transitions", "noise")}))
