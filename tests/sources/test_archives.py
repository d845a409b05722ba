"""Packed files and files that are no tables: judged before anything parses them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence

import pytest

from chalicelib.model import FileState
from chalicelib.sources.formats import archives
from chalicelib.sources.formats.archives import ArchiveError, only_text, unpacked
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import lines, person, read, row, workbook

GOOD = lines(row(1), row(9))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def objects(*rows: Sequence[str]) -> bytes:
    header = ("身份证号码", "日期", "类别", "备注", "姓名")
    written = [
        "{" + ",".join(f'"{name}":"{cell}"' for name, cell in zip(header, cells, strict=True)) + "}"
        for cells in rows
    ]
    return "\n".join(written).encode()


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(GOOD),
        gzip.compress(GOOD[:50]) + gzip.compress(GOOD[50:]),
        gzip.compress(workbook(row(1), row(9))),
        gzip.compress(objects(row(1), row(9))),
        zipped(("a.csv", GOOD)),
        zipped(("a.csv", GOOD.decode().encode("gb18030")), ("__MACOSX/._a.csv", b"x")),
        zipped(
            ("dir/a.csv", GOOD), ("dir/.DS_Store", b"x"), ("dir/__MACOSX/._a.csv", b"x"), ("._a.csv", b"x")
        ),
        zipped(("a.csv", GOOD), ("Thumbs.db", b"x"), ("dir\\desktop.ini", b"x"), ("~$a.xlsx", b"x")),
        zipped(("dir/", b""), ("dir/a.xlsx", workbook(row(1), row(9)))),
        zipped(("a.jsonl", objects(row(1), row(9)))),
    ],
)
def test_one_file_may_be_packed(data: bytes) -> None:
    reading = read(data)
    assert reading.hold is None
    assert (reading.counts.accepted, reading.counts.strangers) == (1, 1)
    assert set(reading.evidence) == {person(1)}


def encrypted() -> bytes:
    data = bytearray(zipped(("a.csv", GOOD)))
    for offset in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[offset] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 ...", HoldCode.NOT_A_TABLE),
        (b"\x89PNG\r\n\x1a\n", HoldCode.NOT_A_TABLE),
        (b"\xff\xd8\xff\xe0", HoldCode.NOT_A_TABLE),
        (b"\xef\xbb\xbf<html><table>", HoldCode.NOT_A_TABLE),
        (b"Rar!\x1a\x07", HoldCode.NOT_A_TABLE),
        (zipped(), HoldCode.NOT_A_TABLE),
        (gzip.compress(b" \n"), HoldCode.EMPTY),
        (zipped(("a.csv", GOOD), ("b.csv", GOOD)), HoldCode.SEVERAL_FILES),
        (zipped(("dir/", b"")), HoldCode.SEVERAL_FILES),
        (encrypted(), HoldCode.ARCHIVE_PASSWORD),
        (gzip.compress(GOOD)[:-20], HoldCode.DAMAGED_ARCHIVE),
        (gzip.compress(GOOD)[:10] + b"\xff" * 20, HoldCode.DAMAGED_ARCHIVE),
        (gzip.compress(GOOD)[:12], HoldCode.DAMAGED_ARCHIVE),
        (zipped(("a.csv", GOOD)).replace(b"a.csv", b"b.csv", 1), HoldCode.DAMAGED_ARCHIVE),
        (zipped(("a.csv", b" " * 3_000_000)), HoldCode.UNSAFE_ARCHIVE),
        (gzip.compress(b" " * 3_000_000), HoldCode.UNSAFE_ARCHIVE),
        (gzip.compress(zipped(("a.csv", GOOD))), HoldCode.UNSAFE_ARCHIVE),
        (zipped(("a.gz", gzip.compress(GOOD))), HoldCode.UNSAFE_ARCHIVE),
        (zipped(*((f"{i}.csv", b"") for i in range(1001))), HoldCode.UNSAFE_ARCHIVE),
    ],
)
def test_what_cannot_be_unpacked_safely_is_refused_with_what_to_do(data: bytes, code: HoldCode) -> None:
    reading = read(data)
    assert reading.hold is not None
    assert (reading.hold.code, reading.hold.state) == (code, FileState.REFUSED)
    assert "{what}" not in reading.hold.zh + reading.hold.en


def test_a_packed_file_that_has_lost_its_name_is_read_all_the_same() -> None:
    nameless = zipped(("a.csv", GOOD)).replace(b"a.csv", b"\0.csv")
    assert read(nameless).counts == read(GOOD).counts


def test_an_archive_is_measured_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "LARGEST_TEXT", 100)
    for data in (gzip.compress(GOOD), zipped(("a.csv", GOOD))):
        reading = read(data)
        assert reading.hold is not None
        assert reading.hold.code is HoldCode.TOO_LARGE


def test_pieces_of_a_text_pass_and_nothing_else_does() -> None:
    """What is laid down to be read in ranges has to be text; who sees only its head says so at once."""
    assert b"".join(only_text([GOOD[:10], GOOD[10:]])) == GOOD
    assert list(only_text([])) == [b""]
    for head, code in (
        (archives.GZIP_MAGIC, HoldCode.UNSAFE_ARCHIVE),
        (archives.OLE_MAGIC, HoldCode.OLD_EXCEL),
        (archives.ZIP_MAGIC, HoldCode.TOO_LARGE),
    ):
        with pytest.raises(ArchiveError) as refused:
            list(only_text([head + b"more"]))
        assert refused.value.hold.code is code


def test_what_unpacks_to_more_than_is_asked_for_ends_there() -> None:
    packed = gzip.compress(GOOD)
    assert b"".join(unpacked(io.BytesIO(packed), len(packed), len(GOOD))) == GOOD
    with pytest.raises(ArchiveError) as refused:
        list(unpacked(io.BytesIO(packed), len(packed), 5))
    assert refused.value.hold.code is HoldCode.TOO_LARGE
