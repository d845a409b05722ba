"""Single files of the lake, for corrections: what one said, what others say as well, and forgetting one."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.model import EvidenceKey, FeedId, FileId, PersonId
from chalicelib.settings import settings
from chalicelib.storage.clients import client

if TYPE_CHECKING:
    import polars as pl

Keys = Mapping[PersonId, AbstractSet[EvidenceKey]]


def _folder(feed: FeedId) -> str:
    return f"evidence/feed={feed}/"


def _key(feed: FeedId, day: date, file: FileId) -> str:
    return f"{_folder(feed)}{day.isoformat()[:7]}/{file}.parquet"


def keys_of(feed: FeedId, day: date, file: FileId) -> dict[PersonId, frozenset[EvidenceKey]]:
    """What a file said about whom; empty if the lake does not hold it (any more)."""
    try:
        frame = _frame(_key(feed, day, file))
    except client("s3").exceptions.NoSuchKey:
        return {}
    return _keys(feed, frame)


def said_elsewhere(feed: FeedId, wanted: Keys, *, but: FileId) -> dict[PersonId, frozenset[EvidenceKey]]:
    """Which of these keys another file of the feed says as well; reads the whole feed, for corrections."""
    import polars as pl

    if not wanted:
        return {}
    found: dict[PersonId, set[EvidenceKey]] = defaultdict(set)
    for key in _objects(feed):
        if key.endswith(f"/{but}.parquet"):
            continue
        frame = _frame(key).filter(pl.col("person").is_in(list(wanted)))
        for person, keys in _keys(feed, frame).items():
            found[person] |= keys & wanted[person]
    return {person: frozenset(keys) for person, keys in found.items()}


def forget(feed: FeedId, day: date, file: FileId) -> None:
    """Take a file's evidence out of the lake; the bucket's versions keep it for an auditor."""
    client("s3").delete_object(Bucket=settings().lake_bucket, Key=_key(feed, day, file))


def _keys(feed: FeedId, frame: pl.DataFrame) -> dict[PersonId, frozenset[EvidenceKey]]:
    found: dict[PersonId, set[EvidenceKey]] = defaultdict(set)
    for person, day, event in frame.select("person", "day", "event").iter_rows():
        found[PersonId(person)].add(EvidenceKey(day, feed, event))
    return {person: frozenset(keys) for person, keys in found.items()}


def _objects(feed: FeedId) -> Iterator[str]:
    pages = client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=settings().lake_bucket, Prefix=_folder(feed)):
        for found in page.get("Contents", ()):
            yield found["Key"]


def _frame(key: str) -> pl.DataFrame:
    import polars as pl

    body = client("s3").get_object(Bucket=settings().lake_bucket, Key=key)["Body"].read()
    return pl.read_parquet(io.BytesIO(body))
