"""电子表格 · xlsx workbooks: checked part by part before a parser sees them, then read as rows of text.

A 5 kB workbook with cells A1 and XFD1048576 makes the parser allocate 550 GB and kills the process
(measured), so nothing is parsed that has not been walked through first, and the parser is handed a
workbook rebuilt from the checked parts, never the bytes that were sent: sizes and directories of a
zip file may lie. Where cells hold something is what counts: a format of whole columns or rows makes
spreadsheets write empty cells, a dimension and merged cells to the end of the sheet, and the parser makes no
room for any of these.

What the parser does not tell is learned on the walk: which rows and columns the sender does not see, and from
which day bare figures count days (the 1904 system of old Macs is four years and a day behind the other).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

import python_calamine

from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold

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
_TRUE: Final = frozenset({"1", "true"})
_NO_SIZE: Final = re.compile(r"0+(?:\.0*)?")
_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"
_ASIDE: Final = frozenset({"col", "workbookPr", "sheet", "Relationship"})
_BEHIND: Final = 1462  # days from the zero of the 1900 system to that of the 1904 system
# Figures that a reader of days takes for one in either system: others are years, or days written together.
_SERIALS: Final = range(10_000 - _BEHIND, 100_000)
_FIGURE: Final = re.compile(r"\s*([1-9]\d{3,4})(?:\.\d+)?\s*", re.ASCII)

Cell = str | float | bool | int | date | datetime | time | timedelta


class _OutOfBoundsError(Exception):
    """A part holds what no export needs (a document type, a cell far outside), or too much of it."""

    def __init__(self, code: HoldCode = HoldCode.UNSAFE_WORKBOOK) -> None:
        super().__init__(code)
        self.code: Final = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet, its first line first, all of one width; and what its viewer knows besides.

    `unseen_rows`: lines that hold something and are hidden, by hand, by a filter, or for want of height;
    `unseen_columns`: places of columns, likewise. `since_1904`: bare figures count days from then.
    """

    rows: list[list[Cell]] = field(repr=False)
    unseen_rows: frozenset[int] = frozenset()
    unseen_columns: frozenset[int] = frozenset()
    since_1904: bool = False
    aside: tuple[str, ...] = ()  # sheets that are not read: instructions, lists of codes


def sheet_of(data: bytes, names_people: Callable[[list[list[Cell]]], bool]) -> Sheet | FileHold:
    """The one sheet that holds data; or why there is none that could be read.

    `names_people`: of several sheets the one counts that may be about anybody, if it is one.
    """
    checked = _rebuilt(data)
    if isinstance(checked, FileHold):
        return checked
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(checked.data))
        shown, unseen = _filled(book, shown=True), False
        if not shown:
            unseen = bool(_filled(book, shown=False))
    except (python_calamine.CalamineError, OSError, ValueError):
        return hold(HoldCode.UNREADABLE)
    if not shown:
        return hold(HoldCode.SHEET_HIDDEN if unseen else HoldCode.EMPTY)
    counting = [name for name in shown if len(shown) == 1 or names_people(shown[name])]
    if len(counting) != 1:
        return hold(HoldCode.SEVERAL_SHEETS)
    [name] = counting
    aside = tuple(other for other in shown if other != name)
    return replace(checked.sheet(name, _trimmed(shown[name])), aside=aside)


def _filled(book: python_calamine.CalamineWorkbook, *, shown: bool) -> dict[str, list[list[Cell]]]:
    """The sheets that hold data, by name: those that the sender sees, or the hidden ones."""
    sheets = {
        sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        and (sheet.visible == python_calamine.SheetVisibleEnum.Visible) is shown
    }
    return {name: rows for name, rows in sheets.items() if any(cell != "" for row in rows for cell in row)}


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """The rows without the formatted but empty columns at the right edge: they are the spreadsheet's own."""
    width = max(place + 1 for row in rows for place, cell in enumerate(row) if cell != "")
    return [row[:width] for row in rows]


def since_1900(rows: Iterable[Sequence[Cell]], days: Collection[int]) -> list[list[Cell]]:
    """Rows of a workbook of the 1904 system, in the columns `days` with the figures of the other system.

    A figure as text is what such a workbook makes of a day whose cell is set to text.
    """
    return [[_since_1900(c) if i in days else c for i, c in enumerate(row)] for row in rows]


