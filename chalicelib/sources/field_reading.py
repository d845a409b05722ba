"""字段读取 · From matched rows to fields: every column read by its declared reader, faults set apart.

A row is rejected for its first faulty column, in the order declared. An unreadable phone or fact does
not cost a row its place: losing a recipient from the roster is worse than a printed notice, and a
prisoner for life has no last day (无期). Such cells are noted, and left out. A fact that the declaration
requires does: a certification by hand that names nobody is none (row B11).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import polars as pl

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    KeyGroup,
    Month,
    Payment,
    PersonId,
    Relation,
)
from chalicelib.model.evidence import NAME_SENT
from chalicelib.sources.feeds.columns import Column
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_rows import FAULT, LINE, places_of
from chalicelib.sources.formats.encodings import LOST
from chalicelib.sources.formats.tick_boxes import CROSSES, SEVERAL
from chalicelib.sources.people.identity_numbers import born, borne, unpack
from chalicelib.sources.people.matching import PACKED, PERSON, read_distinct
from chalicelib.sources.people.plausible_days import a_period_after, days_that_cannot_be
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
_CONTACT: Final = ("address", "helper_name", "helper_phone")
_LENIENT: Final = frozenset(
    {"phone", "related", "relation", "name", "certified_until", "document", "born", *_CONTACT}
)
RECOVERED: Final = "recovered"
NOTED: Final = {LINE: pl.Int64, FIELD: pl.String, FAULT: pl.String}
_NONE_NOTED: Final = pl.DataFrame(schema=NOTED)
_NONE_REJECTED: Final = _NONE_NOTED
# A time of day behind a date, without a zone: it changes nothing, and makes every cell a different one.
_TIMED: Final = (
    r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?\s*$"
)
_SAME: Final = {
    "evidence": [PERSON, "day", "event"],
    # In two places: the same benefit drawn twice. On two lines: a second related person.
    "roster": [PACKED, "benefit", "area", "payee", "related"],
    "payments": [PERSON, "benefit", "month", "fen", "paid"],
}


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One line of a roster: one recipient's claim to one benefit, as the authority states it.

    `born` is the first day of the month of birth, None where another document than the resident's number does
    not tell it and the roster does not say it; `fen` is 0 for a relief without an amount. Where the
    authority has not certified a new recipient yet, `certified_until` is None.
    `name` is "" where none is said. Where no address or helper is said, they are None.
    """

    number: str
    name: str
    phone: str | None
    area: AreaCode
    grid: str
    born: date | None
    benefit: BenefitCode
    fen: int
    since: date
    certified_until: date | None
    payee: str
    key_groups: frozenset[KeyGroup]
    line: int
    related: str | None = None  # the number of somebody whom a condition asks about
    relation: Relation | None = None
    address: str | None = None
    helper_name: str | None = None
    helper_phone: str | None = None

    def __repr__(self) -> str:
        return f"RosterEntry(line {self.line})"


@dataclass(frozen=True, slots=True)
class Fields:
    """Matched rows with their fields read: rows = sound + rejected."""

    sound: pl.DataFrame  # line, packed, person, recovered, and one typed column per field
    rejected: pl.DataFrame  # line, field, fault
    noted: pl.DataFrame  # accepted, yet something to correct: line, field, fault


def read_fields(hits: pl.DataFrame, positions: dict[str, str], feed: Feed, on: date) -> Fields:
    """Read all declared fields of matched rows [line, their columns, packed, person, recovered]."""
    rows = {name: hits[name] for name in (LINE, PACKED, PERSON, RECOVERED)}
    faults: dict[str, pl.Series] = {}
    noted = [_NONE_NOTED]
    for column in feed.columns.values():
        if column.field == "number" or column.field in feed.identifying:
            continue
        if column.field not in positions:  # optional, and not sent
            continue
        rows[column.field], wrong = _read_column(hits[positions[column.field]], column, feed, on)
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


def _read_column(cells: pl.Series, column: Column, feed: Feed, on: date) -> tuple[pl.Series, pl.Series]:
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


def entries_of(good: pl.DataFrame) -> list[RosterEntry]:
    """The entries of a roster, in the file's order."""
    fields: tuple[str, ...] = (
        "name",
        "phone",
        "area",
        "grid",
        "benefit",
        "fen",
        "since",
        "certified_until",
        "payee",
    )
    if "related" in good.columns:
        fields = (*fields, "related", "relation")
    fields = (*fields, *(name for name in ("born", *_CONTACT) if name in good.columns))
    return [
        _entry(packed, str(groups or ""), dict(zip(fields, rest, strict=True)), line)
        for packed, groups, line, *rest in good.select(PACKED, "key_groups", LINE, *fields).iter_rows()
    ]


def _entry(packed: int, groups: str, words: dict[str, Any], line: int) -> RosterEntry:
    number = unpack(packed)
    day = born(number) or words.get("born")
    related, relation = words.pop("related", None), words.pop("relation", None)
    if related is not None and relation is not None and related != number:  # nobody is their own parent
        words |= {"related": related, "relation": Relation(relation)}
    return RosterEntry(
        **words
        | {"name": words["name"] or "", "grid": words["grid"] or "", "fen": words["fen"] or 0}
        | {"born": day.replace(day=1) if day is not None else None},
        number=number,
        key_groups=frozenset(KeyGroup(group) for group in groups.split(",") if group),
        line=line,
    )


def said_by_payments(good: pl.DataFrame) -> pl.DataFrame:
    """What each row of payments says: person, day, event (month#benefit), says (the sum of its parts)."""
    whole = [PERSON, "benefit", "month"]
    return good.select(
        PERSON,
        pl.col("paid").max().over(whole).alias("day"),
        pl.concat_str("month", "benefit", separator="#").alias("event"),
        pl.col("fen").sum().over(whole).cast(pl.String).alias("says"),
    )


def payments_of(good: pl.DataFrame) -> list[tuple[PersonId, Payment]]:
    """One payment per person, benefit and month: several parts in one file are one sum.

    A part is paid again in the same month when arrears come separately; `paid` is the last day.
    """
    months = good.group_by([PERSON, "benefit", "month"], maintain_order=True).agg(
        pl.col("fen").sum(), pl.col("paid").max()
    )
    return [
        (PersonId(person), Payment(BenefitCode(benefit), Month(month), fen, paid))
        for person, benefit, month, fen, paid in months.iter_rows()
    ]
