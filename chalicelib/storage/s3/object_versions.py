"""对象版本 · Large objects in S3: one version of one of them, as a stream, in ranges, or open like a file.

A version stands as long as the object's tag is the same: what is read of it in pieces belongs together.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from chalicelib.errors import ConflictError
from chalicelib.storage.clients import GONE, client, code_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK: Final = 8_000_000  # bytes of a large object that are held at a time
_PIECE: Final = 1_000_000  # bytes
_GONE: Final = GONE | {"PreconditionFailed", "412"}


@dataclass(frozen=True, slots=True)
class Version:
    """What stands under a key, as long as its tag is this one."""

    bucket: str
    key: str
    etag: str

    def blocks(self) -> Iterator[bytes]:
        """All of it, block by block; ConflictError if it is gone, or another stands in its place."""
        try:
            found = client("s3").get_object(Bucket=self.bucket, Key=self.key, IfMatch=self.etag)
        except ClientError as error:
            if _is_gone(error):
                raise ConflictError("a large file is gone") from error
            raise
        yield from found["Body"].iter_chunks(_BLOCK)

    def read(self, start: int, end: int) -> bytes | None:
        """Some of its bytes; None if it is gone, or another stands in its place."""
        try:
            found = client("s3").get_object(
                Bucket=self.bucket, Key=self.key, IfMatch=self.etag, Range=f"bytes={start}-{end - 1}"
            )
        except ClientError as error:
            if _is_gone(error):
                return None
            raise
        return bytes(found["Body"].read())

    def opened(self, size: int) -> io.BufferedReader:
        """It as a file that is read from anywhere, a block at a time."""
        return io.BufferedReader(_Remote(self, size), _BLOCK)


def put_in_parts(bucket: str, key: str, pieces: Iterable[bytes], kind: str | None = None) -> None:
    """Write an object piece by piece, however large; what `pieces` raises leaves nothing behind."""
    from boto3.s3.transfer import TransferConfig  # only who writes large objects waits for it

    # One part after the other: threads would hold ten of them.
    in_parts = TransferConfig(multipart_chunksize=16_000_000, use_threads=False)
    more = {} if kind is None else {"ContentType": kind}
    stream = io.BufferedReader(_Pieces(pieces), _PIECE)
    client("s3").upload_fileobj(stream, bucket, key, Config=in_parts, ExtraArgs=more)


def version_of(bucket: str, key: str) -> tuple[Version, int] | None:
    """What stands under a key now, and its bytes; None if nothing does."""
    try:
        found = client("s3").head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if _is_gone(error):
            return None
        raise
    return Version(bucket, key, found["ETag"]), int(found["ContentLength"])


def _is_gone(error: ClientError) -> bool:
    return code_of(error) in _GONE


class _Remote(io.RawIOBase):
    """The bytes of a version, asked for where somebody reads."""

    def __init__(self, version: Version, size: int) -> None:
        self._version = version
        self._size = size
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the first byte")
        self._place = start + offset
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        end = min(self._place + len(view), self._size)
        if end <= self._place:
            return 0
        data = self._version.read(self._place, end)
        if data is None:
            raise ConflictError("a large file has changed while it was read")
        view[: len(data)] = data
        self._place += len(data)
        return len(data)


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
