"""文件分片 · A file about many people in shards: cut once by its people, and how far each shard has come.

FILE#<file> / SHARDS                the cut that counts now (files table)
FILE#<file> / SHARD#<cut>#<shard>   how many parts of a shard are done, and what these have given
partial/<file>/<cut>/<shard>        the rows of a shard: clear numbers, in the bucket of rejects
partial/<file>/SOURCE               a small file as it was dropped: another may lie under its key in the end
partial/<file>/<cut>/<shard>.<n>    what of a part only the whole file can be asked about

A cut is named by its rows, so that whoever cuts twice makes the same one. A part is always the same people,
whoever does it, and counts once: its number is the next one, or nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Final

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Files

_HEAD: Final = "SHARDS"
_SHARD: Final = "SHARD#"


@dataclass(frozen=True, slots=True)
class Cut:
    """A file's rows by shard. `day`: on which it was cut; `words`: what all parts are applied with."""

    name: str
    day: date
    rows: int
    parts: Mapping[str, int]  # by shard, in how many parts it is done
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Come:
    """How far a shard has come: parts and rows that are done, and what these have given, in counts."""

    parts: int = 0
    rows: int = 0
    failed: bool = False  # an execution gave it up; whoever goes on with it says otherwise
    gave: Mapping[str, Any] = field(default_factory=dict)


def begin(file: FileId, cut: Cut, shards: Iterable[tuple[str, bytes]]) -> Cut:
    """Let a cut count, with the rows of its shards; the same again changes nothing. Another one is forgotten.

    ConflictError if somebody else begins another one at this moment.
    """
    before = tables.get(Files, _pk(file), _HEAD)
    if before is not None and _cut(before).name == cut.name:
        return _cut(before)
    for shard, rows in shards:
        _put(_key(file, cut.name, shard), rows)
    same = tables.absent(Files) if before is None else Files.body == before.body
    body = json.dumps(asdict(cut) | {"day": cut.day.isoformat()}, sort_keys=True)
    try:
        tables.put_if(Files(_pk(file), _HEAD, body=body), same)
    except ConflictError:
        now = cut_now(file)
        if now is None or now.name != cut.name:
            raise
        return now
    if before is not None:
        _drop(file, _cut(before).name)
    return cut


def cut_now(file: FileId) -> Cut | None:
    """The cut that counts; None of a file that is not cut, or is finished."""
    head = tables.get(Files, _pk(file), _HEAD)
    return None if head is None else _cut(head)


def _cut(head: Files) -> Cut:
    said = json.loads(head.body)
    return Cut(**said | {"day": date.fromisoformat(said["day"])})


def keep_source(file: FileId, data: bytes) -> None:
    """Keep a file as it was dropped, until it is finished."""
    _put(_source(file), data)


def source_of(file: FileId) -> bytes | None:
    """A file as it was dropped; None where that is not kept."""
    return _get(_source(file))


def rows_of(file: FileId, cut: Cut, shard: str) -> bytes | None:
    """The rows of a shard; None if they are gone."""
    return _get(_key(file, cut.name, shard))


def come(file: FileId, cut: Cut) -> dict[str, Come]:
    """How far each shard has come."""
    start = f"{_SHARD}{cut.name}#"
    found = {
        item.sk.removeprefix(start): _come(item)
        for item in tables.query(Files, _pk(file), Files.sk.startswith(start))
    }
    return {shard: found.get(shard, Come()) for shard in cut.parts}


def shard_has_come(file: FileId, cut: Cut, shard: str) -> Come:
    """How far one shard has come."""
    item = tables.get(Files, _pk(file), f"{_SHARD}{cut.name}#{shard}")
    return Come() if item is None else _come(item)


def _come(item: Files) -> Come:
    return Come(**json.loads(item.body))


def are_done(cut: Cut, now: Mapping[str, Come]) -> bool:
    """Whether all parts of all shards are."""
    return all(now[shard].parts == parts for shard, parts in cut.parts.items())


def advance(
    file: FileId, cut: Cut, shard: str, before: Come, after: Come, found: bytes | None = None
) -> None:
    """Bring a shard from where it was read to where it is now; ConflictError if somebody has been first.

    `found`: what of its next part only the whole file can be asked about.
    """
    if found is not None:
        _put(f"{_key(file, cut.name, shard)}.{before.parts}", found)
    row = Files(_pk(file), f"{_SHARD}{cut.name}#{shard}", body=_body(after))
    same = Files.body == _body(before)
    try:
        tables.put_if(row, (tables.absent(Files) | same) if before == Come() else same)
    except ConflictError:
        if shard_has_come(file, cut, shard) != after:  # it has, where only the acknowledgement was lost
            raise


def _body(come: Come) -> str:
    return json.dumps(asdict(come), sort_keys=True)


def found_by_parts(file: FileId, cut: Cut) -> Iterator[bytes]:
    """What parts have found, in the order of shards and parts: none is read before it is asked for."""
    for shard, parts in sorted(cut.parts.items()):
        for number in range(parts):
            found = _get(f"{_key(file, cut.name, shard)}.{number}")
            if found is not None:
                yield found


def forget(file: FileId) -> None:
    """Take everything away, once the file is loaded or sent back; the cut itself goes last."""
    head = tables.get(Files, _pk(file), _HEAD)
    if head is not None:
        _drop(file, _cut(head).name)
        client("s3").delete_object(Bucket=settings().rejects_bucket, Key=_source(file))
        tables.delete_if(Files(_pk(file), _HEAD), Files.body == head.body)


def _drop(file: FileId, name: str) -> None:
    bucket, s3 = settings().rejects_bucket, client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_key(file, name, "")):
        for each in page.get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=each["Key"])
    for item in list(tables.query(Files, _pk(file), Files.sk.startswith(f"{_SHARD}{name}#"))):
        tables.delete(item)


def _pk(file: FileId) -> str:
    return f"FILE#{file}"


def _key(file: FileId, cut: str, name: str) -> str:
    return f"partial/{file}/{cut}/{name}"


def _source(file: FileId) -> str:
    return f"partial/{file}/SOURCE"


def _put(key: str, body: bytes) -> None:
    client("s3").put_object(Bucket=settings().rejects_bucket, Key=key, Body=body)


def _get(key: str) -> bytes | None:
    s3 = client("s3")
    try:
        return bytes(s3.get_object(Bucket=settings().rejects_bucket, Key=key)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return None
