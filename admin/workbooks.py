"""Rows of workbooks that leave: what is a text stays a text. The one place that makes any.

openpyxl takes a text that begins with "=" for a formula. Here every text is written as one, marked as such
(what Excel keeps of a leading apostrophe) where it would become a formula once somebody edits the cell.
Figures and days stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.worksheet.worksheet import Worksheet

from chalicelib.sources.formats import csv_writing

_REPLACED: Final = "\ufffd"  # for a character that no workbook can hold


def empty_book() -> Workbook:
    """A workbook without any sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def add_row(sheet: Worksheet, cells: Iterable[csv_writing.Cell]) -> None:
    """Add a row below the last one."""
    sheet.append([_written(sheet, cell) for cell in cells])


def _written(sheet: Worksheet, value: csv_writing.Cell) -> Cell | csv_writing.Cell:
    if not isinstance(value, str) or not value:
        return value
    cell = Cell(sheet, row=1, column=1)  # `append` moves it to its place
    cell.value = ILLEGAL_CHARACTERS_RE.sub(_REPLACED, value)
    cell.data_type = TYPE_STRING
    cell.quotePrefix = csv_writing.would_run(value.lstrip("'"))
    return cell
