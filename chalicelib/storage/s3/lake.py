"""证据湖 · The evidence lake: everything that files said about people of the roster, in Parquet, by person.

evidence/bucket=<bucket>/feed=<feed>/<file>.<digest>.parquet    as loaded; a large file in 32 parts
evidence/bucket=<bucket>/whole.parquet                          what tidying has made of them

A bucket is the beginning of a person's id, or "_" for everybody: one person is read with two
listings, their own bucket, and the few objects loaded since the last tidying. Rows are sorted by
person; columns person, feed, day, event, file, line, recovered, and facts as JSON text (or null).

What was loaded is never replaced: its name is made of its content, and the same again is itself.
Tidying writes a bucket before it removes what went into it, so whoever reads sees each row once or
twice, never not at all; evidence is a set. If the lake cannot be read, nothing may be concluded.
"""

from __future__ import annotations

import hashlib
import io
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import ConflictError, UnreadableError
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import CHANGED, GONE, client, code_of, on_forget
from chalicelib.storage.s3.parquet_frames import columns_of

if TYPE_CHECKING:
    import polars as pl

_ROOT: Final = "evidence/bucket="
_EVERYBODY: Final = "_"
_WHOLE: Final = "whole.parquet"  # sorts after feed=…: a listing meets what is loaded first
_CANONICAL: Final[Mapping[str, Any]] = {"ensure_ascii": False, "sort_keys": True}
_LARGE: Final = (
    20_000  # rows from which a file is written in parts, so that nobody reads it all for one person
)
_LOOSE: Final = 64  # objects as loaded that a reader may have to look through; with more, tidying is worth it
_KEPT: Final = 8_000_000  # bytes of Parquet that a process keeps in memory
_TRIES: Final = 3
_LONGEST: Final = 2  # letters of a bucket
_COLUMNS: Final = ("day", "feed", "event", "file", "line", "facts", "recovered")
_NOTHING: Final[Mapping[str, str]] = {}  # one for all: most feeds have no facts, and rows are many


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    etag: str
    size: int

    @property
    def bucket(self) -> str:
        return self.key.removeprefix(_ROOT).partition("/")[0]

    @property
    def is_whole(self) -> bool:
        return self.key.endswith(f"/{_WHOLE}")


_frames: Final[dict[_Stored, pl.DataFrame]] = {}
on_forget(_frames.clear)


def _schema() -> dict[str, Any]:
    import polars as pl

    return {
        "person": pl.String,
        "feed": pl.String,
        "day": pl.Date,
        "event": pl.String,
        "file": pl.String,
        "line": pl.Int64,
        "facts": pl.String,
        "recovered": pl.Boolean,
    }


# --- write ---------------------------------------------------------------------------------------


def put_evidence(feed: FeedId, file: FileId, evidence: Mapping[PersonId, Sequence[Evidence]]) -> None:
    """Keep what a file said about people of the roster; the same again changes nothing."""
    rows = (
        (person, feed, item.key.day, item.key.event, item.file, item.line, facts, item.recovered)
        for person, items in evidence.items()
        for item in items
        for facts in (json.dumps(dict(item.facts), **_CANONICAL) if item.facts else None,)
    )
    first = list(islice(rows, _LARGE + 1))
    if len(first) <= _LARGE:
        _put_rows(feed, file, _EVERYBODY, first)
        return
    # A file's evidence comes person by person: one bucket after the other, none of them twice in memory.
    for bucket, some in groupby(chain(first, rows), key=lambda row: row[0][0]):
        _put_rows(feed, file, bucket, some)


def _put_rows(feed: FeedId, file: FileId, bucket: str, rows: Iterable[tuple[Any, ...]]) -> None:
    frame = columns_of(rows, _schema()).sort("person", maintain_order=True)
    if frame.is_empty():
        return
    data = _parquet(frame)
    digest = hashlib.sha256(data).hexdigest()[:8]
    _put(f"{_ROOT}{bucket}/feed={feed}/{file}.{digest}.parquet", data)


