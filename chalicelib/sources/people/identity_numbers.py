"""身份证号码 · Identity numbers: every form that departments write, to one 18-character form and one int64.

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
from enum import StrEnum
from functools import cache
from typing import Final

import polars as pl
from stdnum.iso7064 import mod_11_2

from chalicelib.sources.formats.csv_rows import places_of
from chalicelib.sources.values import identity_documents
from chalicelib.sources.values.cells import APOSTROPHES, NOTHING, clean, has_invisible, says_nothing
from chalicelib.sources.values.row_faults import Fault

OLDEST_YEARS: Final = 130
# A cell of which this is wrong may be no number of a resident at all.
MAY_BE_ANOTHER_DOCUMENT: Final = (Fault.NUMBER_LENGTH, Fault.NUMBER_CHARACTERS)

_CHECKS: Final = "0123456789X"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EIGHTEEN: Final = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN: Final = re.compile(r"[0-9]{15}")
_FIGURE: Final = re.compile(r"[0-9]+(\.[0-9]*)?([eE]\+?[0-9]+)?")
_CUT: Final = re.compile(r"[1-9][0-9]{14}000")
_SCIENTIFIC: Final = re.compile(r"([1-9])\.([0-9]{1,17})[eE]\+?17")
_BIRTH: Final = re.compile(r"[0-9]{6}((?:18|19|20)[0-9]{6})[0-9X?*]{0,5}$")
_FLOOR: Final = 10**16  # of 17 digits: keeps out signs, which a cast would read; less goes the slow way
_FULL_WIDTH: Final = re.compile("[\uff01-\uff5e]")
_X_FORM: Final = re.compile("[xхХχΧ×✕╳ｘ]")
_FORCED: Final = re.compile(f"[{APOSTROPHES}＇=＝]")
# What stands for X in files: small, Cyrillic and Greek in both cases, the multiplication sign and others.
_X_FORMS: Final = str.maketrans(dict.fromkeys("xхХχΧ×✕╳", "X"))


def canonical(text: str, on: date) -> str | Fault:
    """The 18-character number that a cell means on a day, or what is wrong with it."""
    # A number begins with a digit, so that a minus or plus is a wrong character, not a sign.
    number = clean(text, inside=True).translate(_X_FORMS)
    if not number or ("*" not in number and says_nothing(number)):
        return Fault.NUMBER_EMPTY
    if _FIFTEEN.fullmatch(number):
        body = f"{number[:6]}19{number[6:]}"
        return _born_credibly(body + mod_11_2.calc_check_digit(body), on)
    if not _EIGHTEEN.fullmatch(number):
        return _malformed(number)
    if not mod_11_2.is_valid(number):
        return Fault.NUMBER_CHECK
    return _born_credibly(number, on)


def borne(text: str, on: date) -> str | Fault:
    """The canonical number that a cell means, or the number of another document; else what is wrong with it.

    For whoever asks about one person: a bearer of such a document is found by it, and nobody else is.
    """
    number = canonical(text, on)
    is_another = number in MAY_BE_ANOTHER_DOCUMENT and identity_documents.may_be(text)
    return identity_documents.plain(text) if is_another else number


def born(number: str) -> date | None:
    """The birth date inside a canonical number; None for another document, which tells none."""
    if identity_documents.is_document(number):
        return None
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def pack(number: str) -> int:
    """A canonical number as an integer: first 17 digits x 11 + value of the check character.

    That of another document lies beyond all of these.
    """
    if identity_documents.is_document(number):
        return identity_documents.packed_document(number)
    return int(number[:17]) * 11 + _CHECKS.index(number[17])


def unpack(packed: int) -> str:
    """The number that `pack` made this integer of."""
    if packed >= identity_documents.FIRST:
        return identity_documents.unpacked_document(packed)
    body, check = divmod(packed, 11)
    return f"{body:017d}{_CHECKS[check]}"


def birth_in(packed: pl.Expr) -> pl.Expr:
    """The birth date in each packed number, as yyyymmdd; null for another document, which tells none."""
    return pl.when((packed > 0) & (packed < identity_documents.FIRST)).then(packed // 11_000 % 10**8)


_BLANKS: Final = dict.fromkeys("\u3000\u00a0 \t", "")
_FORMS: Final = dict(zip("０１２３４５６７８９Ｘｘxх×ХχΧ╳", "0123456789XXXXXXXXX", strict=True))
_UNSEEN: Final = dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
_NONE: Final = pl.Series([None], dtype=pl.Int64)
# Cells without anything that only Python's careful reader knows: what is wrong with them shows. They begin
# and end with what may belong to a number: marks around a word may make it one that says nothing.
_BARE: Final = "^[1-9A-Za-z*](?:[0-9A-Za-z*.+]*[0-9A-Za-z*])?$"
_NOTHING: Final = sorted(NOTHING)


class Repair(StrEnum):
    """What was mended in a number before it could be read; each goes into the ledger of repairs."""

    FIFTEEN_DIGITS = "fifteen_digits"
    FULL_WIDTH = "full_width"
    X_FORM = "x_form"  # small, Cyrillic, Greek, or the multiplication sign
    BLANKS = "blanks"
    INVISIBLE = "invisible"
    APOSTROPHE = "apostrophe"  # or the ="…" by which spreadsheets force text


def repairs_of(text: str) -> list[Repair]:
    """The repairs that make a canonical number of a readable cell; none where it was one already.

    >>> repairs_of("'110105 491231002")
    [<Repair.FIFTEEN_DIGITS: 'fifteen_digits'>, <Repair.BLANKS: 'blanks'>, <Repair.APOSTROPHE: 'apostrophe'>]
    """
    signs = {
        Repair.FIFTEEN_DIGITS: len(clean(text, inside=True)) == 15,
        Repair.FULL_WIDTH: _FULL_WIDTH.search(text),
        Repair.X_FORM: _X_FORM.search(text),
        Repair.BLANKS: "".join(text.split()) != text,
        Repair.INVISIBLE: has_invisible(text),
        Repair.APOSTROPHE: _FORCED.search(text),
    }
    return [rule for rule, shows in signs.items() if shows]


def mended(cells: pl.Series) -> pl.Series:
    """Cells after the repairs that concern single characters; what needs more thought stays as it is."""
    return cells.to_frame("cell").select(
        pl.col("cell")
        .str.replace_many(_UNSEEN | _FORMS)
        .str.strip_chars()
        .str.strip_chars_start("'")
        .str.replace_many(_BLANKS)
    ).to_series()  # fmt: skip


def packed_if_fifteen(cells: pl.Series) -> pl.Series:
    """The packed number where a cell is a number of 15 ASCII digits, else null; the check is computed."""
    figure, body = pl.col("figure"), pl.col("body")
    short = pl.col("cell").str.len_bytes() == 15
    return _one(
        _frame(cell=cells)
        .with_columns(figure=pl.col("cell").cast(pl.Int64, strict=False))
        .with_columns(body=pl.when(short & (figure >= _FLOOR // 100)).then(
            figure // 10**9 * 10**11 + 19 * 10**9 + figure % 10**9
        ))
        .with_columns(birth=body // 1000 % 10**8)
        .select(body * 11 + (12 - _sum().cast(pl.Int64) % 11) % 11)
    )  # fmt: skip


def packed_if_clean(cells: pl.Series) -> pl.Series:
    """The packed number where a cell is 18 clean ASCII characters, else null; no check is computed."""
    whole, long = cells.cast(pl.Int64, strict=False), cells.str.len_bytes() == 18
    packed = (whole + whole // 10).zip_with(long & (whole >= _FLOOR * 10), _NONE)
    is_other = long & whole.is_null()
    if not is_other.any():
        return packed
    others = cells.filter(is_other)
    body = others.str.head(17).cast(pl.Int64, strict=False)
    fits = others.str.ends_with("X") & (body >= _FLOOR)
    return packed.scatter(places_of(is_other), (body * 11 + 10).zip_with(fits, _NONE))


def is_sound(packed: pl.Series, on: date) -> pl.Series:
    """Whether each packed number has a fitting check character and a credible birth date on a day."""
    birth = pl.col("birth")
    credible = (birth <= _as_figure(on)) & (birth >= _oldest(on))
    return _one(_digits(packed).select((_fits() & credible & _exists()).fill_null(False)))


def faults_of(packed: pl.Series, on: date) -> pl.Series:
    """What is wrong with each packed number; null where nothing is."""
    birth = pl.col("birth")
    return _one(
        _digits(packed).select(
            pl.when(~_fits()).then(pl.lit(Fault.NUMBER_CHECK.value))
            .when(~_exists() | (birth < 10_000)).then(pl.lit(Fault.NUMBER_BIRTH.value))
            .when(birth > _as_figure(on)).then(pl.lit(Fault.NUMBER_BIRTH_FUTURE.value))
            .when(birth < _oldest(on)).then(pl.lit(Fault.NUMBER_BIRTH_TOO_OLD.value))
            .alias("fault")
        )
    )  # fmt: skip


def malformed(bare: pl.Series) -> pl.Series:
    """What is wrong with `mended` cells that are no number; null where that takes more thought."""
    return bare.to_frame("bare").select(_malformation()).to_series()


@cache
def _malformation() -> pl.Expr:
    cell = pl.col("bare")
    figure = cell.str.contains(f"^(?:{_FIGURE.pattern})$") & cell.str.contains("[.eE]")
    return (
        pl.when(cell.is_null()).then(pl.lit(Fault.NUMBER_EMPTY.value))
        .when(~cell.str.contains(_BARE)).then(None)
        .when(cell.str.to_lowercase().is_in(_NOTHING)).then(pl.lit(Fault.NUMBER_EMPTY.value))
        .when(cell.str.contains("*", literal=True)).then(pl.lit(Fault.NUMBER_MASKED.value))
        .when(figure).then(pl.lit(Fault.NUMBER_AS_FIGURE.value))
        .when(cell.str.len_bytes().is_in([15, 18])).then(pl.lit(Fault.NUMBER_CHARACTERS.value))
        .otherwise(pl.lit(Fault.NUMBER_LENGTH.value))
    )  # fmt: skip


def _frame(**columns: pl.Series) -> pl.LazyFrame:
    # Lazy, for every operation on columns at hand is a query of its own, 0.1 ms each.
    return pl.DataFrame(columns).lazy()


def _one(frame: pl.LazyFrame) -> pl.Series:
    return frame.collect().to_series()


def _digits(packed: pl.Series) -> pl.LazyFrame:
    """Packed numbers with the 17 digits and the birth date in them."""
    frame = _frame(packed=packed).with_columns(body=pl.col("packed") // 11)
    return frame.with_columns(birth=pl.col("body") // 1000 % 10**8)


@cache
def _fits() -> pl.Expr:
    # A check value c fits when c = (1 - sum of weighted digits) modulo 11.
    return (_sum() + (pl.col("packed") - pl.col("body") * 11).cast(pl.UInt8)) % 11 == 1


@cache
def _exists() -> pl.Expr:
    """Whether there is such a day in the calendar."""
    tables, month_day = _tables(), pl.col("birth") % 10_000
    leap = pl.lit(tables["is_leap"]).gather(pl.col("birth") // 10_000)
    return pl.lit(tables["in_every_year"]).gather(month_day) | ((month_day == 229) & leap)


@cache
def _sum() -> pl.Expr:
    """A small figure that is the sum of the weighted digits modulo 11."""
    tables, body, birth = _tables(), pl.col("body"), pl.col("birth")
    places = {"region": body // 10**11, "year": birth // 10_000, "month_day": birth % 10_000,
              "sequence": body % 1000}  # fmt: skip
    region, year, month_day, sequence = (pl.lit(tables[part]).gather(at) for part, at in places.items())
    return region + year + month_day + sequence


def first_fifteen(text: str) -> int | None:
    """The first 15 digits of a number that a spreadsheet has cut; None if they cannot be told.

    >>> first_fifteen("341281195002031000"), first_fifteen("3.41281195002031E+17"), first_fifteen("3.41E+17")
    (341281195002031, 341281195002031, None)
    """
    cell = clean(text, inside=True)
    if _CUT.fullmatch(cell):
        return int(cell[:15])
    parts = _SCIENTIFIC.fullmatch(cell)
    return int(parts.group(1) + parts.group(2)[:14]) if parts and len(parts.group(2)) >= 14 else None


def birth_figure(text: str) -> int | None:
    """The birth date inside a cell that is no sound number, as yyyymmdd; None if none can be told."""
    digits = clean(text, inside=True).translate(_X_FORMS)
    found = _BIRTH.match(digits)
    return int(found.group(1)) if found else None


def _as_figure(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _oldest(on: date) -> int:
    """The birth date of whoever is as old as anybody can be, as yyyymmdd."""
    return _as_figure(on) - OLDEST_YEARS * 10_000


def _malformed(number: str) -> Fault:
    if "*" in number:
        return Fault.NUMBER_MASKED
    if _FIGURE.fullmatch(number) and not number.isdigit():
        return Fault.NUMBER_AS_FIGURE
    return Fault.NUMBER_CHARACTERS if len(number) in (15, 18) else Fault.NUMBER_LENGTH


def _born_credibly(number: str, on: date) -> str | Fault:
    try:
        day = date.fromisoformat(number[6:14])
    except ValueError:
        return Fault.NUMBER_BIRTH
    if day > on:
        return Fault.NUMBER_BIRTH_FUTURE
    if _as_figure(day) < _oldest(on):
        return Fault.NUMBER_BIRTH_TOO_OLD
    return number


def _weighted(digits: int, weights: tuple[int, ...]) -> pl.Series:
    """For every figure of so many digits: the sum of its weighted digits modulo 11."""
    sums = pl.Series([0], dtype=pl.UInt8)
    for weight in weights[:digits]:
        last = pl.DataFrame({"last": [digit * weight % 11 for digit in range(10)]}, schema={"last": pl.UInt8})
        both = sums.to_frame("first").join(last, how="cross", maintain_order="left_right")
        sums = both.select((pl.col("first") + pl.col("last")) % 11).to_series()
    return sums


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
