"""存储 · What AWS in memory keeps: items and objects, in SQLite: the process does not grow with them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench.city.capacity import size_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (tbl TEXT, pk TEXT, sk TEXT, size INTEGER, body TEXT,
                                  PRIMARY KEY (tbl, pk, sk)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (bucket TEXT, name TEXT, etag TEXT, told TEXT, body BLOB,
                                    PRIMARY KEY (bucket, name));
"""

_FORWARDS = "SELECT sk, size, body FROM items WHERE tbl = ? AND pk = ? AND sk BETWEEN ? AND ? ORDER BY sk"
_BACKWARDS = f"{_FORWARDS} DESC"


class Found(NamedTuple):
    """An item as it is kept: JSON as DynamoDB words it, and its bytes."""

    sk: str
    size: int
    body: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a bucket."""

    name: str
    etag: str
    told: dict[str, str]  # its metadata
    size: int
    body: bytes = b""


class Kept:
    """Tables and buckets; a context manager that leaves everything in its file."""

    def __init__(self, path: Path | None = None) -> None:
        """Open what a file holds, or begin with nothing (None: in memory)."""
        self._base = sqlite3.connect(
            ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
        )
        for word in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000", "temp_store=FILE"):
            self._base.execute(f"PRAGMA {word}")
        self._base.executescript(_SCHEMA)
        self._base.execute("BEGIN")

    def __enter__(self) -> Kept:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.execute("COMMIT")
        self._base.close()

    # ---- items ----

    def put(self, table: str, item: Any) -> int:
        """Keep an item, whatever stood there; its size."""
        size = size_of(item)
        row = (table, item["pk"]["S"], item["sk"]["S"], size, json.dumps(item, ensure_ascii=False))
        self._base.execute("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)", row)
        return size

    def get(self, table: str, key: Any) -> Found | None:
        """An item, or None."""
        place = (table, key["pk"]["S"], key["sk"]["S"])
        asked = "SELECT sk, size, body FROM items WHERE tbl = ? AND pk = ? AND sk = ?"
        row = self._base.execute(asked, place).fetchone()
        return None if row is None else Found(*row)

    def remove(self, table: str, key: Any) -> None:
        """Let an item go, there or not."""
        place = (table, key["pk"]["S"], key["sk"]["S"])
        self._base.execute("DELETE FROM items WHERE tbl = ? AND pk = ? AND sk = ?", place)

    def between(
        self, table: str, pk: str, first: str, last: str, *, newest_first: bool = False
    ) -> Iterator[Found]:
        """The items of a partition from one sort key to another, both included, in order."""
        asked = _BACKWARDS if newest_first else _FORWARDS
        for row in self._base.execute(asked, (table, pk, first, last)):
            yield Found(*row)

    def behind(self, table: str, pk: str, sk: str) -> Iterator[tuple[str, Found]]:
        """All items of a table behind a place, partition by partition."""
        asked = "SELECT pk, sk, size, body FROM items WHERE tbl = ? AND (pk, sk) > (?, ?) ORDER BY pk, sk"
        for whose, *row in self._base.execute(asked, (table, pk, sk)):
            yield whose, Found(*row)

    def count(self, table: str, pk: str, sk: str = "") -> int:
        """How many items of a table have a partition key, and a sort key, that begin so."""
        asked = "SELECT count(*) FROM items WHERE tbl = ? AND pk BETWEEN ? AND ? AND sk BETWEEN ? AND ?"
        return int(
            self._base.execute(asked, (table, pk, pk + chr(0x10FFFF), sk, sk + chr(0x10FFFF))).fetchone()[0]
        )

    def put_all(self, rows: Iterable[tuple[str, Any]]) -> None:
        """Keep many items, each with its table's name."""
        for table, item in rows:
            self.put(table, item)

    # ---- objects ----

    def put_object(self, bucket: str, name: str, body: bytes, told: dict[str, str]) -> str:
        """Keep an object; its ETag."""
        etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        row = (bucket, name, etag, json.dumps(told), body)
        self._base.execute("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)", row)
        return etag

    def object(self, bucket: str, name: str) -> Stored | None:
        """An object, or None."""
        asked = "SELECT name, etag, told, body FROM objects WHERE bucket = ? AND name = ?"
        row = self._base.execute(asked, (bucket, name)).fetchone()
        return None if row is None else Stored(row[0], row[1], json.loads(row[2]), len(row[3]), row[3])

    def remove_object(self, bucket: str, name: str) -> None:
        """Let an object go, there or not."""
        self._base.execute("DELETE FROM objects WHERE bucket = ? AND name = ?", (bucket, name))

    def objects(self, bucket: str, prefix: str, after: str, at_most: int) -> list[Stored]:
        """Objects whose names begin so, behind a name, in order; without their bodies."""
        asked = (
            "SELECT name, etag, told, length(body) FROM objects WHERE bucket = ? AND name >= ? AND name < ? "
            "AND name > ? ORDER BY name LIMIT ?"
        )
        rows = self._base.execute(asked, (bucket, prefix, prefix + chr(0x10FFFF), after, at_most))
        return [Stored(name, etag, json.loads(told), size) for name, etag, told, size in rows]
