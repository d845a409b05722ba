"""文件预期 · Why a file that can be read is not loaded all the same: it is not what the feed usually
sends."""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from chalicelib.model import Counts
from chalicelib.sources.feeds.feed import Expect, Feed
from chalicelib.sources.field_reading import FIELD
from chalicelib.sources.formats.csv_rows import FAULT
from chalicelib.sources.range_results import Tally
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold, numbers_damaged
from chalicelib.sources.values.row_faults import Fault

# Fewer bad rows than this hold no file: in a file of ten rows two bad ones are chance, not a pattern.
FEWEST_BAD: Final = 5
# Naturally one number in a thousand ends in 000; a spreadsheet makes it all but those ending in X.
DAMAGED_SHARE: Final = 0.05
_DOUBTFUL: Final = [
    Fault.UNTIL_TOO_FAR.value,
    Fault.NAME_OF_ANOTHER.value,
    Fault.NUMBER_OF_ANOTHER_DOCUMENT.value,
]
USUAL_FROM: Final = 20  # below so many rows the size of the last file says nothing
USUAL_SHARE: Final = 0.5


def is_damaged(tally: Tally) -> bool:
    """Whether a spreadsheet has cut the column of numbers.

    Of those ending in 000 by distinct ones: a single recipient with such a number may ride the bus every
    day. Figures by rows: nobody has 3.41602E+17, which is all that is left of everybody in a county.
    """
    enough = tally.cut_numbers + tally.figures >= FEWEST_BAD
    return enough and tally.cut_rows + tally.figures >= DAMAGED_SHARE * tally.rows


def unexpected(
    counts: Counts, tally: Tally, noted: pl.DataFrame, context: ReadingContext, *, sent_again: bool
) -> FileHold | None:
    """The hold of a file that was read; a released file passes whatever a person could have looked at.

    `sent_again`: rejected rows, mended: few are as good as many, unless each file holds the whole list.
    """
    feed = context.feed
    if context.released:
        return None
    if is_damaged(tally):
        # A roster is what names are compared with: it is not compared with itself.
        return numbers_damaged(names_are_read="name" in feed.fields and feed.kind != "roster")
    listed = counts.rows + tally.not_filled_in  # whoever has a sheet in hand counts both
    miscounted = context.manifest.miscounted(listed) if context.manifest else None
    if miscounted or feed.expect is None:
        return miscounted
    floor = 0 if sent_again and not feed.is_full else _floor(feed.expect, context.usual_rows)
    if listed < floor:
        return hold(HoldCode.TOO_FEW_ROWS, f"{listed} < {floor}")
    return _unmet(counts, tally, feed, feed.expect) or _too_doubtful(noted, counts, feed, feed.expect)


def _too_doubtful(noted: pl.DataFrame, counts: Counts, feed: Feed, expect: Expect) -> FileHold | None:
    """The hold of a file in which far too many stated ends or names cannot be so."""
    if noted.is_empty():
        return None
    of_note = noted.filter(pl.col(FAULT).is_in(_DOUBTFUL) | (pl.col(FIELD) == "certified_until"))
    for name, count in of_note.group_by(FIELD).len().sort(FIELD).iter_rows():
        if count >= FEWEST_BAD and count > expect.rejected_share * counts.rows:
            return hold(HoldCode.TOO_MANY_DOUBTFUL, f"{feed.fields[name]} {count} / {counts.rows}")
    return None


def _floor(expect: Expect, usual_rows: int | None) -> int:
    """How many rows a file has at least."""
    if usual_rows is None or usual_rows < USUAL_FROM:
        return expect.rows.min
    return max(expect.rows.min, math.ceil(usual_rows * USUAL_SHARE))


def _unmet(counts: Counts, tally: Tally, feed: Feed, expect: Expect) -> FileHold | None:
    if counts.rejected >= FEWEST_BAD and counts.rejected > expect.rejected_share * counts.rows:
        return hold(HoldCode.TOO_MANY_REJECTED, f"{counts.rejected} / {counts.rows}")
    blank = [
        feed.fields[name]
        for name, share in expect.filled.items()
        if tally.blank[name] >= FEWEST_BAD and tally.blank[name] > (1 - share) * counts.rows
    ]
    return hold(HoldCode.TOO_MANY_BLANK, blank) if blank else None
