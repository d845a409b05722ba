"""统计表 · The figures of each day as one table in the lake, for whoever reads Parquet (docs/statistics.md).

statistics/table/day=<day>/figures.parquet    a line for each cell of that day (columns: `COLUMNS`)
statistics/told/<day>.json                    what was told of the whole jurisdiction that day

Kept as long as the lake keeps what files said (infra/exchange.yaml). Lines are sorted by area, so that
whoever asks about a village reads little of a city.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.settings import settings
from chalicelib.storage.clients import GONE, client, code_of
from chalicelib.storage.s3.parquet_frames import columns_of

WORDS: Final = ("area", "level", "authority", "benefit", "figure", "status", "route", "kind", "month")
AMOUNTS: Final = ("number", "fen", "days")
COLUMNS: Final = ("as_of", "county", "township", *WORDS, *AMOUNTS)
LOOKS_BACK: Final = timedelta(days=31)  # for a day whose pass failed, the one before it stands
_TABLE: Final = "statistics/table/day="
_TOLD: Final = "statistics/told/"
_LINES: Final = 50_000  # of a row group

Line = tuple[Any, ...]
"""The words of `WORDS`, then the amounts of `AMOUNTS`; "" where a word says nothing."""


def put(day: date, lines: Iterable[Line]) -> None:
    """Keep the lines of a day, which come in the order of their words, in place of those kept before."""
    import polars as pl

    rows = ((day, line[0][:6], line[0][:9], *line) for line in lines)
    texts = dict.fromkeys(("county", "township", *WORDS), pl.String)
    frame = columns_of(rows, {"as_of": pl.Date, **texts, **dict.fromkeys(AMOUNTS, pl.Int64)})
    said = frame.with_columns(pl.col(*WORDS[2:]).replace("", None))
    body = io.BytesIO()
    said.write_parquet(body, row_group_size=_LINES)
    client("s3").put_object(
        Bucket=settings().lake_bucket, Key=f"{_TABLE}{day}/figures.parquet", Body=body.getvalue()
    )


def below(day: date, area: str, digits: int) -> Iterator[Line] | None:
    """The lines of a day below an area, added up by the first digits of theirs; None if none were kept."""
    import polars as pl

    body = _read(f"{_TABLE}{day}/figures.parquet")
    if body is None:
        return None
    part = pl.col("area").str.slice(0, digits)
    found = (
        pl.scan_parquet(io.BytesIO(body))
        .filter(pl.col("area").str.starts_with(area))
        .group_by(part, *WORDS[1:])
        .agg(pl.col(*AMOUNTS).sum())
        .with_columns(pl.col(*WORDS).fill_null(""))
        .collect()
    )
    return found.iter_rows()


def put_told(day: date, told: Mapping[str, Any]) -> None:
    """Keep what was told of a day."""
    body = json.dumps(told, ensure_ascii=False).encode()
    client("s3").put_object(Bucket=settings().lake_bucket, Key=f"{_TOLD}{day}.json", Body=body)


def told(day: date) -> dict[str, Any] | None:
    """What was told last up to a day, and no more than a month before it; None if nothing was."""
    pages = (
        client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=settings().lake_bucket, Prefix=_TOLD, StartAfter=f"{_TOLD}{day - LOOKS_BACK}")
    )
    keys = (found["Key"] for found in chain.from_iterable(page.get("Contents", ()) for page in pages))
    last = max((key for key in keys if key <= f"{_TOLD}{day}.json"), default=None)
    body = None if last is None else _read(last)
    return None if body is None else json.loads(body)


def _read(key: str) -> bytes | None:
    try:
        found = client("s3").get_object(Bucket=settings().lake_bucket, Key=key)
    except ClientError as error:
        if code_of(error) in GONE:
            return None
        raise
    return bytes(found["Body"].read())
