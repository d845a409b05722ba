"""读取文件 · Read one dropped file: bytes and a feed in; records, rejections and counts out.

The way of a file: envelope → plan: encoding, header, ranges of rows (`ranges`; a small file is one) → each
range: table (`formats.csv_rows`) → matched with the roster (`people.matching`) → fields read
(`field_reading`, cell by cell as `values.cells` says) → part; then all parts together, and what is judged on
the whole file.
A file that cannot or should not be loaded comes back with a hold, its counts and its rejections, and
without records. Rows always add up: accepted + rejected + strangers + superseded; the header, titles above
it, the header again and rows of totals are no rows, and counted apart (`non_data_rows`), and so are the rows
of a sheet that nobody has filled in yet (`not_filled_in`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import polars as pl

from chalicelib.errors import MiscountError
from chalicelib.model import Counts, Evidence, EvidenceKey, FeedId, FileId, Payment, PersonId, Rejection
from chalicelib.sources.expectations import is_damaged, unexpected
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import FIELD, named, once, stated_too_far
from chalicelib.sources.formats.csv_rows import FAULT, LINE
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.people.identity_numbers import Repair
from chalicelib.sources.people.matching import PACKED, PERSON, RULE
from chalicelib.sources.people.recovery import Suggestion
from chalicelib.sources.people.roster_duplicates import (
    Double,
    compared,
    in_two_forms,
    one_under_two_numbers,
    strangers_under_one_number,
)
from chalicelib.sources.range_results import Part, Tally
from chalicelib.sources.ranges import open_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.records import (
    EvidenceByPerson,
    RosterEntry,
    entries_of,
    evidence_in,
    payments_of,
    said_by_payments,
)
from chalicelib.sources.rejects import Rejections, rejected_csv, repaired_csv
from chalicelib.sources.strangers import paid_together
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold
from chalicelib.sources.values.row_faults import Fault, reject


@dataclass(frozen=True)
class FileReading:
    """What a file says. With a hold, it says nothing of anybody.

    Entries and payments are made of its rows when they are asked for: a file may speak of a million people.
    """

    counts: Counts = Counts()
    encoding: str = ""
    hold: FileHold | None = None
    evidence: Mapping[PersonId, list[Evidence]] = field(default_factory=dict, repr=False)
    withdrawals: dict[PersonId, list[EvidenceKey]] = field(default_factory=dict, repr=False)
    kind: str = ""  # of its feed
    # Each accepted row with its fields read, as `records_of` takes them; None of answers of an interface.
    rows: pl.DataFrame | None = field(default=None, repr=False)
    # What each accepted row says: person, day, event, says (see `records.SAID`); of a roster nothing.
    said: pl.DataFrame | None = field(default=None, repr=False)
    # The evidence as columns: person, day, event, line, one per fact, recovered.
    lake: pl.DataFrame | None = field(default=None, repr=False)
    rejections: Sequence[Rejection] = ()  # by line
    notes: list[Rejection] = field(default_factory=list)  # accepted, yet something to correct
    header: tuple[str, ...] = field(default=(), repr=False)
    rejected_rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    furniture: int = 0  # titles, the header again, totals: rows that are no data
    not_filled_in: int = 0  # rows of a sheet that somebody will fill in
    sent_again: bool = False  # rejected rows that come back, our columns still in them
    repairs: dict[str, int] = field(default_factory=dict)  # rule of repair → cells
    repaired_rows: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)  # line, rule, raw
    suggestions: list[Suggestion] = field(default_factory=list, repr=False)
    doubles: list[Double] = field(default_factory=list)
    guests: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)  # see strangers.py
    to_strangers: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)  # see strangers.py

    @property
    def people(self) -> int:
        """How many people its sound rows are about; of answers of an interface none."""
        return 0 if self.rows is None else self.rows[PACKED if self.kind == "roster" else PERSON].n_unique()

    @cached_property
    def entries(self) -> list[RosterEntry]:
        """The entries of a roster, in the file's order; of other files none."""
        return entries_of(self.rows) if self.kind == "roster" and self.rows is not None else []

    @cached_property
    def payments(self) -> list[tuple[PersonId, Payment]]:
        """The payments of a payments file; of other files none."""
        return payments_of(self.rows) if self.kind == "payments" and self.rows is not None else []

    def rejected_csv(self) -> bytes:
        """The rejected rows as a file for the department: original columns, line, field, reason."""
        columns = [str(i) for i in range(len(self.header))]
        rows = self.rejected_rows.select(columns).iter_rows() if self.rejections else ()
        return rejected_csv(self.header, rows, self.rejections)

    def repaired_csv(self) -> bytes:
        """The ledger of repaired numbers as a file for the department: line, rule, the number as sent."""
        return repaired_csv((line, Repair(rule), raw) for line, rule, raw in self.repaired_rows.iter_rows())


