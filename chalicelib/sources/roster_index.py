"""Who is on the roster, for reading files: packed identity number → person, as two columns.

Holds clear numbers (packed): it lives in its own bucket and is never logged (design section 1.6).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

import polars as pl

from chalicelib.model import PersonId
from chalicelib.sources.identity import pack

SCHEMA: Final = {"number": pl.Int64, "person": pl.String}


class RosterIndex:
    """Packed numbers of everybody on the roster; several numbers may lead to one person."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Take `frame` [number: int64 packed, person: str]; of a number given twice the first counts."""
        columns = frame.select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        # A number twice would make two rows of one row: rows would no longer add up.
        self.frame: Final = columns.unique(subset="number", keep="first", maintain_order=True)

    def __repr__(self) -> str:
        return f"RosterIndex({len(self)} numbers)"

    def __len__(self) -> int:
        return self.frame.height

    @classmethod
    def of(cls, people: Mapping[str, PersonId]) -> RosterIndex:
        """The index of canonical numbers and their people."""
        numbers = [pack(number) for number in people]
        return cls(pl.DataFrame({"number": numbers, "person": list(people.values())}, schema=SCHEMA))

    @classmethod
    def from_parquet(cls, data: bytes) -> RosterIndex:
        """The index that `to_parquet` wrote."""
        return cls(pl.read_parquet(io.BytesIO(data)))

    def to_parquet(self) -> bytes:
        """The index as one Parquet file."""
        buffer = io.BytesIO()
        self.frame.write_parquet(buffer)
        return buffer.getvalue()
