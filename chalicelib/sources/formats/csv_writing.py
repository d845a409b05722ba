"""导出表格 · What leaves as CSV: for Excel and WPS, and so that nothing in it runs. The one place that writes
any.

UTF-8 with a byte order mark, CRLF. A text that a spreadsheet would take for a formula (OWASP ASVS 5, 1.2.10)
gets a leading apostrophe, which makes the cell a text and stays where it is when the file is saved. Figures
and days of ours are written as such. Where a file comes back, figures that a spreadsheet would write with
fewer digits get one too; our readers take it off again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Final

Cell = str | int | float | date | None
_PIECE: Final = 500_000  # characters

_BEGINS_A_FORMULA: Final = frozenset("=+-@")
_SHOWS_NOTHING: Final = "\ufeff\u00ad\u200b\u200c\u200d\u200e\u200f\u2060"
_MINUS: Final = "\u2212"  # a minus sign that no compatibility form makes a hyphen
# Figures of 12 digits or more, which a spreadsheet shows and saves as 3.41602E+17; figures that begin with
# a zero; months, of which it makes May-25, or of 2025.10 a figure that ends in .1. Full width counts too.
_LOSES: Final = re.compile(r"\s*(?:\d{12,}(?:[.．]\d*)?|[0０]\d+|(?:19|20)\d\d[-/.－／．][01]?\d)\s*")


def would_run(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula, or a field for its beginning.

    >>> [would_run(text) for text in ("=1+1", "＝1", " @x", "\\n=1", "张三", "1-1", "")]
    [True, True, True, True, False, False, False]
    """
    if text and unicodedata.category(text[0]) == "Cc":  # tab, line ends, NUL
        return True
    first = _past_what_shows_nothing(text)[:1]
    return first == _MINUS or unicodedata.normalize("NFKC", first) in _BEGINS_A_FORMULA


def _past_what_shows_nothing(text: str) -> str:
    while (bare := text.lstrip().lstrip(_SHOWS_NOTHING)) != text:
        text = bare
    return text


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `as_it_was` takes the apostrophe off.

    >>> harmless("=1+1"), harmless("'=1+1"), harmless("'s"), as_it_was(harmless("'=1+1"))
    ("'=1+1", "''=1+1", "'s", "'=1+1")
    """
    return f"'{text}" if would_run(text.lstrip("'")) else text


def as_it_was(text: str) -> str:
    """What `harmless` was given: without the one apostrophe that it put there."""
    return text[1:] if text.startswith("'") and would_run(text.lstrip("'")) else text


def escaped(text: str) -> str:
    """A cell that a spreadsheet neither takes for a formula nor saves with fewer digits.

    >>> escaped("=1+1"), escaped("341602195002030015"), escaped("2025-06-30")
    ("'=1+1", "'341602195002030015", '2025-06-30')
    """
    return f"'{text}" if _LOSES.fullmatch(text) else harmless(text)


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, comes_back: bool = False) -> bytes:
    """A file of these rows, in their order; `comes_back`: it is corrected and dropped again."""
    return b"".join(csv_pieces(header, rows, comes_back=comes_back))


def csv_pieces(
    header: Sequence[str], rows: Iterable[Sequence[Cell]], *, comes_back: bool = False
) -> Iterator[bytes]:
    """The same piece by piece, as the rows come: no more than a piece of it is held."""
    safe = escaped if comes_back else harmless
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    yield codecs.BOM_UTF8
    for row in chain((header,), rows):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
        if text.tell() > _PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def rows_of(data: bytes) -> list[tuple[str, ...]]:
    """The rows of a file that `csv_of` wrote, without the header, each text as it was."""
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [tuple(map(as_it_was, row)) for row in list(csv.reader(text))[1:]]
