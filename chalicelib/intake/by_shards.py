"""分片入库 · A file about many people is applied shard by shard (decision 0015), by the pass `apply`.

counted       of a roster about people who are known, what it would change; None while its shards count
load          what has come of the whole file; None while its shards go on: until then it is RECEIVED
apply_some    parts of a shard, as far as there is time; `about` names the file and its cut
all_applied, some_failed   what the pass has come to: intake finishes the file, or a redrive goes on with it

The rows are cut once, by their people. A part of a shard is a small file, so to say: the same functions
apply it (`loading.apply`), and it may be repeated; what only the whole file can be asked about comes last.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from chalicelib import clock
from chalicelib.cases import executions
from chalicelib.errors import BusyError, UnreadableError
from chalicelib.intake import applied, death_limit, loading
from chalicelib.intake.applied import Applied
from chalicelib.intake.in_progress import InProgress
from chalicelib.intake.loading import Loaded, Prepared
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, DroppedFile, FileId, FileState, Month, PersonId
from chalicelib.runs import Stop
from chalicelib.settings import settings
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.csv_rows import LINE
from chalicelib.sources.people.identity_numbers import unpack
from chalicelib.sources.people.matching import PACKED, PERSON
from chalicelib.sources.reading import FileReading, records_of
from chalicelib.sources.records import entries_of
from chalicelib.storage import file_shards, inbox_queue
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.dynamodb.busy import Left
from chalicelib.storage.dynamodb.shards import shard_of
from chalicelib.storage.file_shards import Come, Cut
from chalicelib.storage.s3 import objects

APPLY: Final = "apply"
PART: Final = 1_000  # people: some twenty seconds, and what a kill costs
AT_ONCE: Final = 8  # shards: a new table takes 4,000 write units a second
_AT_A_TIME: Final = 20_000  # numbers whose ids are made
_BEFORE: Final = "~before"
_SHARD: Final = "~shard"
_COUNT: Final = "count"


def counted(dropped: DroppedFile, reading: FileReading) -> Applied | None:
    """What a roster would change, counted in all its shards before any is applied; None while they go on."""
    rows = _with_people(reading)
    cut = _cut_now(dropped.id, _name(rows, _COUNT))
    if cut is None:
        cut = file_shards.begin(dropped.id, *_cut(_name(rows, _COUNT), rows, {_COUNT: True}))
    return _given(dropped.id, cut)


def load(dropped: DroppedFile, feed: Feed, reading: FileReading) -> Loaded | None:
    """What has come of a file in all its shards; None while they go on, or are begun now."""
    rows = _with_people(reading)
    cut = _cut_now(dropped.id, _name(rows))
    if cut is None:
        prepared = loading.prepare(dropped, feed, reading)
        told = rows if prepared.before is None else rows.with_columns(prepared.before.alias(_BEFORE))
        words = _words(prepared)
        cut = file_shards.begin(dropped.id, *_cut(_name(rows), told, words))
    part = _given(dropped.id, cut)
    if part is None:
        return None
    left, prepared, progress = Left(), _prepared(cut), InProgress()
    loaded = loading.put_together(dropped, feed, reading, part, prepared, progress, left)
    left.nobody()
    return loaded


def _given(file: FileId, cut: Cut) -> Applied | None:
    """What all shards have given; None while they go on, or have to be begun, or begun again."""
    now = file_shards.come(file, cut)
    if not file_shards.are_done(cut, now):
        executions.start_pass(APPLY, cut.day, _about(file, cut))
        return None
    found = [pl.read_parquet(io.BytesIO(part)) for part in file_shards.found_by_parts(file, cut)]
    given = [Applied(**each.gave) for each in now.values()]
    return applied.together([*given, *(Applied(found=each) for each in found)])


def _words(prepared: Prepared) -> dict[str, Any]:
    """What all parts of a file are applied with, as it is kept beside its cut."""
    runs = [[*run, sorted(counties)] for run, counties in sorted(prepared.runs.items())]
    return {"is_whole": prepared.is_whole, "runs": runs}


def _prepared(cut: Cut, before: pl.Series | None = None) -> Prepared:
    words = cut.words
    runs = {(BenefitCode(b), Month(m)): frozenset(counties) for b, m, counties in words["runs"]}
    return Prepared(before, runs, words["is_whole"])


# --- the cut ---------------------------------------------------------------------------------------


def _with_people(reading: FileReading) -> pl.DataFrame:
    """The rows with the ids of whom they are about: of a roster, also the ids of whoever is new on it."""
    assert reading.rows is not None
    if reading.kind != "roster":
        return reading.rows.drop(PACKED, strict=False)
    numbers = reading.rows[PACKED].unique()
    index, known = objects.read_roster(), pl.repeat(None, numbers.len(), dtype=pl.String, eager=True)
    if index is not None:
        known = known.scatter(*index.people_of(numbers))
    ids = pl.DataFrame({PACKED: numbers, PERSON: known})
    made = pl.concat([ids.clear(), *map(_made, ids.filter(known.is_null()).iter_slices(_AT_A_TIME))])
    everybody = pl.concat([ids.filter(known.is_not_null()), made])
    return reading.rows.drop(PERSON).join(everybody, on=PACKED, how="left", maintain_order="left")


def _made(numbers: pl.DataFrame) -> pl.DataFrame:
    """The ids of some who are new; of a city they are never all in Python at once."""
    unpacked = [unpack(number) for number in numbers[PACKED]]
    given = people.ids_of_newcomers(unpacked)
    ids = [given[number] for number in unpacked]
    return numbers.with_columns(pl.Series(PERSON, ids, dtype=pl.String))


def _name(rows: pl.DataFrame, what: str = "") -> str:
    """The same for the same rows about the same people: a roster that comes meanwhile may know more."""
    said = "\n".join(rows.select(pl.concat_str(LINE, PERSON, separator=",")).to_series()).encode()
    return hashlib.sha256(f"{what}{settings().shard_characters}\n".encode() + said).hexdigest()[:8]


def _cut(name: str, rows: pl.DataFrame, words: Mapping[str, Any]) -> tuple[Cut, Iterator[tuple[str, bytes]]]:
    """A cut of all rows, and the rows of each shard, made one after the other."""
    people = rows[PERSON].unique().sort()
    shards = pl.DataFrame({PERSON: people, _SHARD: [shard_of(PersonId(each)) for each in people]})
    sizes = shards.group_by(_SHARD).len().sort(_SHARD)
    parts = {shard: -(-count // PART) for shard, count in sizes.iter_rows()}

    def each() -> Iterator[tuple[str, bytes]]:
        for shard in parts:
            mine = shards.filter(pl.col(_SHARD) == shard).select(PERSON)
            buffer = io.BytesIO()
            rows.join(mine, on=PERSON, how="semi").sort(PERSON, LINE).write_parquet(buffer)
            yield shard, buffer.getvalue()

    return Cut(name, clock.today(), rows.height, parts, words), each()


# --- a shard ---------------------------------------------------------------------------------------


def shards_of(about: str) -> Sequence[str]:
    """The shards of a file's cut; none once it is finished, or cut anew."""
    _, cut = _named(about)
    return [] if cut is None else sorted(cut.parts)


