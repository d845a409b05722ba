"""The same file twice is the same bytes, workbooks included: file ids repeat from run to run."""

from __future__ import annotations

import io
import zipfile

from chalicelib.jurisdiction import load
from sandbox.town.departments import drops
from sandbox.town.people import Town
from sandbox.town.shapes import MADE, DateShape, Kind, Sheet, Style, render


def test_a_workbook_does_not_say_when_it_was_written() -> None:
    sheet = Sheet(("身份证号码", "发生日期"), (("1", "2025-03-01"),), frozenset({"发生日期"}))
    with zipfile.ZipFile(io.BytesIO(render(sheet, Style(Kind.XLSX, DateShape.ISO)))) as book:
        assert {part.date_time for part in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = book.read("docProps/core.xml").decode()
    assert properties.count(f"{MADE:%Y-%m-%dT%H:%M:%SZ}") == 2  # created and modified


def test_a_town_writes_the_same_workbooks_twice() -> None:
    feeds = load("bozhou").feeds

    def workbooks() -> list[bytes]:
        town = Town.generate(people=8, seed=1)
        return [drop.make()[0] for drop in drops(town, feeds) if drop.key.endswith(".xlsx")][:12]

    first = workbooks()
    assert first
    assert workbooks() == first
