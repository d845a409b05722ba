"""A sheet printed with names, filled in by hand: rows of people not visited yet are no rows and no fault."""

from __future__ import annotations

import pytest

from chalicelib.model import Counts, FeedId, FileState
from chalicelib.sources.expectations import USUAL_FROM
from chalicelib.sources.manifest import Manifest
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import FEEDS, faults, feed, lines, number, person, read, roster, row, workbook

SHEET = FEEDS[FeedId("outcome_sheet")]
HEADER = (
    "住址",
    "网格编号",
    "应访日期",
    "身份证号码",
    "姓名",
    "认证日期",
    "认证结果",
    "认证人类别",
    "认证人",
)


def printed(i: int, day: str = "", outcome: str = "", by: str = "") -> tuple[str, ...]:
    """A row as it is printed, and what was written in it."""
    return ("某村", "G01", "2025-07-31前；第1次上门。", number(i), "甲", day, outcome, "网格员", by)


def visited(i: int) -> tuple[str, ...]:
    return printed(i, "2025-06-20", "上门见到", "李四")


@pytest.mark.parametrize("visits", [1, 5, 9])
@pytest.mark.parametrize("kind", ["xlsx", "utf-8", "gb18030"])
def test_a_sheet_may_be_sent_before_everybody_is_visited(visits: int, kind: str) -> None:
    rows = [visited(i) if i <= visits else printed(i, "　" if i % 2 else "") for i in range(1, 11)]
    data = (
        workbook(*rows, header=HEADER)
        if kind == "xlsx"
        else lines(*rows, header=HEADER).decode().encode(kind)
    )
    reading = read(data, by=SHEET, known=roster(*range(1, 11)))
    assert reading.hold is None
    assert reading.counts == Counts(rows=visits, accepted=visits)
    assert (reading.not_filled_in, reading.furniture, len(reading.rejections)) == (10 - visits, 0, 0)
    assert reading.evidence.keys() == {person(i) for i in range(1, visits + 1)}
    assert [note.code for note in reading.notes] == ["rows_not_filled_in"]


def test_a_row_that_is_filled_in_by_half_comes_back() -> None:
    rows = [visited(1), printed(2, "2025-06-20"), printed(3, by="李四"), printed(4)]
    reading = read(lines(*rows, header=HEADER), by=SHEET, known=roster(1, 2, 3, 4))
    assert (reading.counts.rejected, reading.not_filled_in) == (2, 1)
    assert faults(reading) == [(3, "认证结果", "cell_empty"), (4, "认证日期", "cell_empty")]


def test_totals_and_titles_are_told_apart_from_rows_to_fill_in() -> None:
    rows = [HEADER, visited(1), printed(2), ("合计：2人", *[""] * 8), HEADER]
    reading = read(lines(*rows, header=("人工认证结果表", *[""] * 8)), by=SHEET)
    assert (reading.counts.rows, reading.not_filled_in, reading.furniture) == (1, 1, 3)


def test_a_sheet_in_which_nothing_is_written_yet_is_sent_back_as_a_whole() -> None:
    reading = read(lines(printed(1), printed(2), header=HEADER), by=SHEET)
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (HoldCode.NOT_FILLED_IN, FileState.REFUSED)
    assert "认证日期、认证结果、认证人" in reading.hold.zh


def test_all_rows_of_a_sheet_are_those_that_were_announced_and_are_usual() -> None:
    rows = [visited(1), *[printed(i) for i in range(2, USUAL_FROM + 1)]]
    data = lines(*rows, header=HEADER)
    known = roster(*range(1, USUAL_FROM + 1))
    for said in (Manifest(rows=USUAL_FROM), None):
        assert read(data, by=SHEET, known=known, manifest=said, usual_rows=USUAL_FROM).hold is None
    assert read(data, by=SHEET, known=known, manifest=Manifest(rows=1)).hold is not None


def test_only_what_is_declared_to_be_filled_in_may_be_blank() -> None:
    reading = read(lines(row(1), (number(2), "", "", "", "")))
    assert (reading.counts.rejected, reading.not_filled_in) == (1, 0)
    by_hand = feed(filled_by_hand=["day", "event"])
    assert read(lines(row(1), (number(2), "", "", "", "")), by=by_hand).not_filled_in == 1
