"""From bytes to a table of text: encoding, header, lines, and a physical line number for each row.

CSV without a double quote: physical lines are rows, and polars splits them. With one: Python's csv,
strictly, because a quoted cell may hold a line break; an unclosed quote refuses the file instead of
swallowing rows (measured: csv makes one row of three without an error).

Rows keep the line on which they stand in the file, the header being line 1; blank rows are no rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from chalicelib.sources.cells import clean
from chalicelib.sources.feed import Feed
from chalicelib.sources.holds import Hold, HoldCode, hold
from chalicelib.sources.workbooks import OLE_MAGIC, ZIP_MAGIC, rows_of

BLOCK_BYTES: Final = 32_000_000  # bounds the peak: some 300,000 rows at a time
LARGEST_CSV: Final = 1_000_000_000
LINE: Final = "line"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows: `frame` [line, "0", "1", … in the file's order, null = blank] and the ragged ones."""

    frame: pl.DataFrame
    ragged: pl.DataFrame  # the same columns: what did not fit stands in the last cell

    @property
    def rows(self) -> int:
        """Rows that are not blank."""
        return self.frame.height + self.ragged.height


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header is understood; its rows come in batches, once."""

    header: tuple[str, ...]  # as the department wrote it
    encoding: str  # utf-8, gb18030 or xlsx
    positions: dict[str, str]  # our field → column of the batch frames
    batches: Iterator[Batch] = field(repr=False)


class _UnclosedQuoteError(Exception):
    """A quote that is not closed; `line` is where the row that contains it begins."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line: Final = line


def open_table(data: bytes, feed: Feed) -> Table | Hold:
    """The table in a dropped file, or why the file as a whole cannot be read."""
    kinds = feed.format.kind if feed.format else []
    if not data.strip():
        return hold(HoldCode.EMPTY)
    if data.startswith(OLE_MAGIC):
        return hold(HoldCode.OLD_EXCEL)
    kind = "xlsx" if data.startswith(ZIP_MAGIC) else "csv"
    if kind not in kinds:
        return hold(HoldCode.KIND_NOT_AGREED)
    return _open_workbook(data, feed) if kind == "xlsx" else _open_csv(data, feed)


def _open_workbook(data: bytes, feed: Feed) -> Table | Hold:
    number = feed.fields["number"]
    rows = rows_of(data, {_name(number)})
    if isinstance(rows, Hold):
        return rows
    positions = _positions(rows[0], feed)
    if isinstance(positions, Hold):
        return positions
    numbered = list(enumerate(rows[1:], start=2))
    return Table(tuple(rows[0]), "xlsx", positions, iter([_batch_of(numbered, len(rows[0]))]))


def _open_csv(data: bytes, feed: Feed) -> Table | Hold:
    if len(data) > LARGEST_CSV:
        return hold(HoldCode.TOO_LARGE)
    if b"\0" in data:  # UTF-16, or no text at all
        return hold(HoldCode.UNREADABLE)
    body = data.removeprefix(b"\xef\xbb\xbf")
    if b"\r" in body:
        # 0x0D and 0x0A are never part of a longer character, in UTF-8 or GB 18030.
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    encoding = _encoding(body)
    if encoding is None:
        return hold(HoldCode.UNREADABLE)
    return _open_quoted(body, encoding, feed) if b'"' in body else _open_lines(body, encoding, feed)


def _open_lines(body: bytes, encoding: str, feed: Feed) -> Table | Hold:
    first, _, _ = body.partition(b"\n")
    header = tuple(first.decode(encoding).split(","))
    positions = _positions(header, feed)
    if isinstance(positions, Hold):
        return positions
    return Table(header, encoding, positions, _blocks(body, len(first) + 1, encoding, len(header)))


def _open_quoted(body: bytes, encoding: str, feed: Feed) -> Table | Hold:
    try:
        records = list(_records(body.decode(encoding)))
    except _UnclosedQuoteError as error:
        return hold(HoldCode.UNCLOSED_QUOTE, str(error.line))
    header = tuple(records[0][1])
    positions = _positions(header, feed)
    if isinstance(positions, Hold):
        return positions
    return Table(header, encoding, positions, iter([_batch_of(records[1:], len(header))]))


