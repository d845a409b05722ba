"""文件内容清单 · Who is said what by which file: so that a corrected file can take back what only the earlier
one said.

said/feed=<feed>/<YYYYMMDD>/<file>.parquet in the lake's bucket: person, day, event of one loaded file (of a
payments file: the day paid, month and benefit; of a roster: since when, benefit and area), and what else a
row says, so that rows of the next file that say nothing new can be counted. The lake itself is ordered by
person and holds each fact once; which file said it is asked here alone. A correction later than these lists
are kept takes nothing back.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from chalicelib.model import EvidenceKey, FeedId, FileId, PersonId
from chalicelib.model.evidence import WITHDRAWS
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.s3.parquet_frames import columns_of

if TYPE_CHECKING:
    import polars as pl

Keys = Mapping[PersonId, AbstractSet[EvidenceKey]]


def _folder(feed: FeedId) -> str:
    return f"said/feed={feed}/"


def _key(feed: FeedId, day: date, file: FileId) -> str:
    return f"{_folder(feed)}{day:%Y%m%d}/{file}.parquet"


def put(
    feed: FeedId, day: date, file: FileId, said: Iterable[tuple[PersonId, Iterable[EvidenceKey]]]
) -> None:
    """Note what a file says, person by person; the same file again replaces its list."""
    import polars as pl

    rows = ((person, key.day, key.event) for person, keys in said for key in keys)
    put_rows(feed, day, file, columns_of(rows, {"person": pl.String, "day": pl.Date, "event": pl.String}))


def put_rows(feed: FeedId, day: date, file: FileId, rows: pl.DataFrame) -> None:
    """Note what each row of a file says [person, day, event, says]; the same file again replaces its list."""
    buffer = io.BytesIO()
    rows.select([name for name in ("person", "day", "event", "says") if name in rows.columns]).write_parquet(
        buffer
    )
    client("s3").put_object(Bucket=settings().lake_bucket, Key=_key(feed, day, file), Body=buffer.getvalue())


def newest_rows(feed: FeedId, lists: Iterable[tuple[date, FileId]], place: Sequence[str]) -> pl.DataFrame:
    """What the newest of some lists, oldest first, says in each place [person, day, event, says].

    Lists that are gone say nothing; in one written before rows were compared `says` is null.
    """
    import polars as pl

    schema = {"person": pl.String, "day": pl.Date, "event": pl.String, "says": pl.String}
    found = [pl.DataFrame(schema=schema)]
    for day, file in lists:
        try:
            frame = _frame(_key(feed, day, file))
        except client("s3").exceptions.NoSuchKey:
            continue
        if "says" not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("says"))
        found.append(frame.select(list(schema)))
    return pl.concat(found).unique(place, keep="last", maintain_order=True)


def people_of(feed: FeedId, day: date, file: FileId) -> pl.Series | None:
    """Of whom a file said anything, each as often as it did; None if its list is gone."""
    try:
        return _frame(_key(feed, day, file)).get_column("person")
    except client("s3").exceptions.NoSuchKey:
        return None


def only_by(feed: FeedId, day: date, file: FileId, other: FileId) -> dict[PersonId, frozenset[EvidenceKey]]:
    """What a file said and another of the same day does not; nothing if the file's list is gone."""
    try:
        mine = _frame(_key(feed, day, file))
    except client("s3").exceptions.NoSuchKey:
        return {}
    theirs = _frame(_key(feed, day, other))
    return _keys(feed, mine.join(theirs, on=["person", "day", "event"], how="anti"))


def is_kept(feed: FeedId, day: date, file: FileId) -> bool:
    """Whether it is noted what a file says: then it is loaded, or somebody was about to load it."""
    try:
        client("s3").get_object(Bucket=settings().lake_bucket, Key=_key(feed, day, file))["Body"].close()
    except client("s3").exceptions.NoSuchKey:
        return False
    return True


def by_file(feed: FeedId, day: date, file: FileId) -> dict[PersonId, frozenset[EvidenceKey]]:
    """What a file said about whom; empty if it said nothing, or its list is gone."""
    try:
        frame = _frame(_key(feed, day, file))
    except client("s3").exceptions.NoSuchKey:
        return {}
    return _keys(feed, frame)


def elsewhere(feed: FeedId, wanted: Keys, *, but: Iterable[FileId]) -> dict[PersonId, frozenset[EvidenceKey]]:
    """Which of these keys another file of the feed says as well.

    Reads every list of the feed from the earliest of the wanted days on: for corrections only.
    """
    import polars as pl

    days = [key.day for keys in wanted.values() for key in keys]
    if not days:
        return {}
    left_out = tuple(f"/{file}.parquet" for file in but)
    found: dict[PersonId, set[EvidenceKey]] = defaultdict(set)
    for key in _objects(feed, min(days)):
        if key.endswith(left_out):
            continue
        frame = _frame(key).filter(pl.col("person").is_in(list(wanted)))
        for person, keys in _keys(feed, frame).items():
            found[person] |= keys & wanted[person]
    return {person: frozenset(keys) for person, keys in found.items()}


def later(feed: FeedId, wanted: Keys, after: date) -> dict[PersonId, frozenset[EvidenceKey]]:
    """Which of these keys a file of the feed says in the folder of a later day."""
    import polars as pl

    found: dict[PersonId, set[EvidenceKey]] = defaultdict(set)
    for key in _objects(feed, after + timedelta(days=1)):
        frame = _frame(key).filter(pl.col("person").is_in(list(wanted)))
        for person, keys in _keys(feed, frame).items():
            found[person] |= keys & wanted[person]
    return {person: frozenset(keys) for person, keys in found.items() if keys}


def forget(feed: FeedId, day: date, file: FileId) -> None:
    """Take away the list of a file that no longer counts."""
    client("s3").delete_object(Bucket=settings().lake_bucket, Key=_key(feed, day, file))


def let_go(oldest: Mapping[FeedId, date]) -> int:
    """Remove the lists of which every day is older than its feed may be kept; how many."""
    removed = 0
    for feed, day in oldest.items():
        end = f"{_folder(feed)}{day:%Y%m%d}"
        for key in takewhile(end.__gt__, _objects(feed)):
            client("s3").delete_object(Bucket=settings().lake_bucket, Key=key)
            removed += 1
    return removed


def _keys(feed: FeedId, frame: pl.DataFrame) -> dict[PersonId, frozenset[EvidenceKey]]:
    import polars as pl

    found: dict[PersonId, set[EvidenceKey]] = defaultdict(set)
    facts = frame.filter(~pl.col("event").str.starts_with(WITHDRAWS))
    for person, day, event in facts.select("person", "day", "event").iter_rows():
        found[PersonId(person)].add(EvidenceKey(day, feed, event))
    return {person: frozenset(keys) for person, keys in found.items()}


def _objects(feed: FeedId, since: date = date.min) -> Iterator[str]:
    """The lists in folders of a day and later ones: nobody tells of a day before it has come."""
    pages = client("s3").get_paginator("list_objects_v2")
    start = f"{_folder(feed)}{since:%Y%m%d}"
    for page in pages.paginate(Bucket=settings().lake_bucket, Prefix=_folder(feed), StartAfter=start):
        for found in page.get("Contents", ()):
            yield found["Key"]


def _frame(key: str) -> pl.DataFrame:
    import polars as pl

    body = client("s3").get_object(Bucket=settings().lake_bucket, Key=key)["Body"].read()
    return pl.read_parquet(io.BytesIO(body))
