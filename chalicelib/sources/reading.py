"""Read one dropped file: bytes and a feed in; records, rejections and counts out.

The way of a file: table (encoding, header, lines) → matched with the roster → fields read → records.
A file that cannot or should not be loaded comes back with a hold, its counts and its rejections, and
without records. Rows always add up: accepted + rejected + strangers + superseded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib.errors import MiscountError
from chalicelib.model import Counts, Evidence, EvidenceKey, FileId, Payment, PersonId, Rejection
from chalicelib.sources.faults import Fault, reject
from chalicelib.sources.feed import Expect, Feed
from chalicelib.sources.holds import Hold, HoldCode, hold
from chalicelib.sources.matching import FAULT, match
from chalicelib.sources.records import (
    FIELD,
    Fields,
    RosterEntry,
    entries_of,
    evidence_of,
    payments_of,
    read_fields,
)
from chalicelib.sources.rejects import rejected_csv
from chalicelib.sources.roster_index import RosterIndex
from chalicelib.sources.tables import LINE, Table, open_table

# Fewer bad rows than this hold no file: in a file of ten rows two bad ones are chance, not a pattern.
FEWEST_BAD: Final = 5
# Naturally one number in a thousand ends in 000; a spreadsheet makes it all but those ending in X.
DAMAGED_SHARE: Final = 0.05
USUAL_FROM: Final = 20  # below so many rows the size of the last file says nothing
USUAL_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file says. With a hold, `evidence`, `entries` and `payments` are empty."""

    counts: Counts = Counts()
    encoding: str = ""
    hold: Hold | None = None
    evidence: dict[PersonId, list[Evidence]] = field(default_factory=dict, repr=False)
    withdrawals: dict[PersonId, list[EvidenceKey]] = field(default_factory=dict, repr=False)
    entries: list[RosterEntry] = field(default_factory=list, repr=False)
    payments: list[tuple[PersonId, Payment]] = field(default_factory=list, repr=False)
    lake: pl.DataFrame | None = field(default=None, repr=False)  # person, day, event, line, facts
    rejections: list[Rejection] = field(default_factory=list)  # by line
    notes: list[Rejection] = field(default_factory=list)  # accepted, yet something to correct
    header: tuple[str, ...] = field(default=(), repr=False)
    rejected_rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)

    def rejected_csv(self) -> bytes:
        """The rejected rows as a file for the department: original columns, line, field, reason."""
        columns = [str(i) for i in range(len(self.header))]
        rows = self.rejected_rows.select(columns).iter_rows() if self.rejections else ()
        return rejected_csv(self.header, rows, self.rejections)


@dataclass(slots=True)
class _Tally:
    """What is counted while batches pass."""

    rows: int = 0
    strangers: int = 0
    cut_rows: int = 0
    cut_numbers: set[str] = field(default_factory=set)
    blank: dict[str, int] = field(default_factory=dict)


def read_file(
    data: bytes,
    feed: Feed,
    roster: RosterIndex | None,
    *,
    file: FileId,
    on: date,
    as_of: date | None = None,
    usual_rows: int | None = None,
    released: bool = False,
) -> FileReading:
    """Read a dropped file on a day.

    `as_of`: the day in the file's key, which dates a list of states (default: `on`).
    `usual_rows`: rows of the feed's last loaded file, None for the first.
    `released`: a person has looked at a HELD file and lets it pass its expectations.
    Raises MiscountError if rows do not add up: a defect of ours, never bad data.
    """
    table = _opened(data, feed, roster, as_of or on, on)
    if isinstance(table, Hold):
        return FileReading(hold=table)
    hits, rejected, tally = _matched(table, feed, roster, on)
    fields = read_fields(hits, table.positions, feed, on)
    rows = pl.concat([*rejected, fields.rejected], how="diagonal").sort(LINE)
    counts = _counted(tally, fields, rows.height, f"feed {feed.id}, file {file}")
    reading = FileReading(
        counts=counts,
        encoding=table.encoding,
        hold=_unexpected(counts, tally, feed, usual_rows, released),
        rejections=[_rejection(feed, *row) for row in rows.select(LINE, FIELD, FAULT).iter_rows()],
        notes=_notes(fields, counts, feed),
        header=table.header,
        rejected_rows=rows,
    )
    return reading if reading.hold else _with_records(reading, fields, feed, file, as_of or on)


def _counted(tally: _Tally, fields: Fields, rejected: int, where: str) -> Counts:
    counts = Counts(tally.rows, fields.good.height, rejected, tally.strangers, fields.superseded)
    if not counts.add_up:
        raise MiscountError(f"{where}: {counts}")
    return counts


