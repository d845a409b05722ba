"""A roster that says one person twice, or two people once: reported for a person, nothing is merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import polars as pl

from chalicelib.sources.identity import Repair
from chalicelib.sources.matching import PACKED, RULE
from chalicelib.sources.names import same_name
from chalicelib.sources.tables import LINE

_BIRTH: Final = "~birth"


class DoubleKind(StrEnum):
    """How a roster says somebody twice."""

    ONE_PERSON_TWO_NUMBERS = "one_person_two_numbers"  # same name, birth date, and area or phone
    OLD_AND_NEW_FORM = "old_and_new_form"  # the same number with 15 and with 18 digits: it is one
    TWO_PEOPLE_ONE_NUMBER = "two_people_one_number"  # the later row goes back


@dataclass(frozen=True, slots=True)
class Double:
    """Rows of a roster that a person should look at."""

    kind: DoubleKind
    lines: tuple[int, ...]


def strangers_under_one_number(rows: pl.DataFrame) -> tuple[list[int], list[Double]]:
    """Lines that give a number of an earlier line to another name, and which lines these are about."""
    shared = rows.filter(pl.col("name").n_unique().over(PACKED) > 1).sort(PACKED, LINE)
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
    people = rows.with_columns((pl.col(PACKED) // 11_000 % 10**8).alias(_BIRTH))
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
