"""名册重复 · A roster that says one person twice, or two people once: reported for a person, nothing is
merged.

Held against itself and against the rosters that came before it. Who bears a number already keeps it: a row
that gives it to another name goes back. Where it is one person all the same, whose name has changed or was
misspelt, the department drops the row that came back once more as it is; such a file waits for an officer,
and once released the new name counts. No other way leads to it: a file that was released because it was short
changes nobody's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from chalicelib.model import BenefitCode, PersonId
from chalicelib.sources.formats.csv_rows import LINE
from chalicelib.sources.people.identity_numbers import Repair, birth_in
from chalicelib.sources.people.matching import PACKED, RULE
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.person_names import is_whole, same_name

_BIRTH: Final = "~birth"
_KNOWN: Final = "~known"


class DoubleKind(StrEnum):
    """How a roster says somebody twice."""

    ONE_PERSON_TWO_NUMBERS = "one_person_two_numbers"  # same name, birth date, and area or phone
    OLD_AND_NEW_FORM = "old_and_new_form"  # the same number with 15 and with 18 digits: it is one
    TWO_PEOPLE_ONE_NUMBER = "two_people_one_number"  # the later row goes back


@dataclass(frozen=True, slots=True)
class Double:
    """Rows of a roster that a person should look at; `earlier`: the other stands on a roster before it."""

    kind: DoubleKind
    lines: tuple[int, ...]
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands on the rosters that came before one, and where."""

    index: RosterIndex
    areas: pl.DataFrame  # person, area; a person may stand in several


@dataclass(frozen=True, slots=True)
class Compared:
    """A roster held against those before it."""

    rows: pl.DataFrame  # with the whole name where one has lost characters
    renamed: list[int]  # lines that give somebody's number to another name
    doubles: list[Double]


def strangers_under_one_number(rows: pl.DataFrame) -> tuple[list[int], list[Double]]:
    """Lines that give a number of an earlier line to another name, and which lines these are about."""
    told = rows.filter(pl.col("name").is_not_null())
    shared = told.filter(pl.col("name").n_unique().over(PACKED) > 1).sort(PACKED, LINE)
    later: list[int] = []
    doubles: list[Double] = []
    for _, group in shared.group_by(PACKED, maintain_order=True):
        (first, name), *others = group.select(LINE, "name").iter_rows()
        wrong = [line for line, other in others if not same_name(name, other)]
        if wrong:
            later += wrong
            doubles.append(Double(DoubleKind.TWO_PEOPLE_ONE_NUMBER, (first, *wrong)))
    return later, doubles


def one_under_two_numbers(rows: pl.DataFrame) -> list[Double]:
    """People who stand under several numbers: the same name, birth date, and area or phone."""
    told = rows.filter(pl.col("name").is_not_null())
    people = told.with_columns(birth_in(pl.col(PACKED)).alias(_BIRTH)).drop_nulls(_BIRTH)
    found: set[tuple[int, ...]] = set()
    for place in ("area", "phone"):
        same = people.filter(pl.col(place).is_not_null()).group_by("name", _BIRTH, place).agg(
            pl.col(LINE).sort_by(LINE).alias(LINE), pl.col(PACKED).n_unique().alias("numbers")
        )  # fmt: skip
        found.update(tuple(lines) for lines in same.filter(pl.col("numbers") > 1)[LINE].to_list())
    return [Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, lines) for lines in sorted(found)]


def in_two_forms(rows: pl.DataFrame, repaired: pl.DataFrame) -> list[Double]:
    """Numbers that stand with 15 digits on one line and with 18 on another."""
    short = repaired.filter(pl.col(RULE) == Repair.FIFTEEN_DIGITS.value)[LINE]
    told = rows.select(LINE, PACKED, pl.col(LINE).is_in(short.implode()).alias("short"))
    both = told.filter(pl.col("short").n_unique().over(PACKED) > 1)
    groups = both.group_by(PACKED, maintain_order=True).agg(pl.col(LINE).sort())
    return [Double(DoubleKind.OLD_AND_NEW_FORM, tuple(lines)) for lines in sorted(groups[LINE].to_list())]