def _opened(data: bytes, feed: Feed, roster: RosterIndex | None, as_of: date, on: date) -> Table | Hold:
    if not feed.takes_files:
        return hold(HoldCode.NOT_A_FILE_FEED)
    table = open_table(data, feed)
    if isinstance(table, Hold):
        return table
    if feed.day == "as_of" and as_of > on:
        return hold(HoldCode.AS_OF_FUTURE)
    return hold(HoldCode.NO_ROSTER_YET) if roster is None and feed.kind != "roster" else table


def _matched(
    table: Table, feed: Feed, roster: RosterIndex | None, on: date
) -> tuple[pl.DataFrame, list[pl.DataFrame], _Tally]:
    """All batches matched: the rows about people of the roster, the rejected ones, and the tally."""
    number = table.positions["number"]
    hits, rejected, tally = [], [], _Tally()
    for batch in table.batches:
        tally.rows += batch.rows
        _watch(batch.frame, table, tally)
        matched = match(batch.frame, number, None if feed.kind == "roster" else roster, on)
        tally.strangers += matched.strangers
        hits.append(matched.hits)
        rejected.append(
            batch.ragged.with_columns(pl.lit("").alias(FIELD), pl.lit(Fault.RAGGED_ROW.value).alias(FAULT))
        )
        rejected.append(matched.rejected.with_columns(pl.lit("number").alias(FIELD)))
    return pl.concat(hits), rejected, tally


def _watch(frame: pl.DataFrame, table: Table, tally: _Tally) -> None:
    """Count what only the whole file can tell: blanks by field, numbers that a spreadsheet has cut."""
    number = frame[table.positions["number"]]
    cut = number.filter((number.str.len_bytes() == 18) & number.str.ends_with("000"))
    tally.cut_rows += cut.len()
    tally.cut_numbers.update(cut.unique().to_list())
    for name, position in table.positions.items():
        tally.blank[name] = tally.blank.get(name, 0) + frame[position].null_count()


def _unexpected(
    counts: Counts, tally: _Tally, feed: Feed, usual_rows: int | None, released: bool
) -> Hold | None:
    """Why a readable file is not loaded all the same; a released file passes what only HELD it."""
    if not counts.rows:
        return hold(HoldCode.NO_ROWS)
    # Distinct ones: a single recipient whose number ends so may ride the bus every day.
    if len(tally.cut_numbers) >= FEWEST_BAD and tally.cut_rows >= DAMAGED_SHARE * counts.rows:
        return hold(HoldCode.NUMBERS_DAMAGED)
    return None if released or feed.expect is None else _unmet(counts, tally, feed, feed.expect, usual_rows)


def _unmet(counts: Counts, tally: _Tally, feed: Feed, expect: Expect, usual_rows: int | None) -> Hold | None:
    floor = expect.rows.min
    if usual_rows is not None and usual_rows >= USUAL_FROM:
        floor = max(floor, math.ceil(usual_rows * USUAL_SHARE))
    if counts.rows < floor:
        return hold(HoldCode.TOO_FEW_ROWS, f"{counts.rows} < {floor}")
    if counts.rejected >= FEWEST_BAD and counts.rejected > expect.rejected_share * counts.rows:
        return hold(HoldCode.TOO_MANY_REJECTED, f"{counts.rejected} / {counts.rows}")
    blank = [
        feed.fields[name]
        for name, share in expect.filled.items()
        if tally.blank[name] >= FEWEST_BAD and tally.blank[name] > (1 - share) * counts.rows
    ]
    return hold(HoldCode.TOO_MANY_BLANK, blank) if blank else None


def _rejection(feed: Feed, line: int, name: str, fault: str) -> Rejection:
    return reject(line, feed.fields.get(name, ""), Fault(fault))


def _notes(fields: Fields, counts: Counts, feed: Feed) -> list[Rejection]:
    notes = [reject(line, feed.fields[name], fault) for line, name, fault in fields.noted]
    if feed.expect is not None and counts.rows > feed.expect.rows.max:
        notes.append(reject(1, "", Fault.TOO_MANY_ROWS))
    return notes


def _with_records(reading: FileReading, fields: Fields, feed: Feed, file: FileId, as_of: date) -> FileReading:
    if feed.kind == "roster":
        return replace(reading, entries=entries_of(fields.good))
    if feed.kind == "payments":
        return replace(reading, payments=payments_of(fields.good))
    evidence, lake = evidence_of(fields.good, feed, file, as_of)
    return replace(reading, evidence=evidence, lake=lake)
