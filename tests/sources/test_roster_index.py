"""Who is on the roster, by number."""

from __future__ import annotations

import polars as pl

from chalicelib.sources.people.identity_numbers import pack
from tests.sources.builders import number, roster


def packed(*sequences: int) -> pl.Series:
    return pl.Series([pack(number(sequence)) for sequence in sequences], dtype=pl.Int64)


def test_all_of_some_numbers_are_on_the_roster_or_not() -> None:
    assert roster(1, 2, 3).has_all(packed(1, 3))
    assert roster(1, 2, 3).has_all(packed())
    assert not roster(1, 2, 3).has_all(packed(1, 4))
