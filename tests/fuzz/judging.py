"""What must hold of every file, whatever stands in it: no row is lost, none counts twice, none is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final
from unittest.mock import patch

import polars as pl

from chalicelib.model import Rejection
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats import csv_rows
from chalicelib.sources.formats.archives import Payload, unwrap
from chalicelib.sources.formats.csv_rows import LINE, Lines
from chalicelib.sources.formats.encodings import Span, as_text, encoding_of, spans_of
from chalicelib.sources.formats.headers import OUR_COLUMNS
from chalicelib.sources.range_results import Part
from chalicelib.sources.ranges import Plan, plan, read_range
from chalicelib.sources.reading import FileReading, combine, is_damaged_after_all
from chalicelib.sources.values.file_holds import FileHold
from chalicelib.sources.values.row_faults import SENTENCES, Fault
from tests.fuzz.mutations import Mutant, context_of, read_mutant

NUMBER: Final = re.compile(r"\d{14}", re.ASCII)  # nothing that is told of a file holds so many figures
LAST_DAY: Final = date(2199, 12, 31)
RANGE: Final = 300  # bytes


def what_is_wrong(feed: Feed, reading: FileReading) -> str | None:
    """Which of these is not so of the reading of a file, in words that say nothing of its cells."""
    return next((why for holds in PROMISES if (why := holds(feed, reading))), None)


def rows_add_up(feed: Feed, reading: FileReading) -> str | None:
    counts = reading.counts
    if not counts.add_up:
        return f"rows do not add up: {counts}"
    if len(reading.rejections) != counts.rejected:
        return f"{len(reading.rejections)} rejections, {counts.rejected} counted"
    return None


def a_held_file_says_nothing(feed: Feed, reading: FileReading) -> str | None:
    said = (reading.evidence, reading.withdrawals, reading.entries, reading.payments)
    return "held, and yet something is said" if reading.hold is not None and any(map(len, said)) else None


def what_is_accepted_is_kept(feed: Feed, reading: FileReading) -> str | None:
    if reading.hold is not None or reading.rows is None:
        return None
    kept = {
        "evidence": lambda: sum(map(len, (*reading.evidence.values(), *reading.withdrawals.values()))),
        "roster": lambda: len(reading.entries),
        "payments": lambda: reading.rows.height,
    }[feed.kind]()
    return None if kept == reading.counts.accepted else f"{kept} kept, {reading.counts.accepted} accepted"


def no_row_is_both_accepted_and_rejected(feed: Feed, reading: FileReading) -> str | None:
    rejected = [rejection.line for rejection in reading.rejections]
    accepted = reading.rows[LINE].to_list() if reading.rows is not None else []
    if len(set(rejected)) < len(rejected) or len(set(accepted)) < len(accepted):
        return "a row counts twice"
    if not set(accepted).isdisjoint(rejected):
        return "a row is accepted and rejected"
    return "a row stands on no line" if min(accepted + rejected, default=1) < 1 else None


def every_rejection_says_why(feed: Feed, reading: FileReading) -> str | None:
    """Line, field, code and reason: the field one of the feed's own, the reason the code's sentence."""
    fields = {"", *feed.fields.values()}
    for each in reading.rejections:
        if each.field not in fields or (each.zh, each.en) != SENTENCES[Fault(each.code)]:
            return f"a rejection for {each.code} has another field or reason"
    if any(Fault(note.code) not in SENTENCES for note in reading.notes):
        return "a note without a reason"
    return None


def nobody_is_named(feed: Feed, reading: FileReading) -> str | None:
    hold = reading.hold
    told = [hold.zh, hold.en, hold.what] if hold else []
    told += [word for each in (*reading.rejections, *reading.notes) for word in _words(each)]
    return "a number stands in what is told" if any(map(NUMBER.search, told)) else None


def _words(rejection: Rejection) -> Iterable[str]:
    return rejection.field, rejection.code, rejection.zh, rejection.en


def rejected_rows_come_back(feed: Feed, reading: FileReading) -> str | None:
    """Each with its line, field, code and reason, in a file that any spreadsheet reads."""
    reading.repaired_csv()
    text = reading.rejected_csv().decode("utf-8-sig")
    if len(text) > csv.field_size_limit():  # one of its cells may be more than Python's csv takes
        return None
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len(rows) != reading.counts.rejected + 1:
        return f"{len(rows) - 1} of {reading.counts.rejected} rejected rows come back"
    width = len(OUR_COLUMNS)
    told = [(str(each.line), each.code) for each in reading.rejections]
    if [(row[-width], row[2 - width]) for row in rows[1:]] != told:
        return "a rejected row comes back with another line or code"
    return None


def what_is_said_can_be(feed: Feed, reading: FileReading) -> str | None:
    """No day to come proves anything, and no amount is negative."""
    for items in reading.evidence.values():
        if any(not date(1900, 1, 1) <= each.key.day <= LAST_DAY for each in items):
            return "evidence of a day that nobody means"
    if any(payment.fen < 0 for _, payment in reading.payments):
        return "a negative payment"
    return "a negative amount" if any(entry.fen < 0 for entry in reading.entries) else None


PROMISES: Final[tuple[Callable[[Feed, FileReading], str | None], ...]] = (
    rows_add_up, a_held_file_says_nothing, what_is_accepted_is_kept, no_row_is_both_accepted_and_rejected,
    every_rejection_says_why, nobody_is_named, rejected_rows_come_back, what_is_said_can_be,
)  # fmt: skip


def whole(mutant: Mutant) -> str | None:
    """What is wrong with a file that is read as intake reads it."""
    return what_is_wrong(mutant.feed, read_mutant(mutant))


# --- one file, read in several ways ----------------------------------------------------------------


def in_ranges(mutant: Mutant) -> str | None:
    """Whether a text says the same at once, row by row, in short ranges, and in the other encoding."""
    once = read_mutant(mutant)
    with _row_by_row():
        carefully = read_mutant(mutant)
    if why := _unlike(once, carefully):
        return f"row by row: {why}"
    ranges = _in_short_ranges(mutant)
    if ranges is not None and (why := _unlike(once, ranges)):
        return f"in ranges: {why}"
    foreign = _in_gb18030(mutant.data)
    if once.encoding == "utf-8" and foreign is not None:
        other = read_mutant(replace(mutant, data=foreign))
        if why := _unlike(once, other):
            return f"in GB 18030: {why}"
    return what_is_wrong(mutant.feed, once)


def _unlike(one: FileReading, other: FileReading) -> str | None:
    """In what two readings of one file differ."""
    parts: tuple[tuple[str, Callable[[FileReading], object]], ...] = (
        ("hold", lambda reading: reading.hold),
        ("counts", lambda reading: reading.counts),
        ("rejections", lambda reading: list(reading.rejections)),
        ("evidence", lambda reading: dict(reading.evidence)),
        ("withdrawals", lambda reading: reading.withdrawals),
        ("entries", lambda reading: reading.entries),
        ("payments", lambda reading: reading.payments),
        ("notes", lambda reading: sorted(reading.notes, key=lambda note: (note.line, note.field, note.code))),
        ("rejected rows", lambda reading: reading.rejected_csv()),
    )
    return next((name for name, part in parts if part(one) != part(other)), None)


@contextmanager
def _row_by_row() -> Iterator[None]:
    """No line is taken for a row at once: Python's csv reads each."""

    def nowhere(lines: Lines, *_: object) -> pl.Series:
        return pl.repeat(False, len(lines), dtype=pl.Boolean, eager=True)

    with patch.object(csv_rows, "_even", lambda *_: None), patch.object(Lines, "fitting", nowhere):
        yield


