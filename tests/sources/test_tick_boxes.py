"""A sheet with boxes: one tick a row is the outcome; several go back; what nobody filled in is no row."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.model import FeedId
from chalicelib.sources.formats.tick_boxes import SEVERAL, word_of
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import FEEDS, faults, lines, number, person, read, roster, workbook

SHEET = FEEDS[FeedId("outcome_sheet")]
OUTCOMES = ("上门见到", "未见到", "反映已去世")
HEADER = ("身份证号码", "姓名", *OUTCOMES, "认证日期", "认证人类别", "认证人")
DAY = "2025-05-01"


def row(sequence: int, *ticks: str, day: str = DAY, by: str = "李四") -> tuple[str, ...]:
    return (number(sequence), "甲", *ticks, day, "网格员", by)


def sheet(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER, **more: Any) -> FileReading:
    return read(lines(*rows, header=header), by=SHEET, known=roster(1, 2, 3), **more)


def outcomes(reading: FileReading) -> list[str]:
    return [item.key.event for items in reading.evidence.values() for item in items]


@pytest.mark.parametrize("tick", ["☑", "√", "✓", "✔", "☒", "1", "１", "x", "X", "是", " √ "])
@pytest.mark.parametrize("nothing", ["", "☐", "□", "0", "否", " "])
def test_one_tick_is_the_outcome(tick: str, nothing: str) -> None:
    reading = sheet(row(1, nothing, tick, nothing))
    assert outcomes(reading) == ["not_met"]
    assert reading.evidence[person(1)][0].facts == {"certifier": "grid_worker", "certified_by": "李四"}


@pytest.mark.parametrize(
    ("marks", "word"),
    [
        (("√", "×", "×"), "上门见到"),
        (("x", "√", "X"), "未见到"),
        (("√", "√", ""), SEVERAL),
        (("x", "x", ""), SEVERAL),
        (("×", "", ""), "×"),
        (("×", "x", ""), "×"),
        (("√", "听说", ""), "听说"),
        (("☐", "", "☐"), ""),
    ],
)
def test_a_cross_beside_a_tick_says_no_and_alone_it_is_asked_about(marks: tuple[str, ...], word: str) -> None:
    assert word_of(dict(zip(OUTCOMES, marks, strict=True))) == word


def test_what_is_not_exactly_one_tick_goes_back() -> None:
    reading = sheet(row(1, "√", "", "√"), row(2, "", "", ""), row(3, "×", "", ""), row(1, "√", "", "", by=""))
    assert faults(reading) == [
        (2, "认证结果", "boxes_several"),
        (3, "认证结果", "cell_empty"),
        (4, "认证结果", "code_unknown"),
        (5, "认证人", "cell_empty"),
    ]
    assert "只勾一项" in reading.rejections[0].zh
    assert reading.counts.accepted == 0


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_row_that_nobody_filled_in_is_no_row(encoding: str) -> None:
    nothing = "☐" if encoding == "utf-8" else "□"
    unvisited = [row(n, nothing, nothing, nothing, day="", by="") for n in (2, 3, 9) * 10]
    empty = ("", "", nothing, nothing, nothing, "", "网格员", "")
    data = lines(*unvisited, row(1, "√", nothing, nothing), empty, header=HEADER)
    reading = read(data.decode().encode(encoding), by=SHEET, known=roster(1, 2, 3))
    assert reading.hold is None
    assert (reading.counts.rows, reading.counts.accepted) == (1, 1)
    assert (reading.not_filled_in, reading.furniture) == (30, 1), "an empty row is of nobody"
    assert reading.evidence[person(1)][0].line == 32


def test_a_row_begun_and_not_finished_is_one_and_goes_back() -> None:
    reading = sheet(row(1, "", "", "", by=""), row(2, "√", "", "", day="", by=""), row(3, "", "", "", day=""))
    assert [(line, column) for line, column, _ in faults(reading)] == [
        (2, "认证结果"),
        (3, "认证日期"),
        (4, "认证日期"),
    ]


def test_the_outcome_may_stand_in_words_in_one_column_as_well() -> None:
    header = ("身份证号码", "姓名", "认证日期", "结果", "认证人类别", "认证人")
    rows = [(number(1), "甲", DAY, "上门见到", "银行", "王五"), (number(2), "乙", "", "", "银行", "")]
    reading = sheet(*rows, header=header)
    assert outcomes(reading) == ["seen"]
    assert (reading.counts.rows, reading.not_filled_in) == (1, 1)


def test_the_outcome_in_words_beside_its_boxes_holds_the_file() -> None:
    header = (*HEADER, "结果")
    reading = sheet((*row(1, "√", "", ""), "未见到"), header=header)
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.COLUMN_TWICE
    assert "认证结果" in reading.hold.zh
    twice = sheet((*row(1, "√", "", ""), "√"), header=(*HEADER, "上门见到"))
    assert twice.hold is not None
    assert twice.hold.code is HoldCode.COLUMN_TWICE


def test_a_sheet_without_outcomes_lacks_them() -> None:
    reading = sheet(header=("身份证号码", "姓名", "认证日期", "认证人类别", "认证人"))
    assert reading.hold is not None
    assert (reading.hold.code, "认证结果" in reading.hold.zh) == (HoldCode.COLUMN_MISSING, True)


def test_a_sheet_of_which_few_rows_are_ticked_waits_for_a_person() -> None:
    rows = [row(n % 3 + 1, "", "", "", day=f"2025-05-{n + 1:02d}") for n in range(8)]
    reading = sheet(*rows, *[row(1, "√", "", "", day=f"2025-06-{n + 1:02d}") for n in range(29)])
    assert reading.hold is not None
    assert reading.hold.code in (HoldCode.TOO_MANY_BLANK, HoldCode.TOO_MANY_REJECTED)


def test_a_workbook_with_titles_above_its_boxes_is_read() -> None:
    filled = row(1, "☑", "☐", "☐")
    unvisited = row(2, "☐", "☐", "☐", day="", by="")
    title: tuple[Any, ...] = ("人工认证结果表（网格员）", *[None] * 7)
    reading = read(workbook(HEADER, filled, unvisited, header=title), by=SHEET, known=roster(1, 2, 3))
    assert outcomes(reading) == ["seen"]
