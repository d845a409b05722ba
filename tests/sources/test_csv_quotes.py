"""Where a row that begins on a line with a quote ends: told in one look at each line, at most 200 of them."""

from __future__ import annotations

import csv
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.sources.formats.csv_quotes import MOST_LINES, UnclosedQuoteError, _row_at, tightened
from tests.sources.builders import UNHURRIED, feed, lines, number, read


def _slowly(rows: list[str], separator: str) -> tuple[list[str], int] | None:
    """One line more at a time, each time from the beginning."""
    for taken in range(1, len(rows) + 1):
        text = "\n".join(rows[:taken])
        for each in dict.fromkeys((tightened(text, separator), text)):
            try:
                found = list(csv.reader([each], delimiter=separator, strict=True))
            except csv.Error:
                continue
            return (found[0] if found else []), taken
    return None


@given(st.lists(st.text('"ab, \t', max_size=7), min_size=1, max_size=5), st.sampled_from(",\t"))
@UNHURRIED
def test_it_ends_where_reading_line_after_line_ends_it(rows: list[str], separator: str) -> None:
    try:
        found = _row_at(rows, 0, separator, 1)
    except UnclosedQuoteError:
        found = None
    assert found == _slowly(rows, separator)


@pytest.mark.parametrize("every", [1, 2, 150])
def test_a_column_of_quotes_that_nobody_closes_costs_no_minutes(every: int) -> None:
    """Twenty thousand such rows took five minutes and more."""
    rows = [(number(), "2025-05-01", "来", '"x' if n % every == 0 else "x", "甲") for n in range(4_000)]
    begun = time.process_time()
    reading = read(lines(*rows), feed(expect={"rows": {"min": 1, "max": 10_000}, "rejected_share": 1.0}))
    assert time.process_time() - begun < 5
    assert reading.counts.rejected == len(rows[::every])
    assert MOST_LINES == 200
