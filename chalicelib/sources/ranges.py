"""文件分段 · A file opened, and read in ranges of whole lines: planned once, read range by range anywhere.

`open_file` finds the layout and the ranges of a dropped file; `plan` looks at the bytes of a text as they
pass by and keeps nothing of them but places; `read_range` reads one range and forgets it, but for a `Part`
that can be handed on; `reading.combine` makes the file's reading of all parts. Memory stays flat, whatever
the size of the file. A workbook is one range.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any, Final

import polars as pl

from chalicelib.sources.feeds.columns import headers_of, name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import (
    FIELD,
    RECOVERED,
    certain_by_name,
    read_fields,
    with_documents_noted,
    with_names_compared,
)
from chalicelib.sources.formats.archives import Payload, unwrap
from chalicelib.sources.formats.csv_quotes import UnclosedQuoteError
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of, batch_of, batch_of_records
from chalicelib.sources.formats.encodings import (
    BLOCK_BYTES,
    HEAD_LINES,
    LOST,
    BadTextError,
    Span,
    as_text,
    head_of,
    mended,
    spans_of,
)
from chalicelib.sources.formats.headers import (
    MOST_TITLES,
    Layout,
    filled_nameless,
    find_header,
    is_parted_otherwise,
    layout_of,
)
from chalicelib.sources.formats.json_lines import batch_of_objects
from chalicelib.sources.formats.non_data_rows import filled_in, without_furniture
from chalicelib.sources.formats.tick_boxes import ticked
from chalicelib.sources.formats.xlsx import Cell, Sheet, in_words, sheet_of, since_1900
from chalicelib.sources.people.matching import PACKED, Documents, match
from chalicelib.sources.people.recovery import recover
from chalicelib.sources.range_results import Part, Tally
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.strangers import among_strangers
from chalicelib.sources.values.cells import Reader
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold
from chalicelib.sources.values.row_faults import Fault

Parts = Callable[[ReadingContext], Iterator[Part]]  # can be called more than once

FEW_LINES: Final = 200  # show what parts cells
MOST_NAMED: Final = 5  # lines in a sentence
_LIKE_A_NUMBER: Final = re.compile(r"['‘’]?\d{14}[\dXxＸ]{1,4}|\d\.\d+[eE]\+?1[4-7]")
_LEAST_NUMBER: Final = 10**14  # typed as a figure
_DAYS: Final = (Reader.DATE, Reader.DATE_AHEAD, Reader.DATE_FROM, Reader.MONTH)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a text file is laid out, and the ranges of bytes in which it can be read."""

    layout: Layout
    spans: tuple[Span, ...]

    def to_json(self) -> str:
        """The plan as text, to be handed on."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that `to_json` wrote."""
        found: dict[str, Any] = json.loads(text)
        layout = found["layout"]
        several = ("header", "unsent", "identifying", "unseen", "aside")
        words = {name: tuple(layout.get(name, ())) for name in several}
        return cls(Layout(**layout | words), tuple(Span(**span) for span in found["spans"]))


# --- a file as it was dropped -----------------------------------------------------------------------


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
    days = [int(place) for name, place in layout.positions.items() if feed.column_of[name].read in _DAYS]
    return since_1900(sheet.rows, days)


def _sheet(rows: list[list[Cell]], layout: Layout, context: ReadingContext) -> Iterator[Part]:
    # An identity number typed as a figure has lost digits, and must not come back looking like somebody's.
    words = in_words(rows[layout.line - 1 :], (int(layout.positions["number"]),))
    batch = batch_of_records(list(enumerate(words, start=layout.line)), layout)
    yield read_batch(batch, layout, context)


# --- its ranges ------------------------------------------------------------------------------------


def plan(
    blocks: Iterable[bytes], feed: Feed, *, kind: str = "csv", size: int = BLOCK_BYTES
) -> Plan | FileHold:
    """The plan of a text in UTF-8 or GB 18030 that arrives in blocks of any size; or why it must wait.

    Places count from the first byte of the first block, a byte-order mark included.
    """
    stream = iter(blocks)
    head = head_of(stream)
    if head.encoding is None or b"\0" in head.text:
        return hold(HoldCode.UNREADABLE)
    text = head.lines(0, HEAD_LINES)
    layout = layout_of(text, feed, kind, head.encoding)
    if isinstance(layout, FileHold):
        return hold(HoldCode.UNREADABLE) if LOST in text.split("\n", 1)[0] else layout
    start = _behind(head.text, layout.line)
    if kind == "csv" and is_parted_otherwise(head.lines(start, FEW_LINES), layout):
        return hold(HoldCode.SEPARATOR_UNKNOWN)
    first = Span(head.mark + start, head.mark + start, layout.line)
    rest = chain([head.text[start:]], stream)
    try:
        return Plan(layout, tuple(spans_of(rest, layout.separator, first, size)))
    except BadTextError as error:
        return error.hold


def _behind(head: bytes, line: int) -> int:
    """Where a line begins."""
    place = 0
    for _ in range(line - 1):
        ends = [end for mark in (b"\n", b"\r") if (end := head.find(mark, place)) >= 0]
        if not ends:
            return len(head)
        place = min(ends) + (2 if head[min(ends) : min(ends) + 2] == b"\r\n" else 1)
    return place


