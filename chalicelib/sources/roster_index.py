"""Who is on the roster, for reading files: packed identity number → person, with the name that it bears.

Holds clear numbers (packed) and names: it lives in its own bucket and is never logged (design section 1.6).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from chalicelib.model import PersonId
from chalicelib.sources.identity import pack

SCHEMA: Final = {"number": pl.Int64, "person": pl.String, "name": pl.String}
_MIX: Final = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio spreads numbers that resemble each other


@dataclass(frozen=True, slots=True)
class _Table:
    """Where numbers stand: a bit tells most strangers, one place each leads to a row, the rest are sorted."""

    near: int
    borne: pl.Series  # 2^near places → whether somebody's number may be meant
    far: int
    rows: pl.Series  # 2^far places → row
    rest: pl.DataFrame  # number, row; of numbers whose place another one has


def _place(numbers: pl.Series, bits: int) -> pl.Series:
    """A place for each number in a table of 2^bits."""
    return (numbers.cast(pl.UInt64) * _MIX // 2 ** (64 - bits)).cast(pl.UInt32)


class RosterIndex:
    """Packed numbers of everybody on the roster; several numbers may lead to one person."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Take `frame` [number: int64 packed, person: str, and name where it is known].

        Of a number given twice the first person counts, with the last name.
        """
        if "name" not in frame.columns:  # as it was written before names were kept
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("name"))
        columns = frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        if columns["number"].n_unique() < columns.height:
            # A number twice would make two rows of one row: rows would no longer add up.
            columns = columns.group_by("number", maintain_order=True).agg(
                pl.col("person").first(), pl.col("name").drop_nulls().last()
            )
        self.frame: Final = columns

    def __repr__(self) -> str:
        return f"RosterIndex({len(self)} numbers)"

    def __len__(self) -> int:
        return self.frame.height

    @classmethod
    def of(cls, people: Mapping[str, PersonId], names: Mapping[str, str] | None = None) -> RosterIndex:
        """The index of canonical numbers and their people; `names` by number, as far as they are known."""
        columns = {
            "number": [pack(number) for number in people],
            "person": list(people.values()),
            "name": [(names or {}).get(number) for number in people],
        }
        return cls(pl.DataFrame(columns, schema=SCHEMA))

    @classmethod
    def from_parquet(cls, data: bytes) -> RosterIndex:
        """The index that `to_parquet` wrote."""
        return cls(pl.read_parquet(io.BytesIO(data)))

    def to_parquet(self) -> bytes:
        """The index as one Parquet file."""
        buffer = io.BytesIO()
        self.frame.write_parquet(buffer)
        return buffer.getvalue()

    def rows_of(self, packed: pl.Series) -> pl.Series:
        """The row of each packed number, null where nobody bears it.

        Looked up by place in tables, for a join builds its own table of the whole roster for every block.
        """
        table = self._table
        near = table.borne.gather(_place(packed, table.near)).fill_null(False).arg_true()
        wanted = packed.gather(near)
        rows = table.rows.gather(_place(wanted, table.far))
        other = (self.frame["number"].gather(rows) != wanted).fill_null(True).arg_true()
        if other.len():
            missing = wanted.gather(other)
            behind = table.rest["number"].search_sorted(missing)
            there = table.rest["number"].gather(behind, null_on_oob=True) == missing
            rows = rows.scatter(
                other, table.rest["row"].gather(behind, null_on_oob=True).set(~there.fill_null(False), None)
            )
        return pl.repeat(None, packed.len(), dtype=pl.UInt32, eager=True).scatter(near, rows)

    def people_at(self, rows: pl.Series) -> pl.Series:
        """The people of rows of this index."""
        return self.frame["person"].gather(rows)

    @cached_property
    def _table(self) -> _Table:
        numbers = self.frame["number"]
        near, far = (max(8, len(self).bit_length() + more) for more in (5, 2))
        borne = pl.repeat(False, 1 << near, dtype=pl.Boolean, eager=True).scatter(_place(numbers, near), True)
        all_rows = pl.int_range(len(self), dtype=pl.UInt32, eager=True)
        places = _place(numbers, far)
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
        """The roster by birth date, as yyyymmdd."""
        return self.frame.with_columns((pl.col("number") // 11_000 % 10**8).alias("birth"))