def _since_1900(cell: Cell) -> Cell:
    if isinstance(cell, str):
        figure = _FIGURE.fullmatch(cell)
        return str(_since_1900(int(figure.group(1)))) if figure else cell
    if isinstance(cell, int | float) and _SERIALS[0] <= cell <= _SERIALS[-1]:
        return cell + _BEHIND
    return cell


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


@dataclass(frozen=True, slots=True)
class _Checked:
    """A workbook again, uncompressed, from the parts that were walked through; and what these say."""

    data: bytes = field(repr=False)
    parts: Mapping[str, _Part]  # by path

    def sheet(self, name: str, rows: list[list[Cell]]) -> Sheet:
        """These rows of the sheet of this name, with what the walk has seen of it."""
        book, links = self.parts.get(_BOOK, _NOTHING), self.parts.get(_LINKS, _NOTHING).links
        path = posixpath.normpath(posixpath.join("/xl", links.get(book.sheets.get(name, ""), "")))
        part = self.parts.get(path.removeprefix("/"), _NOTHING)
        filled = (
            n for n in part.unseen_rows if any(str(cell).strip() for row in rows[n - 1 : n] for cell in row)
        )
        return Sheet(rows, frozenset(filled), frozenset(part.unseen_columns), book.is_since_1904)


def _rebuilt(data: bytes) -> _Checked | FileHold:
    """The workbook, checked part by part; or why it must not be parsed."""
    if len(data) > LARGEST_BYTES:
        return hold(HoldCode.TOO_LARGE)
    result, walked = io.BytesIO(), {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as sent, zipfile.ZipFile(result, "w") as checked:
            parts = sent.infolist()
            if _out_of_bounds(parts):
                return hold(HoldCode.UNSAFE_WORKBOOK)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):  # pictures and macros are not read
                    content = sent.read(part)
                    walked[part.filename] = _walk(content)
                    checked.writestr(part.filename, content)
    except _OutOfBoundsError as error:
        return hold(error.code, f"{MOST_ROWS:,}")
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, OSError, EOFError, RuntimeError, ValueError):
        # RuntimeError: a part with a password; NotImplementedError (its child): an odd compression.
        return hold(HoldCode.UNREADABLE)
    return _Checked(result.getvalue(), walked)


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


def _walk(content: bytes) -> _Part:
    """Go through one XML part; raise where it declares a document type or a far cell holds something."""
    here = _Part()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = here.enter
    parser.Parse(content, True)
    return here


def _refuse_doctype(*_: object) -> None:
    raise _OutOfBoundsError


class _Part:
    """What a walk through one part has seen, and where in a sheet it stands: cells may name their place, or
    just follow the last one.
    """

    def __init__(self) -> None:
        self.row = self.column = 0
        self.last_row = self.last_column = 0  # that hold something
        self.is_in_cell = self.is_unseen = False
        self.unseen_rows: set[int] = set()  # that hold something
        self.unseen_columns: set[int] = set()
        self.is_since_1904 = False
        self.sheets: dict[str, str] = {}  # name → id of its link
        self.links: dict[str, str] = {}  # id → path, from the folder of the workbook

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
            self.is_unseen = _is_unseen(attributes, "ht")
        elif name in _ASIDE:
            self._aside(name, attributes)

    def _aside(self, name: str, attributes: Mapping[str, str]) -> None:
        """What is said once, before or beside the rows."""
        if name == "col" and _is_unseen(attributes, "width"):
            first, last = (int(attributes.get(end, "0")) for end in ("min", "max"))
            self.unseen_columns.update(range(first - 1, min(last, MOST_COLUMNS)))
        elif name == "workbookPr":
            self.is_since_1904 = attributes.get("date1904") in _TRUE
        elif name == "sheet":
            link = next((said for key, said in attributes.items() if key.endswith(" id")), "")
            self.sheets[attributes.get("name", "")] = link
        else:
            self.links[attributes.get("Id", "")] = attributes.get("Target", "")

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
        if self.is_unseen:
            self.unseen_rows.add(self.row)


def _is_unseen(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or a column is hidden, or has no size."""
    return attributes.get("hidden") in _TRUE or _NO_SIZE.fullmatch(attributes.get(size, "")) is not None


_NOTHING: Final = _Part()
