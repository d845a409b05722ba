"""Workbooks that leave have no formula, whatever the cells say."""

import io
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from admin.workbooks import add_row, empty_book
from chalicelib.visit_sheets import Line, sheet_of
from tests.events import ALL_FEEDS
from tests.sources.test_csv_writing import HOSTILE


def test_texts_stay_texts_and_figures_figures(tmp_path: Path) -> None:
    book = empty_book()
    sheet = book.create_sheet("s")
    for text in HOSTILE:
        add_row(sheet, [text, 5, date(2025, 6, 30), None, ""])
    book.save(tmp_path / "s.xlsx")
    (again,) = openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets
    rows = list(again.iter_rows())
    assert [row[0].data_type for row in rows] == ["s"] * len(HOSTILE)
    assert all(row[0].quotePrefix for row in rows), "text also when somebody edits the cell"
    shown = [text.replace("\x00", "\ufffd").replace("\r\n", "\n").replace("\r", "\n") for text in HOSTILE]
    assert [row[0].value.replace("\r\n", "\n").replace("\r", "\n") for row in rows] == shown
    assert {row[1].data_type for row in rows} == {"n"}
    assert {row[2].data_type for row in rows} == {"d"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sheet_with_hostile_names_has_no_formula(text: str) -> None:
    line = Line(number="34160219500101123X", name=text, grid=text, due="2025-06-30")
    on = date(2025, 6, 30)
    data = sheet_of(ALL_FEEDS["bozhou"]["outcome_sheet"], "grid_worker", [line], place=text, on=on, empty=2)
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 20
    assert not [cell for cell in cells if cell.data_type == "f"]
