"""文件分段 · A file in ranges of whole lines: planned once, read range by range anywhere, put together at the
end.

`plan` looks at the bytes as they pass by and keeps nothing of them but places; `read_range` reads one range
and forgets it, but for a `Part` that can be handed on; `reading.combine` makes the file's reading of all
parts. Memory stays flat, whatever the size of the file.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import polars as pl

from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import FIELD, RECOVERED, read_fields
from chalicelib.sources.formats.csv_quotes import UnclosedQuoteError
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of, batch_of
from chalicelib.sources.formats.encodings import (
    BLOCK_BYTES,
    HEAD_BYTES,
    HEAD_LINES,
    LOST,
    BadTextError,
    Span,
    encoding_of,
    head_of,
    mark_of,
    mended,
    spans_of,
    unified,
)
from chalicelib.sources.formats.headers import Layout, filled_nameless, is_parted_otherwise, layout_of
from chalicelib.sources.formats.json_lines import batch_of_objects
from chalicelib.sources.formats.non_data_rows import filled_in, without_furniture
from chalicelib.sources.formats.tick_boxes import positions_of, ticked, with_ticks
from chalicelib.sources.guests import guests_among
from chalicelib.sources.name_mismatch import certain_by_name, with_documents_noted, with_names_compared
from chalicelib.sources.paid_strangers import paid_to_strangers
from chalicelib.sources.people.matching import PACKED, Documents, match
from chalicelib.sources.people.recovery import recover
from chalicelib.sources.range_results import Part, Tally
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold
from chalicelib.sources.values.row_faults import Fault

FEW_LINES: Final = 200  # show what parts cells


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


def plan(
    blocks: Iterable[bytes], feed: Feed, *, kind: str = "csv", size: int = BLOCK_BYTES
) -> Plan | FileHold:
    """The plan of a text in UTF-8 or GB 18030 that arrives in blocks of any size; or why it must wait.

    Places count from the first byte of the first block, a byte-order mark included.
    """
    stream = iter(blocks)
    head = head_of(stream)
    mark = mark_of(head)
    head = head[mark:]
    # What goes on behind the head may cut its last character in two.
    encoding = encoding_of(head[: head.rfind(b"\n") + 1] if len(head) >= HEAD_BYTES else head)
    if encoding is None or b"\0" in head:
        return hold(HoldCode.UNREADABLE)
    text = _head_text(head, encoding, 0, HEAD_LINES)
    layout = layout_of(text, feed, kind, encoding)
    if isinstance(layout, FileHold):
        return hold(HoldCode.UNREADABLE) if LOST in text.split("\n", 1)[0] else layout
    start = _behind(head, layout.line)
    if kind == "csv" and is_parted_otherwise(_head_text(head, encoding, start, FEW_LINES), layout):
        return hold(HoldCode.SEPARATOR_UNKNOWN)
    first = Span(mark + start, mark + start, layout.line)
    try:
        return Plan(layout, tuple(spans_of(chain([head[start:]], stream), layout.separator, first, size)))
    except BadTextError as error:
        return error.hold


def _head_text(head: bytes, encoding: str, start: int, most: int) -> str:
    """The first lines from a place on as text; what is cut off at the end of the head does not matter."""
    lines = head[start : start + HEAD_BYTES].split(b"\n", most)[:most]
    return unified(b"\n".join(lines)).decode(encoding, errors="replace")


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
    guests = guests_among(batch, [matched.hits[LINE], matched.rejected[LINE]], layout, feed, on)
    hits, strangers, suggestions = certain_by_name(matched.hits, batch, layout, known), matched.strangers, []
    if known is not None and unmatched.height:
        late = recover(unmatched, layout.positions, known, on, damaged=damaged)
        unmatched, strangers, suggestions = late.rejected, strangers + late.strangers, late.suggestions
        if late.found.height:
            found = late.found.hstack([all_of(True, late.found.height, pl.Boolean).alias(RECOVERED)])
            hits = pl.concat([hits, found.select(hits.columns)]).sort(LINE)
    fields = read_fields(with_ticks(hits, layout), positions_of(layout), feed, on)
    if known is not None and feed.kind == "evidence":
        fields = with_names_compared(fields, batch, layout, known)
    elif feed.kind == "roster":
        fields = with_documents_noted(fields)
    watched = ("number", *(feed.expect.filled if feed.expect else ()))
    tally = Tally(
        rows=batch.rows - furniture,
        strangers=strangers - guests.rejected.height,
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
        rejected=_rejected(unmatched, pl.concat([fields.rejected, guests.rejected]), batch, layout),
        noted=fields.noted,
        repaired=matched.repaired,
        guests=guests.rows,
        to_strangers=paid_to_strangers(batch, [matched.hits[LINE], matched.rejected[LINE]], layout, feed, on),
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
    kinds = feed.column("number").documents
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
