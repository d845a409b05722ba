"""Roster first: which rows are about somebody on the roster, before anything else of them is read.

Three quarters of all rows are about nobody on the roster. A clean number that the roster knows is
valid by construction; of the others the check is computed only to tell a stranger (counted, never
kept) from a malformed number (sent back). Python reads only the distinct cells that need thought.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.sources.cells import Value
from chalicelib.sources.faults import Fault
from chalicelib.sources.headers import Layout
from chalicelib.sources.identity import (
    canonical,
    first_fifteen,
    fits_check,
    is_sound,
    mended,
    pack,
    packed_if_clean,
    packed_if_fifteen,
    repairs_of,
)
from chalicelib.sources.roster_index import RosterIndex
from chalicelib.sources.tables import FAULT, LINE, Batch

PACKED: Final = "packed"
PERSON: Final = "person"
RULE: Final = "rule"
RAW: Final = "raw"
_CELL: Final = "~cell"
REPAIRED: Final = {LINE: pl.Int64, RULE: pl.String, RAW: pl.String}


@dataclass(frozen=True, slots=True)
class Matched:
    """A batch after matching: its rows that are not ragged = hits + rejected + strangers."""

    hits: pl.DataFrame  # line, the columns that are read, packed, person
    rejected: pl.DataFrame  # line, all columns, fault
    strangers: int
    repaired: pl.DataFrame  # of the hits: line, rule, raw
    cut_rows: int  # numbers that end in 000, or are written 3.41E+17
    cut_numbers: int  # distinct ones


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


def match(
    batch: Batch, layout: Layout, roster: RosterIndex | None, on: date, *, damaged: bool = False
) -> Matched:
    """Match a batch by its numbers; without a roster (the roster itself) all sound rows hit.

    `damaged`: a spreadsheet has cut the column, so that a number ending in 000 is nobody's.
    """
    column = layout.positions["number"]
    seen = batch.seen.select(LINE, packed_if_clean(batch.seen[column]).alias(PACKED))
    cut = _ends_in_000(seen[PACKED])
    cut_numbers = seen[PACKED].filter(cut)
    known = _with_person(seen.with_columns(pl.when(~cut).then(PACKED)) if damaged else seen, roster)
    hits, doubtful = _divided(known, roster, on)
    read = _read_with_thought(batch.rows_at(doubtful, [column]), column, on, damaged=damaged)
    found = _with_person(read.filter(pl.col(FAULT).is_null()), roster)
    late = found if roster is None else found.filter(pl.col(PERSON).is_not_null())
    wrong = read.filter(pl.col(FAULT).is_not_null())
    whose = pl.concat([hits, late.select(hits.columns)]).sort(LINE)
    figures = wrong.filter(pl.col(FAULT) == Fault.NUMBER_AS_FIGURE.value)
    return Matched(
        batch.rows_at(whose[LINE], layout.read).hstack(whose.select(PACKED, PERSON)),
        batch.rows_at(wrong[LINE], layout.columns).hstack(wrong.select(FAULT)),
        seen.height - whose.height - wrong.height,
        _repaired(late, column),
        cut_numbers.len() + figures.height,
        cut_numbers.n_unique() + figures[column].n_unique(),
    )


def _divided(known: pl.DataFrame, roster: RosterIndex | None, on: date) -> tuple[pl.DataFrame, pl.Series]:
    """Rows [line, packed, person] about people of the roster, and the lines whose number is not sound."""
    if roster is None:
        sound = is_sound(known[PACKED], on).fill_null(False)
        return known.filter(sound), known[LINE].filter(~sound)
    hit = known[PERSON].is_not_null()
    rest = known.select(LINE, PACKED).filter(~hit)
    return known.filter(hit), rest[LINE].filter(~is_sound(rest[PACKED], on).fill_null(False))


def _read_with_thought(rows: pl.DataFrame, column: str, on: date, *, damaged: bool) -> pl.DataFrame:
    """Rows whose number is not clean, with what it means (packed) or what is wrong with it (fault).

    The commonest repairs and the commonest fault are told for all cells at once; only what is left is
    read cell by cell.
    """
    bare = mended(rows[column])
    easy = packed_if_clean(bare)
    easy = easy.zip_with(easy.is_not_null(), packed_if_fifteen(bare))
    clear = ~_ends_in_000(easy) & easy.is_not_null()
    sound = clear & is_sound(easy, on).fill_null(False)
    wrong = clear & ~fits_check(easy).fill_null(True)
    check, none = pl.lit(Fault.NUMBER_CHECK.value), pl.lit(None, dtype=pl.String)
    quick = rows.filter(sound).with_columns(easy.filter(sound).alias(PACKED), none.alias(FAULT))
    failed = rows.filter(wrong).with_columns(none.cast(pl.Int64).alias(PACKED), check.alias(FAULT))
    rest = rows.filter(~sound & ~wrong)
    slow = read_distinct(rest[column], lambda cell: _packed(cell, on, damaged=damaged), pl.Int64)
    return pl.concat([quick, failed, rest.hstack(slow.rename({"value": PACKED}))])


def _packed(cell: str, on: date, *, damaged: bool) -> int | Fault:
    number = canonical(cell, on)
    fifteen = first_fifteen(cell)
    if fifteen is not None and (damaged or isinstance(number, Fault)):
        # The check character of a number that a spreadsheet has cut says nothing about the typist.
        return Fault.NUMBER_CUT if damaged or number is not Fault.NUMBER_AS_FIGURE else number
    return number if isinstance(number, Fault) else pack(number)


def _ends_in_000(packed: pl.Series) -> pl.Series:
    return (packed % 1100 == 0).fill_null(False)


def _with_person(frame: pl.DataFrame, roster: RosterIndex | None) -> pl.DataFrame:
    if roster is None:
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias(PERSON))
    return frame.with_columns(roster.people_of(frame[PACKED]).alias(PERSON))


def _repaired(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """The ledger of repairs: one line per rule and cell."""
    found = [
        (line, rule.value, raw)
        for line, raw in rows.select(LINE, column).iter_rows()
        for rule in repairs_of(raw)
    ]
    return pl.DataFrame(found, schema=REPAIRED, orient="row")
