"""非数据行 · Rows that are no data: the header again in the middle of a file, rows of totals, who has signed
below, rows not filled in yet.

The first three are looked for among the rows that would go back for their number, so that no sound row is
taken for one. A row is not filled in only on a sheet that is declared to be filled in by hand.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import polars as pl

from chalicelib.sources.feeds.columns import name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_rows import LINE, Batch
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.formats.tick_boxes import OPEN
from chalicelib.sources.values.cells import LONGEST, clean

_TOTAL: Final = re.compile(
    r"(?:[本全][页表月年村镇乡县区市]|以上)?(?:总?合计|总计|小计|共计|总?累计)(?:人数|户数|笔数|条数|行数|金额)?"
    r"[:：]?[(（]?[0-9,.]*[元人条行户笔名]?[)）]?"
)
# As `clean` leaves it: 制表人: 王某, 单位(盖章), 注: …
_SIGNED: Final = re.compile(
    r"(?:(?:(?:填[表报写]|制[表单]|编制|审[核批查定]|复核|经办|统计|负责|主管|录入|打印|报送)(?:人|员|单位|部门|日期|时间|领导)?"
    r"|联系(?:人|电话|方式)|单位(?:负责人|名称)?|注|附注|备注|说明|填表说明)(?:\((?:盖章|公章|签章|签字)\))?:"
    r"|单位\((?:盖章|公章|签章)\)).*"
)


def without_furniture(rejected: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, int]:
    """The rejected rows that are data, and how many are not."""
    if rejected.is_empty():
        return rejected, 0
    header = [name_of(cell) for cell in layout.header]
    number = pl.col(layout.positions["number"])
    # A look at all rows at once: none can be without one of these.
    likely = pl.any_horizontal(pl.col(*layout.columns).str.contains("计", literal=True)) | (
        number.str.contains(r"^[^0-9]+$|[:：]")
    )
    candidates = rejected.filter(likely.fill_null(False))
    if candidates.is_empty():
        return rejected, 0
    cells = candidates.select(layout.columns)
    is_furniture = [_repeats(row, header) or _stands_below(row) for row in cells.iter_rows()]
    lines = candidates[LINE].filter(pl.Series(is_furniture, dtype=pl.Boolean))
    kept = rejected.filter(~pl.col(LINE).is_in(lines.implode()))
    return kept, rejected.height - kept.height


def filled_in(batch: Batch, layout: Layout, feed: Feed) -> tuple[Batch, int, int]:
    """The batch without the rows that nobody has filled in: how many name somebody, and how many nobody."""
    if not feed.filled_by_hand:
        return batch, 0, 0
    by_hand = [layout.positions[name] for name in feed.filled_by_hand if name in layout.positions]
    rows = batch.rows_at(batch.seen[LINE], layout.columns)
    cells = pl.col(*by_hand, *layout.boxes.values()).str.strip_chars().fill_null("")
    waiting, _ = without_furniture(rows.filter(pl.all_horizontal(cells.is_in(sorted(OPEN)))), layout)
    is_waiting = batch.seen[LINE].is_in(waiting[LINE].implode())
    empty = waiting[layout.positions["number"]].null_count()
    return replace(batch, seen=batch.seen.filter(~is_waiting)), waiting.height - empty, empty


def _repeats(row: tuple[str | None, ...], header: list[str]) -> bool:
    return [name_of(cell or "") for cell in row] == header


def _stands_below(row: tuple[str | None, ...]) -> bool:
    """Whether the first cell that is filled says total, with a figure at most, or who has signed the list."""
    first = next((word for cell in row if cell and (word := clean(cell, inside=True))), "")
    return _TOTAL.fullmatch(first) is not None or _SIGNED.fullmatch(first[:LONGEST]) is not None
