"""Workbooks that leave the platform: texts stay texts, figures figures, and nothing in them runs."""

from __future__ import annotations

import io
from datetime import date

import openpyxl

from chalicelib.sources.formats.xlsx_writing import xlsx_of
from tests.sources.test_csv_writing import HOSTILE


def test_nothing_runs_and_nothing_is_lost() -> None:
    rows = [[text, 5, 150.5, date(2025, 6, 30), None, ""] for text in HOSTILE]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of({"一": (HOSTILE, rows), "=二/*": (['甲<&">'], [])})))
    assert book.sheetnames == ["一", "=二"]
    first, second = book.worksheets
    cells = [cell for row in first.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}, "no formula, in the header either"
    told = [row[0] for row in first.iter_rows(min_row=2)]
    assert all(cell.quotePrefix for cell in told), "text also when somebody edits the cell"
    shown = [text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n") for text in HOSTILE]
    assert [str(cell.value).replace("\r\n", "\n").replace("\r", "\n") for cell in told] == shown
    assert [cell.value for cell in first[2][1:4]] == [5, 150.5, "2025-06-30"]
    assert first["C2"].number_format == "#,##0.00"
    assert second["A1"].value == '甲<&">'


def test_the_same_rows_give_the_same_bytes() -> None:
    assert xlsx_of({"a": (["b"], [[1]])}) == xlsx_of({"a": (["b"], [[1]])})
