"""外地人员 · Guests: people of other regions whom somebody here has seen, on a sheet filled in by hand (row
A12).

Strangers are counted and never kept. A guest is a stranger whose region lies outside ours: the one that the
row names, else that of the number. Such a row is sent on, so it is read as closely as one about a recipient,
and goes back where something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.model import Proves
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import FIELD, RECOVERED, read_fields
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.formats.tick_boxes import positions_of, with_ticks
from chalicelib.sources.people.identity_numbers import unpack
from chalicelib.sources.people.matching import PACKED, PERSON, read_distinct, read_numbers
from chalicelib.sources.values.cells import read_region, words_of

OWN: Final = {LINE: pl.Int64, "region": pl.String, "number": pl.String, "name": pl.String}
_FAULTS: Final = {LINE: pl.Int64, FIELD: pl.String, FAULT: pl.String}
_TOLD: Final = (Proves.PRESENCE, Proves.LOSS)  # what the other region can use


@dataclass(frozen=True, slots=True)
class Guests:
    """The strangers who are guests: of their rows, those that are sent on and those that go back."""

    rows: pl.DataFrame  # line, region, number, name, day, event, facts
    rejected: pl.DataFrame  # line, field, fault


NOBODY: Final = Guests(pl.DataFrame(schema=OWN), pl.DataFrame(schema=_FAULTS))


def guests_among(batch: Batch, told: Iterable[pl.Series], layout: Layout, feed: Feed, on: date) -> Guests:
    """The guests among the rows that are on none of the lines `told`."""
    if feed.guests_outside is None:
        return NOBODY
    known = pl.concat([lines.cast(pl.Int64) for lines in told])
    lines = batch.seen[LINE].filter(~batch.seen[LINE].is_in(known.implode()))
    if lines.is_empty():
        return NOBODY
    rows = batch.rows_at(lines, layout.columns)
    packed, _ = read_numbers(rows[layout.positions["number"]], on)
    numbers = pl.Series([unpack(each) for each in packed.to_list()], dtype=pl.String)
    said, wrong = _regions(rows, layout, on)
    regions = said.zip_with(said.is_not_null(), numbers.str.head(6))
    is_guest = ~regions.str.starts_with(feed.guests_outside) | wrong.is_not_null()
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


def _read(frame: pl.DataFrame, layout: Layout, feed: Feed, on: date) -> Guests:
    fields = read_fields(with_ticks(frame, layout), positions_of(layout), feed, on)
    strange = frame.filter(pl.col("~wrong").is_not_null()).select(
        LINE, pl.lit("region").alias(FIELD), pl.col("~wrong").alias(FAULT)
    )
    rejected = pl.concat([fields.rejected, strange.join(fields.rejected, on=LINE, how="anti")])
    told = [code for code, event in feed.events.items() if event.proves in _TOLD]
    sound = fields.sound.filter(pl.col("event").is_in(told)).join(rejected, on=LINE, how="anti")
    whose = frame.select(LINE, region="~region", number="~number", name="~name")
    kept = whose.join(sound.select(LINE, "day", "event", *feed.facts), on=LINE, how="inner")
    return Guests(kept.sort(LINE), rejected.sort(LINE))
