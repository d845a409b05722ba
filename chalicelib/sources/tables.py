"""From a block of text to rows of cells, each with the number of the line on which it stands.

polars splits the lines. A mark behind every line shows which of them have the header's number of cells;
the others are set apart with their line and go back. GB 18030 is never decoded as a whole: its foreign
bytes are masked, and only rows that somebody asks for are decoded. Blank rows are no rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from chalicelib.sources.faults import Fault
from chalicelib.sources.headers import Layout
from chalicelib.sources.quotes import cells_of, rows_among
from chalicelib.sources.texts import unified

LINE: Final = "line"
FAULT: Final = "fault"
_MARK: Final = "\x1e"
_MASK: Final = bytes(code if code < 128 else 0x1A for code in range(256))
Columns = Sequence[str]
RowsAt = Callable[[pl.Series, Columns], pl.DataFrame]
Record = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows. `seen` are those with the header's number of cells, as far as they were looked at."""

    seen: pl.DataFrame  # line and at least the watched columns; null = blank
    ragged: pl.DataFrame  # line, all columns, fault; what did not fit stands in the last cell
    rows_at: RowsAt = field(repr=False)  # lines of `seen`, columns → line and these columns, in that order

    @property
    def rows(self) -> int:
        """Rows that are not blank."""
        return self.seen.height + self.ragged.height


def batch_of(block: bytes, layout: Layout, first_line: int, watched: Sequence[str]) -> Batch:
    """The rows of a block of whole rows.

    Raises UnclosedQuoteError; UnicodeDecodeError where what is looked at is not in the file's encoding.
    """
    text = unified(block)
    if _MARK.encode() in text:
        text = text.replace(_MARK.encode(), b" ")
    quoted = b'"' in text
    if layout.encoding == "gb18030":
        if not quoted and layout.separator != "|":
            return _masked(text, layout, first_line, watched)
        text = text.decode("gb18030").encode()
    return _quoted(text, layout, first_line) if quoted else _plain(text, layout, first_line)


def batch_of_records(
    records: Sequence[Record], layout: Layout, unfit: Sequence[tuple[int, str]] = ()
) -> Batch:
    """The batch of rows that are split already; `unfit` are lines that no cells could be made of."""
    fitting = [(line, cells) for line, cells in records if len(cells) == layout.width and any(cells)]
    ragged = [(line, _squeezed(cells, layout), Fault.RAGGED_ROW) for line, cells in records
              if len(cells) != layout.width and not _is_blank(cells)]  # fmt: skip
    ragged += [(line, _squeezed([text], layout), Fault.NOT_AN_OBJECT) for line, text in unfit]
    frame = _frame(fitting, layout)
    lines = pl.Series(FAULT, [fault.value for _, _, fault in ragged], dtype=pl.String)
    return _whole(frame, _frame([row[:2] for row in ragged], layout).with_columns(lines).sort(LINE))


def _whole(frame: pl.DataFrame, ragged: pl.DataFrame) -> Batch:
    """The batch of rows all of whose cells are at hand, in any order of lines."""
    seen = frame.filter(~_blank(frame))

    def rows_at(lines: pl.Series, columns: Columns) -> pl.DataFrame:
        wanted = seen.select(LINE, *columns)
        return lines.to_frame(LINE).join(wanted, on=LINE, how="left", maintain_order="left")

    return Batch(seen, ragged, rows_at)


def _every_line(text: bytes, frame: pl.DataFrame, fits: pl.Series, layout: Layout, first_line: int) -> Batch:
    """The batch of a frame in which every line of a text has its place."""
    ragged = [] if fits.all() else _ragged(text.decode().split("\n"), first_line, fits, layout)
    kept = fits & ~_blank(frame)

    def rows_at(lines: pl.Series, columns: Columns) -> pl.DataFrame:
        return frame.select(LINE, *columns)[lines - first_line]

    seen = frame if kept.all() else frame.filter(kept)
    return Batch(seen, batch_of_records(ragged, layout).ragged, rows_at)


def _plain(text: bytes, layout: Layout, first_line: int) -> Batch:
    """Lines without quotes, in UTF-8."""
    frame, fits = _split_evenly(text, layout, first_line) or _split(text, layout, first_line)
    return _every_line(text, frame, fits, layout, first_line)


def _masked(text: bytes, layout: Layout, first_line: int, watched: Sequence[str]) -> Batch:
    """Lines without quotes, in GB 18030."""
    frame, fits = _split(text.translate(_MASK), layout, first_line, watched)
    raw = text.split(b"\n")

    def rows_at(lines: pl.Series, columns: Columns) -> pl.DataFrame:
        if lines.is_empty():
            return _frame([], layout).select(LINE, *columns)
        picked = b"\n".join([raw[place] for place in (lines - first_line).to_list()])
        rows, _ = _split(picked.decode("gb18030").encode(), layout, 0, columns)
        return rows.with_columns(lines.alias(LINE)).select(LINE, *columns)

    seen, ragged = frame if fits.all() else frame.filter(fits), []
    if not fits.all():
        decoded = ["" if fit else line.decode("gb18030") for fit, line in zip(fits, raw, strict=True)]
        ragged = _ragged(decoded, first_line, fits, layout)
    empty = seen.filter(_blank(seen))[LINE]  # perhaps only as far as it was looked at
    if empty.len():
        cells = rows_at(empty, layout.columns)
        seen = seen.join(cells.filter(_blank(cells)).select(LINE), on=LINE, how="anti", maintain_order="left")
    return Batch(seen, batch_of_records(ragged, layout).ragged, rows_at)


