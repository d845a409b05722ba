"""What a dropped file really is: its size and first bytes are judged before anything parses it.

A department may pack one file into gzip or zip. What unpacks to more than a file may hold, or far out
of proportion, is refused while it unpacks: the sizes that an archive states may lie.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from typing import IO, Final, Literal

from chalicelib.sources.holds import Hold, HoldCode, hold

# Bytes that are in memory at once; what is larger is sent unpacked, and read in ranges.
LARGEST_TEXT: Final = 250_000_000
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
_SYSTEM_FILES: Final = ("__MACOSX/", ".DS_Store")

Kind = Literal["csv", "jsonl", "xlsx"]


@dataclass(frozen=True, slots=True)
class Payload:
    """A file without its packing."""

    kind: Kind
    data: bytes = field(repr=False)


class _TooMuchError(Exception):
    """An archive unpacks to more than a file may hold, or far out of proportion; carries the hold."""

    def __init__(self, code: HoldCode) -> None:
        super().__init__(code)
        self.hold: Final = hold(code)


def unwrap(data: bytes) -> Payload | Hold:
    """The one file inside a drop, and its kind; or why there is none that could be read."""
    packed = data.startswith(GZIP_MAGIC) or (data.startswith(ZIP_MAGIC) and not is_workbook(data))
    if packed:
        inner = _gunzipped(data) if data.startswith(GZIP_MAGIC) else _unzipped(data)
        if isinstance(inner, Hold):
            return inner
        if inner.startswith(GZIP_MAGIC) or (inner.startswith(ZIP_MAGIC) and not is_workbook(inner)):
            return hold(HoldCode.UNSAFE_ARCHIVE)  # an archive inside an archive
        data = inner
    return _told(data)


def _told(data: bytes) -> Payload | Hold:
    if not data[:STEP].strip() and not data.strip():
        return hold(HoldCode.EMPTY)
    if data.startswith(OLE_MAGIC):
        return hold(HoldCode.OLD_EXCEL)
    if data.startswith(ZIP_MAGIC):
        return Payload("xlsx", data)
    if data[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_OTHERS):
        return hold(HoldCode.NOT_A_TABLE)
    if len(data) > LARGEST_TEXT:
        return hold(HoldCode.TOO_LARGE)
    return Payload("jsonl" if _first(data) in (b"{", b"[") else "csv", data)


def _first(data: bytes) -> bytes:
    """The first character that is no blank, whatever byte-order mark stands before it."""
    head = data[:1000]
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        # Not byte by byte: 登 (U+767B) has the byte of a brace in it.
        head = head.decode("utf-16", errors="ignore").encode()
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def is_workbook(data: bytes) -> bool:
    """Whether a zip file is a workbook; one that cannot be opened counts as a damaged workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError):
        return True
    return any(name.endswith((".xml", ".rels")) for name in names)


def _gunzipped(data: bytes) -> bytes | Hold:
    """What a gzip file holds; several members one after the other are one file."""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as member:
            return _unpacked(member, len(data))
    except (zlib.error, OSError, EOFError):  # EOFError: the file ends too early
        return hold(HoldCode.DAMAGED_ARCHIVE)
    except _TooMuchError as error:
        return error.hold


def _unzipped(data: bytes) -> bytes | Hold:
    """The one file in a zip file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                return hold(HoldCode.UNSAFE_ARCHIVE)
            files = [
                part
                for part in parts
                # is_dir() fails for a name that a damaged archive leaves empty
                if not part.filename.endswith("/") and not part.filename.startswith(_SYSTEM_FILES)
            ]
            if len(files) != 1:
                return hold(HoldCode.SEVERAL_FILES, str(len(files)))
            if files[0].flag_bits & 1:
                return hold(HoldCode.ARCHIVE_PASSWORD)
            with archive.open(files[0]) as member:
                return _unpacked(member, len(data))
    except _TooMuchError as error:
        return error.hold
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
        # RuntimeError and its child NotImplementedError: a compression that Python does not know.
        return hold(HoldCode.DAMAGED_ARCHIVE)


def _unpacked(member: gzip.GzipFile | IO[bytes], packed: int) -> bytes:
    """All that a packed file holds; raises _TooMuchError as soon as that is beyond bounds."""
    result = io.BytesIO()  # which gives its bytes away without a copy
    while piece := member.read(STEP):
        size = result.tell() + len(piece)
        if size > RATIO_FROM and size > LARGEST_RATIO * packed:
            raise _TooMuchError(HoldCode.UNSAFE_ARCHIVE)
        if size > LARGEST_TEXT:
            raise _TooMuchError(HoldCode.TOO_LARGE)
        result.write(piece)
    return result.getvalue()