def apply_some(about: str, shard: str, stop: Stop) -> str | None:
    """Apply parts of a shard, at least one; how many are done if there are more, else None.

    What was done before is not done again, whoever did it. BusyError where somebody's record is busy all
    the while: everybody else of the part is done, and it is tried again.
    """
    file, cut = _named(about)
    if cut is None:
        return None
    now, rows, progress = file_shards.shard_has_come(file, cut, shard), None, InProgress()
    while now.parts < cut.parts[shard]:
        if rows is None:
            rows = _rows_of(file, cut, shard)
        elif stop():
            return str(now.parts)
        dropped = files.find(file)
        if rows is None or dropped.state is not FileState.RECEIVED:
            return None
        some = _part(rows, now.parts)
        gave = _apply(dropped, cut, some, progress)
        given = applied.together([Applied(**now.gave), replace(gave, found=pl.DataFrame())])
        after = Come(now.parts + 1, now.rows + some.height, gave=given.counts())
        file_shards.advance(file, cut, shard, now, after, _as_bytes(gave.found))
        now = after
    return None


def _named(about: str) -> tuple[FileId, Cut | None]:
    file, _, name = about.partition(".")
    return FileId(file), _cut_now(FileId(file), name)


def _cut_now(file: FileId, name: str) -> Cut | None:
    """The cut of this name, if it counts."""
    cut = file_shards.cut_now(file)
    return cut if cut is not None and cut.name == name else None


