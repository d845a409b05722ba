"""Roster first: which rows are about somebody on the roster, before anything else of them is read.

Three quarters of all rows are about nobody on the roster. A clean number that the roster knows is
valid by construction; of the others the check is computed only to tell a stranger (counted, never
kept) from a malformed number (sent back). Python reads only the distinct cells that are not clean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.sources.cells import Value
from chalicelib.sources.faults import Fault
from chalicelib.sources.identity import canonical, is_sound, pack, packed_if_clean
from chalicelib.sources.roster_index import RosterIndex

PACKED: Final = "packed"
PERSON: Final = "person"
FAULT: Final = "fault"
_CELL: Final = "~cell"


@dataclass(frozen=True, slots=True)
class Matched:
    """A batch after matching: rows = hits + rejected + strangers."""

    hits: pl.DataFrame  # the batch's columns, and packed, person
    rejected: pl.DataFrame  # the batch's columns, and fault
    strangers: int


def read_distinct(
    cells: pl.Series, read: Callable[[str], Value | Fault], kind: type[pl.DataType]
) -> pl.DataFrame:
    """Each cell's [value, fault] in the cells' order; `read` is called once per distinct cell."""
    distinct = cells.unique()
    results = [read(cell or "") for cell in distinct.to_list()]
    table = pl.DataFrame(
        {
            _CELL: distinct,
            "value": pl.Series([None if isinstance(r, Fault) else r for r in results], dtype=kind),
            FAULT: pl.Series([r.value if isinstance(r, Fault) else None for r in results], dtype=pl.String),
        }
    )
    column = cells.alias(_CELL).to_frame()
    return column.join(table, on=_CELL, how="left", nulls_equal=True, maintain_order="left").drop(_CELL)


def match(frame: pl.DataFrame, column: str, roster: RosterIndex | None, on: date) -> Matched:
    """Match a batch by the number in `column`; without a roster (the roster itself) all sound rows hit."""
    known = _with_person(frame.with_columns(packed_if_clean(column).alias(PACKED)), roster)
    hits, rest = known.filter(pl.col(PERSON).is_not_null()), known.filter(pl.col(PERSON).is_null())
    sound = is_sound(rest[PACKED], on).fill_null(False)
    clean, doubtful = rest.filter(sound), rest.filter(~sound).drop(PACKED, PERSON)
    read = doubtful.hstack(read_distinct(doubtful[column], lambda cell: _packed(cell, on), pl.Int64))
    rejected = read.filter(pl.col(FAULT).is_not_null()).drop("value")
    mended = _with_person(read.filter(pl.col(FAULT).is_null()).rename({"value": PACKED}).drop(FAULT), roster)
    if roster is None:
        return Matched(pl.concat([clean, mended]).sort("line"), rejected, 0)
    found = mended.filter(pl.col(PERSON).is_not_null())
    strangers = clean.height + mended.height - found.height
    return Matched(pl.concat([hits, found]).sort("line"), rejected, strangers)


def _packed(cell: str, on: date) -> int | Fault:
    number = canonical(cell, on)
    return number if isinstance(number, Fault) else pack(number)


def _with_person(frame: pl.DataFrame, roster: RosterIndex | None) -> pl.DataFrame:
    if roster is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(PERSON))
    return frame.join(roster.frame, left_on=PACKED, right_on="number", how="left")