def read_file(data: bytes, context: ReadingContext) -> FileReading:
    """Read a dropped file whole.

    Raises MiscountError if rows do not add up: a defect of ours, never bad data.
    """
    held = held_unread(context)
    if held:
        return FileReading(hold=held)
    opened = open_file(data, context)
    if isinstance(opened, FileHold):
        return FileReading(hold=opened)
    if context.lacks_roster:
        return FileReading(hold=hold(HoldCode.NO_ROSTER_YET))
    layout, read = opened
    parts = list(read(context))
    if is_damaged_after_all(parts, context):
        parts = list(read(replace(context, damaged=True)))
    return combine(parts, layout, context)


def held_unread(context: ReadingContext) -> FileHold | None:
    """Why a file is not even opened: nobody takes files of the feed, or it is of a day to come."""
    if not context.feed.takes_files:
        return hold(HoldCode.NOT_A_FILE_FEED)
    is_to_come = context.feed.is_of_its_day and context.as_of > context.on
    return hold(HoldCode.AS_OF_FUTURE) if is_to_come else None


def is_damaged_after_all(parts: Iterable[Part], context: ReadingContext) -> bool:
    """Whether a released file was read as a sound one, and a spreadsheet has cut its numbers."""
    is_sound = not context.damaged and context.released
    return is_sound and is_damaged(sum((part.tally for part in parts), Tally()))


def combine(parts: Sequence[Part], layout: Layout, context: ReadingContext) -> FileReading:
    """What all parts of a file say together, in the file's order; holds are decided on the totals."""
    held = next((part.hold for part in parts if part.hold), None)
    if held:
        return FileReading(hold=held, encoding=layout.encoding)
    feed = context.feed
    tally = sum((part.tally for part in parts), Tally())
    if not tally.rows:
        return FileReading(hold=_without_rows(tally, feed), encoding=layout.encoding)
    good, rejected, doubles = _settled(parts, layout, context)
    noted = _stacked([part.noted for part in parts])
    if feed.kind == "roster" and good.height:
        good, too_far = stated_too_far(good, context.as_of)
        noted = _stacked([noted, too_far])
    kept = once(good, feed)
    superseded = good.height - kept.height
    counts = Counts(tally.rows, kept.height, rejected.height, tally.strangers, superseded)
    if not counts.add_up:
        raise MiscountError(f"feed {feed.id}, file {context.file}: {counts}")
    repaired = _stacked([part.repaired for part in parts])
    reading = FileReading(
        counts=counts,
        encoding=layout.encoding,
        hold=_names_changed(rejected, layout)
        or unexpected(counts, tally, noted, context, sent_again=layout.is_sent_again),
        sent_again=layout.is_sent_again,
        rejections=Rejections(rejected, feed.fields),
        notes=_notes(noted, kept, layout, tally, feed),
        header=layout.header,
        rejected_rows=rejected,
        furniture=tally.furniture + layout.titles,
        not_filled_in=tally.not_filled_in,
        repairs=dict(repaired.group_by(RULE).len().sort(RULE).iter_rows()) if repaired.height else {},
        repaired_rows=repaired,
        suggestions=[each for part in parts for each in part.suggestions],
        doubles=doubles,
        guests=_stacked([part.guests for part in parts]),
        to_strangers=paid_together(_stacked([part.to_strangers for part in parts])),
    )
    return reading if reading.hold else _with_records(reading, kept, feed, context.file, context.as_of)


def _names_changed(rejected: pl.DataFrame, layout: Layout) -> FileHold | None:
    """The hold of rows that came back, and give a number to another name all the same."""
    if not layout.is_sent_again or rejected.is_empty():
        return None
    changed = int((rejected[FAULT] == Fault.NUMBER_KNOWN_OTHERWISE.value).sum())
    return hold(HoldCode.NAMES_CHANGED, str(changed)) if changed else None


