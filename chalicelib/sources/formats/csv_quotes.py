"""引号 · Rows with double quotes: a quoted cell may hold separators and line breaks, an unclosed quote may
not
swallow rows.

polars reads whatever needs no thought: lines that are one row each. Only the lines that hold half a
pair of quotes, or a quote inside a cell, and those with a cell too many or too few go through Python's csv,
strictly, one row at a time (measured: csv makes one row of three without an error, where it is left alone).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

MOST_LINES: Final = 200  # of one row: more is an unclosed quote


class UnclosedQuoteError(Exception):
    """A quote that is not closed; `line` is where the row that contains it begins."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line: Final = line


def tightened(text: str, separator: str) -> str:
    """The text without the blanks between a separator and the quotes around a cell.

    >>> tightened('"a", "b" ,c', ",")
    '"a","b",c'
    """
    before, behind = _blanks(separator)
    return behind.sub('"', before.sub(r'\1"', text)) if '"' in text else text


@cache
def _blanks(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    blank = "[ \u3000\xa0]" if separator == "\t" else "[ \t\u3000\xa0]"
    mark = re.escape(separator)
    before, behind = rf'(^|{mark}){blank}+"(?!"[^{mark}\s])', rf'"{blank}+(?={mark}|$)'
    return re.compile(before, re.MULTILINE), re.compile(behind, re.MULTILINE)


def rows_among(
    lines: Sequence[str], places: Iterable[int], first_line: int, separator: str, width: int
) -> tuple[list[tuple[int, list[str]]], set[int]]:
    """The rows that begin on these lines, and the places of all lines that they take.

    A quote that is never closed, on a line that is a whole row if it is taken for a character, costs this row
    alone: it comes with a cell too many, for nobody can tell where the quote was meant to end. Raises
    UnclosedQuoteError where the line is no whole row either.
    """
    rows: list[tuple[int, list[str]]] = []
    taken: set[int] = set()
    for place in places:
        if place in taken:
            continue
        line = lines[place]
        try:
            cells, count = (
                _whole_row_at(lines, place, separator, first_line, width)
                if '"' in line
                else (line.split(separator), 1)
            )
        except UnclosedQuoteError:
            if width < 2 or line.count(separator) != width - 1:
                raise
            cells, count = [*line.split(separator), ""], 1
        rows.append((first_line + place, cells))
        taken.update(range(place, place + count))
    return rows, taken


def _whole_row_at(
    lines: Sequence[str], place: int, separator: str, first_line: int, width: int
) -> tuple[list[str], int]:
    cells, count = _row_at(lines, place, separator, first_line)
    # A cell with a line break and as many separators as a whole row has: two unclosed quotes that
    # happen to pair up would swallow the rows between them without an error.
    if count > 1 and any("\n" in cell and cell.count(separator) >= width - 1 for cell in cells):
        raise UnclosedQuoteError(first_line + place)
    return cells, count


def _row_at(lines: Sequence[str], place: int, separator: str, first_line: int) -> tuple[list[str], int]:
    """The cells of the row that begins on a line with a quote, and how many lines it takes.

    Each line is looked at once: what goes wrong inside a row is mended by no line behind it.
    """
    most = range(place, min(len(lines), place + MOST_LINES))
    tight = _first_row((tightened(lines[number], separator) for number in most), separator)
    bare = (
        _first_row((lines[number] for number in most), separator) if tight is None or tight[1] > 1 else None
    )
    found = [row for row in (tight, bare) if row is not None]
    if not found:
        raise UnclosedQuoteError(first_line + place)
    return min(found, key=lambda row: row[1])  # the tight one, where both take as many lines


def _first_row(lines: Iterable[str], separator: str) -> tuple[list[str], int] | None:
    """The cells of the first row and how many lines it takes; None where it is no csv, or does not end."""
    rows = csv.reader((f"{line}\n" for line in lines), delimiter=separator, strict=True)
    try:
        return next(rows, []), rows.line_num
    except csv.Error:
        return None


def open_row(text: bytes, separator: str) -> int | None:
    """Where the row begins that a text of whole rows and lines leaves inside a quote; None if it leaves none.

    A quote that has been open for more lines than any row has is none: who reads the rows judges it.
    """
    lines = text.decode("latin-1").removesuffix("\n").split("\n")  # only quotes, separators and breaks count
    place = 0
    while place < len(lines):
        if '"' not in lines[place]:
            place += 1
            continue
        try:
            _, taken = _row_at(lines, place, separator, 1)
        except UnclosedQuoteError:
            if len(lines) - place <= MOST_LINES:
                return sum(len(line) + 1 for line in lines[:place])
            taken = 1
        place += taken
    return None
