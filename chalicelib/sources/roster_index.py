"""Who is on the roster, for reading files: packed identity number → person, with the name that it bears.

Holds clear numbers (packed) and names: it lives in its own bucket and is never logged (design section 1.6).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import polars as pl

from chalicelib.model import PersonId
from chalicelib.sources.identity import pack

SCHEMA: Final = {"number": pl.Int64, "person": pl.String, "name": pl.String, "related": pl.Boolean}
_ROOM: Final = 6  # places per number: few numbers share one


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
        self.frame: Final = columns

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

    def people_of(self, packed: pl.Series) -> pl.Series:
        """Each packed number's person, null where nobody bears it.

        Looked up by place in a table, for a join builds its own table of the whole roster for every block.
        """
        rows = pl.repeat(None, packed.len(), dtype=pl.UInt32, eager=True)
        asked = pl.int_range(packed.len(), dtype=pl.UInt32, eager=True)
        for places, numbers, row in self._tables:
            place = packed % places
            there = numbers.gather(place)
            same = (there == packed).fill_null(False)
            rows = rows.scatter(asked.filter(same), row.gather(place.filter(same)))
            other = ~same & there.is_not_null()
            asked, packed = asked.filter(other), packed.filter(other)
        return self.frame["person"].gather(rows)

    @cached_property
    def _tables(self) -> list[tuple[int, pl.Series, pl.Series]]:
        """Tables from place to number and row; what finds its place taken stands in the next, smaller one."""
        tables = []
        rest = self.frame.select("number").with_row_index("row")
        while rest.height:
            places = (rest.height * _ROOM) | 1
            here = rest.with_columns((pl.col("number") % places).alias("place")).unique("place", keep="first")
            numbers = pl.repeat(None, places, dtype=pl.Int64, eager=True).scatter(
                here["place"], here["number"]
            )
            rows = pl.repeat(None, places, dtype=pl.UInt32, eager=True).scatter(here["place"], here["row"])
            tables.append((places, numbers, rows))
            rest = rest.join(here, on="row", how="anti")
        return tables

    @cached_property
    def by_fifteen(self) -> pl.DataFrame:
        """The roster by the first 15 digits of its numbers: what a spreadsheet leaves of them."""
        return self.frame.with_columns((pl.col("number") // 1100).alias("fifteen"))

    @cached_property
    def by_birth(self) -> pl.DataFrame:
        """The roster by birth date, as yyyymmdd."""
        return self.frame.with_columns((pl.col("number") // 11_000 % 10**8).alias("birth"))
