"""表格行 · From a block of text to rows of cells, each with the number of the line on which it stands.

polars splits a block at once where every line has all its cells. Else one look at each line (`Lines`: where
each of them stands) tells which are a row by themselves: polars reads these, and Python's csv the others, one
by one. What does not fit is set apart with its line and goes back. GB 18030 is never decoded as a whole: each
byte becomes a character, and only cells that somebody asks for are decoded. Blank rows are no rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Final, overload

import polars as pl

from chalicelib.sources.formats.csv_quotes import rows_among
from chalicelib.sources.formats.encodings import MARKS, unified, unmarked
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.values.row_faults import Fault

# As a text in UTF-8 shows them, and one in GB 18030 of which each byte was made a character.
_LINE_MARKS: Final = ("\ufeff", *(mark.decode("latin-1") for mark in MARKS))
LINE: Final = "line"
FAULT: Final = "fault"
Columns = Sequence[str]
RowsAt = Callable[[pl.Series, Columns], pl.DataFrame]
Record = tuple[int, Sequence[str]]
_PACKED: Final = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd")
# Characters that no table has any use for: one that a text does not have parts none of its lines.
_UNUSED: Final = tuple(chr(code) for code in range(1, 32) if code not in b"\t\n\r")


def all_of(value: object, count: int, kind: type[pl.DataType]) -> pl.Series:
    """A column that says the same everywhere."""
    return pl.Series([value], dtype=kind).new_from_index(0, count)


def places_of(told: pl.Series) -> pl.Series:
    """The places where a column says true; null says nothing (ten times as fast as `arg_true`)."""
    return pl.int_range(told.len(), dtype=pl.UInt32, eager=True).filter(told)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows. `seen` are those with the header's number of cells, in GB 18030 not yet decoded."""

    seen: pl.DataFrame  # line and all columns; null = blank
    ragged: pl.DataFrame  # line, all columns, fault; what did not fit stands in the last cell
    rows_at: RowsAt = field(repr=False)  # lines of `seen`, columns → line and these columns, in that order
    filled_up: int = 0  # rows that lacked only cells at their end that may be empty

    @property
    def rows(self) -> int:
        """Rows that are not blank."""
        return self.seen.height + self.ragged.height


def batch_of(block: bytes, layout: Layout, first_line: int) -> Batch:
    """The rows of a block of whole rows.

    Raises UnclosedQuoteError; UnicodeDecodeError where what is looked at is not in the file's encoding.
    """
    text = unified(block)
    try:
        return _batch_of(text, layout, first_line)
    except (_MarkedError, UnicodeDecodeError):  # what stands behind a mark could not be read
        bare = unmarked(text)
        if bare == text:
            raise
        return _batch_of(bare, layout, first_line)


class _MarkedError(Exception):
    """A byte-order mark stands before a line: looking for one in a text takes as long as parsing it."""


def _batch_of(text: bytes, layout: Layout, first_line: int) -> Batch:
    is_foreign = layout.encoding == "gb18030"
    if is_foreign and layout.separator in "|^~":  # can be the second half of a character
        text, is_foreign = unmarked(text).decode("gb18030").encode(), False
    if is_foreign:
        text = text.decode("latin-1").encode()
    lines = Lines(text, is_foreign)
    batch = b'"' not in text and _even(text, layout, first_line)
    if batch:
        _check_unmarked(batch.seen[layout.columns[0]])
    else:
        _check_unmarked(lines.found)
        batch = _mixed(lines, layout, first_line)
    return _decoding(batch) if is_foreign else batch


def _check_unmarked(starts: pl.Series) -> None:
    """Raise _MarkedError where a mark begins one of these cells or lines, in whatever encoding it came."""
    if any(starts.str.starts_with(mark).any() for mark in _LINE_MARKS):
        raise _MarkedError


def batch_of_records(
    records: Sequence[Record], layout: Layout, unfit: Sequence[tuple[int, str]] = ()
) -> Batch:
    """The batch of rows that are split already; `unfit` are lines that no cells could be made of."""
    return _batch(_frame(_fitting(records, layout), layout), _ragged(records, unfit, layout))


def _batch(rows: pl.DataFrame, ragged: pl.DataFrame | None = None) -> Batch:
    """The batch of rows in the order of their lines."""
    may_be_blank = min(rows[name].null_count() for name in rows.columns[1:]) > 0
    seen = rows.filter(~_blank(rows)) if may_be_blank else rows
    first = seen[LINE][0] if seen.height else 0
    is_unbroken = seen.height > 0 and seen[LINE][-1] - first + 1 == seen.height

    def rows_at(lines: pl.Series, columns: Columns) -> pl.DataFrame:
        places = lines - first if is_unbroken else seen[LINE].search_sorted(lines)
        return pl.DataFrame([seen[LINE], *(seen[name] for name in columns)])[places]

    return Batch(seen, _nothing(seen.width - 1) if ragged is None else ragged, rows_at)


