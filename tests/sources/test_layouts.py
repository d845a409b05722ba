"""Where the header stands and what stands between cells; titles, totals and other rows that are no data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.model import Counts
from chalicelib.sources import ranges
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import HEADER, declared, faults, feed, lines, number, person, read, row, workbook

GOOD = lines(row(1), row(2), row(9))


def with_synonyms() -> Feed:
    columns = declared()["columns"]
    columns["身份证号码"]["also"] = ["公民身份号码", "证件号码"]
    return feed(columns=columns)


def code_of(reading: FileReading) -> HoldCode | None:
    return reading.hold.code if reading.hold else None


def test_a_column_is_known_by_its_synonyms() -> None:
    for name in ("公民身份号码", "证件 号码"):
        data = lines(row(1), header=(name, *HEADER[1:]))
        assert read(data, by=with_synonyms()).counts.accepted == 1
        assert code_of(read(data)) is HoldCode.COLUMN_MISSING
    both = lines((*row(1), number(1)), header=(*HEADER, "证件号码"))
    assert code_of(read(both, by=with_synonyms())) is HoldCode.COLUMN_TWICE


def test_titles_above_the_header_are_no_rows() -> None:
    data = "全市进城登记表\r\n制表单位: 某局,,,,\r\n\r\n".encode() + GOOD
    reading = read(data)
    assert (reading.counts.rows, reading.furniture) == (3, 2)
    assert [e.line for e in reading.evidence[person(1)]] == [5]
    sheet = read(workbook(HEADER, row(1), header=("进城登记表", "", "", "", "")))
    assert (sheet.counts.accepted, sheet.furniture, sheet.evidence[person(1)][0].line) == (1, 1, 3)


def test_a_header_twenty_lines_down_is_found_and_one_further_down_is_not() -> None:
    assert read(b"x\n" * 20 + GOOD).counts.rows == 3
    assert code_of(read(b"x\n" * 21 + GOOD)) is HoldCode.COLUMN_MISSING


@pytest.mark.parametrize("quoted", [False, True])
def test_the_header_again_and_rows_of_totals_are_no_rows(quoted: bool) -> None:
    again = tuple(f'"{name}"' for name in HEADER) if quoted else HEADER
    data = lines(
        row(1), again, row(2), ("小计", "", "", "2", ""), ("", "合计:3人", "", "", ""), ("总计", "3"), row(9),
        ("计划外", "", "", "", ""),
    )  # fmt: skip
    reading = read(data)
    assert (reading.counts.rows, reading.counts.rejected, reading.furniture) == (4, 1, 4)
    assert faults(reading) == [(9, "身份证号码", "number_length")]
    assert read(workbook(row(1), HEADER, ("合计", None, None, None, None))).furniture == 2


@pytest.mark.parametrize(
    "words",
    [
        "本页小计", "本页合计", "累计", "总累计", "合计人数", "合计(2人)", "合计（2人）", "总计",
        "总计：1,234.50元", "全县合计", "以上共计3名", "合 计",
    ],
)  # fmt: skip
def test_totals_are_called_by_many_names(words: str) -> None:
    reading = read(lines(row(1), (f'"{words}"', "", "", "2", "")))
    assert (reading.counts.rows, reading.furniture) == (1, 1)


@pytest.mark.parametrize(
    "words",
    [
        "制表人：王某", "填表人:", "审核人：李某（签字）", "单位（盖章）：", "单位（公章）",
        "联系电话：0558-5120001",
        "负责人：", "填报日期：2025年6月1日", "注：以上人员均已核实", "说明：共两页",
    ],
)  # fmt: skip
def test_who_has_signed_below_is_no_row(words: str) -> None:
    reading = read(lines(row(1), (words, "", "审核人：某", "", "")))
    assert (reading.counts.rows, reading.furniture) == (1, 1)


@pytest.mark.parametrize(
    "words", ["合计王", "会计2人", "累计缴费的王建国", "小计划", "审核人王", "注意", "单位"]
)
def test_other_words_are_no_totals(words: str) -> None:
    """A row too many comes back, a row too few is lost."""
    reading = read(lines(row(1), (words, "", "", "2", "")))
    assert (reading.counts.rejected, reading.furniture) == (1, 0)


def test_a_column_that_is_not_used_may_be_missing_and_is_remarked_on() -> None:
    reading = read(lines(row(1)[:4], header=HEADER[:4]))
    assert reading.counts.accepted == 1
    assert [(note.line, note.field, note.code) for note in reading.notes] == [(1, "姓名", "column_not_sent")]


@pytest.mark.parametrize("kind", ["utf-8", "gb18030", "xlsx"])
def test_a_column_without_a_name_and_without_anything_in_it_is_the_spreadsheets_own(kind: str) -> None:
    header = ("", *HEADER, "", "　")
    rows = [("", *row(1), "", ""), ("　", *row(2), " ", ""), ("", *row(9), "", "　")]
    data = (
        workbook(("进城登记表",), header, *rows, header=())
        if kind == "xlsx"
        else lines(*rows, header=header).decode().encode(kind)
    )
    reading = read(data)
    assert reading.hold is None
    assert (reading.counts.accepted, reading.counts.strangers) == (2, 1)
    assert [item.line for item in reading.evidence[person(1)]] == [4 if kind == "xlsx" else 2]


def test_rejected_rows_of_a_table_that_begins_further_right_may_come_back() -> None:
    first = read(workbook(("", *row(1, "bad")), header=("", *HEADER)))
    again = read(first.rejected_csv().decode("utf-8-sig").replace("bad", "2025-05-01").encode())
    assert (again.hold, again.counts.accepted) == (None, 1)


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_tabs_and_bars_stand_between_cells_as_well(separator: str, encoding: str) -> None:
    # 䶮 has a byte in GB 18030 that is a bar's, and 丂 too.
    data = lines(row(1, remark="丂|䶮,x" if separator == "\t" else "丂䶮,x"), ("x",)).decode()
    if separator == "|":
        data = data.replace("x,甲", "x|甲").replace("丂䶮,", "丂䶮~")
    data = data.replace(",", separator).replace("~", ",") if separator == "|" else data
    if separator == "\t":
        data = data.replace(",x,", "~").replace(",", "\t").replace("~", ",x\t")
    reading = read(data.encode(encoding))
    assert reading.counts.accepted == 1
    assert faults(reading) == [(3, "", "ragged_row")]
    assert "丂" in reading.evidence[person(1)][0].facts["remark"]


# --- JSON lines ------------------------------------------------------------------------------------


def as_objects(*rows: dict[str, Any] | str) -> bytes:
    return "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows).encode()


def told(sequence: int = 1, **changes: Any) -> dict[str, Any]:
    return dict(zip(HEADER, row(sequence), strict=True)) | changes


def test_json_lines_are_rows() -> None:
    figure = int(number(2))
    data = as_objects(
        "", told(1, 备注=None), told(2, 身份证号码=figure, 备注=1.50), told(9), "{", "[1]", told(3, 血型="A"),
        told(3, 备注={"a": 1}), json.dumps(told(3, 备注="\ud800")), "[" * 100_000,
    )  # fmt: skip
    for encoded in (data, b"\xef\xbb\xbf" + data, data.decode().encode("gb18030")):
        reading = read(encoded, released=True)
        assert reading.hold is None
        assert (reading.counts.rows, reading.counts.accepted, reading.counts.strangers) == (9, 3, 1)
        assert {code for _, _, code in faults(reading)} == {"not_an_object"}
        assert [line for line, _, _ in faults(reading)] == [5, 6, 7, 8, 10]
        assert [(note.line, note.code) for note in reading.notes] == [(9, "half_character")]
        assert reading.evidence[person(2)][0].facts == {"remark": "1.5"}
    assert reading.rejected_csv().count(b"\r\n") == 6


def test_an_object_that_names_something_twice_goes_back() -> None:
    twice = json.dumps(told(1))[:-1] + f', "身份证号码": "{number(2)}"}}'
    spaced = told(3) | {"日 期": "2025-05-02"}
    for rows in ((told(2), twice, spaced), (spaced, told(2), twice)):
        reading = read(as_objects(*rows))
        assert reading.hold is None
        assert list(reading.evidence) == [person(2)]
        assert {code for _, _, code in faults(reading)} == {"not_an_object"}


def lacking(sequence: int, *names: str, **changes: Any) -> dict[str, Any]:
    return {name: cell for name, cell in told(sequence, **changes).items() if name not in names}


def test_what_an_object_does_not_name_is_a_blank_cell() -> None:
    data = as_objects(
        lacking(1, "备注", "姓名"), lacking(2, "备注", 姓名="乙"), lacking(3, "姓名", 备注="x"),
        lacking(1, "日期"),
    )  # fmt: skip
    reading = read(data)
    assert reading.hold is None
    assert (reading.counts.rows, reading.counts.accepted) == (4, 3)
    assert faults(reading) == [(4, "日期", "cell_empty")]
    assert [reading.evidence[person(i)][0].facts for i in (1, 2, 3)] == [{}, {}, {"remark": "x"}]
    assert reading.notes == []
    assert "姓名" in reading.rejected_csv().decode()


def test_what_no_row_may_lack_is_named_by_some_object() -> None:
    good = [lacking(i, "备注") for i in range(1, 4)]
    assert read(as_objects(lacking(1, "日期"), *good)).counts == Counts(rows=4, accepted=3, rejected=1)
    for name in ("身份证号码", "日期", "类别"):
        reading = read(as_objects(*[lacking(i, name) for i in range(1, 4)]))
        assert reading.hold is not None
        assert (reading.hold.code, name in reading.hold.zh) == (HoldCode.COLUMN_MISSING, True)


def test_a_column_that_is_not_used_and_that_no_object_names_is_remarked_on() -> None:
    reading = read(as_objects(lacking(1, "姓名"), lacking(2, "姓名")))
    assert [(note.field, note.code) for note in reading.notes] == [("姓名", "column_not_sent")]


def test_objects_may_name_a_column_by_any_name_that_was_agreed() -> None:
    other = [{"公民 身份号码": number(i), **lacking(i, "身份证号码")} for i in range(1, 4)]
    other[1]["身份证号码"] = ""
    other[2]["身份证号码"] = number(3)  # said twice
    reading = read(as_objects(lacking(1, "备注"), *other), by=with_synonyms())
    assert (reading.counts.accepted, reading.counts.superseded) == (2, 1)
    assert faults(reading) == [(4, "", "not_an_object")]


def test_a_name_that_only_a_late_object_has_is_read_if_its_column_is_and_dropped_if_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ranges, "HEAD_LINES", 2)
    late = [told(3, 备注="x"), told(3, 血型="A")]
    reading = read(as_objects(lacking(1, "备注", "姓名"), lacking(2, "备注", "姓名"), *late))
    assert reading.evidence[person(3)][0].facts == {"remark": "x"}
    assert faults(reading) == [(4, "", "not_an_object")]
    assert [note.code for note in reading.notes] == ["column_not_sent"]


@pytest.mark.parametrize("first", [0, 1], ids=["only later", "from the first"])
def test_a_running_number_in_objects_is_not_read_wherever_it_begins(first: int) -> None:
    rows = [told(sequence, 序号=sequence) if sequence > 1 - first else told(sequence) for sequence in (1, 2)]
    reading = read(as_objects(*rows))
    assert (reading.hold, reading.counts.accepted, faults(reading), list(reading.notes)) == (None, 2, [], [])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["登记日", "㛃一"])
def test_json_lines_may_be_in_utf16(encoding: str, name: str) -> None:
    """The first byte of 登 in UTF-16 is that of a brace, and of 㛃 and 一 that of nothing."""
    columns = declared()["columns"]
    columns[name] = columns.pop("备注")
    by = feed(columns=columns)
    said = dict(zip(HEADER, row(1), strict=True))
    del said["备注"]
    assert read(as_objects({name: "x"} | said).decode().encode(encoding), by=by).counts.accepted == 1
    table = lines((*row(1)[:3], "x", "甲"), header=(*HEADER[:3], name, "姓名")).decode()
    assert read(f"{name}一览表\r\n{table}".encode(encoding), by=by).counts.accepted == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[" + as_objects(told(1)) + b"]", HoldCode.NOT_LINES),
        (b"{\n}", HoldCode.NOT_LINES),
        (b'{"a": 1}', HoldCode.COLUMN_MISSING),
    ],
)
def test_json_that_is_not_a_record_a_line_goes_back(data: bytes, code: HoldCode) -> None:
    assert code_of(read(data)) is code
