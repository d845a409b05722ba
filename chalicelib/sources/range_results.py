"""分段结果 · What reading one range of a file gave: counts and columns, which can be handed on as bytes."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from chalicelib.model import FileState, PersonId
from chalicelib.sources.people.recovery import Suggestion
from chalicelib.sources.values.file_holds import FileHold, HoldCode

_FRAMES: Final = ("good", "rejected", "noted", "repaired", "guests", "to_strangers")


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted while ranges pass, and judged on the whole file."""

    rows: int = 0
    strangers: int = 0
    furniture: int = 0  # the header again, totals: no data
    not_filled_in: int = 0  # rows of a sheet that somebody will fill in
    cut_rows: int = 0  # numbers that end in 000
    cut_numbers: int = 0  # distinct ones; of the range that has most of them
    figures: int = 0  # numbers written 3.41602E+17
    blank: dict[str, int] = field(default_factory=dict)  # field → cells
    filled_up: int = 0  # rows whose program left out empty cells at their end

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rows + other.rows,
            self.strangers + other.strangers,
            self.furniture + other.furniture,
            self.not_filled_in + other.not_filled_in,
            self.cut_rows + other.cut_rows,
            max(self.cut_numbers, other.cut_numbers),
            self.figures + other.figures,
            {
                name: self.blank.get(name, 0) + other.blank.get(name, 0)
                for name in {**self.blank, **other.blank}
            },
            self.filled_up + other.filled_up,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One range of a file: its counts, its rows as columns; or why the whole file must wait."""

    tally: Tally = Tally()
    good: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    rejected: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    noted: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    repaired: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    guests: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    to_strangers: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    suggestions: list[Suggestion] = field(default_factory=list)
    hold: FileHold | None = None

    def to_bytes(self) -> bytes:
        """The part as bytes; it holds what the file says of people and is kept like the file itself."""
        words = {
            "tally": dataclasses.asdict(self.tally),
            "suggestions": [dataclasses.asdict(each) for each in self.suggestions],
            "hold": dataclasses.asdict(self.hold) if self.hold else None,
        }
        result = io.BytesIO()
        with zipfile.ZipFile(result, "w") as archive:
            archive.writestr("words.json", json.dumps(words, ensure_ascii=False))
            for name in _FRAMES:
                buffer = io.BytesIO()
                getattr(self, name).write_parquet(buffer)
                archive.writestr(f"{name}.parquet", buffer.getvalue())
        return result.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Part:
        """The part that `to_bytes` wrote."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            words = json.loads(archive.read("words.json"))
            kept = [name for name in _FRAMES if f"{name}.parquet" in archive.namelist()]
            frames = {name: pl.read_parquet(io.BytesIO(archive.read(f"{name}.parquet"))) for name in kept}
        why = words["hold"]
        return cls(
            tally=Tally(**words["tally"]),
            suggestions=[
                Suggestion(each["line"], tuple(map(PersonId, each["people"])))
                for each in words["suggestions"]
            ],
            hold=FileHold(**why | {"state": FileState(why["state"]), "code": HoldCode(why["code"])})
            if why
            else None,
            **frames,
        )
