"""A file in ranges: planned once, read anywhere, and together the same as the file as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats import encodings
from chalicelib.sources.formats.csv_quotes import open_row
from chalicelib.sources.range_results import Part
from chalicelib.sources.ranges import Plan, plan, read_range
from chalicelib.sources.reading import FileReading, combine
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import FileHold, HoldCode
from tests.sources.builders import FILE, ON, feed, lines, read, roster, row
from tests.sources.test_recovery import alone, cut, named, named_feed

pytestmark = pytest.mark.slow

ROWS = [row(i % 5 + 1, f"2025-05-{i % 28 + 1:02d}" if i % 7 else "bad", remark="备") for i in range(40)]
QUOTED = [(*cells[:3], '"备,\r\n""注"""', cells[4]) for cells in ROWS]


def blocks_of(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def planned(data: bytes, block: int = 300, by: Feed | None = None, **more: Any) -> Plan:
    made = plan(blocks_of(data, block), by or feed(), size=block, **more)
    assert isinstance(made, Plan)
    return made


def in_ranges(data: bytes, made: Plan, by: Feed | None = None) -> FileReading:
    """As intake reads it: the plan and every part are handed on as bytes."""
    again = Plan.from_json(made.to_json())
    assert again == made
    context = ReadingContext(by or feed(), roster(), FILE, ON, ON)
    parts = [
        Part.from_bytes(read_range(data[span.start : span.end], again.layout, span.line, context).to_bytes())
        for span in again.spans
    ]
    return combine(parts, again.layout, context)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "HEAD_BYTES", 100)


@pytest.mark.parametrize("rows", [ROWS, QUOTED])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r\r\n"])
@pytest.mark.parametrize("block", [97, 500, 10_000])
def test_ranges_say_together_what_the_file_says(
    rows: list[tuple[str, ...]], encoding: str, end: str, block: int
) -> None:
    data = lines(*rows).decode().replace("\r\n", end).encode(encoding)
    whole, made = read(data), planned(data, block)
    assert len(made.spans) > 1 or block == 10_000
    ranges = in_ranges(data, made)
    assert ranges.counts == whole.counts
    assert ranges.evidence == whole.evidence
    assert ranges.rejections == whole.rejections
    assert ranges.rejected_csv() == whole.rejected_csv()
    assert ranges.hold == whole.hold


def test_a_plan_names_every_byte_behind_the_header_once() -> None:
    data = b"\xef\xbb\xbf" + lines(*ROWS)
    spans = planned(data).spans
    assert spans[0].start == 3 + len(lines())
    assert all(one.end == other.start for one, other in pairwise(spans))
    assert spans[-1].end == len(data)
    assert [span.line for span in spans] == [data[: span.start].count(b"\n") + 1 for span in spans]


def test_names_and_suggestions_survive_the_way() -> None:
    by = named_feed()
    wrong = named("不详", "王建国")
    part = read_range(
        lines(named(cut(1), "王建国"), (cut(1)[:16] + "X", *wrong[1:])).split(b"\r\n", 1)[1],
        planned(lines(wrong), by=by).layout, 2, ReadingContext(by, alone(), FILE, ON, ON),
    )  # fmt: skip
    again = Part.from_bytes(part.to_bytes())
    assert again.suggestions == part.suggestions != []
    assert again.good.equals(part.good)


def test_figures_add_up_over_the_ranges() -> None:
    figures = [("3.41602E+17", *row(9)[1:]), *[row(9)] * 9] * 10
    data = lines(*figures)
    assert len(planned(data).spans) > 10
    assert held(data) is HoldCode.NUMBERS_DAMAGED


def held(data: bytes, **more: Any) -> HoldCode | None:
    made = plan(blocks_of(data, more.get("size", 300)), feed(), **more)
    if isinstance(made, FileHold):
        return made.code
    return reading.hold.code if (reading := in_ranges(data, made)).hold else None


def test_a_hold_of_one_range_holds_the_file_and_survives_the_way() -> None:
    data = lines(*ROWS)
    assert held(data + b"341602195002030015,2025-05-01,\xff\xff,,\n", size=300) is None
    assert held(data + '3,"x,来,,\n'.encode() + lines(*ROWS), size=10_000) is None  # that row alone
    assert held(data + '3,"x,来\n'.encode() + lines(*ROWS), size=10_000) is HoldCode.UNCLOSED_QUOTE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lines(*ROWS) + b"\0", HoldCode.UNREADABLE),
        (b"\0" + lines(*ROWS), HoldCode.UNREADABLE),
        (b"\xff\xff" + lines(*ROWS), HoldCode.UNREADABLE),
        (lines(*ROWS) + b'"' + b"x" * 300 + b"\n" * 400, HoldCode.UNCLOSED_QUOTE),
        (lines() + b'"' + b"x\n" * 300 + lines(*ROWS), HoldCode.UNCLOSED_QUOTE),
        (lines(*ROWS[1:]).split(b"\r\n", 1)[1], HoldCode.COLUMN_MISSING),
        (b"\n\n", HoldCode.COLUMN_MISSING),
        (b"", HoldCode.COLUMN_MISSING),
    ],
)
def test_what_a_plan_can_see_it_says(data: bytes, code: HoldCode) -> None:
    assert held(data, size=300) is code


def test_what_is_only_a_header_or_nothing_is_planned_or_said() -> None:
    assert planned(lines().removesuffix(b"\r\n")).spans == ()
    assert held(b"\n\n", kind="jsonl") is HoldCode.EMPTY


def test_a_line_without_end_is_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "LONGEST_LINE", 500)
    long = lines(row(1, remark="x" * 2_000))
    for block in (300, 10_000):
        assert held(long, size=block) is HoldCode.LINE_TOO_LONG
    assert held(lines(row(1, remark="x" * 300)), size=10_000) is None


def test_a_stray_quote_is_part_of_its_cell_and_swallows_nothing() -> None:
    data = lines(*ROWS, row(1, "2024-01-01", remark='5" 管'), *ROWS)
    assert read(data).counts.rows == 81
    assert held(data) is None


def test_where_an_open_row_begins() -> None:
    assert open_row(b'a,b\n"c",d\n5" e,f\n', ",") is None
    assert open_row(b'a,b\n"c\nd,e\n', ",") == 4
    assert open_row(b'"c\nd,e\n', ",") == 0
    assert open_row(b'a\n"c\n' + b"d\n" * 200, ",") is None  # no row has so many lines
    assert open_row(b'"c\n' + b"d\n" * 300 + b'"e\n', ",") == 603  # the second one may yet be closed


def test_a_text_may_end_without_a_line_break_in_the_middle_of_a_block() -> None:
    data = lines(*ROWS).removesuffix(b"\r\n")

    def trickle() -> Iterator[bytes]:
        yield from (data[place : place + 7] for place in range(0, len(data), 7))

    made = plan(trickle(), feed(), size=300)
    assert isinstance(made, Plan)
    assert in_ranges(data, made).counts == read(data).counts
