"""Who on a sheet is a guest of another region, and what is read of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from chalicelib.model import FeedId
from chalicelib.sources.range_results import Part
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.cells import read_region
from chalicelib.sources.values.row_faults import Fault
from tests.sources.builders import FEEDS, ON, faults, lines, number, read, roster

SHEET = FEEDS[FeedId("outcome_sheet")]
HEADER = ("身份证号码", "姓名", "认证日期", "认证结果", "认证人类别", "认证人", "待遇发放地")
DAY = "2025-05-01"
THERE = number(1, area="310112")


def row(who: str, region: str = "", *, outcome: str = "上门见到", by: str = "李四") -> tuple[str, ...]:
    return (who, "甲", DAY, outcome, "银行", by, region)


def sheet(*rows: tuple[str, ...], **more: Any) -> FileReading:
    return read(lines(*rows, header=HEADER), by=SHEET, known=roster(1, 2, 3), **more)


def regions(reading: FileReading) -> list[tuple[int, str]]:
    return list(reading.guests.select("line", "region").iter_rows())


@pytest.mark.parametrize(
    ("who", "region", "goes_to"),
    [
        (THERE, "", "310112"),
        (THERE, " ", "310112"),
        (THERE, "320106", "320106"),
        (THERE, "320106001002", "320106"),
        (THERE, "341602", None),
        (number(9), "", None),
        (number(9), "341623", None),
        (number(9), "340104", "340104"),
    ],
)
def test_the_region_that_is_named_goes_before_that_of_the_number(
    who: str, region: str, goes_to: str | None
) -> None:
    reading = sheet(row(number(1)), row(who, region))
    assert regions(reading) == ([(3, goes_to)] if goes_to else [])
    assert (reading.counts.accepted, reading.counts.strangers) == (1, 1)


def test_what_is_told_of_a_guest() -> None:
    [told] = sheet(row(f" {THERE}")).guests.iter_rows(named=True)
    assert told == {
        "line": 2, "region": "310112", "number": THERE, "name": "甲", "day": date(2025, 5, 1),
        "event": "seen", "half_day": None, "certifier": "bank", "certified_by": "李四",
    }  # fmt: skip


def test_a_recipient_is_no_guest_wherever_the_benefit_comes_from() -> None:
    reading = sheet(row(number(1), "310112"))
    assert regions(reading) == []
    assert reading.counts.accepted == 1


def test_whoever_was_not_met_is_nobody_s_news() -> None:
    assert regions(sheet(row(THERE, outcome="未见到"), row(number(7, area="310112"), outcome="拒绝"))) == []


def test_a_guest_s_row_with_a_fault_goes_back_and_a_stranger_s_does_not() -> None:
    reading = sheet(
        row(THERE, by=""),
        row(number(9), by=""),
        row(number(9), "Shanghai"),
        row(THERE, "3101", by=""),
        row(number(8, area="310112")),
    )
    assert faults(reading) == [
        (2, "认证人", "cell_empty"),
        (4, "待遇发放地", "region_unreadable"),
        (5, "认证人", "cell_empty"),
    ]
    assert regions(reading) == [(6, "310112")]
    assert (reading.counts.rejected, reading.counts.strangers) == (3, 2)


def test_without_names_and_regions_the_number_tells() -> None:
    header = HEADER[:1] + HEADER[2:6]
    cells = row(THERE)
    data = lines((cells[0], *cells[2:6]), header=header)
    reading = read(data, by=SHEET, known=roster(1))
    assert [(told["region"], told["name"]) for told in reading.guests.iter_rows(named=True)] == [
        ("310112", "")
    ]


def test_other_feeds_have_no_guests() -> None:
    reading = read(lines((THERE, DAY, "来", "", "甲")))
    assert reading.guests.is_empty()
    assert reading.counts.strangers == 1


def test_a_part_hands_its_guests_on() -> None:
    guests = pl.DataFrame({"line": [2], "region": ["310112"]})
    assert Part.from_bytes(Part(guests=guests).to_bytes()).guests.equals(guests)


@pytest.mark.parametrize("text", ["", "上海", "31011", "3101120", "031011"])
def test_a_region_is_a_code_of_six_digits(text: str) -> None:
    assert read_region(text, ON) is Fault.REGION_UNREADABLE
