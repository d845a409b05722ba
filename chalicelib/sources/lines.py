"""The lines of a block of text: where each of them stands, and which are whole rows by themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final, overload

import polars as pl

# Characters that no table has any use for: one that a text does not have can stand for something else in it.
_UNUSED: Final = tuple(code for code in range(1, 32) if code not in b"\t\n\r")


def unused_in(text: bytes) -> int | None:
    """A control character that does not occur in a text; None where all of them do."""
    return next((code for code in _UNUSED if bytes([code]) not in text), None)


@dataclass(frozen=True)
class Lines(Sequence[str]):
    """The lines of a text; only those that somebody asks for become words.

    `text` is what the lines are found in: the bytes as sent, or as many others with the same breaks.
    """

    text: bytes = field(repr=False)
    sent: bytes = field(repr=False)
    encoding: str

    @cached_property
    def found(self) -> pl.Series:
        """Every line of the text, blank ones as null; raises UnicodeDecodeError."""
        never = unused_in(self.text)
        try:
            found = pl.read_csv(
                self.text,
                has_header=False,
                schema={"": pl.String},
                separator=chr(never or 1),
                quote_char=None,
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
        return self._sent(place).decode(self.encoding)

    def fitting(self, separator: str, width: int) -> pl.Series:
        """Which lines are one row each, of so many cells, each without quotes or with one pair around it."""
        return self.found.fill_null("").str.contains(_row(separator, width))

    def without(self, places: Sequence[int]) -> bytes:
        """The text without some lines, which are given in order."""
        gaps = [0, *(edge for place in places for edge in self.starts[place : place + 2]), len(self.text)]
        return b"".join([self.text[start:end] for start, end in zip(gaps[::2], gaps[1::2], strict=True)])

    def at(self, places: Sequence[int]) -> bytes:
        """Some lines in UTF-8."""
        return b"\n".join([self._sent(place) for place in places]).decode(self.encoding).encode()

    def _sent(self, place: int) -> bytes:
        return self.sent[self.starts[place] : self.starts[place + 1] - 1]


@cache
def _row(separator: str, width: int) -> str:
    cell = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(separator)}]*)'
    return rf"^(?:{cell}{re.escape(separator)}){{{width - 1}}}{cell}$"