@cache
def _nothing(width: int) -> pl.DataFrame:
    """No ragged row."""
    return pl.DataFrame(schema={LINE: pl.Int64} | dict.fromkeys([*map(str, range(width)), FAULT], pl.String))


def _decoding(batch: Batch) -> Batch:
    """The batch whose cells are read in GB 18030 as soon as somebody asks for them."""

    def rows_at(lines: pl.Series, columns: Columns) -> pl.DataFrame:
        rows = batch.rows_at(lines, columns)
        cells = pl.col(pl.String)
        foreign = rows.select(cells.str.len_bytes() != cells.str.len_chars())
        return rows.with_columns(_decoded(rows[each.name], each) for each in foreign if each.any())

    return replace(batch, rows_at=rows_at)


def _decoded(cells: pl.Series, foreign: pl.Series) -> pl.Series:
    """Cells of some of which each byte was made a character, in GB 18030; each is decoded once."""
    words = cells.filter(foreign).to_list()
    read = {word: decoded(word) for word in set(words)}
    return cells.scatter(places_of(foreign), pl.Series([read[word] for word in words], dtype=pl.String))


def _even(text: bytes, layout: Layout, first_line: int) -> Batch | None:
    """The batch of lines without quotes that all have all their cells; None where one may not."""
    text = text if text.endswith(b"\n") else text + b"\n"  # without it, polars forgives a cell too many
    try:
        cells = _split(text, layout, quoted=False)
    except pl.exceptions.PolarsError:
        return None
    # Each byte stands in a cell or behind one, unless there are too few of them.
    within = cells.select(pl.all().str.len_bytes().sum()).sum_horizontal().item()
    if within + cells.height * layout.width != len(text):
        return None
    numbers = pl.int_range(first_line, first_line + cells.height, dtype=pl.Int64, eager=True)
    return _batch(cells.insert_column(0, numbers.alias(LINE)))


def _mixed(lines: Lines, layout: Layout, first_line: int) -> Batch:
    """Lines of which some are no rows by themselves: their rows are written anew, all cells in quotes."""
    unfit = places_of(~lines.fitting(layout.separator, layout.width)).to_list()
    found, taken = rows_among(lines, unfit, first_line, layout.separator, layout.width)
    last = None if lines.text.endswith(b"\n") else first_line + len(lines) - 1
    records, filled_up = _filled_up(found, layout, last)
    whole = {line - first_line: cells for line, cells in _fitting(records, layout)}
    text = lines.with_rows(sorted(taken), whole, layout.separator)
    begins = all_of(True, len(lines), pl.Boolean).scatter(list(taken), False).scatter(list(whole), True)
    numbers = places_of(begins).cast(pl.Int64) + first_line
    cells = _split(text, layout, quoted=b'"' in text).insert_column(0, numbers.alias(LINE))
    return replace(_batch(cells, _ragged(records, (), layout)), filled_up=filled_up)


def _filled_up(records: Sequence[Record], layout: Layout, last: int | None) -> tuple[list[Record], int]:
    """Rows that lack only cells at their end that may be empty with these cells, and how many there are.

    `last`: the line that ends without a line break. Where no other row is short, the file may be cut
    off there.
    """
    fewest, width = layout.width - layout.may_lack, layout.width
    short = {line for line, cells in records if fewest <= len(cells) < width and not _is_blank(cells)}
    short = short if short != {last} else set()
    whole = [(n, [*cells, *[""] * (width - len(cells))] if n in short else cells) for n, cells in records]
    return whole, len(short)


def _split(text: bytes, layout: Layout, *, quoted: bool) -> pl.DataFrame:
    """The cells of lines each of which is one row.

    polars refuses lines with too many cells, and leaves the last cell of lines with too few empty.
    """
    frame = read_text(
        text,
        has_header=False,
        schema=dict.fromkeys(layout.columns, pl.String),
        separator=layout.separator,
        quote_char='"' if quoted else None,
    )
    if not quoted:
        return frame
    # An empty pair of quotes is a blank cell too.
    empty = {column.name: column == "" for column in frame}
    return frame.with_columns(
        frame[name].set(is_empty, None) for name, is_empty in empty.items() if is_empty.any()
    )


