"""名册索引 · Who is on the roster, for reading files: packed identity number → person, with the name that it
bears.

Holds clear numbers (packed) and names: it lives in its own bucket and is never logged (design section 1.6).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import polars as pl

from chalicelib.model import PersonId
from chalicelib.sources.formats.csv_rows import all_of, places_of
from chalicelib.sources.people.identity_numbers import birth_in, pack
from chalicelib.sources.values import identity_documents

SCHEMA: Final = {"number": pl.Int64, "person": pl.String, "name": pl.String, "related": pl.Boolean}
_MIX: Final = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio spreads numbers that resemble each other


@dataclass(frozen=True, slots=True)
class _Table:
    """Where numbers stand: a bit tells most strangers, one place each leads to a row, the rest are sorted."""

    near: int
    borne: pl.Series  # 2^near places → whether somebody's number may be meant
    far: int
    rows: pl.Series  # 2^far places → row
    rest: pl.DataFrame  # number, row; of numbers whose place another one has

    def row_of_rest(self, numbers: pl.Series) -> pl.Series:
        """The row of each number that is not the one in its place; null where it is nobody's."""
        if self.rest.is_empty():
            return all_of(None, numbers.len(), pl.UInt32)
        behind = self.rest["number"].search_sorted(numbers).clip(upper_bound=self.rest.height - 1)
        is_there = self.rest["number"].gather(behind) == numbers
        return self.rest["row"].gather(behind).set(~is_there, None)


@cache
def _place(bits: int) -> pl.Expr:
    """A place for each number in a table of 2^bits."""
    spread = pl.col("number").cast(pl.UInt64) * pl.lit(_MIX, dtype=pl.UInt64)
    return (spread // pl.lit(2 ** (64 - bits), dtype=pl.UInt64)).cast(pl.UInt32)


def _places(numbers: pl.Series, bits: int) -> pl.Series:
    return numbers.to_frame("number").select(_place(bits)).to_series()


class RosterIndex:
    """Packed numbers of everybody on the roster; several numbers may lead to one person.

    `related` are those whom the roster names for the sake of a recipient, and who draw nothing themselves.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        """Take `frame` [number: int64 packed, person: str, name where it is known, related: bool].

        Of a number given twice the first person counts, with the last name; a recipient wherever one row
        says so.
        """
        if "name" not in frame.columns:  # as it was written before names were kept
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("name"))
        if "related" not in frame.columns:
            frame = frame.with_columns(pl.lit(False).alias("related"))
        columns = frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        if columns["number"].n_unique() < columns.height:
            # A number twice would make two rows of one row: rows would no longer add up.
            columns = columns.group_by("number", maintain_order=True).agg(
                pl.col("person").first(), pl.col("name").drop_nulls().last(), pl.col("related").all()
            )
        # In one piece: looking up a place in one of eleven takes ten times as long.
        self.frame: Final = columns.rechunk()

    def __repr__(self) -> str:
        return f"RosterIndex({len(self)} numbers)"

    def __len__(self) -> int:
        return self.frame.height

    @classmethod
    def of(
        cls, people: Mapping[str, PersonId], names: Mapping[str, str] | None = None, *, related: bool = False
    ) -> RosterIndex:
        """The index of canonical numbers and their people; `names` by number, as far as they are known."""
        columns = {
            "number": [pack(number) for number in people],
            "person": list(people.values()),
            "name": [(names or {}).get(number) for number in people],
            "related": [related] * len(people),
        }
        return cls(pl.DataFrame(columns, schema=SCHEMA))

    def extended(self, other: RosterIndex) -> RosterIndex:
        """The index with the numbers of another one."""
        return RosterIndex(pl.concat([self.frame, other.frame])) if len(other) else self

    @classmethod
    def from_parquet(cls, data: bytes) -> RosterIndex:
        """The index that `to_parquet` wrote."""
        return cls(pl.read_parquet(io.BytesIO(data)))

    def to_parquet(self) -> bytes:
        """The index as one Parquet file."""
        buffer = io.BytesIO()
        self.frame.write_parquet(buffer)
        return buffer.getvalue()

    @cached_property
    def recipients(self) -> RosterIndex:
        """The index without those who are only related: most feeds say nothing that concerns these."""
        return RosterIndex(self.frame.filter(~pl.col("related"))) if self.frame["related"].any() else self

    def people_of(self, packed: pl.Series) -> tuple[pl.Series, pl.Series]:
        """The places of packed numbers that somebody on the roster bears, and these people.

        Looked up by place in tables, for a join builds its own table of the whole roster for every block.
        """
        places, rows = self._rows_of(packed)
        return places, self.frame["person"].gather(rows)

    def names_of(self, packed: pl.Series) -> pl.Series:
        """The name that the roster gives to each packed number; null where it knows none."""
        places, rows = self._rows_of(packed)
        names = self.frame["name"].gather(rows)
        return all_of(None, packed.len(), pl.String).scatter(places, names)

    def _rows_of(self, packed: pl.Series) -> tuple[pl.Series, pl.Series]:
        table = self._table
        is_likely = table.borne.gather(_places(packed, table.near))
        numbers, places = packed.filter(is_likely), places_of(is_likely)
        rows = table.rows.gather(_places(numbers, table.far))
        is_other = ~(self.frame["number"].gather(rows) == numbers).fill_null(False)
        if is_other.any():
            rows = rows.scatter(places_of(is_other), table.row_of_rest(numbers.filter(is_other)))
            places, rows = places.filter(rows.is_not_null()), rows.drop_nulls()
        return places, rows

    def has_all(self, packed: pl.Series) -> bool:
        """Whether all of these packed numbers are somebody's on the roster."""
        return packed.is_in(self.frame["number"].implode()).all()

    @cached_property
    def _table(self) -> _Table:
        numbers = self.frame["number"]
        near, far = (max(8, len(self).bit_length() + more) for more in (3, 2))
        at_near, places = numbers.to_frame("number").select(
            _place(near).alias("near"), _place(far).alias("far")
        )
        borne = pl.repeat(False, 1 << near, dtype=pl.Boolean, eager=True).scatter(at_near, True)
        all_rows = pl.int_range(len(self), dtype=pl.UInt32, eager=True)
        rows = pl.repeat(None, 1 << far, dtype=pl.UInt32, eager=True).scatter(places, all_rows)
        without = rows.gather(places) != all_rows  # another number has their place
        rest = pl.DataFrame({"number": numbers.filter(without), "row": all_rows.filter(without)})
        return _Table(near, borne, far, rows, rest.sort("number"))

    @cached_property
    def by_fifteen(self) -> pl.DataFrame:
        """The roster by the first 15 digits of its numbers: what a spreadsheet leaves of them."""
        return self.frame.with_columns((pl.col("number") // 1100).alias("fifteen"))

    @cached_property
    def by_birth(self) -> pl.DataFrame:
        """The roster by birth date, as yyyymmdd; null where another document tells none."""
        return self.frame.with_columns(birth_in(pl.col("number")).alias("birth"))

    @cached_property
    def has_documents(self) -> bool:
        """Whether anybody stands on it by another document than the resident's number."""
        return bool((self.frame["number"] >= identity_documents.FIRST).any())
