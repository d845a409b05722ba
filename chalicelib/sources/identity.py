"""Identity numbers: every form that departments write, to one 18-character form and one int64.

The slow path, `canonical`, reads one cell; the fast path judges a whole column of clean numbers with
polars expressions and gives the same answers (a property test holds them against each other).

GB 11643: 6 region + 8 birth date + 3 sequence + check character. The region is never judged: codes
change, and numbers were issued decades after birth (domain section 6).

>>> canonical("１１０１０５１９４９１２３１００２ｘ", date(2025, 1, 1))
'11010519491231002X'
>>> unpack(pack("11010519491231002X"))
'11010519491231002X'
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Final

import polars as pl
from stdnum.iso7064 import mod_11_2

from chalicelib.sources.cells import clean
from chalicelib.sources.faults import Fault

OLDEST_YEARS: Final = 130

_CHECKS: Final = "0123456789X"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EIGHTEEN: Final = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN: Final = re.compile(r"[0-9]{15}")
_FIGURE: Final = re.compile(r"[0-9]+(\.[0-9]*)?([eE]\+?[0-9]+)?")
# What stands for X in files: small, Cyrillic (both cases), the multiplication sign and its look-alike.
_X_FORMS: Final = str.maketrans(dict.fromkeys("xхХ×✕", "X"))


def canonical(text: str, on: date) -> str | Fault:
    """The 18-character number that a cell means on a day, or what is wrong with it."""
    # A number begins with a digit, so that a minus or plus is a wrong character, not a sign.
    number = clean(text, inside=True).translate(_X_FORMS)
    if not number:
        return Fault.NUMBER_EMPTY
    if _FIFTEEN.fullmatch(number):
        body = f"{number[:6]}19{number[6:]}"
        return _born_credibly(body + mod_11_2.calc_check_digit(body), on)
    if not _EIGHTEEN.fullmatch(number):
        return _malformed(number)
    if not mod_11_2.is_valid(number):
        return Fault.NUMBER_CHECK
    return _born_credibly(number, on)


def born(number: str) -> date:
    """The birth date inside a canonical number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def pack(number: str) -> int:
    """A canonical number as an integer: first 17 digits x 11 + value of the check character."""
    return int(number[:17]) * 11 + _CHECKS.index(number[17])


def unpack(packed: int) -> str:
    """The canonical number that `pack` made this integer of."""
    body, check = divmod(packed, 11)
    return f"{body:017d}{_CHECKS[check]}"


def packed_if_clean(column: str) -> pl.Expr:
    """The packed number where a cell is 18 clean ASCII characters, else null; no check is computed."""
    cell = pl.col(column)
    body = cell.str.slice(0, 17).cast(pl.Int64, strict=False)
    last = cell.str.slice(17, 1)
    check = pl.when(last == "X").then(10).otherwise(last.cast(pl.Int64, strict=False))
    # The floor keeps out signs, which a cast would read; numbers below it go the slow way.
    clean_cell = (cell.str.len_bytes() == 18) & (body >= 10**16)
    return pl.when(clean_cell).then(body * 11 + check)


def is_sound(packed: pl.Series, on: date) -> pl.Series:
    """Whether each packed number has a fitting check character and a credible birth date on a day."""
    body = packed // 11
    region, birth, sequence = body // 10**11, (body // 1000) % 10**8, body % 1000
    year, month_day = birth // 10_000, birth % 10_000
    tables = _tables()
    total = (
        tables["region"].gather(region)
        + tables["year"].gather(year)
        + tables["month_day"].gather(month_day)
        + tables["sequence"].gather(sequence)
    ) % 11
    exists = tables["in_every_year"].gather(month_day) | ((month_day == 229) & tables["is_leap"].gather(year))
    # A check value c fits when c = (1 - sum of weighted digits) modulo 11.
    fits = (total.cast(pl.Int64) + packed % 11) % 11 == 1
    return fits & exists & (birth <= _as_figure(on)) & (birth >= _as_figure(on) - OLDEST_YEARS * 10_000)


def _as_figure(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _malformed(number: str) -> Fault:
    if "*" in number:
        return Fault.NUMBER_MASKED
    if _FIGURE.fullmatch(number) and not number.isdigit():
        return Fault.NUMBER_AS_FIGURE
    return Fault.NUMBER_CHARACTERS if len(number) in (15, 18) else Fault.NUMBER_LENGTH


def _born_credibly(number: str, on: date) -> str | Fault:
    try:
        day = born(number)
    except ValueError:
        return Fault.NUMBER_BIRTH
    if day > on:
        return Fault.NUMBER_BIRTH_FUTURE
    if _as_figure(day) < _as_figure(on) - OLDEST_YEARS * 10_000:
        return Fault.NUMBER_BIRTH_TOO_OLD
    return number


def _weighted(digits: int, weights: tuple[int, ...]) -> pl.Series:
    """For every figure of so many digits: the sum of its weighted digits modulo 11."""
    figures = pl.int_range(10**digits, eager=True)
    places = [figures // 10 ** (digits - 1 - place) % 10 * weight for place, weight in enumerate(weights)]
    return pl.Series(sum(places[1:], places[0]) % 11).cast(pl.UInt8)


@cache
def _tables() -> dict[str, pl.Series]:
    """Partial sums of the check by part of the number: four look-ups instead of 17 divisions."""
    days = pl.select(day=pl.date_range(date(2023, 1, 1), date(2023, 12, 31))).to_series()
    years = pl.int_range(10_000, eager=True)
    return {
        "region": _weighted(6, _WEIGHTS[:6]),
        "year": _weighted(4, _WEIGHTS[6:10]),
        "month_day": _weighted(4, _WEIGHTS[10:14]),
        "sequence": _weighted(3, _WEIGHTS[14:]),
        "in_every_year": years.is_in((days.dt.month().cast(pl.Int64) * 100 + days.dt.day()).implode()),
        "is_leap": (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0)),
    }
