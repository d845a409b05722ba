"""A large file in ranges: which are read, how many are left, and what each of them gave.

FILE#<file> / CHUNKS        how many ranges there are, and how many are left (files table)
FILE#<file> / CHUNK#<n>     one range: planned or done
partial/<file>/…            the plan, and what each range gave: clear numbers, so in the bucket of rejects

A range is done once, whoever reads it twice: its mark and the counter move in one transaction.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Final

from chalicelib.errors import ConflictError
from chalicelib.model import FileId
from chalicelib.settings import settings
from chalicelib.storage import tables
from chalicelib.storage.changes import TRIES
from chalicelib.storage.clients import client
from chalicelib.storage.tables import Files, Put, Update

PLANNED: Final = "planned"
DONE: Final = "done"
_HEAD: Final = "CHUNKS"


@dataclass(frozen=True, slots=True)
class Progress:
    """How a large file stands. `etag` is of the object that was planned; `damaged` how it is to be read."""

    chunks: int
    left: int
    etag: str
    damaged: bool


def begin(file: FileId, chunks: int, *, plan: str, etag: str, damaged: bool = False) -> None:
    """Keep the plan of a file; a plan that stood there before is forgotten with what its ranges gave."""
    _put(file, "plan.json", plan.encode())
    tables.put_all(Files(_pk(file), _sk(number), body=PLANNED) for number in range(chunks))
    words = {"chunks": chunks, "etag": etag, "damaged": damaged}
    tables.put(Files(_pk(file), _HEAD, body=json.dumps(words), left=chunks))


def progress(file: FileId) -> Progress | None:
    """How a file stands; None if it was never planned, or is finished."""
    head = tables.get(Files, _pk(file), _HEAD)
    if head is None:
        return None
    words = json.loads(head.body)
    return Progress(words["chunks"], int(head.left), words["etag"], words["damaged"])


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
    for name in ("plan.json", *(f"{number:05d}.part" for number in range(chunks))):
        client("s3").delete_object(Bucket=settings().rejects_bucket, Key=_key(file, name))
    for number in range(chunks):
        tables.delete(Files(_pk(file), _sk(number)))
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
