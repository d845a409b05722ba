"""Bytes to rows: encodings, headers, lines that keep their number, quotes that swallow nothing."""

from __future__ import annotations

import csv
import io

import pytest

from chalicelib.model import FileState
from chalicelib.sources import ranges
from chalicelib.sources.formats import archives, csv_rows, encodings
from chalicelib.sources.formats.headers import HARMLESS
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import (
    HEADER,
    declared,
    faults,
    feed,
    lines,
    number,
    person,
    read,
    row,
    workbook,
)

GOOD = lines(row(1), row(2), row(9))


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (GOOD, "utf-8"),
        (b"\xef\xbb\xbf" + GOOD, "utf-8"),
        (b"\r\n" + GOOD, "utf-8"),
        (GOOD.decode().encode("utf-16"), "utf-8"),
        ("\ufeff".encode("utf-16-be") + GOOD.decode().encode("utf-16-be"), "utf-8"),
        (GOOD.decode().encode("utf-16-le"), "utf-8"),
        (GOOD.decode().encode("utf-16-be"), "utf-8"),
        (GOOD.decode().replace("\r\n", "\r").encode("utf-16-be"), "utf-8"),
        (GOOD.replace(b",", b"\t"), "utf-8"),
        (GOOD.replace(b",", b"|"), "utf-8"),
        (GOOD.replace(b",", b"|").decode().encode("gb18030"), "gb18030"),
        (GOOD.decode().encode("gb18030"), "gb18030"),
        (GOOD.replace(b"\r\n", b"\n"), "utf-8"),
        (GOOD.replace(b"\r\n", b"\r"), "utf-8"),
        (GOOD.removesuffix(b"\r\n"), "utf-8"),
        (GOOD + b"\r\n \r\n,,,,\r\n,,,,,,\r\n", "utf-8"),
        (GOOD.replace("甲".encode(), '"甲"'.encode()), "utf-8"),
        (GOOD.replace("甲".encode(), '"甲"'.encode()).decode().encode("gb18030"), "gb18030"),
    ],
)
def test_the_same_rows_in_every_writing(data: bytes, encoding: str) -> None:
    reading = read(data)
    assert reading.hold is None
    assert reading.encoding == encoding
    assert (reading.counts.rows, reading.counts.accepted, reading.counts.strangers) == (3, 2, 1)
    assert set(reading.evidence) == {person(1), person(2)}


@pytest.mark.parametrize("end", [b"\x1a", b"\x1a\x1a"])
def test_the_mark_by_which_old_programs_end_a_file_is_no_row(end: bytes) -> None:
    reading = read(GOOD + end)
    assert (reading.hold, reading.counts.rows, reading.counts.rejected) == (None, 3, 0)


def test_a_rare_character_of_gb18030_is_read() -> None:
    data = lines(row(1, remark="𬎆㛃䶮")).decode().encode("gb18030")
    assert read(data).evidence[person(1)][0].facts == {"remark": "𬎆㛃䶮"}


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", HoldCode.EMPTY, ""),
        (b" \r\n\r\n", HoldCode.EMPTY, ""),
        (lines(), HoldCode.NO_ROWS, ""),
        (lines((), ()), HoldCode.NO_ROWS, ""),
        (lines(('""',) * 5), HoldCode.NO_ROWS, ""),
        (b"\x00\x01\xff\xfe" * 2000, HoldCode.UNREADABLE, "UTF-8"),
        (GOOD.replace(b",", b"\0"), HoldCode.UNREADABLE, "UTF-8"),
        (GOOD.replace(b",", b"\0\0"), HoldCode.UNREADABLE, "UTF-8"),
        (GOOD.decode().encode("utf-16-le") + b"\0\0", HoldCode.UNREADABLE, "UTF-8"),
        (lines(row(1)[1:], header=HEADER[1:]), HoldCode.COLUMN_MISSING, "身份证号码"),
        (lines(row(1)[:3], header=HEADER[:3]), HoldCode.COLUMN_MISSING, "备注"),
        (
            lines(row(1)[1:], header=[f'"{name}"' for name in HEADER[1:]]),
            HoldCode.COLUMN_MISSING,
            "身份证号码",
        ),
        (lines((*row(1), "x"), header=(*HEADER, "血型")), HoldCode.COLUMN_UNKNOWN, "血型"),
        (lines((*row(1), "x"), header=(*HEADER, "")), HoldCode.COLUMN_UNKNOWN, "第6列"),
        (
            lines((*row(1), "", "x", "x"), header=(*HEADER, "", "　", "")),
            HoldCode.COLUMN_UNKNOWN,
            "第7列、第8列",
        ),
        (lines((*row(1), "x"), header=(*HEADER, "日 期")), HoldCode.COLUMN_TWICE, "日 期、日期"),
        (GOOD + b'"unclosed,1,2\r\n' + GOOD, HoldCode.UNCLOSED_QUOTE, "5"),
        (b'"' + GOOD, HoldCode.UNCLOSED_QUOTE, "1"),
    ],
)
def test_files_that_go_back_whole(data: bytes, code: HoldCode, word: str) -> None:
    reading = read(data)
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (code, FileState.REFUSED)
    assert word in reading.hold.zh
    assert word.split("、")[0] in reading.hold.en or word == "UTF-8"
    assert "{what}" not in reading.hold.zh + reading.hold.en
    assert reading.evidence == {}


