"""压缩与封装 · What a dropped file really is: its size and first bytes are judged before anything parses it.

A department may pack one file into gzip or zip. What unpacks to more than may be held, or far out of
proportion, is noticed while it unpacks: the sizes that an archive states may lie. `unwrap` holds a file in
memory; what is too large for that unpacks piece by piece (`unpacked`), to wherever it is laid down.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Final, Literal

from chalicelib.sources.formats.encodings import first_character
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold

# Bytes that are in memory at once; what is larger is read in ranges.
LARGEST_TEXT: Final = 100_000_000
# Bytes that an archive may hold: what is unpacked and planned well within a function's 15 minutes.
LARGEST_UNPACKED: Final = 10_000_000_000
LARGEST_RATIO: Final = 200  # only beyond RATIO_FROM: little text compresses well
RATIO_FROM: Final = 1_000_000
STEP: Final = 1_000_000
MOST_PARTS: Final = 1_000

GZIP_MAGIC: Final = b"\x1f\x8b"
ZIP_MAGIC: Final = b"PK\x03\x04"
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0"  # xls, and every workbook with a password
# What is named .csv and is none; an "xls" that is a web page is common.
_OTHERS: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"PAR1", b"SQLite format 3",
    b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype", b"<?xml", b"{\\rtf", b"BZh", b"\xfd7zXZ", b"II*\0",
    b"MM\0*", b"PK\x05\x06",
)  # fmt: skip
# What computers put beside the one file, in whatever folder; and the copies of it that they keep.
_SYSTEM_FILES: Final = frozenset({"__macosx", ".ds_store", "thumbs.db", "desktop.ini", "_temporary"})
_SYSTEM_COPIES: Final = ("._", "~$", ".~lock.", "_success", "_started", "_committed", ".gitkeep", ".keep")
# Of an upload that is not done, of a program's own, and checksums: the file itself comes, or has come.
_COMPANIONS: Final = (
    ".filepart", ".part", ".partial", ".tmp", ".temp", ".crdownload", ".swp", ".md5", ".sha1", ".sha256",
    ".sha512", ".crc", "_$folder$",
)  # fmt: skip

Kind = Literal["csv", "jsonl", "xlsx"]


@dataclass(frozen=True, slots=True)
class Payload:
    """A file without its packing."""

    kind: Kind
    data: bytes = field(repr=False)


class ArchiveError(Exception):
    """An archive that cannot or must not be unpacked; carries the hold."""

    def __init__(self, code: HoldCode, what: str = "") -> None:
        super().__init__(code)
        self.hold: Final = hold(code, what)


def unwrap(data: bytes) -> Payload | FileHold:
    """The one file inside a drop, and its kind; or why there is none that could be read.

    A text beyond LARGEST_TEXT is TOO_LARGE, packed or not: it can still be read in ranges.
    """
    file = io.BytesIO(data)
    if is_packed(file):
        inner = io.BytesIO()  # which gives its bytes away without a copy
        try:
            for piece in unpacked(file, len(data), LARGEST_TEXT):
                inner.write(piece)
        except ArchiveError as error:
            return error.hold
        if is_packed(inner):  # an archive inside an archive
            return hold(HoldCode.UNSAFE_ARCHIVE)
        data = inner.getvalue()
    if not data[:STEP].strip() and not data.strip():
        return hold(HoldCode.EMPTY)
    kind = kind_of(data[:STEP])
    if isinstance(kind, FileHold):
        return kind
    if kind != "xlsx" and len(data) > LARGEST_TEXT:
        return hold(HoldCode.TOO_LARGE)
    return Payload(kind, data)


def kind_of(head: bytes) -> Kind | FileHold:
    """What a file is by its first bytes, once it is unpacked; or why it is no table."""
    if head.startswith(GZIP_MAGIC):
        return hold(HoldCode.UNSAFE_ARCHIVE)
    if head.startswith(OLE_MAGIC):
        return hold(HoldCode.OLD_EXCEL)
    if head.startswith(ZIP_MAGIC):
        return "xlsx"
    if head[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_OTHERS):
        return hold(HoldCode.NOT_A_TABLE)
    return "jsonl" if first_character(head) in (b"{", b"[") else "csv"


def is_packed(file: IO[bytes]) -> bool:
    """Whether a file is an archive that a department has packed; a workbook is none, though it is a zip."""
    magic = _magic(file)
    return magic.startswith(GZIP_MAGIC) or (magic == ZIP_MAGIC and not _is_workbook(file))


def _magic(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(len(ZIP_MAGIC))


def _is_workbook(file: IO[bytes]) -> bool:
    """Whether a zip file is a workbook; one that cannot be opened counts as a damaged workbook."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError):
        return True
    return any(name.endswith((".xml", ".rels")) for name in names)