def _encoding(body: bytes) -> str | None:
    """utf-8 if the whole file is that, strictly; else gb18030 if it is that; else None."""
    for encoding in ("utf-8", "gb18030"):
        try:
            for start, end in _cuts(body, 0):
                body[start:end].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _cuts(body: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Spans of whole lines, each about BLOCK_BYTES long."""
    while start < len(body):
        end = body.find(b"\n", min(start + BLOCK_BYTES, len(body) - 1)) + 1 or len(body)
        yield start, end
        start = end


def _blocks(body: bytes, start: int, encoding: str, width: int) -> Iterator[Batch]:
    if start >= len(body):  # a header and nothing else
        yield _batch_of([], width)
    line = 2
    for begin, end in _cuts(body, start):
        block = body[begin:end].removesuffix(b"\n")
        if encoding != "utf-8":
            block = block.decode(encoding).encode()  # polars knows no GB 18030
        lines = block.count(b"\n") + 1
        yield _tidy(block, lines, line, width) or _untidy(block.decode(), line, width)
        line += lines


def _tidy(block: bytes, lines: int, first_line: int, width: int) -> Batch | None:
    """The block as polars splits it, if every line has the header's number of cells; else None.

    As many commas as such lines have, and (polars refuses those) no line with more of them, leaves
    no line with fewer.
    """
    if block.count(b",") != lines * (width - 1):
        return None
    schema = {str(i): pl.String for i in range(width)}
    try:
        frame = pl.read_csv(block, has_header=False, schema=schema, quote_char=None, separator=",")
    except pl.exceptions.PolarsError:
        return None
    if frame.height != lines:
        return None
    numbered = frame.with_row_index(LINE, first_line).with_columns(pl.col(LINE).cast(pl.Int64))
    return Batch(_without_blank(numbered), numbered.clear())


def _untidy(block: str, first_line: int, width: int) -> Batch:
    """The block line by line: blank lines left out, lines with too many or too few cells set apart."""
    texts = pl.Series("text", block.split("\n"), dtype=pl.String)
    lines = pl.DataFrame({LINE: pl.int_range(first_line, first_line + len(texts), eager=True), "text": texts})
    text = pl.col("text")
    lines = lines.filter((text.str.strip_chars() != "") & (text.str.strip_chars(",") != ""))
    fits = text.str.count_matches(",", literal=True) == width - 1
    return Batch(_without_blank(_split(lines.filter(fits), width)), _split(lines.filter(~fits), width))


def _split(lines: pl.DataFrame, width: int) -> pl.DataFrame:
    cells = pl.col("text").str.splitn(",", width).struct.rename_fields([str(i) for i in range(width)])
    frame = lines.select(LINE, cells.alias("cells")).unnest("cells")
    return frame.with_columns(pl.col(pl.String).replace("", None))


def _without_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in which something stands: spreadsheets save empty rows as commas alone."""
    return frame.filter(~pl.all_horizontal(pl.exclude(LINE).is_null()))


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Records of a file with quotes, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline="\n"), strict=True)
    width = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _UnclosedQuoteError(line) from error
        width = width or len(cells)
        # A cell with a line break and as many commas as a whole row has: two unclosed quotes that
        # happen to pair up would swallow the rows between them without an error.
        spans_lines = reader.line_num > line
        if spans_lines and any("\n" in cell and cell.count(",") >= width - 1 for cell in cells):
            raise _UnclosedQuoteError(line)
        yield line, cells


def _is_blank(cells: Sequence[str]) -> bool:
    return not any(cells) or (len(cells) == 1 and not cells[0].strip())


def _batch_of(records: Sequence[tuple[int, Sequence[str]]], width: int) -> Batch:
    fitting: list[tuple[int | str, ...]] = []
    ragged: list[tuple[int | str, ...]] = []
    for line, cells in records:
        if _is_blank(cells):
            continue
        if len(cells) == width:
            fitting.append((line, *cells))
            continue
        padded: list[str] = [*cells[: width - 1], *[""] * (width - len(cells) - 1)]
        ragged.append((line, *padded, ",".join(cells[width - 1 :])))
    return Batch(_frame_of(fitting, width), _frame_of(ragged, width))


def _frame_of(rows: Sequence[tuple[int | str, ...]], width: int) -> pl.DataFrame:
    schema = {LINE: pl.Int64} | {str(i): pl.String for i in range(width)}
    frame = pl.DataFrame(list(zip(*rows, strict=True)) or None, schema=schema)
    return frame.with_columns(pl.col(pl.String).replace("", None))


def _name(column: str) -> str:
    return clean(column, inside=True)


def _positions(header: Sequence[str], feed: Feed) -> dict[str, str] | Hold:
    """Our field → column of the frames, or the hold that names what is missing, unknown or twice."""
    names = [_name(column) for column in header]
    twice = sorted({_title(header[i], i) for i, name in enumerate(names) if names.count(name) > 1})
    agreed = {_name(column): column for column in (*feed.columns, *feed.not_used)}
    missing = [column for name, column in agreed.items() if name not in names]
    # An unknown name is quoted only if it looks like a title: without a header line it is a record.
    unknown = [_title(header[i], i) for i, name in enumerate(names) if name not in agreed]
    if missing:
        return hold(HoldCode.COLUMN_MISSING, missing)
    if twice:
        return hold(HoldCode.COLUMN_TWICE, twice)
    if unknown:
        return hold(HoldCode.COLUMN_UNKNOWN, unknown)
    return {column.field: str(names.index(_name(name))) for name, column in feed.columns.items()}


def _title(column: str, position: int) -> str:
    title = clean(column)
    sayable = title and len(title) <= 20 and not any(character.isdigit() for character in title)
    return title if sayable else f"第{position + 1}列"
