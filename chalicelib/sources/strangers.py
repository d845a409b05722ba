"""名册外人员 · Rows about people on no roster: guests of other regions, and what is paid to strangers.

Strangers are counted and never kept. A guest is a stranger whom somebody here has seen, on a sheet filled in
by hand (row A12), and whose region lies outside ours: the one that the row names, else that of the number.
Such a row is sent on, so it is read as closely as one about a recipient, and goes back where something is
wrong with it. Of payments to strangers is kept how many and how much by benefit and month, never to whom:
somebody who is paid and whom nobody certifies is a question of the month's reconciliation (rule 23).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib.model import Proves
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import FIELD, RECOVERED, read_fields
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.people.identity_numbers import unpack
from chalicelib.sources.people.matching import PACKED, PERSON, read_distinct, read_numbers
from chalicelib.sources.values.cells import read_region, words_of

OWN: Final = {LINE: pl.Int64, "region": pl.String, "number": pl.String, "name": pl.String}
_FAULTS: Final = {LINE: pl.Int64, FIELD: pl.String, FAULT: pl.String}
_TOLD: Final = (Proves.PRESENCE, Proves.LOSS)  # what the other region can use
NOTHING_PAID: Final = pl.DataFrame(
    schema={"benefit": pl.String, "month": pl.String, "rows": pl.Int64, "fen": pl.Int64}
)


@dataclass(frozen=True, slots=True)
class Strangers:
    """What is kept of rows about strangers; most feeds say nothing of them that anybody could use."""

    guests: pl.DataFrame  # sent on: line, region, number, name, day, event, facts
    rejected: pl.DataFrame  # of guests, sent back: line, field, fault
    paid: pl.DataFrame  # by benefit and month: rows, fen


NOTHING: Final = Strangers(pl.DataFrame(schema=OWN), pl.DataFrame(schema=_FAULTS), NOTHING_PAID)


def among_strangers(
    batch: Batch, told: Iterable[pl.Series], layout: Layout, feed: Feed, on: date
) -> Strangers:
    """What is kept of the rows that are on none of the lines `told`."""
    is_paid = feed.kind == "payments"
    if feed.guests_outside is None and not is_paid:
        return NOTHING
    known = pl.concat([lines.cast(pl.Int64) for lines in told])
    lines = batch.seen[LINE].filter(~batch.seen[LINE].is_in(known.implode()))
    if lines.is_empty():
        return NOTHING
    rows = batch.rows_at(lines, layout.columns)
    if is_paid:
        return replace(NOTHING, paid=_paid(rows, layout, feed, on))
    return _guests(rows, layout, feed, str(feed.guests_outside), on)


def _guests(rows: pl.DataFrame, layout: Layout, feed: Feed, ours: str, on: date) -> Strangers:
    """Those of some strangers whose region does not begin with ours."""
    packed, _ = read_numbers(rows[layout.positions["number"]], on)
    numbers = pl.Series([unpack(each) for each in packed.to_list()], dtype=pl.String)
    said, wrong = _regions(rows, layout, on)
    regions = said.zip_with(said.is_not_null(), numbers.str.head(6))
    is_guest = ~regions.str.starts_with(ours) | wrong.is_not_null()
    frame = rows.with_columns(
        packed.alias(PACKED),
        all_of(None, rows.height, pl.String).alias(PERSON),
        all_of(False, rows.height, pl.Boolean).alias(RECOVERED),
        regions.alias("~region"),
        numbers.alias("~number"),
        _names(rows, layout).alias("~name"),
        wrong.alias("~wrong"),
    ).filter(is_guest)
    return _read(frame, layout, feed, on)


def _regions(rows: pl.DataFrame, layout: Layout, on: date) -> tuple[pl.Series, pl.Series]:
    """The region that each row names, and what is wrong with it: both null where it names none."""
    place = layout.positions.get("region")
    if place is None:
        nothing = all_of(None, rows.height, pl.String)
        return nothing, nothing
    return read_distinct(rows[place], lambda cell: read_region(cell, on) if cell.strip() else None, pl.String)


def _names(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    place = layout.positions.get("name")
    cells = rows[place].to_list() if place is not None else [None] * rows.height
    return pl.Series([words_of(cell or "") for cell in cells], dtype=pl.String)


def _read(frame: pl.DataFrame, layout: Layout, feed: Feed, on: date) -> Strangers:
    fields = read_fields(frame, layout, feed, on)
    strange = frame.filter(pl.col("~wrong").is_not_null()).select(
        LINE, pl.lit("region").alias(FIELD), pl.col("~wrong").alias(FAULT)
    )
    rejected = pl.concat([fields.rejected, strange.join(fields.rejected, on=LINE, how="anti")])
    told = [code for code, event in feed.events.items() if event.proves in _TOLD]
    sound = fields.sound.filter(pl.col("event").is_in(told)).join(rejected, on=LINE, how="anti")
    whose = frame.select(LINE, region="~region", number="~number", name="~name")
    kept = whose.join(sound.select(LINE, "day", "event", *feed.facts), on=LINE, how="inner")
    return replace(NOTHING, guests=kept.sort(LINE), rejected=rejected.sort(LINE))


def _paid(rows: pl.DataFrame, layout: Layout, feed: Feed, on: date) -> pl.DataFrame:
    """Payments by benefit and month: how many rows, and their fen together.

    A row of which benefit, month or amount cannot be read is left out: it is counted as a stranger's all the
    same.
    """
    frame = rows.with_columns(
        all_of(None, rows.height, pl.UInt64).alias(PACKED),
        all_of(None, rows.height, pl.String).alias(PERSON),
        all_of(False, rows.height, pl.Boolean).alias(RECOVERED),
    )
    return paid_together(read_fields(frame, layout, feed, on).sound.with_columns(rows=1))


def paid_together(rows: pl.DataFrame) -> pl.DataFrame:
    """The same sums of several ranges as one."""
    if rows.is_empty():
        return NOTHING_PAID
    sums = pl.col("rows", "fen").sum().cast(pl.Int64)
    return rows.group_by("benefit", "month").agg(sums).sort("month", "benefit")
