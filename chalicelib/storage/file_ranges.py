"""大文件分段 · A large file in ranges: which are read, how many are left, and what each of them gave.

FILE#<file> / CHUNKS             the plan that counts now, and how many ranges it has (files table)
FILE#<file> / CHUNK#<plan>#<n>   one range of a plan is done
FILE#<file> / TEXT               of a packed file: that its text is laid down, and from what
partial/<file>/<plan>/…          the plan, and what each range gave: clear numbers, in the bucket of rejects
partial/<file>/TEXT              that text

A plan is named by all that its ranges are read with, so that whoever begins twice begins the same one, and
what a range gave under another plan is never taken for what it gives under this one. A range is done once,
whoever reads it twice; nobody counts: what is left are the ranges without a mark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage.clients import client
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Files
from chalicelib.storage.s3.object_versions import Version, put_in_parts, version_of

if TYPE_CHECKING:
    pass

DONE: Final = "done"
_HEAD: Final = "CHUNKS"
_MARK: Final = "CHUNK#"
_TEXT: Final = "TEXT"


@dataclass(frozen=True, slots=True)
class Planned:
    """How a large file is read in ranges. `etag` is of the object that was planned; `damaged` how it is read.

    `laid_down`: what was planned is not the file as dropped, but the text that it was laid down as. `roster`:
    the version of the roster by which its people are known. `name` is made of all these and of the ranges.
    """

    chunks: int
    etag: str
    damaged: bool = False
    laid_down: bool = False
    roster: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a large file stands: the plan that counts, and the ranges that nobody has finished."""

    plan: Planned
    waiting: tuple[int, ...]


def begin(
    file: FileId,
    chunks: int,
    *,
    plan: str,
    etag: str,
    damaged: bool = False,
    laid_down: bool = False,
    roster: str = "",
) -> Progress:
    """Let a plan count. The same again changes nothing; what another one's ranges gave is forgotten.

    ConflictError if somebody else begins another plan at this moment.
    """
    planned = Planned(chunks, etag, damaged, laid_down, roster)
    name = hashlib.sha256(f"{_words(planned)}{plan}".encode()).hexdigest()[:12]
    planned = replace(planned, name=name)
    before = tables.get(Files, _pk(file), _HEAD)
    if before is None or before.body != _words(planned):
        _put(file, planned, "plan.json", plan.encode())
        same = tables.absent(Files) if before is None else Files.body == before.body
        try:
            tables.put_if(Files(_pk(file), _HEAD, body=_words(planned)), same)
        except ConflictError:
            if plan_now(file) != planned:  # else somebody, or this very call, has begun it
                raise
        if before is not None:
            _drop(file, _planned(before))
    return Progress(planned, tuple(_waiting(file, planned)))


def _words(planned: Planned) -> str:
    return json.dumps(asdict(planned), sort_keys=True)


def _planned(head: Files) -> Planned:
    return Planned(**json.loads(head.body))


def source_of(file: FileId, key: str, planned: Planned) -> Version:
    """What the ranges of a file are read from: the file as dropped under this key, or its text."""
    if planned.laid_down:
        return Version(settings().rejects_bucket, _text_of(file), planned.etag)
    return Version(settings().inbox_bucket, key, planned.etag)


def lay_down(file: FileId, of: str, pieces: Iterable[bytes]) -> Version:
    """Keep the plain text of a file beside its plan, piece by piece; `of` is the tag of what it is made from.

    What `pieces` raises leaves nothing behind.
    """
    bucket, key = settings().rejects_bucket, _text_of(file)
    put_in_parts(bucket, key, pieces)
    found = version_of(bucket, key)
    if found is None:
        raise ConflictError("the text of a large file is gone as soon as it was laid down")
    tables.put(Files(_pk(file), _TEXT, body=json.dumps({"of": of, "etag": found[0].etag})))
    return found[0]


def laid_down(file: FileId, of: str) -> Version | None:
    """The text that was laid down for a file, if it was made from what has this tag."""
    item = tables.get(Files, _pk(file), _TEXT)
    words = json.loads(item.body) if item is not None else {}
    if words.get("of") != of:
        return None
    return Version(settings().rejects_bucket, _text_of(file), words["etag"])


