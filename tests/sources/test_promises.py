"""What holds for any bytes: no exception, rows that add up, one result in every encoding."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.sources.formats import csv_rows
from chalicelib.sources.formats.csv_rows import Lines
from chalicelib.sources.reading import FileReading
from tests.sources.builders import HEADER, UNHURRIED, lines, number, read, row, workbook

pytestmark = pytest.mark.slow

SETTINGS = settings(UNHURRIED, max_examples=200)
SOUND = lines(
    row(1), row(2, remark='"a, b"'), row(9), row(3, "bad"), (), ("x",), row(1), row(2, "2025年5月2日", "走")
)
PLAIN = SOUND.replace(b'"', b"").replace(b", ", b"")
CELLS = (
    st.sampled_from([number(1), number(2), number(9), "2025-05-01", "2025/5/2", "来", "走", "", " ", "'",
    "45778", "\u200b"])
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters='\r\n",\0'), max_size=8)
)  # fmt: skip
QUOTED = st.sampled_from(
    ['""', '"a"', '"a,b"', '"a""b"', '""""', '"走"', 'a"b"', '"a"b', '"', '"甲\r\n乙"', '""a']
)


def adds_up(reading: FileReading) -> bool:
    counts = reading.counts
    kept = sum(map(len, reading.evidence.values()))
    loaded = reading.hold is not None or kept == counts.accepted
    return counts.add_up and loaded and len(reading.rejections) == counts.rejected


def rows_of(cells: Iterable[Iterable[str]]) -> bytes:
    return lines(*[tuple(row) for row in cells])


@SETTINGS
@given(st.sampled_from([SOUND, PLAIN]), st.data())
def test_rows_add_up_whatever_became_of_the_bytes(data: bytes, draw: st.DataObject) -> None:
    changed = bytearray(data)
    start = draw.draw(st.sampled_from([0, data.index(b"\n") + 1]))
    for _ in range(draw.draw(st.integers(1, 6))):
        place = draw.draw(st.integers(start, len(changed) - 1))
        end = place + draw.draw(st.integers(0, 3))
        changed[place:end] = draw.draw(
            st.binary(max_size=2) | st.sampled_from([b'"', b",", b"\n", b"\r", b",,"])
        )
    reading = read(bytes(changed), released=True)
    assert adds_up(reading)
    reading.rejected_csv()


@SETTINGS
@given(st.binary(max_size=60))
def test_any_bytes_behind_a_header_are_read_or_refused(body: bytes) -> None:
    reading = read(lines() + body, released=True)
    assert adds_up(reading)


@SETTINGS
@given(st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=8))
@example([["", "", "", "", ""], ["", ""], ["a"], [" "]])
@example([[number(1), "2025-05-01", "来", "", "甲", ""], [number(2), "2025-05-01", "来", "", "甲"]])
def test_gb18030_utf8_and_quoted_files_read_the_same(cells: list[list[str]]) -> None:
    data = rows_of(cells)
    utf8 = read(data, released=True)
    gb18030 = read(data.decode().encode("gb18030"), released=True)
    quoted = read(data.replace("姓名".encode(), '"姓名"'.encode(), 1), released=True)
    for other in (gb18030, quoted):
        assert other.counts == utf8.counts
        assert other.evidence == utf8.evidence
        assert other.rejections == utf8.rejections
        assert other.rejected_csv() == utf8.rejected_csv()
    assert adds_up(utf8)
    # No line with something in it is lost: the count is made from the bytes alone.
    assert utf8.counts.rows >= sum(1 for row in cells if "".join(row).strip())


def same(one: FileReading, other: FileReading) -> None:
    assert one.hold == other.hold
    assert one.counts == other.counts
    assert one.evidence == other.evidence
    assert one.rejections == other.rejections
    assert one.rejected_csv() == other.rejected_csv()


@SETTINGS
@given(st.lists(st.lists(CELLS | QUOTED, min_size=1, max_size=7), max_size=8), st.data())
def test_rows_read_at_once_and_one_by_one_are_the_same(cells: list[list[str]], draw: st.DataObject) -> None:
    data = rows_of([*cells, row(1)])
    if draw.draw(st.booleans()):
        data = data.decode().encode("gb18030")
    quickly = read(data, released=True)
    with pytest.MonkeyPatch.context() as careful:
        careful.setattr(csv_rows, "_even", lambda *_: None)
        same(read(data, released=True), quickly)
        nowhere = lambda lines, *_: pl.repeat(False, len(lines), dtype=pl.Boolean, eager=True)  # noqa: E731
        careful.setattr(Lines, "fitting", nowhere)
        same(read(data, released=True), quickly)


@SETTINGS
@given(st.integers(0, 2**32), st.binary(min_size=1, max_size=3))
def test_a_damaged_workbook_is_read_or_refused(place: int, noise: bytes) -> None:
    data = bytearray(WORKBOOK)
    at = place % len(data)
    data[at : at + len(noise)] = noise
    assert adds_up(read(bytes(data), released=True))


WORKBOOK = workbook(row(1), row(2, day="bad"), row(9))


def test_the_header_says_what_the_properties_are_about() -> None:
    assert tuple(PLAIN.decode().splitlines()[0].split(",")) == HEADER