def _blank(rows: pl.DataFrame) -> pl.Series:
    """Which rows hold nothing: spreadsheets save empty rows as separators alone."""
    return rows.drop(LINE).select(pl.all_horizontal(pl.all().is_null())).to_series()


def _fitting(records: Sequence[Record], layout: Layout) -> list[Record]:
    """The rows with the header's number of cells that are not blank."""
    return [(line, cells) for line, cells in records if len(cells) == layout.width and any(cells)]


def _ragged(
    records: Sequence[Record], unfit: Sequence[tuple[int, str]], layout: Layout
) -> pl.DataFrame | None:
    """The rows with another number of cells that are not blank, and what no cells could be made of."""
    ragged = [(line, _squeezed(cells, layout), Fault.RAGGED_ROW) for line, cells in records
              if len(cells) != layout.width and not _is_blank(cells)]  # fmt: skip
    ragged += [(line, _squeezed([text], layout), Fault.NOT_AN_OBJECT) for line, text in unfit]
    if not ragged:
        return None
    faults = pl.Series(FAULT, [fault.value for _, _, fault in ragged], dtype=pl.String)
    return _frame([row[:2] for row in ragged], layout).with_columns(faults).sort(LINE)


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
    return frame.with_columns(pl.col(pl.String).replace("", None)) if flat else frame


# --- lines -----------------------------------------------------------------------------------------


def decoded(text: str) -> str:
    """Words in GB 18030 of which each byte was made a character; raises UnicodeDecodeError."""
    return text.encode("latin-1").decode("gb18030")


def read_text(text: bytes, **how: Any) -> pl.DataFrame:
    """What polars reads in a text. It would unpack one that begins like gzip, zlib or zstd; a row may, too.

    >>> read_text(b"x^2,1", has_header=False, schema={"a": pl.String, "b": pl.String}).row(0)
    ('x^2', '1')
    """
    if not text.startswith(_PACKED):
        return pl.read_csv(text, **how)
    frame = pl.read_csv(b"?" + text[1:], **how)
    first = frame.columns[0]
    return frame.with_columns(frame[first].scatter(0, text[:1].decode() + frame[first][0][1:]))


@dataclass(frozen=True)
class Lines(Sequence[str]):
    """The lines of a text in UTF-8; only those that somebody asks for become words.

    `is_foreign`: each byte of a text in GB 18030 was made a character.
    """

    text: bytes = field(repr=False)
    is_foreign: bool = False

    @cached_property
    def found(self) -> pl.Series:
        """Every line of the text, blank ones as null; raises UnicodeDecodeError."""
        never = next((mark for mark in _UNUSED if mark.encode() not in self.text), _UNUSED[0])
        try:
            found = read_text(
                self.text, has_header=False, schema={"": pl.String}, separator=never, quote_char=None
            ).to_series()
        except pl.exceptions.PolarsError:
            found = pl.Series(dtype=pl.String)
        if found.str.len_bytes().sum() + found.len() - len(self.text) not in (0, 1):
            return pl.Series(self.text.decode().split("\n"), dtype=pl.String)
        return found

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins, and where one more would."""
        ends = (self.found.str.len_bytes().fill_null(0).cast(pl.Int64) + 1).cum_sum()
        return [0, *ends.to_list()]

    def __len__(self) -> int:
        return self.found.len()

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        line = self.text[self.starts[place] : self.starts[place + 1] - 1].decode()
        return decoded(line) if self.is_foreign else line

    def fitting(self, separator: str, width: int) -> pl.Series:
        """Which lines are one row each, of so many cells, each without quotes or with one pair around it."""
        lines = self.found.fill_null("")
        if b'"' not in self.text:
            return lines.str.count_matches(separator, literal=True) == width - 1
        return lines.str.contains(_row(separator, width))

    def with_rows(self, taken: Sequence[int], rows: Mapping[int, Sequence[str]], separator: str) -> bytes:
        """The text with rows of cells, by the place where each begins, for the lines taken, in order."""
        pieces, behind = [], 0
        for place in taken:
            row = self._written(rows[place], separator) if place in rows else b""
            pieces += [self.text[behind : self.starts[place]], row]
            behind = self.starts[place + 1]
        return b"".join([*pieces, self.text[behind:]])

    def _written(self, cells: Sequence[str], separator: str) -> bytes:
        words = '"' + f'"{separator}"'.join(cell.replace('"', '""') for cell in cells) + '"\n'
        return (words.encode("gb18030").decode("latin-1") if self.is_foreign else words).encode()


@cache
def _row(separator: str, width: int) -> str:
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(separator)}]*)'
    return rf"^(?:{cell}{re.escape(separator)}){{{width - 1}}}{cell}$"
