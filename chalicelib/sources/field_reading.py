"""字段读取 · From matched rows to fields: every column read by its declared reader, faults set apart.

A row is rejected for its first faulty column, in the order declared. An unreadable phone or fact does
not cost a row its place: losing a recipient from the roster is worse than a printed notice, and a
prisoner for life has no last day (无期). Such cells are noted, and left out. A fact that the declaration
requires does: a certification by hand that names nobody is none (row B11).

A row that names somebody else than the roster does under the same number certifies nobody by itself, and the
department is told; a loss is verified by somebody who is told so too. Which names are certainly others,
`person_names.is_another` says. A day that no rule could use beside the birth date in the person's number (a
death before birth, a day of before the country was founded, a benefit from a year that lies ahead) goes back,
instead of counting as accepted and changing nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from chalicelib.model.evidence import ANOTHER, NAME_SENT
from chalicelib.sources.feeds.columns import Column
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_rows import FAULT, LINE, Batch, all_of, places_of
from chalicelib.sources.formats.encodings import LOST
from chalicelib.sources.formats.headers import Layout
from chalicelib.sources.formats.tick_boxes import CROSSES, SEVERAL, TICKED, with_ticks
from chalicelib.sources.people.identity_numbers import birth_in, borne
from chalicelib.sources.people.matching import PACKED, PERSON, read_distinct
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.cells import (
    Reader,
    Value,
    day_in,
    first_day_in,
    last_day_in,
    read_name,
    reader_for,
    says_nothing,
)
from chalicelib.sources.values.identity_documents import FIRST
from chalicelib.sources.values.person_names import is_another, same_name
from chalicelib.sources.values.row_faults import Fault

FIELD: Final = "field"
_DAYS: Final[Mapping[Reader, Callable[[str], date | Fault]]] = {
    Reader.DATE: day_in,
    Reader.DATE_AHEAD: last_day_in,
    Reader.DATE_FROM: first_day_in,
}
_NO_DAY: Final = [Fault.CELL_EMPTY.value, Fault.DAY_PLACEHOLDER.value]
_KINDS: Final[dict[Reader, type[pl.DataType]]] = {
    Reader.DATE: pl.Date,
    Reader.DATE_AHEAD: pl.Date,
    Reader.DATE_FROM: pl.Date,
    Reader.MONEY: pl.Int64,
}
# And every fact that is not required.
CONTACT: Final = ("address", "helper_name", "helper_phone")
_LENIENT: Final = frozenset(
    {"phone", "related", "relation", "name", "certified_until", "document", "born", *CONTACT}
)
RECOVERED: Final = "recovered"
NOTED: Final = {LINE: pl.Int64, FIELD: pl.String, FAULT: pl.String}
_NONE_NOTED: Final = pl.DataFrame(schema=NOTED)
_NONE_REJECTED: Final = _NONE_NOTED
# A time of day behind a date, without a zone: it changes nothing, and makes every cell a different one.
_TIMED: Final = (
    r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?\s*$"
)
OLDEST_YEARS: Final = 120  # nobody has reached it: the record is about somebody else, or the day is wrong
FOUNDED: Final = date(1949, 10, 1)  # no department has records of anybody's doings from before
_EPOCH: Final = date(1970, 1, 1)  # what programs write for no day at all
_SAME: Final = {
    "evidence": [PERSON, "day", "event"],
    # In two places: the same benefit drawn twice. On two lines: a second related person.
    "roster": [PACKED, "benefit", "area", "payee", "related"],
    "payments": [PERSON, "benefit", "month", "fen", "paid"],
}


@dataclass(frozen=True, slots=True)
class Fields:
    """Matched rows with their fields read: rows = sound + rejected."""

    sound: pl.DataFrame  # line, packed, person, recovered, and one typed column per field
    rejected: pl.DataFrame  # line, field, fault
    noted: pl.DataFrame  # accepted, yet something to correct: line, field, fault


def read_fields(hits: pl.DataFrame, layout: Layout, feed: Feed, on: date) -> Fields:
    """Read all declared fields of matched rows [line, their columns, packed, person, recovered]."""
    hits = with_ticks(hits, layout)
    positions = {**layout.positions, "event": TICKED} if layout.boxes else layout.positions
    rows = {name: hits[name] for name in (LINE, PACKED, PERSON, RECOVERED)}
    faults: dict[str, pl.Series] = {}
    noted = [_NONE_NOTED]
    for column in feed.columns.values():
        if column.field == "number" or column.field in feed.identifying:
            continue
        if column.field not in positions:  # optional, and not sent
            continue
        rows[column.field], wrong = read_column(hits[positions[column.field]], column, feed, on)
        if wrong.null_count() == wrong.len():
            continue
        if column.field in _LENIENT or (column.field in feed.facts and not column.required):
            noted.append(_noted(rows[LINE], column.field, wrong))
        else:
            faults[column.field] = _waived(wrong, rows, column)
    for name in ("day", "since"):
        if name in rows and rows[name].dtype == pl.Date:
            wrong = days_that_cannot_be(name, rows[name], rows[PACKED], on)
            if wrong.null_count() < wrong.len():
                faults[name] = faults[name].zip_with(wrong.is_null(), wrong) if name in faults else wrong
    not_sent = (fact for fact in feed.facts if fact not in rows)
    rows |= {fact: pl.repeat(None, hits.height, dtype=pl.String, eager=True) for fact in not_sent}
    rejected, sound = _set_apart(pl.DataFrame(rows), faults)
    notes = pl.concat(noted) if len(noted) > 1 else _NONE_NOTED
    if rejected.height:
        notes = notes.join(sound.select(LINE), on=LINE, how="semi")
    return Fields(sound, rejected, notes)


def once(sound: pl.DataFrame, feed: Feed) -> pl.DataFrame:
    """Of rows that say the same fact the last one; whole numbers and the person's own name before others."""
    same = [column for column in _SAME[feed.kind] if column in sound.columns]
    # Rows of one fact have one hash, and few others have it too.
    doubtful = sound.select(same).hash_rows().is_duplicated()
    if not doubtful.any():
        return sound
    is_another = pl.col(NAME_SENT).is_not_null() if feed.kind == "evidence" and NAME_SENT in sound else False
    worse = pl.col(RECOVERED) | is_another
    rows = sound.filter(doubtful).sort(worse, LINE, descending=[True, False])
    last = rows.unique(subset=same, keep="last", maintain_order=True)
    return sound.filter(~doubtful | sound[LINE].is_in(last[LINE].implode()))


