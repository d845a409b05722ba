"""日期合理性 · Whether a day can be true beside the birth date that stands in the person's number.

What no rule could use goes back with its line and the reason, instead of counting as accepted and changing
nothing: a death before birth, a day of before the country was founded, a benefit from a year that lies ahead.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from chalicelib.sources.people.identity_numbers import birth_in
from chalicelib.sources.values.row_faults import Fault

OLDEST_YEARS: Final = 120  # nobody has reached it: the record is about somebody else, or the day is wrong
FOUNDED: Final = date(1949, 10, 1)  # no department has records of anybody's doings from before
_EPOCH: Final = date(1970, 1, 1)  # what programs write for no day at all


def a_period_after(day: date) -> date:
    """The same day a year later, for no tier carries longer than 12 months: 29 February clamps.

    >>> a_period_after(date(2024, 2, 29))
    datetime.date(2025, 2, 28)
    """
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + 1, day=last)


def days_that_cannot_be(field: str, days: pl.Series, packed: pl.Series, on: date) -> pl.Series:
    """What is wrong with each day of a field, null where nothing is; `packed` are the numbers of its rows.

    `day` is when something happened, `since` the day from which a benefit is drawn, which may lie ahead; one
    before birth is a clerk's slip (a form's usual day), and nobody falls off a roster for that.
    """
    day, birth = pl.col("day"), birth_in(pl.col("packed"))
    figure = day.dt.year().cast(pl.Int64) * 10_000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()
    is_before = figure < birth
    if field == "day":
        is_beyond = figure >= birth + (OLDEST_YEARS + 1) * 10_000
        wrong = {Fault.DAY_BEFORE_BIRTH: is_before, Fault.DAY_BEYOND_LIFE: is_beyond}
        wrong |= {Fault.DAY_PLACEHOLDER: day == _EPOCH, Fault.DAY_TOO_EARLY: day < FOUNDED}
    else:
        wrong = {Fault.DAY_TOO_FAR: day > a_period_after(on)}
    told = pl.coalesce([pl.when(is_so).then(pl.lit(fault.value)) for fault, is_so in wrong.items()])
    rows = pl.DataFrame({"day": days, "packed": packed}).lazy()
    return rows.select(told.alias("fault")).collect().to_series()
