"""文本行 · The lines of a block of text: where each of them stands, and which are whole rows by
themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final, overload

import polars as pl

_PACKED: Final = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x28\xb5\x2f\xfd")
# Characters that no table has any use for: one that a text does not have parts none of its lines.
_UNUSED: Final = tuple(chr(code) for code in range(1, 32) if code not in b"\t\n\r")


def decoded(text: str) -> str:
    """Words in GB 18030 of which each byte was made a character; raises UnicodeDecodeError."""
    return text.encode("latin-1").decode("gb18030")


def read_text(text: bytes, **how: Any) -> pl.DataFrame:
    """What polars reads in a text. It would unpack one that begins like gzip, zlib or zstd; a row may, too.

    >>> read_text(b"x^2,1", has_header=False, schema={"a": pl.String, "b": pl.String}).row(0)
    ('x^2', '1')
    """
    if not text.startswith(_PACKED):
        return pl.read_csv(text, **how)
    frame = pl.read_csv(b"?" + text[1:], **how)
    first = frame.columns[0]
    return frame.with_columns(frame[first].scatter(0, text[:1].decode() + frame[first][0][1:]))


@dataclass(frozen=True)
class Lines(Sequence[str]):
    """The lines of a text in UTF-8; only those that somebody asks for become words.

    `is_foreign`: each byte of a text in GB 18030 was made a character.
    """

    text: bytes = field(repr=False)
    is_foreign: bool = False

    @cached_property
    def found(self) -> pl.Series:
        """Every line of the text, blank ones as null; raises UnicodeDecodeError."""
        never = next((mark for mark in _UNUSED if mark.encode() not in self.text), _UNUSED[0])
        try:
            found = read_text(
                self.text, has_header=False, schema={"": pl.String}, separator=never, quote_char=None
            ).to_series()
        except pl.exceptions.PolarsError:
            found = pl.Series(dtype=pl.String)
        if found.str.len_bytes().sum() + found.len() - len(self.text) not in (0, 1):
            return pl.Series(self.text.decode().split("\n"), dtype=pl.String)
        return found

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins, and where one more would."""
        ends = (self.found.str.len_bytes().fill_null(0).cast(pl.Int64) + 1).cum_sum()
        return [0, *ends.to_list()]

    def __len__(self) -> int:
        return self.found.len()

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        line = self.text[self.starts[place] : self.starts[place + 1] - 1].decode()
        return decoded(line) if self.is_foreign else line

    def fitting(self, separator: str, width: int) -> pl.Series:
        """Which lines are one row each, of so many cells, each without quotes or with one pair around it."""
        lines = self.found.fill_null("")
        if b'"' not in self.text:
            return lines.str.count_matches(separator, literal=True) == width - 1
        return lines.str.contains(_row(separator, width))

    def with_rows(self, taken: Sequence[int], rows: Mapping[int, Sequence[str]], separator: str) -> bytes:
        """The text with rows of cells, by the place where each begins, for the lines taken, in order."""
        pieces, behind = [], 0
        for place in taken:
            row = self._written(rows[place], separator) if place in rows else b""
            pieces += [self.text[behind : self.starts[place]], row]
            behind = self.starts[place + 1]
        return b"".join([*pieces, self.text[behind:]])

    def _written(self, cells: Sequence[str], separator: str) -> bytes:
        words = '"' + f'"{separator}"'.join(cell.replace('"', '""') for cell in cells) + '"\n'
        return (words.encode("gb18030").decode("latin-1") if self.is_foreign else words).encode()


@cache
def _row(separator: str, width: int) -> str:
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(separator)}]*)'
    return rf"^(?:{cell}{re.escape(separator)}){{{width - 1}}}{cell}$"
