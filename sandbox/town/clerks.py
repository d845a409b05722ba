"""Clerks: now and then they mend the rows that came back to their department, and send those again.

A clerk knows of a file what its receipt says, and of its rejected rows what stands in the file that came
back. She looks each one up in her own books, writes the right cell over the wrong one, leaves our columns
where they are, and saves the sheet in a format that was agreed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from chalicelib.clock import civil_date
from chalicelib.model import FeedId, FileState
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.context import Scene
from sandbox.town.departments import Drop, Ruined, Written, key_of
from sandbox.town.seeded_random import chance, happens
from sandbox.town.shapes import DateShape, Kind, Sheet, Style, render

MENDS: Final = 0.3  # of files from which rows came back
AFTER: Final = (6, 20)  # days
LINE, FIELD = "行号", "字段"  # of the columns that the platform adds
SAVED_AS: Final = {"csv": Kind.UTF8_BOM, "xlsx": Kind.XLSX, "jsonl": Kind.JSONL}


@dataclass
class Clerks:
    """The clerks of all departments that send what is new; a whole list is simply sent anew."""

    scene: Scene
    feeds: Mapping[FeedId, Feed]
    _receipts: dict[str, dict[str, Any]] = field(default_factory=dict)  # of files that are loaded, by digest
    _read: set[str] = field(default_factory=set)

    def sent(self, written: Written, data: bytes) -> None:
        """A file has been sent: perhaps somebody will look at what comes back of it."""
        feed = self.feeds.get(FeedId(written.feed))
        if feed is None or not written.ruined or feed.is_full:
            return
        seed = self.scene.town.seed
        if happens(MENDS, seed, "mends", written.key):
            days = chance(seed, "mends after", written.key).randint(*AFTER)
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            self.scene.soon(days, 14, 20, lambda: self.mend(written, feed, digest))

    def mend(self, written: Written, feed: Feed, digest: str) -> None:
        """Send the mended rows of a file, unless it has been corrected as a whole meanwhile."""
        receipt = self._receipt(feed, digest)
        if receipt is None or self.scene.diary.files[written.key] is not written:
            return
        body = self.scene.s3.get_object(Bucket=self.scene.rejects, Key=receipt["rejected_rows"])[
            "Body"
        ].read()
        drop = mended(feed, written, self.scene.now(), body.decode("utf-8-sig"))
        self.scene.diary.sent_again[drop.key] = written.key
        self.scene.drop(drop)

    def _receipt(self, feed: Feed, digest: str) -> dict[str, Any] | None:
        """The receipt of a file, by what was in it; None if the file was not loaded."""
        pages = self.scene.s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.scene.outbox, Prefix=f"{feed.department}/receipts/"):
            keys = {entry["Key"] for entry in page.get("Contents", ()) if entry["Key"].endswith(".json")}
            for key in keys - self._read:
                body = self.scene.s3.get_object(Bucket=self.scene.outbox, Key=key)["Body"].read()
                receipt = json.loads(body)
                if receipt["state"] == FileState.LOADED:
                    self._read.add(key)
                    self._receipts[receipt["digest"]] = receipt
        return self._receipts.get(digest)


def mended(feed: Feed, written: Written, at: datetime, rejected: str) -> Drop:
    """The file of rejected rows with the right cells in it, as it is sent again."""
    header, *rows = list(csv.reader(io.StringIO(rejected, newline="")))
    right = {ruined.line: ruined for ruined in written.ruined}
    again = [right[int(row[header.index(LINE)])] for row in rows]
    sheet = Sheet(
        columns=tuple(header),
        rows=tuple(
            tuple(_mended(feed, header, row, ruined)) for row, ruined in zip(rows, again, strict=True)
        ),
    )
    style = _saved(feed)
    stem = written.key.rpartition("/")[2].partition(".")[0]
    key = key_of(feed, civil_date(at), f"{stem}_更正行.{style.suffix}")
    about = tuple(sorted({(ruined.person, ruined.happening) for ruined in again}))
    account = Written(key, feed.id, len(rows), 0, 0, FileState.LOADED, about)
    return Drop(at, key, feed.id, lambda: (render(sheet, style), account))


def _mended(feed: Feed, header: Sequence[str], row: Sequence[str], ruined: Ruined) -> list[str]:
    """A row with the right cell in the column that our answer names."""
    column = feed.columns[row[header.index(FIELD)]]
    names = (row[header.index(FIELD)], *column.also)
    place = next(place for place, name in enumerate(header) if name in names)
    right = ruined.right.number if column.field == "number" else ruined.happening.day.isoformat()
    return [*row[:place], right, *row[place + 1 :]]


def _saved(feed: Feed) -> Style:
    agreed: Sequence[str] = feed.format.kind if feed.format is not None else ()
    return Style(next(kind for name, kind in SAVED_AS.items() if name in agreed), DateShape.ISO)
