"""How a file is written: marks, separators, blanks, cut characters, cells left out."""

from __future__ import annotations

import pytest

from chalicelib.sources.manifest import Manifest
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import HEADER, faults, lines, person, read, row, workbook

GOOD = lines(row(1), row(2), row(9))
MARK = "\ufeff"


def code_of(data: bytes) -> HoldCode | None:
    reading = read(data)
    return reading.hold.code if reading.hold else None


def quoted(*rows: tuple[str, ...], between: str = ",") -> bytes:
    cells = [between.join(f'"{cell}"' for cell in each) for each in (HEADER, *rows)]
    return "\r\n".join([*cells, ""]).encode()


# --- marks, separators, blanks -------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("marks", [1, 2, 3])
def test_byte_order_marks_are_taken_off_however_many(encoding: str, marks: int) -> None:
    text = quoted(row(1), row(2)).decode()
    twice = MARK * marks + text + MARK + text  # files put one behind the other
    reading = read(twice.encode(encoding))
    assert reading.hold is None
    assert (reading.counts.accepted, reading.counts.superseded, reading.furniture) == (2, 2, 1)


def test_marks_of_two_encodings_may_stand_before_a_text() -> None:
    for data in (
        b"\xef\xbb\xbf" + GOOD.decode().encode("utf-16"),
        b"\xff\xfe\xef\xbb\xbf" + GOOD,
        b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD,
    ):
        assert read(data).counts.accepted == 2


@pytest.mark.parametrize(
    "header",
    [
        ("*身份证号码", "日期（必填）", "＊类别", "备注(选填)：", "姓名"),
        ("身份证号码★", "1.日期（yyyy-mm-dd）", "【必填】类别", "备\n注", "姓名:"),
        ("身份证号", "日期(格式:2025-01-01)", "类别[必填项]", "备注", "姓名（非必填）"),
        ("居民身份证号码（18位）", "(*)日期", "类别*", "备注", "姓名"),
    ],
)
def test_the_marks_of_a_template_are_no_part_of_a_name(header: tuple[str, ...]) -> None:
    assert read(workbook(row(1), header=header)).counts.accepted == 1
    assert read(lines(row(1), header=[f'"{name}"' for name in header])).counts.accepted == 1


@pytest.mark.parametrize("between", [", ", ",\t", ",　", " , ", ",   "])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_blanks_around_quotes_are_no_part_of_a_cell(between: str, encoding: str) -> None:
    data = quoted(row(1, remark='甲, ""乙""'), row(2), between=between).decode().encode(encoding)
    reading = read(data)
    assert (reading.hold, reading.counts.accepted) == (None, 2)
    assert reading.evidence[person(1)][0].facts == {"remark": '甲, "乙"'}


@pytest.mark.parametrize("separator", [";", "^", "~", "\x01"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_other_separators_are_read(separator: str, encoding: str) -> None:
    # 乛 has the byte of a circumflex, 亊 that of a tilde in GB 18030.
    reading = read(lines(row(1, remark="乛亊丂")).replace(b",", separator.encode()).decode().encode(encoding))
    assert reading.hold is None
    assert reading.evidence[person(1)][0].facts == {"remark": "乛亊丂"}


@pytest.mark.parametrize("separator", ["，", "；", "、", " ", "@@"])
def test_a_separator_that_cannot_be_told_is_the_reason(separator: str) -> None:
    data = GOOD.decode().replace(",", separator)
    assert code_of(data.encode()) is HoldCode.SEPARATOR_UNKNOWN
    assert code_of(data.encode("gb18030")) is HoldCode.SEPARATOR_UNKNOWN
    assert (
        code_of(workbook((";".join(row(1)),), header=(separator.join(HEADER),))) is HoldCode.SEPARATOR_UNKNOWN
    )


def test_several_separators_are_the_reason_too() -> None:
    head, rest = GOOD.split(b"\r\n", 1)
    assert code_of(head.replace(b",", b";", 2) + b"\r\n" + rest) is HoldCode.SEPARATOR_UNKNOWN
    assert code_of(head + b"\r\n" + rest.replace(b",", b";")) is HoldCode.SEPARATOR_UNKNOWN
    assert code_of(head + b"\r\nx\r\n") is HoldCode.NO_ROWS or read(head + b"\r\nx\r\n").counts.rejected == 1


def test_a_column_that_is_missing_is_still_said_to_be() -> None:
    titled = "姓名、身份证号码、日期登记表\r\n".encode() + lines(row(1)[1:], header=HEADER[1:])
    assert code_of(titled) is HoldCode.COLUMN_MISSING


# --- cut characters, cells left out --------------------------------------------------------------


def cut(text: str, encoding: str) -> bytes:
    return text.encode(encoding)[:-1]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("character", ["梅", "𬎆", "㛃"])
def test_half_a_character_costs_no_more_than_its_cell(encoding: str, character: str) -> None:
    marks = {"甲": row(1), "乙": (*row(2)[:2], "乙", "", "名"), "丙": (*row(3)[:4], "丙")}
    data = lines(row(1, remark="甲备"), marks["乙"], marks["丙"], row(4)).decode().encode(encoding)
    for word in ("甲备", "乙", "丙"):
        data = data.replace(word.encode(encoding), cut(word + character, encoding))
    reading = read(data)
    assert reading.hold is None
    assert faults(reading) == [(3, "类别", "half_character")]
    assert [(note.line, note.field, note.code) for note in reading.notes] == [(2, "备注", "half_character")]
    assert set(reading.evidence) == {person(1), person(3)}


def test_a_text_in_utf16_may_lose_half_a_character() -> None:
    data = GOOD.decode().encode("utf-16")
    assert read(data[:-1]).counts.accepted == 2
    lone = GOOD.decode().replace("甲", "\ud840").encode("utf-16", "surrogatepass")
    assert read(lone).counts.accepted == 2
    rest = (GOOD.decode() + "x" * 3_000).encode("utf-16-le")
    assert code_of(rest[:-1]) is HoldCode.UNREADABLE


def test_a_header_that_is_broken_makes_the_file_unreadable() -> None:
    assert code_of(b"\xff" + GOOD) is HoldCode.UNREADABLE
    assert read(GOOD + b"\xff\xff").counts.rejected == 1


def test_rows_may_lack_cells_at_their_end_that_may_be_empty() -> None:
    reading = read(lines(row(1)[:3], row(2)[:4], row(3), row(1, "2025-05-02")[:2]))
    assert (reading.counts.accepted, faults(reading)) == (3, [(5, "", "ragged_row")])
    assert [note.code for note in reading.notes] == ["cells_left_out"]


def test_a_last_row_that_is_cut_off_goes_back_unless_others_are_short_too() -> None:
    assert faults(read(lines(row(1), row(2)[:3]).removesuffix(b"\r\n"))) == [(3, "", "ragged_row")]
    assert read(lines(row(1)[:3], row(2)[:3]).removesuffix(b"\r\n")).counts.accepted == 2


def test_a_manifest_that_names_something_twice_cannot_be_read() -> None:
    assert isinstance(Manifest.read(b'\xef\xbb\xbf\xef\xbb\xbf{"rows": 1}'), Manifest)
    assert not isinstance(Manifest.read(b'{"rows": 1, "rows": 2}'), Manifest)