def _in_short_ranges(mutant: Mutant) -> FileReading | None:
    """The reading of all ranges of a text together, each of a few lines; None where it is no such text."""
    context = context_of(mutant)
    payload = unwrap(mutant.data)
    if not isinstance(payload, Payload) or mutant.feed.format is None:
        return None
    text = as_text(payload.data)
    if payload.kind == "xlsx" or payload.kind not in mutant.feed.format.kind or isinstance(text, FileHold):
        return None
    made = plan([text], mutant.feed, kind=payload.kind)
    if not isinstance(made, Plan) or not made.spans:
        return None
    first = made.spans[0]
    blocks = (text[start : start + RANGE] for start in range(first.start, len(text), RANGE))
    begin = Span(first.start, first.start, first.line)
    spans = list(spans_of(blocks, made.layout.separator, begin, RANGE))

    def read(damaged: bool) -> list[Part]:
        setting = replace(context, damaged=damaged)
        return [read_range(text[span.start : span.end], made.layout, span.line, setting) for span in spans]

    parts = read(context.damaged)
    if is_damaged_after_all(parts, context):
        parts = read(True)
    return combine(parts, made.layout, context)


def _in_gb18030(data: bytes) -> bytes | None:
    """The same text in GB 18030; None where it is none, or too little of one to tell."""
    try:
        foreign = data.decode("utf-8").encode("gb18030")
    except UnicodeError:
        return None
    return foreign if foreign != data and encoding_of(foreign) == "gb18030" else None
