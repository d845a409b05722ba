"""The job that every program in the comparison does, and the answer on which they must agree.

Fifty files of one feed each → the newest evidence per recipient and feed; rows that are rejected, by
reason; rows about people who draw nothing (strangers), counted and never kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import polars as pl

ON: Final = date(2023, 10, 31)  # the day on which all files are read
EPOCH: Final = date(1970, 1, 1)
HEADER: Final = ("序号", "姓名", "身份证号码", "办理日期", "业务类型", "经办机构", "金额")
NUMBER, DAY = HEADER[2], HEADER[3]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is generated; the full size is the city's year (domain section 7)."""

    name: str
    records: int
    recipients: int
    others: int
    files: int = 50
    dirty: int = 300  # rows of ten thousand with a dirty number or day
    torn: int = 20  # and, in ragged files, with a cell too many or too few


FULL: Final = Size("full", 38_370_000, 1_360_000, 5_140_000)
SMALL: Final = Size("small", 959_250, 34_000, 128_500)
# More dirt than anywhere, so that five thousand rows hold every kind.
TINY: Final = Size("tiny", 5_000, 400, 1_500, files=10, dirty=3_000, torn=400)
SIZES: Final = {size.name: size for size in (FULL, SMALL, TINY)}


@dataclass(frozen=True, slots=True)
class Style:
    """How one department exports its file; all follows from the file's place in the list."""

    index: int

    @property
    def encoding(self) -> str:
        """Two in five files are GB 18030."""
        return "gb18030" if self.index % 5 in (1, 3) else "utf-8"

    @property
    def quoting(self) -> Literal["always", "necessary", "never"]:
        """`always`, `necessary` (cells with a comma, a quote or a line break) or `never`."""
        if self.index % 10 == 4:
            return "always"
        return "necessary" if self.index % 10 in (2, 5, 8) else "never"

    @property
    def is_ragged(self) -> bool:
        """An export that quotes nothing and has a cell too many or too few, or a blank line, now and then."""
        return self.index % 10 == 7

    @property
    def line_end(self) -> str:
        """One file in ten comes from Windows."""
        return "\r\n" if self.index % 10 == 6 else "\n"

    @property
    def has_mark(self) -> bool:
        """A byte-order mark, as Excel writes it."""
        return self.index % 10 == 0

    @property
    def main_shape(self) -> int:
        """The shape in which nine of ten dates are written (`data.SHAPES`)."""
        return self.index % 7


@dataclass(frozen=True, slots=True)
class Answer:
    """What one file says; `days` and `weighted` are sums over the newest days, a fingerprint of them.

    `sound` are the readable rows about recipients, repeated ones included. Days count from 1970;
    `weighted` multiplies each with the recipient's number in the roster.
    """

    file: int
    rows: int
    sound: int
    strangers: int
    pairs: int
    days: int
    weighted: int
    rejected: Mapping[str, int]


def fingerprint(newest: pl.DataFrame) -> tuple[int, int, int]:
    """`pairs`, `days` and `weighted` of the newest [pno, day] of each recipient, days counted from 1970."""
    sums = newest.select(
        pl.len(), pl.col("day").sum(), (pl.col("day") * pl.col("pno")).sum().alias("weighted")
    )
    pairs, days, weighted = sums.row(0)
    return pairs, days, weighted


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the generated data lie."""

    folder: Path

    @property
    def files(self) -> list[Path]:
        """The feeds' files, in their order."""
        return sorted(self.folder.glob("feed*.csv"))

    @property
    def roster(self) -> Path:
        """The recipients: number (18 characters), packed, person (26 characters), pno."""
        return self.folder / "roster.parquet"

    @property
    def roster_csv(self) -> Path:
        """The same, as number and pno, for programs that read no Parquet."""
        return self.folder / "roster.csv"

    @property
    def truth(self) -> Path:
        """The answer that the generator knows."""
        return self.folder / "truth.json"


def write_answers(path: Path, answers: Iterable[Answer]) -> None:
    """One JSON document of all files' answers."""
    ordered = [{**asdict(a), "rejected": dict(sorted(a.rejected.items()))} for a in answers]
    path.write_text(json.dumps(ordered, indent=0), encoding="utf-8")


def read_answers(path: Path) -> list[Answer]:
    """The answers that `write_answers` wrote."""
    return [Answer(**words) for words in json.loads(path.read_text(encoding="utf-8"))]


def differences(expected: list[Answer], got: list[Answer], name: str) -> list[str]:
    """What differs, file by file; empty when both agree."""
    if len(expected) != len(got):
        return [f"{name}: {len(got)} files instead of {len(expected)}"]
    return [
        f"{name}, file {ours.file}, {field}: {getattr(theirs, field)} instead of {getattr(ours, field)}"
        for ours, theirs in zip(expected, got, strict=True)
        for field in ("file", "rows", "sound", "strangers", "pairs", "days", "weighted", "rejected")
        if getattr(ours, field) != getattr(theirs, field)
    ]
