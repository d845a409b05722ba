"""逐行数据 · JSON lines: each line an object whose names are columns; figures stay as they were written.

A name that an object lacks is a blank cell: many programs leave out what is null.
An identity number written as a figure is read digit by digit, never through a binary fraction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from chalicelib.sources.feeds.columns import name_of
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_rows import Batch, batch_of_records
from chalicelib.sources.formats.encodings import LOST, unified, unmarked
from chalicelib.sources.formats.headers import Layout, object_in, places_of_names

_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")  # what \\ud800 alone stands for is no text


def batch_of_objects(block: bytes, layout: Layout, first_line: int, feed: Feed) -> Batch:
    """The rows of a block of whole lines; raises UnicodeDecodeError."""
    lines = unmarked(unified(block)).decode(layout.encoding).split("\n")
    records: list[tuple[int, Sequence[str]]] = []
    unfit: list[tuple[int, str]] = []
    places = places_of_names(layout, feed)
    places |= {name: place for place, name in enumerate(layout.header)}  # as it is written, told at once
    for line, text in enumerate(lines, start=first_line):
        if not text.strip():
            continue
        cells = _cells(text, places, layout.width)
        if cells is None:
            unfit.append((line, text))
        else:
            records.append((line, cells))
    return batch_of_records(records, layout, unfit)


def _cells(text: str, places: Mapping[str, int | None], width: int) -> list[str] | None:
    """The cells of one object in the columns' order; None if it is none, or says what was not agreed.

    None too where two names of one column say something.
    """
    found = object_in(text)
    if found is None:
        return None
    cells = [""] * width
    for name, value in found.items():
        known = name if name in places else name_of(name)
        if known not in places or isinstance(value, list | dict):
            return None
        place, cell = places[known], "" if value is None else str(value)
        if place is None or not cell:
            continue
        if cells[place]:
            return None
        cells[place] = cell
    return [_HALF_CHARACTER.sub(LOST, cell) for cell in cells]