def compared(rows: pl.DataFrame, before: Standing) -> Compared:
    """Hold the sound rows of a roster against who stands on earlier ones.

    A name with lost characters never takes the place of a whole one, or three rosters would make one name of
    two. Whoever stands in the file under both numbers is reported by the file alone.
    """
    named = before.index.frame.lazy().filter(pl.col("name").is_not_null())
    known = named.select(pl.col("number").alias(PACKED), pl.col("name").alias(_KNOWN))
    other = rows.lazy().join(known, on=PACKED).filter(pl.col("name") != pl.col(_KNOWN))
    renamed: list[tuple[int, int]] = []
    mended: dict[int, str] = {}
    for line, packed, name, before_it in (
        other.select(LINE, PACKED, "name", _KNOWN).sort(PACKED, LINE).collect().iter_rows()
    ):
        if not same_name(name, before_it):
            renamed.append((packed, line))
        elif is_whole(before_it) and not is_whole(name):
            mended[line] = before_it
    lines: dict[int, list[int]] = {}
    for packed, line in renamed:
        lines.setdefault(packed, []).append(line)
    doubles = [
        Double(DoubleKind.TWO_PEOPLE_ONE_NUMBER, tuple(found), earlier=True) for found in lines.values()
    ]
    doubles += [
        Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, tuple(found), earlier=True)
        for found in _under_another_number(rows, named, before.areas)
    ]
    if rows["name"].null_count():  # whoever is sent without a name keeps the one that is known
        rows = rows.join(known.collect(), on=PACKED, how="left", maintain_order="left")
        rows = rows.with_columns(pl.col("name").fill_null(pl.col(_KNOWN))).drop(_KNOWN)
    if mended:
        names = pl.col(LINE).replace_strict(mended, default=pl.col("name"), return_dtype=pl.String)
        rows = rows.with_columns(names.alias("name"))
    return Compared(rows, [line for _, line in renamed], doubles)


def under_one_payee(
    lines: pl.DataFrame, index: pl.DataFrame, people: pl.Series
) -> list[tuple[PersonId, PersonId, BenefitCode]]:
    """Who of some people draws a benefit under the payee of another number, by name or birth date the same.

    `lines` [person, benefit, payee] of all rosters, those that have left them included; `index` [number,
    person, name]. Each pair once, the first of the two being the smaller id.
    """
    paid = lines.filter(pl.col("payee") != "").select("person", "benefit", "payee").unique()
    mine = paid.filter(pl.col("person").is_in(people.implode()))
    pairs = mine.join(paid, on=["benefit", "payee"]).filter(pl.col("person") != pl.col("person_right"))
    if pairs.is_empty():
        return []
    birth = birth_in(pl.col("number")).alias(_BIRTH)
    concerned = pl.concat([pairs["person"], pairs["person_right"]]).unique()
    bearing = index.filter(pl.col("person").is_in(concerned.implode())).select("person", "name", birth)
    known: dict[str, list[tuple[str | None, int | None]]] = {}
    for person, name, born in bearing.iter_rows():
        known.setdefault(person, []).append((name, born))
    found = set()
    for person, benefit, other in pairs.select("person", "benefit", "person_right").iter_rows():
        if any(_alike(a, b) for a in known.get(person, ()) for b in known.get(other, ())):
            found.add((PersonId(min(person, other)), PersonId(max(person, other)), BenefitCode(benefit)))
    return sorted(found)


def _alike(one: tuple[str | None, int | None], other: tuple[str | None, int | None]) -> bool:
    (name, born), (other_name, other_born) = one, other
    if born is not None and born == other_born:
        return True
    return name is not None and other_name is not None and same_name(name, other_name)


def _under_another_number(
    rows: pl.DataFrame, named: pl.LazyFrame, areas: pl.DataFrame
) -> list[tuple[int, ...]]:
    """Lines about people who bear another number on an earlier roster: the same name, birth date and area.

    Their phones are not known here: they are sealed with the person.
    """
    birth = birth_in(pl.col(PACKED))
    elsewhere = named.rename({"number": PACKED}).join(rows.lazy().select(PACKED), on=PACKED, how="anti")
    same = (
        rows.lazy()
        .with_columns(birth.alias(_BIRTH))
        .join(
            elsewhere.with_columns(birth.alias(_BIRTH)).select("name", _BIRTH, "person"), on=["name", _BIRTH]
        )
        .join(
            areas.lazy().select(pl.col("person").alias("person_right"), "area"), on=["person_right", "area"]
        )
    )
    found = same.group_by("person_right").agg(pl.col(LINE).unique().sort()).collect()
    return sorted({tuple(lines) for lines in found[LINE].to_list()})