def unpacked(file: IO[bytes], size: int, most: int = LARGEST_UNPACKED) -> Iterator[bytes]:
    """What a packed file of this size holds, in pieces of a megabyte at most.

    Raises ArchiveError where it is damaged, locked, holds more than one file, or unpacks out of proportion
    or to more than `most` bytes: then what has come so far is worth nothing.
    """
    read = _gunzipped if _magic(file).startswith(GZIP_MAGIC) else _unzipped
    done = 0
    for piece in read(file):
        done += len(piece)
        if done > RATIO_FROM and done > LARGEST_RATIO * size:
            raise ArchiveError(HoldCode.UNSAFE_ARCHIVE)
        if done > most:
            raise ArchiveError(HoldCode.TOO_LARGE)
        yield piece


def only_text(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces, if they are a text: nothing else can be read in ranges. Else ArchiveError."""
    stream = iter(pieces)
    head = next(stream, b"")
    kind = kind_of(head)
    if isinstance(kind, FileHold):
        raise ArchiveError(kind.code)
    if kind == "xlsx":
        raise ArchiveError(HoldCode.TOO_LARGE)
    yield head
    yield from stream


def _gunzipped(file: IO[bytes]) -> Iterator[bytes]:
    """What a gzip file holds; several members one after the other are one file."""
    file.seek(0)
    try:
        with gzip.GzipFile(fileobj=file) as member:
            while piece := member.read(STEP):
                yield piece
    except (zlib.error, OSError, EOFError) as error:  # EOFError: the file ends too early
        raise ArchiveError(HoldCode.DAMAGED_ARCHIVE) from error


def _unzipped(file: IO[bytes]) -> Iterator[bytes]:
    """The one file in a zip file."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_only_one(archive.infolist())) as member:
            while piece := member.read(STEP):
                yield piece
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        # RuntimeError and its child NotImplementedError: a compression that Python does not know.
        raise ArchiveError(HoldCode.DAMAGED_ARCHIVE) from error


def _only_one(parts: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if len(parts) > MOST_PARTS:
        raise ArchiveError(HoldCode.UNSAFE_ARCHIVE)
    files = [
        part
        for part in parts
        # is_dir() fails for a name that a damaged archive leaves empty
        if not part.filename.endswith("/") and not is_companion(part.filename)
    ]
    if len(files) != 1:
        raise ArchiveError(HoldCode.SEVERAL_FILES, str(len(files)))
    if files[0].flag_bits & 1:
        raise ArchiveError(HoldCode.ARCHIVE_PASSWORD)
    return files[0]


def is_companion(path: str) -> bool:
    """Whether a path is that of what computers put beside a file, and of no file that anybody sends.

    >>> is_companion("a/_SUCCESS"), is_companion("a/b.csv.md5"), is_companion("a/b.csv")
    (True, True, False)
    """
    folders = path.lower().replace("\\", "/").split("/")
    return (
        not _SYSTEM_FILES.isdisjoint(folders)
        or folders[-1].startswith(_SYSTEM_COPIES)
        or folders[-1].endswith(_COMPANIONS)
    )
