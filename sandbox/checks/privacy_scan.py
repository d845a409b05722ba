"""Looks for identity numbers and phones in clear wherever none may stand.

Allowed are three buckets: the inbox, the rejected rows and the roster snapshot; and in the outbox the sheets
that go to townships to be filled in, under the same key. Everywhere else (tables, outbox, lake, queues, logs)
each match of the shape is held against the numbers of the town.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from sandbox.town.people import Town

SHEETS: Final = "townships/"
DIGITS: Final = re.compile(r"\d{11,}[Xx]?")  # whole runs: 18 characters are a number, 11 a phone


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that identifies somebody, where it must not stand."""

    what: str
    where: str


class Detector:
    """Knows every number and phone of the town, and finds them in text."""

    def __init__(self, town: Town) -> None:
        self._numbers = {number for p in town.people for number in p.numbers} | {
            s.number for s in town.strangers
        }
        self._numbers |= {p.relative.number for p in town.people if p.relative is not None}
        self._phones = set(town.by_phone)

    def look(self, text: str, where: str) -> Iterator[Leak]:
        """What identifies somebody in a text; at most one leak of each sort."""
        found = {run.upper() for run in DIGITS.findall(text)}
        if not found.isdisjoint(self._numbers):
            yield Leak("an identity number", where)
        if not self._phones.isdisjoint(run.rstrip("X") for run in found):
            yield Leak("a phone number", where)


def leaks(town: Town, client: Any, tables: list[str], buckets: list[str], log: str) -> list[Leak]:
    """Everything that leaked by the end of a run; `client` makes AWS clients."""
    detector = Detector(town)
    found = list(detector.look(log, "the log"))
    for table in tables:
        pages = client("dynamodb").get_paginator("scan").paginate(TableName=table)
        text = "\n".join(str(item) for page in pages for item in page["Items"])
        found += detector.look(text, f"table {table}")
    for bucket in buckets:
        for key, body in objects_in(client("s3"), bucket):
            found += detector.look(key, f"a key of {bucket}")
            if not key.startswith(SHEETS):
                found += detector.look(text_in(key, body), f"an object of {bucket}")
    return found


def objects_in(s3: Any, bucket: str) -> Iterator[tuple[str, bytes]]:
    """Every object of a bucket, with its key."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", ()):
            yield entry["Key"], s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()


def text_in(key: str, body: bytes) -> str:
    """What an object says; Parquet files and workbooks are compressed, so they are read as such."""
    if key.endswith(".parquet"):
        frame = pl.read_parquet(io.BytesIO(body))
        return "\n".join(",".join(map(str, row)) for row in frame.iter_rows())
    if key.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(map(book.read, book.namelist()))
    return body.decode("utf-8", errors="replace")
