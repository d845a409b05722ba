"""退回文件 · The files of rejected rows and of repaired numbers that go back to a department: for Excel and
WPS.

Rejected rows have their original columns and four of ours. Nothing in them runs, and nothing is lost when
they are opened, corrected and saved (`csv_writing`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, overload

import polars as pl

from chalicelib.model import Rejection
from chalicelib.sources.feeds.columns import name_of
from chalicelib.sources.field_reading import FIELD
from chalicelib.sources.formats.csv_rows import FAULT, LINE
from chalicelib.sources.formats.csv_writing import csv_of
from chalicelib.sources.formats.headers import OUR_COLUMNS
from chalicelib.sources.people.identity_numbers import Repair
from chalicelib.sources.values.row_faults import Fault, reject

_LEDGER: Final = ("行号", "修正规则", "说明", "报送的证件号码")
_REPAIRS: Final = {
    Repair.FIFTEEN_DIGITS: "15位旧号码，已换算为18位",
    Repair.FULL_WIDTH: "全角字符，已改为半角",
    Repair.X_FORM: "末位不是大写字母X，已改正",
    Repair.BLANKS: "含有空格，已去除",
    Repair.INVISIBLE: "含有不可见字符，已去除",
    Repair.APOSTROPHE: "含有表格软件的文本标记，已去除",
}


class Rejections(Sequence[Rejection]):
    """The rejections of a file by line; they are columns until somebody asks for one of them."""

    def __init__(self, rows: pl.DataFrame, columns: Mapping[str, str]) -> None:
        """Take rows [line, field, fault…] and the department's name of each of our fields."""
        self._rows: Final = rows
        self._columns: Final = columns

    def __repr__(self) -> str:
        return f"Rejections({list(self)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return self._rows.height

    def __iter__(self) -> Iterator[Rejection]:
        rows = self._rows.select(LINE, FIELD, FAULT).iter_rows() if self._rows.height else ()
        return (reject(line, self._columns.get(name, ""), Fault(fault)) for line, name, fault in rows)

    @overload
    def __getitem__(self, place: int) -> Rejection: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Rejection]: ...
    def __getitem__(self, place: int | slice) -> Rejection | Sequence[Rejection]:
        return list(self)[place]

    def by_code(self) -> dict[str, int]:
        """How many rows came back for which reason."""
        return dict(self._rows.group_by(FAULT).len().iter_rows()) if self._rows.height else {}


def by_code(rejections: Sequence[Rejection]) -> dict[str, int]:
    """How many rows came back for which reason, by code."""
    counted = (
        rejections.by_code() if isinstance(rejections, Rejections) else Counter(r.code for r in rejections)
    )
    return dict(sorted(counted.items()))


def rejected_csv(
    header: Sequence[str], rows: Iterable[Sequence[str | None]], rejections: Iterable[Rejection]
) -> bytes:
    """The rejected rows with the reason of each; `rows` and `rejections` in the same order.

    What came back again and is rejected again bears our columns once, with what is wrong now.
    """
    theirs = [place for place, column in enumerate(header) if name_of(column) not in OUR_COLUMNS]
    return csv_of(
        [*(header[place] for place in theirs), *OUR_COLUMNS],
        (
            (*(row[at] or "" for at in theirs), rejection.line, rejection.field, rejection.code, rejection.zh)
            for row, rejection in zip(rows, rejections, strict=True)
        ),
        comes_back=True,
    )


def repaired_csv(repairs: Iterable[tuple[int, Repair, str]]) -> bytes:
    """The ledger of repaired numbers, in the order given: what was sent, and what was mended in it."""
    rows = ((line, rule.value, _REPAIRS[rule], raw) for line, rule, raw in repairs)
    return csv_of(_LEDGER, rows, comes_back=True)
