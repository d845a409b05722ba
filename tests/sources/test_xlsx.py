"""Workbooks: what a figure loses, what a hidden sheet hides, what would kill the process."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date, datetime

import pytest

from chalicelib.model import FileState
from chalicelib.sources.formats import xlsx
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import HEADER, faults, number, patched, person, read, row, workbook

SHEET = "xl/worksheets/sheet1.xml"


def held(data: bytes) -> HoldCode | None:
    reading = read(data)
    assert reading.hold is None or (reading.counts.rows, reading.evidence) == (0, {})
    return reading.hold.code if reading.hold else None


def test_a_workbook_is_read_like_a_csv() -> None:
    reading = read(workbook(row(1), row(9), row(2, event="别的")))
    assert reading.encoding == "xlsx"
    assert (reading.counts.rows, reading.counts.accepted, reading.counts.strangers) == (3, 1, 1)
    assert faults(reading) == [(4, "类别", "code_unknown")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2025, 5, 1), date(2025, 5, 1)),
        (datetime(2025, 5, 1, 23, 59), date(2025, 5, 1)),
        (45778, date(2025, 5, 1)),
        (45778.5, date(2025, 5, 1)),
        (20250501, date(2025, 5, 1)),
        ("2025年5月1日", date(2025, 5, 1)),
    ],
)
def test_dates_are_cells_serial_numbers_or_text(cell: object, day: date) -> None:
    reading = read(workbook((number(1), cell, "来", True, "甲")))
    [evidence] = reading.evidence[person(1)]
    assert evidence.key.day == day
    assert evidence.facts == {"remark": "True"}


@pytest.mark.parametrize("figure", [float(number(5)[:17]) * 10, 341602500203123])
def test_an_identity_number_typed_as_a_figure_is_sent_back(figure: float) -> None:
    reading = read(workbook((figure, "2025-05-01", "来", None, "甲")))
    assert faults(reading) == [(2, "身份证号码", "number_as_figure")]


def test_rows_keep_their_line_and_empty_rows_are_no_rows() -> None:
    reading = read(workbook(row(1), (None, None, None, None, ""), row(2, day="bad")))
    assert reading.counts.rows == 2
    assert faults(reading) == [(4, "日期", "day_unreadable")]


def test_empty_columns_at_the_right_edge_are_the_spreadsheets_own() -> None:
    reading = read(
        workbook((*row(1), "", None), header=("身份证号码", "日期", "类别", "备注", "姓名", "", ""))
    )
    assert reading.counts.accepted == 1


def test_a_sheet_without_data_beside_it_does_no_harm_and_a_hidden_one_is_not_read() -> None:
    assert held(workbook(row(1), more={"Sheet2": (), "~代码表": [("来",), ("走",)]})) is None


@pytest.mark.parametrize("state", [b"hidden", b"veryHidden"])
def test_the_one_sheet_with_data_must_be_seen(state: bytes) -> None:
    data = workbook(header=(), more={"~data": [HEADER, row(1)]})
    hidden = patched(data, "xl/workbook.xml", b'state="hidden"', b'state="%s"' % state)
    assert held(hidden) is HoldCode.SHEET_HIDDEN


@pytest.mark.parametrize(
    "how",
    [
        b' hidden="1"', b' hidden="true" outlineLevel="1"', b' ht="0" customHeight="1"', b' ht="0.0"',
    ],
)  # fmt: skip
def test_rows_that_the_sender_does_not_see_hold_the_sheet_until_somebody_says_that_they_count(
    how: bytes,
) -> None:
    data = patched(workbook(row(1), row(2)), SHEET, b'<row r="3"', b'<row r="3"' + how)
    reading = read(data)
    assert reading.hold is not None
    assert (reading.hold.state, reading.hold.code) == (FileState.HELD, HoldCode.ROWS_HIDDEN)
    assert reading.hold.what == "3"
    assert (reading.evidence, read(data, released=True).counts.accepted) == ({}, 2)


def test_a_sentence_names_the_first_hidden_lines() -> None:
    data = workbook(*(row(1, f"2025-05-{n:02d}") for n in range(1, 8)))
    for n in range(2, 9):
        data = patched(data, SHEET, b'<row r="%d"' % n, b'<row r="%d" hidden="1"' % n)
    reading = read(data)
    assert reading.hold is not None
    assert reading.hold.what == "2、3、4、5、6、…"


@pytest.mark.parametrize(
    ("line", "cells", "how"),
    [
        (1, ("number", "day", "code", "note", "name"), b' hidden="1"'),  # a program's names above the header
        (4, (" ", "", "", "", ""), b' hidden="1"'),
        (4, (), b' hidden="1"'),
        (3, row(2), b' hidden="0" outlineLevel="1" ht="15"'),
    ],
)
def test_hidden_rows_without_data_hold_nothing(line: int, cells: tuple[str, ...], how: bytes) -> None:
    rows = [HEADER, row(1)] if line == 1 else [row(1), row(2)]
    sheet = workbook(*rows, *([cells] if line == 4 else []), header=cells if line == 1 else HEADER)
    if cells:
        sheet = patched(sheet, SHEET, b'<row r="%d"' % line, b'<row r="%d"' % line + how)
    assert read(sheet).hold is None


def test_hidden_rows_of_another_sheet_hold_nothing() -> None:
    data = workbook(row(1), more={"~codes": [("a",), ("b",)]})
    assert (
        read(patched(data, "xl/worksheets/sheet2.xml", b'<row r="2"', b'<row r="2" hidden="1"')).hold is None
    )


@pytest.mark.parametrize("how", [b' hidden="1"', b' width="0" customWidth="1"'])
def test_a_column_that_is_read_and_hidden_is_noted(how: bytes) -> None:
    data = patched(
        workbook(row(1)), SHEET, b"<sheetData>", b'<cols><col min="4" max="16384"%s/></cols><sheetData>' % how
    )
    reading = read(data)
    assert reading.counts.accepted == 1
    assert [(note.line, note.field, note.code) for note in reading.notes] == [(1, "备注", "column_hidden")]


@pytest.mark.parametrize("said", [b"1", b"true"])
@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (44316, date(2025, 5, 1)),
        (44316.75, date(2025, 5, 1)),
        ("44316", date(2025, 5, 1)),
        ("2025-05-01", date(2025, 5, 1)),
        (20250501, date(2025, 5, 1)),
        (date(2025, 5, 1), date(2025, 5, 1)),
        (datetime(2025, 5, 1, 23, 59), date(2025, 5, 1)),
    ],
)
def test_bare_figures_count_days_as_the_workbook_does(cell: object, day: date, said: bytes) -> None:
    data = workbook((number(1), cell, "来", 44316, "甲"), since_1904=True)
    reading = read(patched(data, "xl/workbook.xml", b'date1904="1"', b'date1904="%s"' % said))
    [evidence] = reading.evidence[person(1)]
    assert (evidence.key.day, evidence.facts) == (day, {"remark": "44316"})


def test_a_workbook_that_says_it_is_of_the_other_system_is() -> None:
    data = workbook((number(1), 45778, "来", "", "甲"), since_1904=True)
    reading = read(patched(data, "xl/workbook.xml", b'date1904="1"', b'date1904="0"'))
    assert reading.evidence[person(1)][0].key.day == date(2025, 5, 1)


@pytest.mark.parametrize("cell", [2025, True, "甲", "1E400"])
def test_what_is_no_day_in_either_system_stays_as_it_is(cell: object) -> None:
    data = workbook((number(1), cell, "来", "", "甲"), since_1904=True)
    assert faults(read(data)) == [(2, "日期", "day_unreadable")]


@pytest.mark.parametrize(
    "second",
    [
        [HEADER, row(2)],
        [("填表说明",), HEADER],
        [row(2)],
        [("续表",), ("乙", number(2))],
        [(float(number(2)[:17]),)],
        [("’" + number(2).replace("X", "Ｘ"),)],
    ],
)
def test_two_sheets_that_may_name_people_are_refused_because_nobody_knows_which_counts(
    second: list[tuple[object, ...]],
) -> None:
    assert held(workbook(row(1), more={"Sheet2": second})) is HoldCode.SEVERAL_SHEETS


def test_a_sheet_of_instructions_or_codes_is_left_aside_and_said_to_be() -> None:
    codes = [("代码", "含义"), *((n, f"第{n}类") for n in range(40))]
    reading = read(workbook(row(1), more={"填表说明": [("身份证号填18位，逐行填写。",)], "代码表": codes}))
    assert (reading.hold, reading.counts.accepted) == (None, 1)
    assert [(n.line, n.field, n.code) for n in reading.notes] == [
        (1, "填表说明", "sheet_aside"),
        (1, "代码表", "sheet_aside"),
    ]


def test_two_sheets_of_which_none_names_anybody_are_refused() -> None:
    assert held(workbook(header=("甲",), more={"Sheet2": [("乙",)]})) is HoldCode.SEVERAL_SHEETS


def test_a_workbook_of_empty_sheets_is_empty() -> None:
    assert held(workbook(header=())) is HoldCode.EMPTY


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'r="B2"', b'r="XFD1048576"', "the cell that allocates 550 GB"),
        (b'r="B2"', b'r="GS2"', "column 201"),
        (b'r="B2"', b'r="B1048577"', "a row that no sheet has"),
        (b'r="B2"', b'r="2B"', "no reference at all"),
        (b' r="B2"', b' r="XFC1048576"/><c', "no reference, after a far cell"),
        (b'<c r="B2"', b'<c r="XFD1048576"><n:v xmlns:n="n">1</n:v></c><c r="B2"', "another name space"),
        (b"<worksheet ", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet ', "a document type"),
    ],
)
def test_what_no_export_needs_is_refused_before_it_is_parsed(old: bytes, new: bytes, why: str) -> None:
    data = workbook(row(1))
    if old == b"<worksheet ":
        new = new.replace(b"<worksheet ", old)
    assert held(patched(data, SHEET, old, new)) is HoldCode.UNSAFE_WORKBOOK, why


def test_cells_and_rows_without_a_reference_follow_the_last_one() -> None:
    plain = patched(workbook(row(1)), SHEET, b' r="B2"', b"")
    assert held(patched(plain, SHEET, b'<row r="2"', b"<row")) is None


def test_two_hundred_and_one_cells_without_a_reference_are_refused() -> None:
    data = patched(
        workbook(row(1)), SHEET, b"</row></sheetData>", b"<c><v>1</v></c>" * 201 + b"</row></sheetData>"
    )
    assert held(data) is HoldCode.UNSAFE_WORKBOOK


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'r="B2"', b'r="B200001"', "a row too far"),
        (b'<row r="2"', b'<row r="1048576"', "a row that says so itself"),
        (b'r="B2"', b'r="AO200000"', "too many cells from the first to the last"),
    ],
)
def test_a_sheet_that_is_too_large_goes_back_with_what_to_do(old: bytes, new: bytes, why: str) -> None:
    plain = patched(workbook(row(1)), SHEET, b' r="A2"', b"")
    reading = read(patched(plain, SHEET, old, new))
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (HoldCode.SHEET_TOO_LARGE, FileState.REFUSED), why
    assert "CSV" in reading.hold.zh
    assert "200,000" in reading.hold.zh


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<dimension ref="A1:E2"', b'<dimension ref="A1:E1048576"'),
        (b'<dimension ref="A1:E2"', b'<dimension ref="A1:XFD1048576"'),
        (b'<dimension ref="A1:E2"', b'<dimension ref="A1"'),
        (b"</row></sheetData>", b'<c r="XFD2" s="0"/></row></sheetData>'),
        (b"</row></sheetData>", b'<c r="XFD2" t="s"></c></row></sheetData><x><f>1</f></x>'),
        (b"</sheetData>", b'<row r="1048576" s="0"><c r="XFD1048576" s="0"/></row></sheetData>'),
        (b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    ],
)
def test_formats_to_the_end_of_the_sheet_do_no_harm(old: bytes, new: bytes) -> None:
    """Whole columns or rows in bold; measured: the parser makes room for cells that hold something."""
    reading = read(patched(workbook(row(1)), SHEET, old, new))
    assert (reading.hold, reading.counts.rows, reading.counts.accepted) == (None, 1, 1)


def archive(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        for name, content in parts:
            made.writestr(name, content)
    return data.getvalue()


def test_a_bomb_is_refused_by_its_directory() -> None:
    assert held(archive(("xl/a.xml", b" " * 3_000_000))) is HoldCode.UNSAFE_WORKBOOK


def test_too_many_parts_paths_that_climb_and_too_much_data_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = archive(*((f"p{i}.xml", b"<a/>") for i in range(xlsx.MOST_PARTS + 1)))
    assert held(many) is HoldCode.UNSAFE_WORKBOOK
    assert held(archive(("../a.xml", b"<a/>"))) is HoldCode.UNSAFE_WORKBOOK
    assert held(archive(("/a.xml", b"<a/>"))) is HoldCode.UNSAFE_WORKBOOK
    monkeypatch.setattr(xlsx, "LARGEST_UNPACKED", 100)
    assert held(workbook(row(1))) is HoldCode.UNSAFE_WORKBOOK


def test_a_part_given_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive(("a.xml", b"<a/>"), ("a.xml", b"<b/>"))
    assert held(twice) is HoldCode.UNSAFE_WORKBOOK


def test_a_very_large_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LARGEST_BYTES", 100)
    assert held(workbook(row(1))) is HoldCode.TOO_LARGE


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and nothing more",
        workbook(row(1))[:-40],
        archive(("a.xml", b"<a>")),
        archive(("a.xml", b"<a/>")),
        archive(("xl/workbook.xml", b"<workbook/>"), ("[Content_Types].xml", b"<Types/>")),
        patched(workbook(row(1)), "xl/workbook.xml", b"rId1", b"rId77"),
    ],
)
def test_a_damaged_workbook_is_refused(data: bytes) -> None:
    assert held(data) is HoldCode.UNREADABLE


def test_a_part_with_a_password_is_refused() -> None:
    data = bytearray(archive(("a.xml", b"<a/>"), method=zipfile.ZIP_STORED))
    for offset in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        struct.pack_into("<H", data, offset, 1)
    assert held(bytes(data)) is HoldCode.UNREADABLE


def test_an_old_or_encrypted_workbook_is_refused_with_what_to_do() -> None:
    reading = read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    assert reading.hold is not None
    assert (reading.hold.state, reading.hold.code) == (FileState.REFUSED, HoldCode.OLD_EXCEL)
    assert "xlsx" in reading.hold.zh


def test_pictures_and_macros_are_not_handed_to_the_parser() -> None:
    data = io.BytesIO(workbook(row(1)))
    with zipfile.ZipFile(data, "a") as book:
        book.writestr("xl/vbaProject.bin", b"\0" * 10)
    assert held(data.getvalue()) is None