def read_range(data: bytes, layout: Layout, line: int, context: ReadingContext) -> Part:
    """Read the bytes of one span, the first of which stands on a line."""
    try:
        try:
            return _read(data, layout, line, context)
        except UnicodeDecodeError:  # half a character somewhere: only its row is the worse for it
            return _read(mended(data, layout.encoding), layout, line, context)
    except UnclosedQuoteError as error:
        return Part(hold=hold(HoldCode.UNCLOSED_QUOTE, str(error.line)))


def _read(data: bytes, layout: Layout, line: int, context: ReadingContext) -> Part:
    if layout.kind == "jsonl":
        batch = batch_of_objects(data, layout, line, context.feed)
    else:
        batch = batch_of(data, layout, line)
    return read_batch(batch, layout, context)


def _blanks(batch: Batch, layout: Layout, name: str) -> int:
    if name in layout.positions:
        return batch.seen[layout.positions[name]].null_count()
    return ticked(batch.rows_at(batch.seen[LINE], list(layout.boxes.values())), layout).null_count()


def read_batch(batch: Batch, layout: Layout, context: ReadingContext) -> Part:
    """Read the rows of a batch: matched with the roster, their fields read, counted."""
    if nameless := _filled(batch, layout.nameless):
        return Part(hold=filled_nameless(nameless))
    feed, known, on, damaged = context.feed, context.known, context.on, context.damaged
    batch, not_filled_in, empty = filled_in(batch, layout, feed)
    matched = match(batch, layout, known, on, damaged=damaged, documents=_documents(layout, feed))
    unmatched = pl.concat([batch.ragged, matched.rejected]) if batch.ragged.height else matched.rejected
    unmatched, furniture = without_furniture(unmatched, layout)
    told = [matched.hits[LINE], matched.rejected[LINE]]
    strange = among_strangers(batch, told, layout, feed, on)
    hits, strangers, suggestions = certain_by_name(matched.hits, batch, layout, known), matched.strangers, []
    if known is not None and unmatched.height:
        late = recover(unmatched, layout.positions, known, on, damaged=damaged)
        unmatched, strangers, suggestions = late.rejected, strangers + late.strangers, late.suggestions
        if late.found.height:
            found = late.found.hstack([all_of(True, late.found.height, pl.Boolean).alias(RECOVERED)])
            hits = pl.concat([hits, found.select(hits.columns)]).sort(LINE)
    fields = read_fields(hits, layout, feed, on)
    if known is not None and feed.kind == "evidence":
        fields = with_names_compared(fields, batch, layout, known)
    elif feed.kind == "roster":
        fields = with_documents_noted(fields)
    watched = ("number", *(feed.expect.filled if feed.expect else ()))
    tally = Tally(
        rows=batch.rows - furniture,
        strangers=strangers - strange.rejected.height,
        furniture=furniture + empty,
        not_filled_in=not_filled_in,
        cut_rows=matched.cut_rows,
        cut_numbers=matched.cut_numbers,
        figures=matched.figures,
        filled_up=batch.filled_up,
        blank={name: _blanks(batch, layout, name) for name in watched},
    )
    return Part(
        tally=tally,
        good=_good(fields.sound, batch, layout, feed),
        rejected=_rejected(unmatched, pl.concat([fields.rejected, strange.rejected]), batch, layout),
        noted=fields.noted,
        repaired=matched.repaired,
        guests=strange.guests,
        to_strangers=strange.paid,
        suggestions=suggestions,
    )


def _filled(batch: Batch, columns: list[str]) -> list[str]:
    """Those of some columns in which anything stands that shows."""
    if not columns:
        return []
    cells = batch.rows_at(batch.seen[LINE], columns)
    return [name for name in columns if (cells[name].str.strip_chars() != "").any()]


def _documents(layout: Layout, feed: Feed) -> Documents | None:
    """The documents that a file of the feed may name beside the resident's number, as declared."""
    kinds = feed.column_of["number"].documents
    if not kinds:
        return None
    return Documents(frozenset(kinds), layout.positions.get("document"), feed.kinds_of_document)


def _good(sound: pl.DataFrame, batch: Batch, layout: Layout, feed: Feed) -> pl.DataFrame:
    """Sound rows as they are handed on: of a roster with their cells, for it is judged as a whole."""
    if feed.kind != "roster":
        return sound.drop(PACKED)
    return sound.hstack(batch.rows_at(sound[LINE], layout.columns).drop(LINE))


def _rejected(unmatched: pl.DataFrame, unread: pl.DataFrame, batch: Batch, layout: Layout) -> pl.DataFrame:
    """All rejected rows with the field at fault: a ragged row has none."""
    whole_row = pl.col(FAULT).is_in([Fault.RAGGED_ROW.value, Fault.NOT_AN_OBJECT.value])
    named = unmatched.with_columns(
        pl.when(whole_row).then(pl.lit("")).otherwise(pl.lit("number")).alias(FIELD)
    )
    if unread.is_empty():
        return named.sort(LINE)
    cells = batch.rows_at(unread[LINE], layout.columns).hstack(unread.select(FAULT, FIELD))
    return pl.concat([named, cells.select(named.columns)]).sort(LINE)
