"""Rejections are columns until somebody asks: then they are what the rows say, in the file's order.

The files that go back are opened in a spreadsheet, corrected there, and saved: nothing may be lost by it.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import pytest

from chalicelib.model import Counts
from chalicelib.sources.formats.csv_writing import escaped
from chalicelib.sources.rejects import by_code
from chalicelib.sources.values.row_faults import Fault, reject
from tests.sources.builders import declared, feed, lines, number, person, read, row

BAD = [
    reject(2, "身份证号码", Fault.NUMBER_LENGTH),
    reject(4, "", Fault.RAGGED_ROW),
    reject(5, "日期", Fault.DAY_UNREADABLE),
    reject(6, "日期", Fault.DAY_UNREADABLE),
]


def test_rejections_look_like_a_list_of_them() -> None:
    found = read(lines(("1", *row()[1:]), row(2), ("x",), row(1, "bad"), row(3, "bad"))).rejections
    assert found == BAD
    assert found != BAD[:3]
    assert found != 4
    assert (found[0], found[-1], found[1:3]) == (BAD[0], BAD[-1], BAD[1:3])
    assert repr(found) == f"Rejections({BAD})"


def test_reasons_are_counted_without_looking_at_each_row() -> None:
    found = read(lines(("1", *row()[1:]), row(2), ("x",), row(1, "bad"), row(3, "bad"))).rejections
    assert by_code(found) == by_code(BAD) == {"day_unreadable": 2, "number_length": 1, "ragged_row": 1}
    assert by_code(read(lines(row(1))).rejections) == {}


# --- opened in a spreadsheet and saved -------------------------------------------------------------


def as_a_spreadsheet_saves(data: bytes, encoding: str = "utf-8-sig") -> bytes:
    """A CSV after it was opened in Excel or WPS and saved: each cell as it was shown."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_shown(cell) for cell in cells] for cells in rows)
    return text.getvalue().encode(encoding)


def _shown(cell: str) -> str:
    bare = cell.strip()
    if re.fullmatch(r"[+-]?\d+(\.\d*)?", bare):
        figure = float(bare)
        return f"{figure:.5E}" if abs(figure) >= 1e11 else f"{figure:.10g}"
    if day := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", bare):
        return "/".join(str(int(part)) for part in day.groups())
    if month := re.fullmatch(r"(\d{4})[-/](\d{1,2})", bare):
        return date(int(month[1]), int(month[2]), 1).strftime("%b-%y")
    return cell


def test_a_spreadsheet_spoils_what_stands_bare() -> None:
    """Else the tests below would prove nothing."""
    assert as_a_spreadsheet_saves(b"341602195002030015,01,2025-05,2025-05-01\r\n").decode("utf-8-sig") == (
        "3.41602E+17,1,May-25,2025/5/1\r\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
@pytest.mark.parametrize("times", [1, 2])
def test_rejected_rows_can_be_corrected_in_a_spreadsheet(encoding: str, times: int) -> None:
    columns = declared()["columns"]
    columns["类别"]["codes"] = {"01": "came", "02": "left"}
    by = feed(columns=columns)
    old = number(2)[:6] + number(2)[8:17]
    rows = [
        row(1, "不详", "01", "341602001001"),
        (old, "不详", "02", "2025.10", "甲"),
        (f" {number(3)}", "不详", "01", "００１", "甲"),
    ]
    data = read(lines(*rows), by=by).rejected_csv()
    for _ in range(times):
        data = as_a_spreadsheet_saves(data, encoding).decode(encoding).encode("utf-8-sig")
    again = read(data.decode("utf-8-sig").replace("不详", "2025-05-01").encode(encoding), by=by)
    assert again.counts == Counts(rows=3, accepted=3)
    remarks = [again.evidence[person(i)][0].facts["remark"] for i in (1, 2, 3)]
    assert remarks == ["341602001001", "2025.10", "００１"]


def test_the_apostrophe_that_we_put_before_a_number_is_no_repair_of_the_departments() -> None:
    full, old = number(1), number(2)[:6] + number(2)[8:17]
    rows = [row(1, "bad"), (old, "bad", "来", "", "甲"), (f" {number(3)}", "bad", "来", "", "甲")]
    mended = read(lines(*rows)).rejected_csv().decode("utf-8-sig").replace("bad", "2025-05-01")
    assert f"'{full}," in mended
    again = read(mended.encode())
    assert again.repairs == {"blanks": 1, "fifteen_digits": 1}
    assert again.repaired_rows["raw"].to_list() == [f"'{old}", f"' {number(3)}"]
    sent = lines((f"'{full}", "2025-05-01", "来", "", "甲"))
    assert read(sent).repairs == {"apostrophe": 1}, "theirs is one"


def test_the_ledger_of_repairs_keeps_its_numbers() -> None:
    old = number(1)[:6] + number(1)[8:17]
    data = read(lines((old, *row()[1:]), (f" {number(2)}", *row()[1:]))).repaired_csv()
    kept = as_a_spreadsheet_saves(data).decode("utf-8-sig")
    assert f"'{old}" in kept
    assert f"' {number(2)}" in kept


@pytest.mark.parametrize("cell", ["1234.50", "2025-06-30", "20250630", "0", "0.5", "13800000000", "张三", ""])
def test_what_loses_nothing_stays_as_it_was_sent(cell: str) -> None:
    assert escaped(cell) == cell
