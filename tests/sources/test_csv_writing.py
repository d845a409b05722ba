"""What leaves as CSV: nothing in it runs, nothing of it is lost on the way there and back."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.sources.formats import csv_writing
from chalicelib.sources.formats.csv_writing import as_it_was, csv_of, escaped, harmless, rows_of, would_run
from chalicelib.sources.values.cells import words_of

ROOT = Path(__file__).parents[2]
HOSTILE = [
    *("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\n\n张三", "\x00=1", "\r\n@x"),
    *(
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "﹦1",
        "﹢1",
        "﹣1",
        "﹫x",
        "−1",
        " =1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
    ),
    *('=HYPERLINK("http://x.example","点此")', "=cmd|' /C calc'!A0", "'=1", "''=1"),
]
PLAIN = ["张三", "1-1", "a=b", "2025-06-30", "215.50", "", "'s", "（一）", "0558-5123456"]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(), st.text("=+-@'＝ \t\r\n\x00\u200b1a", max_size=6))


def read_by_a_spreadsheet(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("comes_back", [True, False])
def test_no_cell_and_no_header_is_a_formula(text: str, *, comes_back: bool) -> None:
    for row in read_by_a_spreadsheet(
        csv_of([text, "姓名"], [(text, "甲"), ("甲", text)], comes_back=comes_back)
    ):
        for cell in row:
            assert not would_run(cell), cell
    assert rows_of(csv_of(["a", "b"], [(text, "甲")])) == [(text, "甲")]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert harmless(text) == escaped(text) == as_it_was(text) == text


@given(texts)
def test_there_and_back_nothing_has_changed(text: str) -> None:
    assert not would_run(harmless(text))
    assert not would_run(escaped(text))
    assert as_it_was(harmless(text)) == text


@given(texts)
def test_our_readers_take_off_what_we_put_there(text: str) -> None:
    assert words_of(escaped(text)) == words_of(text)


def test_figures_and_days_of_ours_stay_figures_and_days() -> None:
    data = csv_of(["分", "率", "日", "无"], [(-5, 0.5, date(2025, 6, 30), None)])
    assert data == b"\xef\xbb\xbf" + "分,率,日,无\r\n-5,0.5,2025-06-30,\r\n".encode()


def test_piece_by_piece_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("甲", n) for n in range(9)]
    whole = csv_of(["姓名", "数"], rows)
    monkeypatch.setattr(csv_writing, "_PIECE", 20)
    pieces = list(csv_writing.csv_pieces(["姓名", "数"], iter(rows)))
    assert len(pieces) > 3
    assert b"".join(pieces) == whole


BOOKS = [f"chalicelib/sources/formats/xlsx_{what}.py" for what in ("writing", "forms")]


def test_nothing_else_writes_a_table() -> None:
    """CSV here, workbooks in xlsx_writing, forms in xlsx_forms; the operator's in admin/workbooks.py."""
    of_csv = re.compile(r"csv\.(writer|DictWriter)|write_csv|write_excel|xlsxwriter|to_csv|to_excel")
    of_books = re.compile(r"\bWorkbook\(\)|create_workbook|\b(sheet|about|ws)\.append\(|\.cell\(.*value=")
    of_sheets = re.compile(r"inlineStr|sheetData")
    for path in [*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "admin").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(ROOT).as_posix()
        assert place == "chalicelib/sources/formats/csv_writing.py" or not of_csv.search(text), place
        assert place == "admin/workbooks.py" or not of_books.search(text), place
        assert place in BOOKS or not of_sheets.search(text), place
