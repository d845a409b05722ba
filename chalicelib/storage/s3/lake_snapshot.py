"""证据湖快照 · What the lake says about everybody, so tightly that a city fits into memory: to rehearse, and
to count.

A decision asks of a record what was reported, of which day, with which facts, and whether the number
was whole; not by which line of which file. Of eight million records that leaves some thousand different
ones: each is made once, and a person has a list of their numbers.
"""

from __future__ import annotations

import gc
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import islice
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId, PersonRecord
from chalicelib.storage.s3 import lake

if TYPE_CHECKING:
    import polars as pl

_SAYS: Final = ("day", "feed", "event", "facts", "recovered")
BATCH: Final = 10_000
LAKE: Final = FileId("lake")  # instead of the file that a record came in, which decides nothing


class LakeSnapshot:
    """Everything of the lake that can decide; UnreadableError if it cannot be read."""

    def __init__(self, start: str = "") -> None:
        """Read the whole lake, or all about those whose ids begin so, one object at a time."""
        import polars as pl

        self._numbers: dict[tuple[Any, ...], int] = {}
        self._items: list[Evidence] = []
        parts = [self._gathered(frame) for frame in lake.everything(start)]
        empty = pl.DataFrame(schema={"person": pl.String, "items": pl.List(pl.UInt32)})
        self._people = pl.concat([empty, *parts])

    def of_many(self, people: Collection[PersonId]) -> dict[PersonId, list[Evidence]]:
        """What it says about some people, in no order and perhaps twice: evidence is a set."""
        import polars as pl

        wanted = pl.DataFrame({"person": list(people)}, schema={"person": pl.String})
        rows = wanted.join(self._people, on="person")
        items = self._items
        found: dict[PersonId, list[Evidence]] = defaultdict(list)
        with _uncollected():
            said = [items[number] for number in rows["items"].explode().to_list()]
            end = 0
            for person, count in zip(
                rows["person"].to_list(), rows["items"].list.len().to_list(), strict=True
            ):
                start, end = end, end + count
                found[person] += said[start:end]
        return found

    def completing(
        self, records: Iterator[PersonRecord]
    ) -> Iterator[tuple[PersonRecord, Sequence[Evidence]]]:
        """Each record with all that is known of its person, there or here, but for what was taken back.

        So many at a time that what is said of them is looked up together, and memory stays small.
        """
        while batch := list(islice(records, BATCH)):
            found = self.of_many([record.person.id for record in batch])
            for record in batch:
                evidence: Sequence[Evidence] = found[record.person.id]
                if record.evidence or record.withdrawn:
                    known = {item.key for item in record.evidence} | record.withdrawn
                    evidence = [*record.evidence, *(item for item in evidence if item.key not in known)]
                yield record, evidence

    def _gathered(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Each person of an object with the numbers of what is said about them."""
        import polars as pl

        says = frame.select("person", *_SAYS).with_columns(pl.col("facts").fill_null(""))
        different = says.select(_SAYS).unique(maintain_order=True)
        numbers = pl.Series("items", [self._number(row) for row in different.iter_rows()], pl.UInt32)
        return says.join(different.with_columns(numbers), on=_SAYS).group_by("person").agg("items").rechunk()

    def _number(self, row: tuple[Any, ...]) -> int:
        number = self._numbers.setdefault(row, len(self._items))
        if number == len(self._items):
            self._items.append(_evidence(*row))
        return number


@contextmanager
def _uncollected() -> Iterator[None]:
    """Tens of thousands of lists and no cycle among them: looking for one costs more than making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _evidence(day: date, feed: str, event: str, facts: str, recovered: bool) -> Evidence:
    told = json.loads(facts) if facts else {}
    # One object for each word and day: looking them up a million times then compares no letters.
    key = EvidenceKey(_same(day), FeedId(intern(feed)), intern(event))
    return Evidence(key, LAKE, 0, told, recovered)


@cache
def _same(day: date) -> date:
    return day