def test_a_file_without_a_header_never_quotes_its_first_row() -> None:
    first = lines(*[(number(1), "2025-05-01", "来", "", "甲", "x" * 21)], header=HEADER[:5])
    headless = first.replace(b"\r\n", b",13805580001\r\n", 1)
    for data in (headless, lines(row(2), header=row(1))):
        reading = read(data)
        assert reading.hold is not None
        assert "13805580001" not in reading.hold.zh
        assert number(1) not in reading.hold.zh + reading.hold.en


@pytest.mark.parametrize("column", HARMLESS)
def test_a_running_number_or_a_remark_beside_a_list_is_neither_read_nor_remarked_on(column: str) -> None:
    columns = declared()["columns"]
    columns["摘要"] = columns.pop("备注")
    by = feed(columns=columns)
    header = (f" {column} ", "身份证号码", "日期", "类别", "摘要", "姓名", column)
    reading = read(lines(("1", *row(1), "张三代填"), header=header), by=by)
    assert (reading.hold, reading.counts.accepted, list(reading.notes)) == (None, 1, [])


def test_a_remark_that_a_feed_declares_is_read() -> None:
    reading = read(lines(row(1, remark="x")))
    assert reading.evidence[person(1)][0].facts["remark"] == "x"


def test_header_names_match_whatever_blanks_and_width_and_order_they_have() -> None:
    header = ("姓 名", " 日\u3000期", "类别\ufeff", "备注 ", "身份证号码")
    reading = read(lines(("甲", "2025-05-01", "来", "", number(1)), header=header))
    assert reading.counts.accepted == 1


def test_two_unclosed_quotes_that_pair_up_swallow_no_row() -> None:
    # Python's csv reads lines 3 to 4 as one row of five cells, without an error.
    data = lines(
        row(1), (number(2), "2025-05-01", "来", '"', "甲"), (number(3), "2025-05-01", "来", 'x"', "甲")
    )
    reading = read(data)
    assert reading.hold is None
    assert [line for line, _, _ in faults(reading)] == [3]
    assert reading.counts.accepted == 2  # the quote of line 4 stands in the middle of its cell


@pytest.mark.parametrize("after", [0, 1, 300])
def test_a_quote_that_is_never_closed_costs_its_row_alone(after: int) -> None:
    """However many rows follow: nobody can tell which cell it belongs to, and the others are whole."""
    odd = (number(2), '"2025-05-01', "来", "", "甲")
    data = lines(row(1), odd, *(row(3) for _ in range(after)))
    reading = read(data)
    assert reading.hold is None
    assert faults(reading) == [(3, "", "ragged_row")]
    assert reading.counts.rows == 2 + after
    back = list(csv.reader(io.StringIO(reading.rejected_csv().decode("utf-8-sig"))))
    assert back[1][1:4] == list(odd[1:4]), "each cell stands in its column, to be mended"


def test_a_quoted_cell_may_hold_commas_quotes_and_a_line_break() -> None:
    data = lines(row(1, remark='"新街,\r\n""东""头"'), row(2, day="bad"))
    reading = read(data)
    assert reading.evidence[person(1)][0].facts == {"remark": '新街, "东"头'}
    assert reading.evidence[person(1)][0].line == 2
    assert faults(reading) == [(4, "日期", "day_unreadable")]


def test_a_cell_too_large_for_csv_costs_its_row_alone() -> None:
    reading = read(lines(row(1, remark='"' + "x" * 140_000 + '"', day='"'), row(2, day='"'), row(3)))
    assert [(line, code) for line, _, code in faults(reading)] == [(2, "ragged_row"), (3, "ragged_row")]
    assert reading.counts.accepted == 1