def _quoted(text: bytes, layout: Layout, first_line: int) -> Batch:
    """Lines with quotes, in UTF-8: those that are simple rows as polars reads them, the others one by one."""
    try:
        frame, fits = _split(text, layout, first_line, quote='"')
    except (pl.exceptions.PolarsError, _SwallowedError):
        return _mixed(text.decode().split("\n"), layout, first_line)
    return _every_line(text, frame, fits, layout, first_line)


def _mixed(lines: list[str], layout: Layout, first_line: int) -> Batch:
    """Lines of which some are only parts of rows."""
    rows, taken = rows_among(lines, first_line, layout.separator, layout.width)
    records: list[Record] = [*rows]
    rest = [place for place in range(len(lines)) if place not in taken]
    if rest:
        text = "\n".join([lines[place] for place in rest]).encode()
        frame, fits = _split(text, layout, 0, quote='"')
        numbers = pl.Series(LINE, rest, dtype=pl.Int64)
        records_of_rest = _ragged([lines[place] for place in rest], 0, fits, layout)
        records += [(first_line + rest[place], cells) for place, cells in records_of_rest]
        simple = frame.with_columns(numbers + first_line).filter(fits)
    else:
        simple = _frame([], layout)
    others = batch_of_records(records, layout)
    return _whole(pl.concat([simple, others.seen]).sort(LINE), others.ragged)


class _SwallowedError(Exception):
    """A row that spans lines."""


def _split_evenly(text: bytes, layout: Layout, first_line: int) -> tuple[pl.DataFrame, pl.Series] | None:
    """Like `_split`, and faster, where every line has all its cells and the last of them is never blank.

    polars refuses lines with too many cells, and leaves the last cell of lines with too few empty.
    """
    schema = dict.fromkeys(layout.columns, pl.String)
    try:
        frame = pl.read_csv(
            text, has_header=False, schema=schema, separator=layout.separator, quote_char=None
        )
    except pl.exceptions.PolarsError:
        return None
    if frame[layout.columns[-1]].null_count():
        return None
    return _numbered(frame, first_line), pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)


def _numbered(frame: pl.DataFrame, first_line: int) -> pl.DataFrame:
    lines = pl.int_range(first_line, first_line + frame.height, dtype=pl.Int64, eager=True)
    return frame.insert_column(0, lines.alias(LINE))


def _split(
    text: bytes,
    layout: Layout,
    first_line: int,
    watched: Sequence[str] | None = None,
    quote: str | None = None,
) -> tuple[pl.DataFrame, pl.Series]:
    """One row per line: its number and cells (`watched`: some of them); and which lines have them all."""
    end = str(layout.width)
    mark = f"{layout.separator}{_MARK}".encode()
    try:
        frame = pl.read_csv(
            text.replace(b"\n", mark + b"\n") + mark,
            has_header=False,
            schema={str(place): pl.String for place in range(layout.width + 1)},
            columns=None if watched is None else [*map(int, watched), layout.width],
            separator=layout.separator,
            quote_char=quote,
            truncate_ragged_lines=True,
            missing_columns="insert",
            extra_columns="ignore",
        )
    except pl.exceptions.PolarsError:
        text.decode()  # where this is at fault, it says so better
        raise
    if quote is not None and frame.height != text.count(b"\n") + 1:
        raise _SwallowedError
    if quote is not None:  # an empty pair of quotes is a blank cell too
        frame = frame.with_columns(pl.when(pl.col(name) != "").then(name) for name in frame.columns)
    fits = (frame[end] == _MARK).fill_null(False)
    return _numbered(frame.drop(end), first_line), fits


def _blank(frame: pl.DataFrame) -> pl.Series:
    """Which rows hold nothing: spreadsheets save empty rows as separators alone."""
    cells = frame.drop(LINE)
    if min(column.null_count() for column in cells) == 0:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    return cells.select(pl.all_horizontal(pl.all().is_null())).to_series()


def _ragged(lines: Sequence[str], first_line: int, fits: pl.Series, layout: Layout) -> list[Record]:
    """The cells of lines that have too many or too few."""
    return [
        (first_line + place, cells_of(lines[place], layout.separator) or [lines[place]])
        for place in (~fits).arg_true().to_list()
    ]


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in cells)


def _squeezed(cells: Sequence[str], layout: Layout) -> list[str]:
    """As many cells as the header has: what is too much stands in the last one."""
    width = layout.width
    rest = layout.separator.join(cells[width - 1 :])
    return [*cells[: width - 1], *[""] * (width - 1 - len(cells)), rest]


def _frame(rows: Sequence[Record], layout: Layout) -> pl.DataFrame:
    schema = {LINE: pl.Int64} | {str(place): pl.String for place in range(layout.width)}
    flat = [(line, *cells) for line, cells in rows]
    frame = pl.DataFrame(list(zip(*flat, strict=True)) or None, schema=schema)
    return frame.with_columns(pl.col(pl.String).replace("", None))