def _noted(lines: pl.Series, field: str, faults: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({LINE: lines, FAULT: faults}).drop_nulls()
    return frame.select(LINE, pl.lit(field).alias(FIELD), FAULT)


def without_time(cells: pl.Series) -> pl.Series:
    """Dates without their time of day, so that each day is read once."""
    long = places_of(cells.str.len_bytes() > len("2025-06-30"))
    if long.is_empty():
        return cells
    timed = cells.gather(long)
    days = timed.str.extract(_TIMED, 1)
    return cells.scatter(long, days.zip_with(days.is_not_null(), timed))


def read_column(cells: pl.Series, column: Column, feed: Feed, on: date) -> tuple[pl.Series, pl.Series]:
    """What each cell of a column means, and what is wrong with it: null both where it is rightly empty."""
    is_number = column.read is Reader.IDENTITY_NUMBER
    reader = borne if is_number else reader_for(column.read, column.codes)
    empty = Fault.CELL_EMPTY if column.field in feed.required else None

    if column.field == "name":
        return read_distinct(
            cells,
            lambda cell: Fault.HALF_CHARACTER if _is_broken(cell, column) else read_name(cell, on),
            pl.String,
        )
    if column.read in _DAYS:
        return _read_days(without_time(cells), empty, column, on)

    def read(cell: str) -> Value | Fault | None:
        if cell == SEVERAL:
            return Fault.BOXES_SEVERAL
        if _is_broken(cell, column):
            return Fault.HALF_CHARACTER
        # A cell that only looks filled (an apostrophe, a zero-width blank) is empty, and so is one that holds
        # a word of nothing, unless it is an agreed code: 无 may be one.
        is_open = says_nothing(cell) and cell not in CROSSES
        if is_open and (column.required or column.read is not Reader.CODE):
            return empty
        found = reader(cell, on)
        is_empty = found is Fault.CELL_EMPTY or (is_open and found is Fault.CODE_UNKNOWN)
        return empty if is_empty else found

    return read_distinct(cells, read, _KINDS.get(column.read, pl.String))


def _is_broken(cell: str, column: Column) -> bool:
    """Whether characters were lost that a cell cannot do without: a name can, if most of it is left."""
    lost = cell.count(LOST)
    return lost > 0 and (column.field != "name" or 2 * lost > len(cell.strip()))


def _read_days(
    cells: pl.Series, empty: Fault | None, column: Column, on: date
) -> tuple[pl.Series, pl.Series]:
    """Days, as `read_day` and its kin read them; where none must stand, a placeholder is none."""
    days, faults = read_distinct(cells, _DAYS[column.read], pl.Date)
    if empty is None:
        faults = faults.set(faults.is_in(_NO_DAY).fill_null(False), None)
    if column.read is not Reader.DATE:
        return days, faults
    ahead = (days > on).fill_null(False)
    if not ahead.any():
        return days, faults
    return days.set(ahead, None), faults.set(ahead, Fault.DAY_FUTURE.value)


def _waived(faults: pl.Series, rows: Mapping[str, pl.Series], column: Column) -> pl.Series:
    """The faults without empty cells that may be empty for the row's word in another field."""
    for other, words in column.empty_if.items():
        allowed = rows[other].is_in(words).fill_null(False) & (faults == Fault.CELL_EMPTY.value)
        faults = faults.set(allowed.fill_null(False), None)
    return faults


def _set_apart(rows: pl.DataFrame, faults: Mapping[str, pl.Series]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines with their first fault, and the rows without any."""
    if not faults:
        return _NONE_REJECTED, rows
    names = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in faults]
    first = pl.DataFrame(faults).select(pl.coalesce(names).alias(FIELD), pl.coalesce([*faults]).alias(FAULT))
    wrong = first[FAULT].is_not_null()
    return first.insert_column(0, rows[LINE]).filter(wrong), rows.filter(~wrong)


def stated_too_far(good: pl.DataFrame, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A roster's rows without stated ends beyond the longest period after its day, and the notes of these.

    Such an end (2052 typed for 2025, 9999 for "no end") counts as not stated: the person comes due (row A1).
    """
    is_far = (good["certified_until"] > a_period_after(as_of)).fill_null(False)
    if not is_far.any():
        return good, _NONE_NOTED
    stated = good["certified_until"].set(is_far, None)
    faults = pl.Series(FAULT, [Fault.UNTIL_TOO_FAR.value], dtype=pl.String).new_from_index(0, good.height)
    noted = _noted(good[LINE].filter(is_far), "certified_until", faults.filter(is_far))
    return good.with_columns(stated), noted


def named(good: pl.DataFrame) -> pl.DataFrame:
    """A roster's rows, each with the name that another row of the same number bears where it has none."""
    if not good["name"].null_count():
        return good
    others = pl.col("name").drop_nulls().last().over(PACKED)
    return good.with_columns(pl.col("name").fill_null(others))


# --- days that cannot be ---------------------------------------------------------------------------


def a_period_after(day: date) -> date:
    """The same day a year later, for no tier carries longer than 12 months: 29 February clamps.

    >>> a_period_after(date(2024, 2, 29))
    datetime.date(2025, 2, 28)
    """
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + 1, day=last)


def days_that_cannot_be(field: str, days: pl.Series, packed: pl.Series, on: date) -> pl.Series:
    """What is wrong with each day of a field, null where nothing is; `packed` are the numbers of its rows.

    `day` is when something happened, `since` the day from which a benefit is drawn, which may lie ahead; one
    before birth is a clerk's slip (a form's usual day), and nobody falls off a roster for that.
    """
    day, birth = pl.col("day"), birth_in(pl.col("packed"))
    figure = day.dt.year().cast(pl.Int64) * 10_000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()
    is_before = figure < birth
    if field == "day":
        is_beyond = figure >= birth + (OLDEST_YEARS + 1) * 10_000
        wrong = {Fault.DAY_BEFORE_BIRTH: is_before, Fault.DAY_BEYOND_LIFE: is_beyond}
        wrong |= {Fault.DAY_PLACEHOLDER: day == _EPOCH, Fault.DAY_TOO_EARLY: day < FOUNDED}
    else:
        wrong = {Fault.DAY_TOO_FAR: day > a_period_after(on)}
    told = pl.coalesce([pl.when(is_so).then(pl.lit(fault.value)) for fault, is_so in wrong.items()])
    rows = pl.DataFrame({"day": days, "packed": packed}).lazy()
    return rows.select(told.alias("fault")).collect().to_series()


# --- names -----------------------------------------------------------------------------------------


def with_names_compared(fields: Fields, batch: Batch, layout: Layout, roster: RosterIndex) -> Fields:
    """Sound rows with a column that says "another" where the name certainly is; each such row is noted."""
    column, rows = layout.positions.get("name"), fields.sound
    if column is None:
        return fields
    told = all_of(None, rows.height, pl.String).alias(NAME_SENT)
    said, known = batch.rows_at(rows[LINE], [column])[column], roster.names_of(rows[PACKED])
    unlike = places_of((said != known).fill_null(value=False))
    pairs = zip(unlike.to_list(), said.gather(unlike).to_list(), known.gather(unlike).to_list(), strict=True)
    wrong = [place for place, name, its in pairs if is_another(name, its)]
    if not wrong:
        return Fields(rows.hstack([told]), fields.rejected, fields.noted)
    noted = rows[wrong].select(
        LINE, pl.lit("name").alias(FIELD), pl.lit(Fault.NAME_OF_ANOTHER.value).alias(FAULT)
    )
    told = told.scatter(wrong, ANOTHER)
    return Fields(rows.hstack([told]), fields.rejected, pl.concat([fields.noted, noted]))


def certain_by_name(
    hits: pl.DataFrame, batch: Batch, layout: Layout, roster: RosterIndex | None
) -> pl.DataFrame:
    """Matched rows with whether it is only likely whom they are about (`recovered`).

    A number of 18 characters is its bearer's. Another document's has no check character, and two countries
    may give the same one: it is its bearer's where the name says so too.
    """
    unsure = all_of(False, hits.height, pl.Boolean).alias(RECOVERED)
    others = places_of(hits[PACKED] >= FIRST)
    if roster is None or others.is_empty():
        return hits.hstack([unsure])
    rows, column = hits[others], layout.positions.get("name")
    said = batch.rows_at(rows[LINE], [column])[column].to_list() if column is not None else []
    known = roster.names_of(rows[PACKED]).to_list()
    said = said or [None] * rows.height
    alike = [same_name(name or "", its or "") for name, its in zip(said, known, strict=True)]
    return hits.hstack([unsure.scatter(others, [not is_so for is_so in alike])])


def with_documents_noted(fields: Fields) -> Fields:
    """A roster's rows, those noted whose bearer has another document: data find them by nothing else."""
    others = fields.sound.filter(pl.col(PACKED) >= FIRST)
    if others.is_empty():
        return fields
    noted = others.select(
        LINE, pl.lit("number").alias(FIELD), pl.lit(Fault.NUMBER_OF_ANOTHER_DOCUMENT.value).alias(FAULT)
    )
    return Fields(fields.sound, fields.rejected, pl.concat([fields.noted, noted]))