def plan_now(file: FileId) -> Planned | None:
    """The plan that counts; None if the file was never planned, or is finished."""
    head = tables.get(Files, _pk(file), _HEAD)
    return _planned(head) if head is not None else None


def progress(file: FileId) -> Progress | None:
    """How a file stands; None if it was never planned, or is finished."""
    planned = plan_now(file)
    return None if planned is None else Progress(planned, tuple(_waiting(file, planned)))


def _waiting(file: FileId, planned: Planned) -> Iterator[int]:
    marks = tables.query(Files, _pk(file), Files.sk.startswith(_MARK))
    done = {item.sk for item in marks if item.body == DONE}
    return (number for number in range(planned.chunks) if _mark(planned, number) not in done)


def ranges_of(file: FileId, planned: Planned) -> str | None:
    """The plan as it was given; None if it is gone."""
    data = _get(file, planned, "plan.json")
    return None if data is None else data.decode()


def finish(file: FileId, planned: Planned, number: int, part: bytes) -> Progress | None:
    """Keep what a range gave under a plan, and mark it as done; how the file stands now.

    The same again changes nothing. None if it is finished meanwhile.
    """
    _put(file, planned, _part(number), part)
    tables.put(Files(_pk(file), _mark(planned, number), body=DONE))
    return progress(file)


def parts_of(file: FileId, planned: Planned) -> list[bytes] | None:
    """What the ranges gave, in the file's order; None if any of it is gone."""
    found = [_get(file, planned, _part(number)) for number in range(planned.chunks)]
    parts = [data for data in found if data is not None]
    return parts if len(parts) == planned.chunks else None


def forget(file: FileId) -> None:
    """Take everything away, once the file is loaded or sent back; nothing of a plan that begins meanwhile.

    The plan goes last: whoever finds it beside a finished file does this once more.
    """
    head = tables.get(Files, _pk(file), _HEAD)
    if head is not None:
        _drop(file, _planned(head))
    client("s3").delete_object(Bucket=settings().rejects_bucket, Key=_text_of(file))
    tables.delete(Files(_pk(file), _TEXT))
    if head is not None:
        tables.delete_if(Files(_pk(file), _HEAD), Files.body == head.body)


def _drop(file: FileId, planned: Planned) -> None:
    """Take away a plan's text and what its ranges gave; the plan may still be the one that counts."""
    for name in ("plan.json", *map(_part, range(planned.chunks))):
        client("s3").delete_object(Bucket=settings().rejects_bucket, Key=_key(file, planned, name))
    for number in range(planned.chunks):
        tables.delete(Files(_pk(file), _mark(planned, number)))


def ask(file: FileId, key: str, numbers: Sequence[int]) -> None:
    """Ask for ranges to be read, side by side."""
    for number in numbers:
        body = json.dumps({"file": file, "key": key, "chunk": number}, ensure_ascii=False)
        client("sqs").send_message(QueueUrl=settings().chunks_queue_url, MessageBody=body)


def ask_to_combine(file: FileId) -> None:
    """Ask intake to put the ranges together."""
    body = json.dumps({"combine": file})
    client("sqs").send_message(QueueUrl=settings().inbox_queue_url, MessageBody=body)


def _pk(file: FileId) -> str:
    return f"FILE#{file}"


def _mark(planned: Planned, number: int) -> str:
    return f"{_MARK}{planned.name}#{number:05d}" if planned.name else f"{_MARK}{number:05d}"


def _part(number: int) -> str:
    return f"{number:05d}.part"


def _text_of(file: FileId) -> str:
    return f"partial/{file}/{_TEXT}"


def _key(file: FileId, planned: Planned, name: str) -> str:
    """`name` below the plan; beside the text where the plan was made before plans had names."""
    return "/".join(filter(None, ("partial", file, planned.name, name)))


def _put(file: FileId, planned: Planned, name: str, body: bytes) -> None:
    client("s3").put_object(Bucket=settings().rejects_bucket, Key=_key(file, planned, name), Body=body)


def _get(file: FileId, planned: Planned, name: str) -> bytes | None:
    s3 = client("s3")
    try:
        found = s3.get_object(Bucket=settings().rejects_bucket, Key=_key(file, planned, name))
    except s3.exceptions.NoSuchKey:
        return None
    return bytes(found["Body"].read())