def _without_rows(tally: Tally, feed: Feed) -> FileHold:
    if tally.not_filled_in:
        return hold(HoldCode.NOT_FILLED_IN, [feed.fields[name] for name in feed.filled_by_hand])
    return hold(HoldCode.NO_ROWS)


def _settled(
    parts: Sequence[Part], layout: Layout, context: ReadingContext
) -> tuple[pl.DataFrame, pl.DataFrame, list[Double]]:
    """All sound rows and all rejected ones, once a roster has been asked who stands in it twice."""
    good = _stacked([part.good for part in parts])
    rejected = _stacked([part.rejected for part in parts])
    if context.feed.kind != "roster" or good.is_empty():
        return good, rejected, []
    later, doubles = strangers_under_one_number(good)
    good = named(good)
    wrong = dict.fromkeys(later, Fault.NUMBER_OF_ANOTHER.value)
    if context.before is not None:
        found = compared(good, context.before)
        good = found.rows
        doubles += found.doubles
        if not (context.released and layout.is_sent_again):  # else an officer has let other names pass
            wrong |= dict.fromkeys(found.renamed, Fault.NUMBER_KNOWN_OTHERWISE.value)
    is_wrong = pl.col(LINE).is_in(list(wrong))
    sent_back = good.filter(is_wrong).select(
        LINE,
        *layout.columns,
        pl.lit("number").alias(FIELD),
        pl.col(LINE).replace_strict(wrong, default=None, return_dtype=pl.String).alias(FAULT),
    )
    good = good.filter(~is_wrong).drop(layout.columns)
    doubles += in_two_forms(good, _stacked([part.repaired for part in parts])) + one_under_two_numbers(good)
    return good, pl.concat([rejected, sent_back.select(rejected.columns)]).sort(LINE), doubles


def _stacked(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """One frame of all that say anything; an empty one has its columns all the same."""
    known = [frame for frame in frames if frame.width] or [pl.DataFrame()]
    filled = [frame for frame in known if frame.height]
    return pl.concat(filled) if len(filled) > 1 else (filled or known)[0]


def _rejection(feed: Feed, line: int, name: str, fault: str) -> Rejection:
    return reject(line, feed.fields.get(name, ""), Fault(fault))


def _notes(
    noted: pl.DataFrame, kept: pl.DataFrame, layout: Layout, tally: Tally, feed: Feed
) -> list[Rejection]:
    notes = [reject(layout.line - 1, column, Fault.COLUMN_NOT_SENT) for column in layout.unsent]
    notes += [reject(layout.line - 1, column, Fault.COLUMN_HIDDEN) for column in layout.unseen]
    notes += [reject(1, sheet, Fault.SHEET_ASIDE) for sheet in layout.aside]
    if noted.height:
        of_kept = noted.join(kept.select(LINE), on=LINE, how="semi", maintain_order="left")
        notes += [_rejection(feed, *row) for row in of_kept.iter_rows()]
    if feed.expect is not None and tally.rows > feed.expect.rows.max:
        notes.append(reject(1, "", Fault.TOO_MANY_ROWS))
    if tally.filled_up:
        notes.append(reject(layout.line - 1, "", Fault.CELLS_LEFT_OUT))
    if tally.not_filled_in:
        notes.append(reject(1, "", Fault.ROWS_NOT_FILLED_IN))
    return notes


def records_of(rows: pl.DataFrame, feed: Feed, file: FileId, as_of: date) -> FileReading:
    """What some of a file's accepted rows say: of some people all, or of everybody."""
    return _with_records(FileReading(Counts(rows.height, rows.height)), rows, feed, file, as_of)


def _with_records(
    reading: FileReading, kept: pl.DataFrame, feed: Feed, file: FileId, as_of: date
) -> FileReading:
    reading = replace(reading, kind=feed.kind, rows=kept)
    if feed.kind == "roster":
        return reading
    if feed.kind == "payments":
        return replace(reading, said=said_by_payments(kept))
    found = evidence_in(kept, feed, as_of)
    by_person = EvidenceByPerson(found.frame, FeedId(feed.id), file)
    return replace(
        reading, evidence=by_person, lake=found.frame, withdrawals=found.withdrawals, said=found.said
    )
