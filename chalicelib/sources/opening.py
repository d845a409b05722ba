"""From the bytes of a drop to its layout, and its rows in parts that can be read more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from chalicelib.sources.chunks import Plan, blocks_of, plan, read_batch, read_chunk, spans_in
from chalicelib.sources.envelopes import Payload, unwrap
from chalicelib.sources.feed import Feed
from chalicelib.sources.headers import MOST_TITLES, Layout, find_header
from chalicelib.sources.holds import Hold, HoldCode, hold
from chalicelib.sources.parts import Part
from chalicelib.sources.roster_index import RosterIndex
from chalicelib.sources.tables import batch_of_records
from chalicelib.sources.texts import BLOCK_BYTES, as_text
from chalicelib.sources.workbooks import Cell, in_words, sheet_of

Parts = Callable[[bool], Iterator[Part]]  # whether a spreadsheet has cut the numbers → the parts


def open_file(data: bytes, feed: Feed, roster: RosterIndex | None, on: date) -> tuple[Layout, Parts] | Hold:
    """The layout and the parts of a dropped file, or why the file as a whole cannot be read."""
    payload = unwrap(data)
    if isinstance(payload, Hold):
        return payload
    if feed.format is None or payload.kind not in feed.format.kind:
        return hold(HoldCode.KIND_NOT_AGREED)
    if payload.kind == "xlsx":
        return _workbook(payload, feed, roster, on)
    return _text(payload, feed, roster, on)


def _text(payload: Payload, feed: Feed, roster: RosterIndex | None, on: date) -> tuple[Layout, Parts] | Hold:
    text = as_text(payload.data)
    if isinstance(text, Hold):
        return text
    planned = plan(blocks_of(text, BLOCK_BYTES), feed, kind=payload.kind, size=BLOCK_BYTES)
    if isinstance(planned, Hold):
        return planned
    return planned.layout, partial(_ranges, text, planned, feed, roster, on)


def _ranges(
    text: bytes, planned: Plan, feed: Feed, roster: RosterIndex | None, on: date, damaged: bool
) -> Iterator[Part]:
    for data, line in spans_in(text, planned.spans):
        yield read_chunk(data, planned.layout, line, feed, roster, on=on, damaged=damaged)


def _workbook(
    payload: Payload, feed: Feed, roster: RosterIndex | None, on: date
) -> tuple[Layout, Parts] | Hold:
    rows = sheet_of(payload.data)
    if isinstance(rows, Hold):
        return rows
    head = in_words(rows[: MOST_TITLES + 1], ())
    records = [(place + 1, place + 2, cells) for place, cells in enumerate(head)]
    layout = find_header(records, feed, "xlsx", "xlsx")
    if isinstance(layout, Hold):
        return layout
    return layout, partial(_sheet, rows, layout, feed, roster, on)


def _sheet(
    rows: list[list[Cell]], layout: Layout, feed: Feed, roster: RosterIndex | None, on: date, damaged: bool
) -> Iterator[Part]:
    # An identity number typed as a figure has lost digits, and must not come back looking like somebody's.
    words = in_words(rows[layout.line - 1 :], (int(layout.positions["number"]),))
    batch = batch_of_records(list(enumerate(words, start=layout.line)), layout)
    yield read_batch(batch, layout, feed, roster, on=on, damaged=damaged)
