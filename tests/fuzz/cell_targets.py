"""Cells, as a coverage-guided fuzzer reads them: a value of its kind or a fault, at any length, alone or in a
column.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Final

import polars as pl

from chalicelib.sources.feeds.columns import Column, name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import read_column
from chalicelib.sources.people.identity_numbers import (
    birth_figure,
    borne,
    canonical,
    first_fifteen,
    pack,
    repairs_of,
    unpack,
)
from chalicelib.sources.people.matching import read_numbers
from chalicelib.sources.values.cells import (
    EARLIEST,
    LATEST,
    LONGEST_TEXT,
    Reader,
    Value,
    clean,
    is_name,
    read_name,
    reader_for,
    says_nothing,
    words_of,
)
from chalicelib.sources.values.identity_documents import (
    kind_of,
    may_be,
    packed_document,
    plain,
    unpacked_document,
)
from chalicelib.sources.values.person_names import is_another, is_whole, same_name
from chalicelib.sources.values.row_faults import Fault
from tests.fuzz.mutations import NAMES, ON, feeds
from tests.sources.builders import number

LENGTH: Final = 70_000  # characters; a cell of so many once took fifty seconds
LARGEST: Final = 2**63 - 1
_MONTH: Final = re.compile(r"(?:19|2\d)\d\d-(?:0[1-9]|1[0-2])", re.ASCII)
_SHAPES: Final[dict[Reader, re.Pattern[str]]] = {
    Reader.PHONE: re.compile(r"1[3-9]\d{9}", re.ASCII),
    Reader.AREA_CODE: re.compile(r"[1-9]\d{11}", re.ASCII),
    Reader.REGION: re.compile(r"[1-9]\d{5}", re.ASCII),
}
_CELLS: Final = (
    "2023-05-01", "２０２３年5月1日", "2023/5/1 8:30", "20230501083059", "2023-04-30T16:30:00Z", "45047.75",
    "2023-05", "2020.1", "2020年01月份", "9999-12-31", "0000-00-00", "1,234.50", "￥1234.50元",
    "-0.00", "1.005", "12345678901", "13805580001.0", "1.3805580001E+10", "0558-5123456、13905580002",
    "+86-138-0558-0001",
    "341602001001", "341602", '="341602195002030015"', "'341602195002030015", "3.41602195002031E+17",
    "341602195002031000", "34160219500203001x", "341602500203001", "USA341619500307", "H12345678",
    "张三", "买买提•艾力", "王□国", "Wang Jianguo", "NULL", "不详。", "#N/A", "无", " / ", "入院",
    "高龄、残疾", "☑", "√", "E12345678",
)  # fmt: skip
_PARTS: Final = (
    "2025\n,\nx", "x\n*\n1", "\n \n", "1\n0\n.5", "(\n必填\n)", "\n?a\n", "\n[A-Z]\n", "34\n－\n0",
    "王\n□\n国",
)  # fmt: skip


# --- one cell --------------------------------------------------------------------------------------


def seeds() -> Iterator[bytes]:
    """Cells as departments write them."""
    yield from (cell.encode() for cell in (*_CELLS, number(1), *filter(None, NAMES)))


def what_is_wrong(data: bytes) -> str | None:
    """Whether every reader makes a value of its kind or a fault of a cell."""
    cell = data.decode("utf-8", "replace")
    for reader, read in _readers():
        found = read(cell, ON)
        if not isinstance(found, Fault) and not _is_of_its_kind(reader, found):
            return f"{reader}: a value that is none"
    for look in LOOKS:
        look(cell)
    return _what_is_wrong_with_days(cell) or _what_is_wrong_with_a_number(cell)


@cache
def _readers() -> list[tuple[Reader, Callable[[str, date], Value | Fault]]]:
    """Every reader, codes and key groups as one column of each declares them."""
    coded: dict[Reader, dict[str, str]] = {}
    for feed, _ in feeds().values():
        for column in feed.columns.values():
            coded.setdefault(column.read, {}).update(column.codes)
    plain_ones = [each for each in Reader if each is not Reader.IDENTITY_NUMBER]
    return [(each, reader_for(each, coded.get(each, {}))) for each in plain_ones]


LOOKS: Final[tuple[Callable[[str], object], ...]] = (
    clean, says_nothing, is_name, words_of, name_of, kind_of, may_be, repairs_of, first_fifteen, birth_figure,
    is_whole, lambda cell: read_name(cell, ON), lambda cell: borne(cell, ON),
    lambda cell: is_another(cell, "王建国"), lambda cell: same_name(cell, "王□国"),
    lambda cell: is_another(cell, "Wang Jianguo"), lambda cell: is_another("买买提·艾力", cell),
)  # fmt: skip


def _is_of_its_kind(reader: Reader, value: Value) -> bool:
    if reader in (Reader.DATE, Reader.DATE_AHEAD, Reader.DATE_FROM):
        latest = ON if reader is Reader.DATE else LATEST
        return isinstance(value, date) and EARLIEST <= value <= latest
    if reader is Reader.MONEY:
        return isinstance(value, int) and 0 <= value <= LARGEST
    if not isinstance(value, str):
        return False
    if reader is Reader.MONTH:
        return bool(_MONTH.fullmatch(value)) and value <= f"{ON:%Y-%m}"
    return len(value) <= LONGEST_TEXT and (reader not in _SHAPES or bool(_SHAPES[reader].fullmatch(value)))


def _what_is_wrong_with_days(cell: str) -> str | None:
    """A day is the same for everybody; a month alone begins on its first day and ends on its last."""
    day, first, last, month = (
        reader_for(each, {})(cell, ON)
        for each in (Reader.DATE, Reader.DATE_FROM, Reader.DATE_AHEAD, Reader.MONTH)
    )
    if isinstance(day, date) and not day == first == last:
        return "a day that is another at the end of a period"
    if isinstance(day, date) and month != f"{day:%Y-%m}":
        return "a day of another month"
    if isinstance(first, date) != isinstance(last, date):
        return "a period that begins and does not end"
    if not (isinstance(first, date) and isinstance(last, date)) or first == last:
        return None
    whole = (first.year, first.month) == (last.year, last.month)
    ends = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    return None if whole and ends else "a month that is no month"


def _what_is_wrong_with_a_number(cell: str) -> str | None:
    """A number is one integer and back; by column it is what it is by itself."""
    found = canonical(cell, ON)
    if not isinstance(found, Fault) and unpack(pack(found)) != found:
        return "a number that comes back as another"
    if may_be(cell) and unpacked_document(packed_document(plain(cell))) != plain(cell):
        return "a document that comes back as another"
    return None


# --- a long cell -----------------------------------------------------------------------------------


def seeds_of_long_ones() -> Iterator[bytes]:
    """Three parts each: what stands before, what is said again and again, and what stands behind."""
    yield from (parts.encode() for parts in _PARTS)


def what_is_wrong_at_length(data: bytes) -> str | None:
    """A cell of any length is read at once: who sends one must not stop its reader (time is the fuzzer's)."""
    before, _, rest = data.decode("utf-8", "replace").partition("\n")
    again, _, behind = rest.partition("\n")
    cell = before + again * ((LENGTH - len(before) - len(behind)) // max(1, len(again))) + behind
    return what_is_wrong(cell.encode("utf-8", "replace"))


# --- cells of a column -----------------------------------------------------------------------------


def columns() -> Iterator[bytes]:
    """Some cells each, one a line."""
    yield "\n".join(_CELLS).encode()
    yield "\n".join(
        (number(1), number(2).lower(), f" {number(3)}", f"'{number(4)}", "", "x", number(1))
    ).encode()


def what_is_wrong_in_a_column(data: bytes) -> str | None:
    """Whether a cell means in a column what it means by itself."""
    cells = [each or None for each in data.decode("utf-8", "replace").split("\n")]
    series = pl.Series(cells, dtype=pl.String)
    for damaged in (False, True):
        packed, faults = read_numbers(series, ON, damaged=damaged)
        for cell, value, fault in zip(cells, packed.to_list(), faults.to_list(), strict=True):
            if (value is None) is (fault is None):
                return "a number that is both sound and wrong, or neither"
            alone = _number_alone(cell or "", damaged=damaged)
            if alone is not Fault.NUMBER_CUT and alone != (fault if fault is not None else value):
                by_itself = alone if isinstance(alone, Fault) else "sound"
                return f"by itself {by_itself}, by column {fault or 'sound'}"
    return _what_is_wrong_in_typed_columns(series)


def _number_alone(cell: str, *, damaged: bool) -> int | Fault:
    found = canonical(cell, ON)
    if first_fifteen(cell) is not None and (damaged or isinstance(found, Fault)):
        return Fault.NUMBER_CUT if damaged or found is not Fault.NUMBER_AS_FIGURE else found
    return found if isinstance(found, Fault) else pack(found)


def _what_is_wrong_in_typed_columns(cells: pl.Series) -> str | None:
    for column, feed in _typed():
        values, faults = read_column(cells, column, feed, ON)
        if (values.is_not_null() & faults.is_not_null()).any():
            return f"{column.read}: both a value and a fault"
    return None


@cache
def _typed() -> list[tuple[Column, Feed]]:
    """One column of each reader, with its feed."""
    found = {column.read: (column, feed) for feed, _ in feeds().values() for column in feed.columns.values()}
    return list(found.values())


# --- two names -------------------------------------------------------------------------------------


def pairs_of_names() -> Iterator[bytes]:
    """Two names each, one a line."""
    told = [name for name in (*NAMES, "Wang Jianguo", "王jian国", "李某", "NULL") if name]
    yield from (f"{one}\n{other}".encode() for one, other in zip(told, told[1:] + told[:1], strict=True))
    yield from (f"{name}\n{name}".encode() for name in told)


def what_is_wrong_with_names(data: bytes) -> str | None:
    """Two names are compared at once, whichever comes first; what can be the same is no other's."""
    one, _, other = data.decode("utf-8", "replace").partition("\n")
    if same_name(one, other) != same_name(other, one):
        return "the same only one way round"
    if is_another(one, other) != is_another(other, one):
        return "another only one way round"
    return "the same and another" if same_name(one, other) and is_another(one, other) else None
