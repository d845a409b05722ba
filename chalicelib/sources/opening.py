"""打开文件 · From the bytes of a drop to its layout, and its rows in parts that can be read more than
once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from chalicelib.sources.feeds.columns import headers_of, name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.archives import Payload, unwrap
from chalicelib.sources.formats.csv_rows import batch_of_records
from chalicelib.sources.formats.encodings import BLOCK_BYTES, as_text
from chalicelib.sources.formats.headers import MOST_TITLES, Layout, find_header
from chalicelib.sources.formats.xlsx import Cell, Sheet, in_words, sheet_of, since_1900
from chalicelib.sources.range_results import Part
from chalicelib.sources.ranges import Plan, plan, read_batch, read_range
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.cells import Reader
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold

Parts = Callable[[ReadingContext], Iterator[Part]]  # can be called more than once

MOST_NAMED: Final = 5  # lines in a sentence
_LIKE_A_NUMBER: Final = re.compile(r"['‘’]?\d{14}[\dXxＸ]{1,4}|\d\.\d+[eE]\+?1[4-7]")
_LEAST_NUMBER: Final = 10**14  # typed as a figure
_DAYS: Final = (Reader.DATE, Reader.DATE_AHEAD, Reader.DATE_FROM, Reader.MONTH)


def open_file(data: bytes, context: ReadingContext) -> tuple[Layout, Parts] | FileHold:
    """The layout and the parts of a dropped file, or why the file as a whole cannot be read."""
    payload, feed = unwrap(data), context.feed
    if isinstance(payload, FileHold):
        return payload
    if feed.format is None or payload.kind not in feed.format.kind:
        return hold(HoldCode.KIND_NOT_AGREED)
    if payload.kind == "xlsx":
        return _workbook(payload, context)
    return _text(payload, feed)


def _text(payload: Payload, feed: Feed) -> tuple[Layout, Parts] | FileHold:
    text = as_text(payload.data)
    if isinstance(text, FileHold):
        return text
    blocks = (text[start : start + BLOCK_BYTES] for start in range(0, len(text), BLOCK_BYTES))
    planned = plan(blocks, feed, kind=payload.kind, size=BLOCK_BYTES)
    if isinstance(planned, FileHold):
        return planned
    return planned.layout, partial(_ranges, text, planned)


def _ranges(text: bytes, planned: Plan, context: ReadingContext) -> Iterator[Part]:
    for span in planned.spans:
        yield read_range(text[span.start : span.end], planned.layout, span.line, context)


def _workbook(payload: Payload, context: ReadingContext) -> tuple[Layout, Parts] | FileHold:
    feed = context.feed
    sheet = sheet_of(payload.data, partial(_names_people, feed=feed))
    if isinstance(sheet, FileHold):
        return sheet
    head = in_words(sheet.rows[: MOST_TITLES + 1], ())
    records = [(place + 1, place + 2, cells) for place, cells in enumerate(head)]
    layout = find_header(records, feed, "xlsx", "xlsx")
    if isinstance(layout, FileHold):
        return layout
    unseen = [str(line) for line in sorted(sheet.unseen_rows) if line >= layout.line]
    if unseen and not context.released:
        return hold(HoldCode.ROWS_HIDDEN, [*unseen[:MOST_NAMED], *(["…"] if unseen[MOST_NAMED:] else [])])
    return _with_unseen(layout, sheet), partial(_sheet, _in_days(sheet, layout, feed), layout)


def _with_unseen(layout: Layout, sheet: Sheet) -> Layout:
    """The layout that names the columns which the sender does not see, and of which something is kept; and
    the sheets that are not read."""
    unseen = [layout.header[place] for place in map(int, layout.read) if place in sheet.unseen_columns]
    return replace(layout, unseen=tuple(unseen), aside=sheet.aside)


def _names_people(rows: list[list[Cell]], feed: Feed) -> bool:
    """Whether a sheet bears a column of identity numbers, or anything that may be one."""
    named = ((header, feed.columns[name]) for header, name in headers_of(feed.columns))
    headers = {name_of(header) for header, column in named if column.field == "number"}
    if any(
        isinstance(cell, str) and name_of(cell) in headers for row in rows[: MOST_TITLES + 1] for cell in row
    ):
        return True
    return any(
        _LIKE_A_NUMBER.fullmatch(cell.strip())
        if isinstance(cell, str)
        else isinstance(cell, int | float) and cell >= _LEAST_NUMBER
        for row in rows
        for cell in row
    )


def _in_days(sheet: Sheet, layout: Layout, feed: Feed) -> list[list[Cell]]:
    """The rows, with the figures in columns of days as in every other workbook."""
    if not sheet.since_1904:
        return sheet.rows
    days = [int(place) for name, place in layout.positions.items() if feed.column(name).read in _DAYS]
    return since_1900(sheet.rows, days)


def _sheet(rows: list[list[Cell]], layout: Layout, context: ReadingContext) -> Iterator[Part]:
    # An identity number typed as a figure has lost digits, and must not come back looking like somebody's.
    words = in_words(rows[layout.line - 1 :], (int(layout.positions["number"]),))
    batch = batch_of_records(list(enumerate(words, start=layout.line)), layout)
    yield read_batch(batch, layout, context)
