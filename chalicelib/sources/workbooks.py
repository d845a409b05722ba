"""xlsx workbooks: checked part by part before a parser sees them, then read as rows of text.

A 5 kB workbook with cells A1 and XFD1048576 makes the parser allocate 550 GB and kills the process
(measured), so nothing is parsed that has not been walked through first, and the parser is handed a
workbook rebuilt from the checked parts, never the bytes that were sent: sizes and directories of a
zip file may lie. Where cells hold something is what counts: a format of whole columns or rows makes
spreadsheets write empty cells, a dimension and merged cells to the end of the sheet, and the parser makes no
room for any of these.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

import python_calamine

from chalicelib.sources.holds import Hold, HoldCode, hold

LARGEST_BYTES: Final = 50_000_000
MOST_PARTS: Final = 1_000
LARGEST_UNPACKED: Final = 300_000_000
LARGEST_RATIO: Final = 200  # only for parts above RATIO_FROM: small ones compress well
RATIO_FROM: Final = 1_000_000
MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 8_000_000  # from the first cell of the sheet to the last: empty ones take memory too
SHEET_ROWS: Final = 1_048_576  # no spreadsheet has more

_CONTENT: Final = frozenset({"v", "is", "f"})  # of a cell; the parser refuses anything else in one
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Cell = str | float | bool | int | date | datetime | time | timedelta


class _OutOfBoundsError(Exception):
    """A part holds what no export needs (a document type, a cell far outside), or too much of it."""

    def __init__(self, code: HoldCode = HoldCode.UNSAFE_WORKBOOK) -> None:
        super().__init__(code)
        self.code: Final = code


def sheet_of(data: bytes) -> list[list[Cell]] | Hold:
    """The rows of the one sheet that holds data, the first line of the sheet first, all of one width."""
    checked = _rebuilt(data)
    if isinstance(checked, Hold):
        return checked
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(checked))
        sheets = [
            book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in book.sheets_metadata
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
    except (python_calamine.CalamineError, OSError, ValueError):
        return hold(HoldCode.UNREADABLE)
    filled = [rows for rows in sheets if any(cell != "" for row in rows for cell in row)]
    if len(filled) > 1:
        return hold(HoldCode.SEVERAL_SHEETS)
    return _trimmed(filled[0]) if filled else hold(HoldCode.EMPTY)


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The rows without the formatted but empty columns at the right edge: they are the spreadsheet's own."""
    width = max(place + 1 for row in rows for place, cell in enumerate(row) if cell != "")
    return [row[:width] for row in rows]


def in_words(rows: Iterable[Sequence[Cell]], figures: Collection[int]) -> list[list[str]]:
    """The cells as text; in the columns `figures`, figures stay recognisable as such."""
    return [
        [repr(c) if i in figures and isinstance(c, float) else _words(c) for i, c in enumerate(row)]
        for row in rows
    ]


def _words(cell: Cell) -> str:
    """A cell as the text that its viewer shows: 15 significant digits, ISO dates."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell)


def _rebuilt(data: bytes) -> bytes | Hold:
    """The workbook again, uncompressed, from the parts that were walked through."""
    if len(data) > LARGEST_BYTES:
        return hold(HoldCode.TOO_LARGE)
    result = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as sent, zipfile.ZipFile(result, "w") as checked:
            parts = sent.infolist()
            if _out_of_bounds(parts):
                return hold(HoldCode.UNSAFE_WORKBOOK)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):  # pictures and macros are not read
                    content = sent.read(part)
                    _walk(content)
                    checked.writestr(part.filename, content)
    except _OutOfBoundsError as error:
        return hold(error.code, f"{MOST_ROWS:,}")
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, EOFError, RuntimeError, ValueError):
        # RuntimeError: a part with a password; NotImplementedError (its child): an odd compression.
        return hold(HoldCode.UNREADABLE)
    return result.getvalue()


def _out_of_bounds(parts: list[zipfile.ZipInfo]) -> bool:
    names = [part.filename for part in parts]
    return (
        len(parts) > MOST_PARTS
        or len(set(names)) < len(names)
        or any(".." in name or name.startswith("/") for name in names)
        or sum(part.file_size for part in parts) > LARGEST_UNPACKED
        or any(
            part.file_size > RATIO_FROM and part.file_size > LARGEST_RATIO * part.compress_size
            for part in parts
        )
    )


def _walk(content: bytes) -> None:
    """Go through one XML part; raise where it declares a document type or a far cell holds something."""
    here = _Position()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = here.enter
    parser.Parse(content, True)


def _refuse_doctype(*_: object) -> None:
    raise _OutOfBoundsError


class _Position:
    """Where in a sheet the walk stands: cells may name their place, or just follow the last one."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.last_row = self.last_column = 0  # that hold something
        self.is_in_cell = False

    def enter(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name in _CONTENT:
            if self.is_in_cell:
                self._hold_something()
            return
        self.is_in_cell = name == "c"
        if self.is_in_cell:
            self._cell(attributes.get("r"))
        elif name == "row":
            said = attributes.get("r", "")
            self.row = int(said) if said.isdigit() else self.row + 1
            self.column = 0

    def _cell(self, reference: str | None) -> None:
        if reference is None:
            self.column += 1
            return
        parts = _REFERENCE.fullmatch(reference)
        if parts is None:
            raise _OutOfBoundsError
        letters, row = parts.groups()
        self.column = sum((ord(c) - 64) * 26**i for i, c in enumerate(reversed(letters)))
        self.row = max(self.row, int(row))

    def _hold_something(self) -> None:
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.column > MOST_COLUMNS or self.row > SHEET_ROWS:
            raise _OutOfBoundsError
        if self.row > MOST_ROWS or self.last_row * self.last_column > MOST_CELLS:
            raise _OutOfBoundsError(HoldCode.SHEET_TOO_LARGE)
