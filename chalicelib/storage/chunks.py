"""A large file in ranges: which are read, how many are left, and what each of them gave.

FILE#<file> / CHUNKS        how many ranges there are, and how many are left (files table)
FILE#<file> / CHUNK#<n>     one range: planned or done
FILE#<file> / TEXT          of a packed file: that its text is laid down, and from what
partial/<file>/…            the plan, that text, and what each range gave: clear numbers, so in the bucket of
                            rejects

A range is done once, whoever reads it twice: its mark and the counter move in one transaction.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from boto3.s3.transfer import TransferConfig

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage import tables
from chalicelib.storage.changes import TRIES
from chalicelib.storage.clients import client
from chalicelib.storage.tables import Files, Put, Update
from chalicelib.storage.versions import Version, version_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PLANNED: Final = "planned"
DONE: Final = "done"
_HEAD: Final = "CHUNKS"
_TEXT: Final = "TEXT"
_PIECE: Final = 1_000_000  # bytes
# One part after the other: threads would hold ten of them.
_IN_PARTS: Final = TransferConfig(multipart_chunksize=16_000_000, use_threads=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a large file stands. `etag` is of the object that was planned; `damaged` how it is to be read.

    `laid_down`: what was planned is not the file as dropped, but the text that it was laid down as.
    """

    chunks: int
    left: int
    etag: str
    damaged: bool
    laid_down: bool = False


def begin(
    file: FileId, chunks: int, *, plan: str, etag: str, damaged: bool = False, laid_down: bool = False
) -> None:
    """Keep the plan of a file; a plan that stood there before is forgotten with what its ranges gave."""
    _put(file, "plan.json", plan.encode())
    tables.put_all(Files(_pk(file), _sk(number), body=PLANNED) for number in range(chunks))
    words = {"chunks": chunks, "etag": etag, "damaged": damaged, "laid_down": laid_down}
    tables.put(Files(_pk(file), _HEAD, body=json.dumps(words), left=chunks))


def source_of(file: FileId, key: str, now: Progress) -> Version:
    """What the ranges of a file are read from: the file as dropped under this key, or its text."""
    if now.laid_down:
        return Version(settings().rejects_bucket, _key(file, _TEXT), now.etag)
    return Version(settings().inbox_bucket, key, now.etag)


def lay_down(file: FileId, of: str, pieces: Iterable[bytes]) -> Version:
    """Keep the plain text of a file beside its plan, piece by piece; `of` is the tag of what it is made from.

    What `pieces` raises leaves nothing behind.
    """
    bucket, key = settings().rejects_bucket, _key(file, _TEXT)
    client("s3").upload_fileobj(io.BufferedReader(_Pieces(pieces), _PIECE), bucket, key, Config=_IN_PARTS)
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
    return Version(settings().rejects_bucket, _key(file, _TEXT), words["etag"])


def progress(file: FileId) -> Progress | None:
    """How a file stands; None if it was never planned, or is finished."""
    head = tables.get(Files, _pk(file), _HEAD)
    if head is None:
        return None
    words = json.loads(head.body)
    return Progress(left=int(head.left), **words)


def waiting(file: FileId) -> list[int]:
    """The ranges that nobody has finished."""
    found = tables.query(Files, _pk(file), Files.sk.startswith("CHUNK#"))
    return [int(item.sk.partition("#")[2]) for item in found if item.body == PLANNED]


def plan_of(file: FileId) -> str:
    """The plan that was kept."""
    return _get(file, "plan.json").decode()


def finish(file: FileId, number: int, part: bytes) -> int:
    """Keep what a range gave and count it, once; how many are left."""
    _put(file, f"{number:05d}.part", part)
    for tries in range(TRIES):
        try:
            tables.write_together(
                [
                    Put(Files(_pk(file), _sk(number), body=DONE), Files.body == PLANNED),
                    Update(Files(_pk(file), _HEAD), [Files.left.set(Files.left - 1)]),
                ],
                str(uuid.uuid4()),
            )
        except ConflictError:
            if number not in waiting(file):  # done before, or the acknowledgement was lost
                break
            tables.pause(tries)
        else:
            break
    else:
        raise ConflictError("the counter of ranges is busy")
    now = progress(file)
    return now.left if now is not None else 0


def parts_of(file: FileId, chunks: int) -> list[bytes]:
    """What the ranges gave, in the file's order."""
    return [_get(file, f"{number:05d}.part") for number in range(chunks)]


def forget(file: FileId, chunks: int) -> None:
    """Take everything away, once the file is loaded or sent back; the counter goes last."""
    for name in ("plan.json", _TEXT, *(f"{number:05d}.part" for number in range(chunks))):
        client("s3").delete_object(Bucket=settings().rejects_bucket, Key=_key(file, name))
    for place in (_TEXT, *map(_sk, range(chunks))):
        tables.delete(Files(_pk(file), place))
    tables.delete(Files(_pk(file), _HEAD))


def ask(file: FileId, key: str, numbers: list[int]) -> None:
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


def _sk(number: int) -> str:
    return f"CHUNK#{number:05d}"


def _key(file: FileId, name: str) -> str:
    return f"partial/{file}/{name}"


def _put(file: FileId, name: str, body: bytes) -> None:
    client("s3").put_object(Bucket=settings().rejects_bucket, Key=_key(file, name), Body=body)


def _get(file: FileId, name: str) -> bytes:
    found = client("s3").get_object(Bucket=settings().rejects_bucket, Key=_key(file, name))
    return bytes(found["Body"].read())


class _Pieces(io.RawIOBase):
    """Pieces of bytes as a file that is read once, from its beginning."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