def _about(file: FileId, cut: Cut) -> str:
    return f"{file}.{cut.name}"


def _rows_of(file: FileId, cut: Cut, shard: str) -> pl.DataFrame | None:
    data = file_shards.rows_of(file, cut, shard)
    if data is None:
        if _named(_about(file, cut))[1] is not None:
            raise UnreadableError("the rows of a shard are gone")
        return None
    return pl.read_parquet(io.BytesIO(data))


def _part(rows: pl.DataFrame, number: int) -> pl.DataFrame:
    people = rows[PERSON].unique(maintain_order=True)[number * PART : (number + 1) * PART]
    return rows.filter(pl.col(PERSON).is_between(pl.lit(people[0]), pl.lit(people[-1])))


def _apply(dropped: DroppedFile, cut: Cut, rows: pl.DataFrame, progress: InProgress) -> Applied:
    if cut.words.get(_COUNT):
        return death_limit.compared(entries_of(rows), rows[PERSON])
    feed, left = current().feeds[dropped.feed], Left()
    before = rows[_BEFORE] if _BEFORE in rows.columns else None
    reading = records_of(rows.drop(_BEFORE, strict=False), feed, dropped.id, dropped.day)
    part = loading.apply(dropped, feed, reading, _prepared(cut, before), progress, left)
    left.nobody()
    return part


def _as_bytes(frame: pl.DataFrame) -> bytes | None:
    if frame.is_empty():
        return None
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file has come: shards and rows that are done, of how many, and the shards that failed."""

    shards: int
    of: int
    rows: int
    of_rows: int
    failed: tuple[str, ...]


def progress(dropped: DroppedFile) -> Progress | None:
    """How far a file has come that is applied shard by shard; None of any other, and once it is finished."""
    cut = file_shards.cut_now(dropped.id) if dropped.by_shards else None
    if cut is None:
        return None
    now = file_shards.come(dropped.id, cut)
    done = sum(each.parts == cut.parts[shard] for shard, each in now.items())
    failed = tuple(sorted(shard for shard, each in now.items() if each.failed))
    return Progress(done, len(cut.parts), sum(each.rows for each in now.values()), cut.rows, failed)


# --- in the end ------------------------------------------------------------------------------------


def all_applied(about: str) -> None:
    """All shards are done: intake puts the file together, and writes its receipt."""
    file, cut = _named(about)
    if cut is not None:
        inbox_queue.finish_applied(file)


def some_failed(about: str, shards: Sequence[str]) -> None:
    """Shards were given up after all their tries: they are named beside the file until somebody goes on."""
    file, cut = _named(about)
    if cut is None:
        return
    for shard in shards:
        now = file_shards.shard_has_come(file, cut, shard)
        file_shards.advance(file, cut, shard, now, replace(now, failed=True))


def give_up(earlier: DroppedFile) -> None:
    """A corrected file has come while the earlier one is being applied: no part of that begins any more.

    BusyError while one may still be at work: the corrected file is read again in a minute.
    """
    if file_shards.cut_now(earlier.id) is not None:
        file_shards.forget(earlier.id)
        raise BusyError(frozenset())