@pytest.mark.parametrize("quoted", [False, True])
def test_ragged_rows_go_back_with_their_line_and_blank_lines_count_as_lines(quoted: bool) -> None:
    last = row(2) if not quoted else (*row(2)[:4], '"乙"')
    data = lines(row(1), (), (number(2), "2025-05-01"), ("  ",), (*row(3), "more", "cells"), last)
    reading = read(data)
    assert faults(reading) == [(4, "", "ragged_row"), (6, "", "ragged_row")]
    assert (reading.counts.rows, reading.counts.accepted) == (4, 2)
    assert reading.evidence[person(2)][0].line == 7
    sent_back = reading.rejected_csv().decode("utf-8-sig").splitlines()
    assert sent_back[1].startswith(f"'{number(2)},2025-05-01,,,,4,")
    assert '"甲,more,cells",6,' in sent_back[2]


def test_too_many_cells_here_and_too_few_there_do_not_balance() -> None:
    reading = read(lines((*row(1), ""), row(2)[:2], row(3)))
    assert faults(reading) == [(2, "", "ragged_row"), (3, "", "ragged_row")]
    assert reading.counts.accepted == 1


def test_a_cell_too_many_on_a_last_line_without_its_break_goes_back() -> None:
    too_many = lines(row(1), row(3)).removesuffix(b"\r\n") + b","
    assert faults(read(too_many)) == [(3, "", "ragged_row")]
    balanced = lines(row(1), row(2)[:2], row(3)).removesuffix(b"\r\n") + b","
    assert faults(read(balanced)) == [(3, "", "ragged_row"), (4, "", "ragged_row")]


def test_a_last_column_that_nobody_fills_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows, "_mixed", None)
    reading = read(lines((*row(1)[:4], ""), (*row(2)[:4], "")))
    assert reading.counts.accepted == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_large_file_is_read_in_blocks_that_change_nothing(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    rows = [
        row(i % 5 + 1, day=f"2025-05-{i % 28 + 1:02d}" if i % 7 else "bad", remark="备") for i in range(60)
    ]
    data = lines(*rows, ("x",)).decode().encode(encoding)
    whole = read(data)
    monkeypatch.setattr(ranges, "BLOCK_BYTES", 200)
    monkeypatch.setattr(encodings, "LONGEST_LINE", 120)
    monkeypatch.setattr(encodings, "HEAD_BYTES", 100)
    blocks = read(data)
    assert blocks.counts == whole.counts
    assert blocks.evidence == whole.evidence
    assert blocks.rejections == whole.rejections
    assert blocks.rejected_csv() == whole.rejected_csv()


def test_a_file_beyond_all_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_TEXT", 10)
    reading = read(GOOD)
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.TOO_LARGE


def test_a_kind_of_file_that_was_not_agreed_is_refused() -> None:
    csv_only = feed(format={"kind": ["csv"], "load": "delta"})
    reading = read(workbook(row(1)), by=csv_only)
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.KIND_NOT_AGREED
    xlsx_only = feed(format={"kind": ["xlsx"], "load": "delta"})
    assert read(GOOD, by=xlsx_only).hold == reading.hold


def test_a_workbook_without_an_agreed_column_goes_back_like_a_csv() -> None:
    reading = read(workbook(row(1)[1:], header=HEADER[1:]))
    assert reading.hold == read(lines(row(1)[1:], header=HEADER[1:])).hold


def test_one_column_is_a_table_too() -> None:
    narrow = feed(
        columns={"身份证号码": {"field": "number", "read": "identity_number"}}, not_used=[], day="as_of",
        event="came", format={"kind": ["csv"], "load": "full"},
        events={"came": {"zh": "来", "en": "C", "why": "X", "proves": "nothing"}},
    )  # fmt: skip
    reading = read(f"身份证号码\n{number(1)}\n\n{number(2)},x\n".encode(), by=narrow)
    assert (reading.counts.rows, reading.counts.accepted) == (2, 1)
    assert faults(reading) == [(4, "", "ragged_row")]
    nothing = read("身份证号码\n\n".encode(), by=narrow)
    assert nothing.hold is not None
    assert nothing.hold.code is HoldCode.NO_ROWS


def test_a_header_that_goes_on_for_ever_is_no_header() -> None:
    names = GOOD.split(b"\n", 1)[0].rstrip(b"\r")
    for more in (b"," * 70_000, b"".join(b",x%d" % n for n in range(20_000))):
        reading = read(GOOD.replace(names, names + more))
        assert reading.hold is not None
        assert reading.hold.code is HoldCode.COLUMN_UNKNOWN


@pytest.mark.parametrize("first", [b"\x1f\x8b", b"x^", b"x\x01", b"(x"])
@pytest.mark.parametrize("rest", [b"\r\n", b'"\r\n'])
def test_a_row_that_begins_like_an_archive_is_a_row(first: bytes, rest: bytes) -> None:
    """polars would unpack a block that begins so."""
    data = lines() + first + b",2025-05-01,x,," + rest + lines(row(1)).removeprefix(lines())
    reading = read(data)
    assert reading.counts.rows == 2
    assert reading.counts.accepted == 1
