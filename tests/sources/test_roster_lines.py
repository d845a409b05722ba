"""Who stands on the rosters, who has left them, and whose payee another number has taken over."""

from __future__ import annotations

import io
from datetime import date

import polars as pl

from chalicelib.sources.people.identity_numbers import pack
from chalicelib.sources.people.roster_duplicates import under_one_payee
from chalicelib.sources.people.roster_lines import SCHEMA, after_roster, kept, standing
from tests.sources.builders import number

JANUARY, FEBRUARY, MARCH = date(2025, 1, 3), date(2025, 2, 3), date(2025, 3, 3)
AREA = "341602001001"


def lines(day: date, *people: tuple[str, str]) -> pl.DataFrame:
    rows = [(person, "resident_pension", AREA, payee, date(2010, 1, 1), day) for person, payee in people]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def never(missing: int, of: int) -> bool:
    return False


def test_who_has_left_stays_known_until_listed_again() -> None:
    first = after_roster(kept(None), lines(JANUARY, ("a", "1"), ("b", "2")), never).everything
    second = after_roster(first, lines(FEBRUARY, ("b", "2")), never)
    assert second.gone.select("person", "left").rows() == [("a", FEBRUARY)]
    assert standing(second.everything)["person"].to_list() == ["b"]
    third = after_roster(second.everything, lines(MARCH, ("b", "2")), never)
    assert third.gone.select("person", "left").rows() == [("a", FEBRUARY)], "since the first that lacks them"
    fourth = after_roster(third.everything, lines(MARCH, ("a", "1")), never)
    assert fourth.gone.is_empty()


def test_from_rows_that_came_back_mended_nobody_is_missing() -> None:
    first = after_roster(kept(None), lines(JANUARY, ("a", "1"), ("b", "2")), never).everything
    mended = after_roster(first, lines(FEBRUARY, ("b", "2")), never, is_whole=False)
    assert mended.gone.is_empty()
    assert mended.lines["person"].to_list() == ["a", "b"]


def test_what_was_kept_before_who_left_stayed_known_still_reads() -> None:
    buffer = io.BytesIO()
    lines(JANUARY, ("a", "1")).write_parquet(buffer)
    assert standing(kept(buffer.getvalue())).equals(lines(JANUARY, ("a", "1")))


def test_what_is_kept_now_reads_as_it_was() -> None:
    everything = after_roster(kept(None), lines(JANUARY, ("a", "1")), never).everything
    buffer = io.BytesIO()
    everything.write_parquet(buffer)
    assert kept(buffer.getvalue()).equals(everything)


def index(*people: tuple[str, str, str | None]) -> pl.DataFrame:
    rows = [(pack(number), person, name) for person, number, name in people]
    return pl.DataFrame(
        rows, schema={"number": pl.Int64, "person": pl.String, "name": pl.String}, orient="row"
    )


def test_one_payee_under_two_numbers_of_one_name_or_birth_date() -> None:
    one, alike, apart = number(1), number(2), number(3, born="19610101")
    drawn = lines(JANUARY, ("a", "1"), ("b", "1"))
    people = pl.Series(["a"])
    pair = [("a", "b", "resident_pension")]
    assert under_one_payee(drawn, index(("a", one, "甲"), ("b", alike, None)), people) == pair
    assert under_one_payee(drawn, index(("a", one, "王建国"), ("b", apart, "王?国")), people) == pair
    assert under_one_payee(drawn, index(("a", one, "甲"), ("b", apart, "乙")), people) == []
    assert under_one_payee(drawn, index(("a", one, None), ("b", apart, "乙")), people) == []
    assert under_one_payee(lines(JANUARY, ("a", "1"), ("b", "2")), index(("a", one, "甲")), people) == []
