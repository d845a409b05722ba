"""发给未知人员 · Payments to people on no roster: how many and how much by benefit and month, never whom.

Strangers are counted and never kept. What is paid to them stands in the month's reconciliation all the same
(rule 23): somebody who is paid and whom nobody certifies is a question.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import polars as pl

from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import RECOVERED, read_fields
from chalicelib.sources.formats.csv_rows import LINE, Batch, all_of
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.formats.tick_boxes import positions_of
from chalicelib.sources.people.matching import PACKED, PERSON

NONE: Final = pl.DataFrame(
    schema={"benefit": pl.String, "month": pl.String, "rows": pl.Int64, "fen": pl.Int64}
)


def paid_to_strangers(
    batch: Batch, told: Iterable[pl.Series], layout: Layout, feed: Feed, on: date
) -> pl.DataFrame:
    """By benefit and month, the rows that are on none of the lines `told`, and their fen together.

    A row of which benefit, month or amount cannot be read is left out: it is counted as a stranger's all the
    same.
    """
    if feed.kind != "payments":
        return NONE
    known = pl.concat([lines.cast(pl.Int64) for lines in told])
    lines = batch.seen[LINE].filter(~batch.seen[LINE].is_in(known.implode()))
    if lines.is_empty():
        return NONE
    rows = batch.rows_at(lines, layout.columns)
    frame = rows.with_columns(
        all_of(None, rows.height, pl.UInt64).alias(PACKED),
        all_of(None, rows.height, pl.String).alias(PERSON),
        all_of(False, rows.height, pl.Boolean).alias(RECOVERED),
    )
    return together(read_fields(frame, positions_of(layout), feed, on).sound.with_columns(rows=1))


def together(rows: pl.DataFrame) -> pl.DataFrame:
    """The same sums of several ranges as one."""
    if rows.is_empty():
        return NONE
    sums = pl.col("rows", "fen").sum().cast(pl.Int64)
    return rows.group_by("benefit", "month").agg(sums).sort("month", "benefit")
