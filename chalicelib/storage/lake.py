"""The evidence lake: one immutable Parquet file per dropped file, of rows about people of the roster.

evidence/feed=<feed>/<YYYY-MM>/<file>.parquet, sorted by person; columns person, day, event, line, and
facts as JSON text (null where there are none). If the lake cannot be read, nothing may be concluded.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import UnreadableError
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import client, on_forget

if TYPE_CHECKING:
    import polars as pl

_ROOT: Final = "evidence/"
_KEPT: Final = 8_000_000  # bytes of Parquet of one feed that a process keeps in memory


@dataclass(frozen=True, slots=True)
class _Stored:
    key: str
    version: str  # a file that is read again for new people of the roster replaces its evidence
    size: int

    @property
    def feed(self) -> FeedId:
        return FeedId(self.key.removeprefix(f"{_ROOT}feed=").partition("/")[0])

    @property
    def file(self) -> FileId:
        return FileId(self.key.rpartition("/")[2].removesuffix(".parquet"))


_frames: Final[dict[FeedId, tuple[frozenset[_Stored], pl.DataFrame]]] = {}
on_forget(_frames.clear)


def put_evidence(
    feed: FeedId, day: date, file: FileId, evidence: Mapping[PersonId, Sequence[Evidence]]
) -> None:
    """Keep what a file said about people of the roster; the same file again replaces itself."""
    import polars as pl

    rows = [
        (person, item.key.day, item.key.event, item.line, _facts(item))
        for person in sorted(evidence)
        for item in evidence[person]
    ]
    schema = {"person": pl.String, "day": pl.Date, "event": pl.String, "line": pl.Int64, "facts": pl.String}
    buffer = io.BytesIO()
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(buffer)
    put_parquet(feed, day, file, buffer.getvalue())


def put_parquet(feed: FeedId, day: date, file: FileId, data: bytes) -> None:
    """Keep a file's evidence that is Parquet already, with the columns of this module."""
    key = f"{_ROOT}feed={feed}/{day.isoformat()[:7]}/{file}.parquet"
    client("s3").put_object(Bucket=settings().lake_bucket, Key=key, Body=data)


def _facts(item: Evidence) -> str | None:
    return json.dumps(dict(item.facts), ensure_ascii=False, sort_keys=True) if item.facts else None


def evidence_of(person: PersonId, feeds: Iterable[FeedId] | None = None) -> list[Evidence]:
    """Everything the lake holds about one person, withdrawn or not, by day; UnreadableError.

    `feeds` limits it to some feeds. The same fact from several files comes once.
    """
    import polars as pl

    found: dict[EvidenceKey, Evidence] = {}
    try:
        for feed, stored in _by_feed(feeds).items():
            for frame in _read(feed, stored):
                for row in frame.filter(pl.col("person") == person).iter_rows(named=True):
                    item = _evidence(feed, row)
                    found.setdefault(item.key, item)
    except (ClientError, BotoCoreError, pl.exceptions.PolarsError) as error:
        raise UnreadableError("the lake cannot be read") from error
    return [found[key] for key in sorted(found)]


def _evidence(feed: FeedId, row: dict[str, Any]) -> Evidence:
    facts = json.loads(row["facts"]) if row["facts"] else {}
    return Evidence(EvidenceKey(row["day"], feed, row["event"]), FileId(row["file"]), row["line"], facts)


def _by_feed(feeds: Iterable[FeedId] | None) -> dict[FeedId, list[_Stored]]:
    prefixes = [_ROOT] if feeds is None else [f"{_ROOT}feed={feed}/" for feed in feeds]
    pages = client("s3").get_paginator("list_objects_v2")
    result: dict[FeedId, list[_Stored]] = {}
    for prefix in prefixes:
        for page in pages.paginate(Bucket=settings().lake_bucket, Prefix=prefix):
            for found in page.get("Contents", ()):
                stored = _Stored(found["Key"], found["ETag"], found["Size"])
                result.setdefault(stored.feed, []).append(stored)
    return result


def _read(feed: FeedId, stored: Sequence[_Stored]) -> Iterator[pl.DataFrame]:
    """A feed's rows: kept in memory while the feed is small, else one file after the other."""
    if sum(each.size for each in stored) > _KEPT:
        yield from (_frame(each) for each in stored)
        return
    import polars as pl

    now = frozenset(stored)
    known = _frames.get(feed)
    if known is not None and known[0] <= now:
        frames = [known[1], *(_frame(each) for each in stored if each not in known[0])]
    else:
        frames = [_frame(each) for each in stored]
    frame = frames[0] if len(frames) == 1 else pl.concat(frames)
    _frames[feed] = (now, frame)
    yield frame


def _frame(stored: _Stored) -> pl.DataFrame:
    import polars as pl

    body = client("s3").get_object(Bucket=settings().lake_bucket, Key=stored.key)["Body"].read()
    return pl.read_parquet(io.BytesIO(body)).with_columns(file=pl.lit(stored.file))
