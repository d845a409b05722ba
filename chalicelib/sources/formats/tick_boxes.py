"""勾选框 · Boxes to tick: one column per outcome, of which one is ticked. A row with several ticks goes
back."""

from __future__ import annotations

from typing import Final

import polars as pl

from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.values.cells import clean

TICKED: Final = "~ticked"  # the column that the ticks of a row are made into: the word of its box
SEVERAL: Final = "\0several"
_TICKS: Final = frozenset("☑☒√✓✔✅勾是对1")
OPEN: Final = frozenset({"", "☐", "□", "0", "否"})
_LETTERS: Final = frozenset("xX")  # a tick to some; where another box is ticked, a cross
CROSSES: Final = frozenset("×✗✘╳")
_KNOWN: Final = _TICKS | OPEN | _LETTERS | CROSSES


def word_of(marks: dict[str, str]) -> str:
    r"""The word of the one ticked box; "" where all are open, SEVERAL where two are ticked.

    A cross beside a tick says no; a cross alone may say either, and comes back as it stands, like any other
    mark: as a word that nobody agreed.

    >>> word_of({"见到": "√", "拒绝": "☐"}), word_of({"见到": "☑", "拒绝": "1"}), word_of({"见到": "×"})
    ('见到', '\x00several', '×')
    """
    cleaned = {word: clean(mark, inside=True) for word, mark in marks.items()}
    ticks = [word for word, mark in cleaned.items() if mark in _TICKS]
    strange = [mark for mark in cleaned.values() if mark not in _KNOWN]
    if not ticks:
        ticks = [word for word, mark in cleaned.items() if mark in _LETTERS]
        strange += [mark for mark in cleaned.values() if mark in CROSSES]
    if strange:
        return strange[0]
    return SEVERAL if len(ticks) > 1 else "".join(ticks)


def ticked(rows: pl.DataFrame, layout: Layout) -> pl.Series:
    """The word that each row's ticks mean; null where all boxes are open."""
    cells = rows.select(layout.boxes.values()).iter_rows()
    words = [word_of({w: cell or "" for w, cell in zip(layout.boxes, row, strict=True)}) for row in cells]
    return pl.Series(TICKED, [word or None for word in words], dtype=pl.String)


def with_ticks(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Rows with the word of their ticks in a column of its own; as they are where there are no boxes."""
    return rows.hstack([ticked(rows, layout)]) if layout.boxes else rows
