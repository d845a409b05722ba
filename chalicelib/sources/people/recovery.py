"""号码修复 · Rows without a usable number: whom they may be about, and for certain only by digits, name and
roster.

A spreadsheet keeps 15 digits. Where these fit exactly one person of the roster and the name is theirs, the
person is recovered, and the evidence says so. A name and a birth date alone only suggest: a list for a
person to look at, never evidence (domain section 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.model import PersonId
from chalicelib.sources.formats.csv_rows import FAULT, LINE
from chalicelib.sources.people.identity_numbers import birth_figure, first_fifteen
from chalicelib.sources.people.matching import PACKED, PERSON
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.cells import read_day
from chalicelib.sources.values.person_names import same_name
from chalicelib.sources.values.row_faults import Fault

MOST_SUGGESTED: Final = 5  # more people of one name and day are no suggestion
_KNOWN: Final = {LINE: pl.Int64, "number": pl.Int64, PERSON: pl.String, "name": pl.String}
# Of two names in Chinese characters alone no wildcard is asked: they are the same, or not.
_PLAIN: Final = r"^[\u4e00-\u9fff]+$"
_CUT: Final = (Fault.NUMBER_CUT.value, Fault.NUMBER_AS_FIGURE.value)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row that went back, and the people of the roster it may be about."""

    line: int
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of rejected rows: found + strangers + rejected."""

    found: pl.DataFrame  # line, all columns, packed, person; where anybody is found
    rejected: pl.DataFrame  # line, all columns, fault
    strangers: int
    suggestions: list[Suggestion]


def recover(
    rejected: pl.DataFrame, positions: dict[str, str], roster: RosterIndex, on: date, *, damaged: bool = False
) -> Recovered:
    """Look for the people of rows whose number could not be read.

    In a file that a spreadsheet has `damaged` a cut number whose 15 digits nobody on the roster has is a
    stranger's. In a sound file it goes back: one row that ends in 000 may be a slip of the hand, and about
    anybody. Without a column of names nobody is recovered or suggested.
    """
    digits = [
        first_fifteen(cell or "") if fault in _CUT else None
        for cell, fault in zip(
            rejected[positions["number"]].to_list(), rejected[FAULT].to_list(), strict=True
        )
    ]
    if "name" not in positions and not any(digits):
        return Recovered(pl.DataFrame(), rejected, 0, [])
    rows = rejected.with_columns(pl.Series("fifteen", digits, dtype=pl.Int64))
    cut = rows.filter(pl.col("fifteen").is_not_null())
    known = pl.DataFrame(schema=_KNOWN)
    if cut.height:
        known = cut.join(roster.by_fifteen, on="fifteen", how="inner").select(*_KNOWN)
    nobody = cut.filter(pl.lit(damaged)).join(known, on=LINE, how="anti")
    certain = pl.DataFrame(schema={LINE: pl.Int64, PACKED: pl.Int64, PERSON: pl.String})
    suggestions: list[Suggestion] = []
    if "name" in positions:
        names = dict(rows.select(LINE, positions["name"]).iter_rows())
        certain = _certain(known, names)
        open_ = rows.join(certain, on=LINE, how="anti").join(nobody, on=LINE, how="anti")
        suggestions = _suggested(open_, positions, roster, names, on)
    rest = rejected.join(certain, on=LINE, how="anti", maintain_order="left")
    rest = rest.join(nobody, on=LINE, how="anti", maintain_order="left")
    found = rejected.drop(FAULT).join(certain, on=LINE, how="inner", maintain_order="left")
    return Recovered(found, rest, nobody.height, suggestions)


def _certain(known: pl.DataFrame, names: dict[int, str | None]) -> pl.DataFrame:
    """Lines whose 15 digits only one person has, whose name this is."""
    alone = known.filter(pl.col(PERSON).n_unique().over(LINE) == 1).unique(LINE, keep="first")
    fits = [same_name(names[line] or "", name or "") for line, name in alone.select(LINE, "name").iter_rows()]
    return alone.filter(pl.Series(fits, dtype=pl.Boolean)).select(
        LINE, pl.col("number").alias(PACKED), PERSON
    )


def _suggested(
    rows: pl.DataFrame, positions: dict[str, str], roster: RosterIndex, names: dict[int, str | None], on: date
) -> list[Suggestion]:
    """Who has the name and the birth date of a row: its own column's, or what is left of the number."""
    column = positions.get("born")
    borns = rows[column].to_list() if column else [None] * rows.height
    cells = zip(rows[LINE].to_list(), rows[positions["number"]].to_list(), borns, strict=True)
    births = [(line, _birth(number, born, on)) for line, number, born in cells]
    wanted = pl.DataFrame(births, schema={LINE: pl.Int64, "birth": pl.Int64}, orient="row").drop_nulls()
    found: dict[int, list[str]] = {}
    for line, person, name in _near(wanted, positions, rows, roster).iter_rows():
        if same_name(names[line] or "", name or "") and person not in found.setdefault(line, []):
            found[line].append(person)
    return [
        Suggestion(line, tuple(map(PersonId, people)))
        for line, people in found.items()
        if 0 < len(people) <= MOST_SUGGESTED
    ]


def _near(
    wanted: pl.DataFrame, positions: dict[str, str], rows: pl.DataFrame, roster: RosterIndex
) -> pl.DataFrame:
    """Line, person and name of all who have a row's birth date, and whose name may be the row's.

    Some fifty people of a city have one birth date: only where characters may be lost is each name looked at.
    """
    if wanted.is_empty():
        return pl.DataFrame(schema={name: _KNOWN[name] for name in (LINE, PERSON, "name")})
    said = wanted.join(rows.select(LINE, pl.col(positions["name"]).alias("said")), on=LINE)
    near = said.join(roster.by_birth, on="birth", how="inner")
    both_plain = pl.col("said").str.contains(_PLAIN) & pl.col("name").str.contains(_PLAIN)
    near = near.filter((pl.col("said") == pl.col("name")) | ~both_plain)
    return near.select(LINE, PERSON, "name").sort(LINE, PERSON)


def _birth(number: str | None, born: str | None, on: date) -> int | None:
    day = read_day(born, on) if born else None
    if isinstance(day, date):
        return day.year * 10_000 + day.month * 100 + day.day
    return birth_figure(number or "")
