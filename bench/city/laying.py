"""铺底 · Gives people of the roster what a year in the sandbox left of others: records, work rows, the lake.

A person of the town is taken again and again, under the ids of those who are here. What no pass reads
(audit chain, payments, sealed identity) is left out; whoever is here keeps their own.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import polars as pl

from bench.city.deployment import Deployment
from bench.city.kept import Kept
from chalicelib import clock
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.storage.dynamodb import everybody, shards
from chalicelib.storage.s3 import lake

_ID: Final = re.compile(r"\b[a-z2-7]{26}\b")
_BELOW: Final = "~"
_OF_EACH: Final = 20_000  # people whose evidence goes into the lake together
Item = Mapping[str, Any]


def day_of(year: Path) -> date:
    """The day on which the year has ended."""
    said = json.loads((year / "year.json").read_text(encoding="utf-8"))
    return clock.civil_date(datetime.fromisoformat(said["now"]))


def lay(here: Deployment, year: Path) -> int:
    """Lay the records of a year over everybody who is here; how many people."""
    before = _records(year)
    people = sorted(everybody.ids_of(shards.EVERYBODY))
    pairs = list(zip(people, cycle(sorted(before)), strict=False))
    for person, other in pairs:
        _replace(here.aws.kept, person, other, before[other])
    _lay_lake(year, pairs)
    return len(pairs)


def _records(year: Path) -> dict[str, list[tuple[str, str]]]:
    """What is to be laid of each person of the town: table and item, as texts."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (year / "records.jsonl").open(encoding="utf-8") as stream:
        for line in stream:
            table, item = json.loads(line)
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            if table == "people" and pk.startswith("P#") and sk < _BELOW:
                found[pk.removeprefix("P#")].append((table, line))
            elif table == "work" and pk.partition("#")[0] in shards.WHOSE:
                for whose in set(_ID.findall(sk)):
                    found[whose].append((table, line))
    return {who: items for who, items in found.items() if any(map(_goes_on, items))}


def _goes_on(item: tuple[str, str]) -> bool:
    """Whether it is the profile of somebody whose number was not joined to another's, who is nobody here."""
    return '"PROFILE"' in item[1] and "joined_to" not in item[1]


def _replace(kept: Kept, person: str, other: str, items: Sequence[tuple[str, str]]) -> None:
    """Take away what a person has below "~", and put another's in its place."""
    for found in list(kept.between("people", f"P#{person}", "", _BELOW)):
        kept.remove("people", {"pk": {"S": f"P#{person}"}, "sk": {"S": found.sk}})
    for table, text in items:
        kept.put(table, json.loads(text.replace(other, person))[1])


def _lay_lake(year: Path, pairs: Sequence[tuple[str, str]]) -> None:
    """The lake, as it lies after a tidying."""
    rows = pl.read_parquet(year / "evidence.parquet")
    for start in range(0, len(pairs), _OF_EACH):
        some = pl.DataFrame(pairs[start : start + _OF_EACH], schema=["mine", "person"], orient="row")
        for feed, items in _by_feed(some.join(rows, on="person", how="inner")):
            lake.put_evidence(feed, FileId(f"laid{start:08d}"), items)
    lake.tidy({}, always=True)


def _by_feed(rows: pl.DataFrame) -> Iterator[tuple[FeedId, dict[PersonId, list[Evidence]]]]:
    columns = ("mine", "day", "event", "file", "line", "facts", "recovered")
    for (feed,), part in rows.sort("mine").group_by("feed", maintain_order=True):
        found: dict[PersonId, list[Evidence]] = defaultdict(list)
        for mine, day, event, file, line, facts, recovered in part.select(columns).iter_rows():
            key = EvidenceKey(day, FeedId(str(feed)), event)
            told = json.loads(facts) if facts else {}
            found[PersonId(mine)].append(Evidence(key, FileId(file), line, told, recovered))
        yield FeedId(str(feed)), found