def _parts(rows: pl.DataFrame, characters: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """Rows by the first characters of the person's id; none: all together."""
    import polars as pl

    if not characters:
        yield _EVERYBODY, rows
        return
    start = pl.col("person").str.slice(0, characters)
    for (bucket,), part in rows.group_by(start, maintain_order=True):
        yield str(bucket), part


def _parquet(rows: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    return buffer.getvalue()


def _put(key: str, data: bytes, **condition: str) -> None:
    client("s3").put_object(Bucket=settings().lake_bucket, Key=key, Body=data, **condition)


# --- read ----------------------------------------------------------------------------------------


def evidence_of(person: PersonId) -> list[Evidence]:
    """Everything the lake holds about one person, withdrawn or not, by day; UnreadableError."""
    return evidence_of_many([person])[person]


def evidence_of_many(people: Collection[PersonId]) -> dict[PersonId, list[Evidence]]:
    """The same for several people, each bucket read once; the same fact from several files comes once."""
    import polars as pl

    try:
        return _found(people)
    except (ClientError, BotoCoreError, pl.exceptions.PolarsError) as error:
        raise UnreadableError("the lake cannot be read") from error


def _found(people: Collection[PersonId]) -> dict[PersonId, list[Evidence]]:
    found: dict[PersonId, dict[EvidenceKey, Evidence]] = {person: {} for person in people}

    def take(persons: Iterable[PersonId], frame: pl.DataFrame) -> None:
        for person in persons:
            mine = found[person]
            for item in _about(person, frame):
                known = mine.setdefault(item.key, item)
                if known is not item and _outranks(item, known):
                    mine[item.key] = item

    # Everybody's first: what is tidied away from it meanwhile is in what a bucket shows afterwards.
    for _, frame in _frames_of(f"{_EVERYBODY}/"):
        take(found, frame)
    for initial, persons in groupby(sorted(found), key=lambda person: person[0]):
        mine = list(persons)
        for bucket, frame in _frames_of(initial, mine):
            take((person for person in mine if person.startswith(bucket)), frame)
    return {person: [items[key] for key in sorted(items)] for person, items in found.items()}


def _about(person: PersonId, frame: pl.DataFrame) -> Iterator[Evidence]:
    """One person's rows: looked up, for going through all rows takes a hundred times as long."""
    persons = frame.get_column("person")
    start = bisect_left(persons, person)
    end = bisect_right(persons, person, lo=start)
    if start < end:
        for words in zip(*(frame.get_column(name)[start:end] for name in _COLUMNS), strict=True):
            yield _evidence(*words)


def _outranks(item: Evidence, other: Evidence) -> bool:
    """Which of two items of one fact counts, as in `decide`: whole number, own name, then greater facts."""
    mine, theirs = (
        (not i.recovered, not i.is_under_another_name, sorted(i.facts.items())) for i in (item, other)
    )
    return mine > theirs or (mine == theirs and (item.file, item.line) < (other.file, other.line))


@lru_cache(maxsize=100_000)  # a year of fifty feeds: the same few words stand in millions of rows
def _key(day: date, feed: str, event: str) -> EvidenceKey:
    return EvidenceKey(day, FeedId(feed), event)


def _evidence(
    day: date, feed: str, event: str, file: str, line: int, facts: str | None, recovered: bool
) -> Evidence:
    told = json.loads(facts) if facts else _NOTHING
    return Evidence(_key(day, feed, event), FileId(file), line, told, recovered)


def _frames_of(start: str, people: Sequence[PersonId] | None = None) -> list[tuple[str, pl.DataFrame]]:
    """Everything in the buckets that begin like this, by bucket; listed again if one is tidied meanwhile.

    `people`: only the buckets in which these can be, whatever number of letters divides the lake, or did.
    """
    starts = None if people is None else {person[:n] for person in people for n in range(1, _LONGEST + 1)}
    for _ in range(_TRIES):
        stored = [each for each in _listed(start) if starts is None or each.bucket in starts]
        frames = [(each.bucket, frame) for each in stored if (frame := _frame(each)) is not None]
        if len(frames) == len(stored):
            return frames
    raise UnreadableError("the lake is tidied faster than it can be read")


def _listed(bucket: str) -> Iterator[_Stored]:
    pages = client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=settings().lake_bucket, Prefix=f"{_ROOT}{bucket}"):
        for found in page.get("Contents", ()):
            yield _Stored(found["Key"], found["ETag"], found["Size"])


def _frame(stored: _Stored) -> pl.DataFrame | None:
    """One object's rows, kept in memory while there is room; None if it has been tidied away."""
    frame = _frames.get(stored)
    if frame is None and (frame := _fetch(stored)) is not None:
        _remember(stored, frame)
    return frame


def _fetch(stored: _Stored) -> pl.DataFrame | None:
    import polars as pl

    try:
        body = client("s3").get_object(Bucket=settings().lake_bucket, Key=stored.key)["Body"].read()
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return pl.read_parquet(io.BytesIO(body))


def _remember(stored: _Stored, frame: pl.DataFrame) -> None:
    if stored.is_whole:  # an older state of the bucket is never asked for again
        for old in [each for each in _frames if each.key == stored.key]:
            del _frames[old]
    while _frames and sum(each.size for each in _frames) + stored.size > _KEPT:
        del _frames[next(iter(_frames))]
    if stored.size <= _KEPT:
        _frames[stored] = frame


def everything(start: str = "") -> Iterator[pl.DataFrame]:
    """All rows about everybody whose id begins so, one object at a time; UnreadableError.

    Whatever is tidied away meanwhile is in what a new listing shows; rows may come twice.
    """
    import polars as pl

    read: set[_Stored] = set()
    try:
        for _ in range(_TRIES):
            gone = False
            for each in [each for each in _of_people(start) if each not in read]:
                frame = _fetch(each)
                if frame is None:
                    gone = True
                else:
                    read.add(each)
                    yield _of(start, frame) if start else frame
            if not gone:
                return
    except (ClientError, BotoCoreError, pl.exceptions.PolarsError) as error:
        raise UnreadableError("the lake cannot be read") from error
    raise UnreadableError("the lake is tidied faster than it can be read")


def _of_people(start: str) -> Iterator[_Stored]:
    """The objects in which somebody whose id begins so can be; everybody's first."""
    if not start:
        yield from _listed("")
        return
    yield from _listed(f"{_EVERYBODY}/")
    for each in _listed(start[0]):
        if each.bucket.startswith(start) or start.startswith(each.bucket):
            yield each


# --- tidy ----------------------------------------------------------------------------------------


def tidy(oldest: Mapping[FeedId, date], *, always: bool = False) -> int:
    """Bring what was loaded into its buckets, and leave out what is older than its feed may be kept.

    Does nothing while there is little to tidy, unless `always`. Returns how many objects were removed.
    ConflictError if somebody else tidies at the same time: nothing is lost, the next time goes on.
    """
    everything = list(_listed(""))
    if sum(not each.is_whole for each in everything) <= _LOOSE and not always:
        return 0
    characters = settings().lake_characters
    shared = [each for each in everything if each.bucket == _EVERYBODY] if characters else []
    frames = [_read(each) for each in shared]
    own: dict[str, list[_Stored]] = defaultdict(list)
    for each in everything:
        if each not in shared:
            own[each.bucket[0] if characters else ""].append(each)
    for frame in frames:
        for initial, _ in _parts(frame, 1):
            own.setdefault(initial, [])
    removed = sum(
        _tidy_part([*(_of(initial, f) for f in frames), *map(_read, mine)], mine, oldest)
        for initial, mine in sorted(own.items())
    )
    return removed + _remove(shared)  # last: until every bucket is written, all of them need it


def _of(initial: str, frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.filter(pl.col("person").str.starts_with(initial))


def _tidy_part(
    frames: Sequence[pl.DataFrame], stored: Sequence[_Stored], oldest: Mapping[FeedId, date]
) -> int:
    """These rows into their buckets; then everything else that held them goes."""
    import polars as pl

    known = {each.key: each.etag for each in stored}
    written = set()
    for bucket, rows in _parts(pl.concat(frames), settings().lake_characters):
        key = f"{_ROOT}{bucket}/{_WHOLE}"
        condition = {"IfMatch": known[key]} if key in known else {"IfNoneMatch": "*"}
        try:
            _put(key, _parquet(_in_order(rows, oldest)), **condition)
        except ClientError as error:
            if code_of(error) in CHANGED:
                raise ConflictError("somebody else tidies the lake") from error
            raise
        written.add(key)
    return _remove([each for each in stored if each.key not in written])


def _in_order(rows: pl.DataFrame, oldest: Mapping[FeedId, date]) -> pl.DataFrame:
    """Rows by person, each fact once, without those that may not be kept any longer."""
    import polars as pl

    limits = pl.DataFrame(
        {"feed": list(oldest), "oldest": list(oldest.values())}, {"feed": pl.String, "oldest": pl.Date}
    )
    return (
        rows.join(limits, on="feed", how="left")
        .filter((pl.col("day") >= pl.col("oldest")).fill_null(True))
        .drop("oldest")
        .sort("person", "day", "feed", "event", "recovered", "file", "line")
        .unique(["person", "day", "feed", "event", "facts"], keep="first", maintain_order=True)
    )


def _read(stored: _Stored) -> pl.DataFrame:
    frame = _fetch(stored)
    if frame is None:
        raise ConflictError("somebody else tidies the lake")
    return frame


def _remove(stored: Sequence[_Stored]) -> int:
    for each in stored:
        client("s3").delete_object(Bucket=settings().lake_bucket, Key=each.key)
    return len(stored)
