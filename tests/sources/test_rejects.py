"""Rejections are columns until somebody asks: then they are what the rows say, in the file's order."""

from __future__ import annotations

from chalicelib.sources.faults import Fault, reject
from chalicelib.sources.rejects import by_code
from tests.sources.builders import lines, read, row

BAD = [
    reject(2, "身份证号码", Fault.NUMBER_LENGTH),
    reject(4, "", Fault.RAGGED_ROW),
    reject(5, "日期", Fault.DAY_UNREADABLE),
    reject(6, "日期", Fault.DAY_UNREADABLE),
]


def test_rejections_look_like_a_list_of_them() -> None:
    found = read(lines(("1", *row()[1:]), row(2), ("x",), row(1, "bad"), row(3, "bad"))).rejections
    assert found == BAD
    assert found != BAD[:3]
    assert found != 4
    assert (found[0], found[-1], found[1:3]) == (BAD[0], BAD[-1], BAD[1:3])
    assert repr(found) == f"Rejections({BAD})"


def test_reasons_are_counted_without_looking_at_each_row() -> None:
    found = read(lines(("1", *row()[1:]), row(2), ("x",), row(1, "bad"), row(3, "bad"))).rejections
    assert by_code(found) == by_code(BAD) == {"day_unreadable": 2, "number_length": 1, "ragged_row": 1}
    assert by_code(read(lines(row(1))).rejections) == {}
