"""How departments write: encodings, date shapes, forms of identity numbers, and rows gone wrong.

Everything of domain section 6 that a reader must understand is a *form*; what it must send back is a
*fault*. A file is a header and rows of text; `render` makes bytes of it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from random import Random
from typing import Final

from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

from sandbox.town.names import MIDDLE_DOTS, short_number

MADE: Final = datetime(2025, 1, 1)  # noqa: DTZ001 - a workbook's properties bear no zone


class Kind(StrEnum):
    """How a file is written; what is no workbook is text in an encoding."""

    UTF8 = "utf-8"
    UTF8_BOM = "utf-8-sig"
    UTF16 = "utf-16"
    GB18030 = "gb18030"
    JSONL = "jsonl"
    XLSX = "xlsx"


class Packing(StrEnum):
    """In what a department packs a file."""

    NONE = ""
    GZIP = "gz"
    ZIP = "zip"


class DateShape(StrEnum):
    """How a file writes its dates; one shape per file."""

    ISO = "2023-05-01"
    COMPACT = "20230501"
    SLASHES = "2023/5/1"
    CHINESE = "2023年5月1日"


FULL_WIDTH: Final = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
ZERO_WIDTH: Final = "\u200b"


def date_text(day: date, shape: DateShape) -> str:
    """A day in the shape of a file.

    >>> date_text(date(2025, 5, 1), DateShape.CHINESE)
    '2025年5月1日'
    """
    match shape:
        case DateShape.ISO:
            return day.isoformat()
        case DateShape.COMPACT:
            return f"{day:%Y%m%d}"
        case DateShape.SLASHES:
            return f"{day.year}/{day.month}/{day.day}"
        case DateShape.CHINESE:
            return f"{day.year}年{day.month}月{day.day}日"


def number_form(number: str, rng: Random) -> str:
    """A number as some clerk typed it; every form still means the same person."""
    draw = rng.random()
    if draw < 0.94:
        return number
    if draw < 0.95:
        return number.translate(FULL_WIDTH)
    if draw < 0.96:
        return f" {number} "
    if draw < 0.97:
        return f"'{number}"
    if draw < 0.975:
        return number[:6] + ZERO_WIDTH + number[6:]
    if draw < 0.985:
        return short_number(number) or number
    return number.replace("X", rng.choice("xＸх×"))


def name_form(name: str, rng: Random) -> str:
    """A name as some system kept it: another middle dot, a question mark for a rare character."""
    if "·" in name:
        return name.replace("·", rng.choice(MIDDLE_DOTS))
    rare = [character for character in name if ord(character) > 0x9FA5 or ord(character) < 0x4E00]
    if rare and rng.random() < 0.5:
        return name.replace(rare[0], rng.choice("?□"))
    return name


def spoiled_number(number: str, rng: Random, *, named: bool = False) -> str:
    """A number that means nobody: to be sent back, never guessed.

    `named`: the row says a name too, by which a number that was only cut off could be told.
    """
    wrong = number[:-1] + str((int(number[-1].replace("X", "0")) + rng.randint(1, 8)) % 10)
    cut = (number[:17], f"{float(number[:17]) * 10:.5E}")
    masked = f"{number[:6]}********{number[14:]}"
    return rng.choice(("", wrong, masked) if named else ("", wrong, masked, *cut))


def spoiled_date(shape: DateShape, rng: Random) -> str:
    """A day that does not exist, or no day."""
    return rng.choice(("", "2025-02-30", "20251345", "待定", date_text(date(2099, 1, 1), shape)))


@dataclass(frozen=True, slots=True)
class Style:
    """How one department writes one feed's files."""

    kind: Kind
    dates: DateShape
    separator: str = ","
    packing: Packing = Packing.NONE
    synonyms: bool = False  # its columns bear other known names
    titled: bool = False  # a title stands above the header
    totals: bool = False  # the last row is a total

    @property
    def suffix(self) -> str:
        """The ending of a file name."""
        plain = {Kind.XLSX: "xlsx", Kind.JSONL: "jsonl"}.get(
            self.kind, "csv" if self.separator == "," else "txt"
        )
        return f"{plain}.{self.packing}" if self.packing else plain


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says: its columns and rows, every cell as text (dates too)."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    dates: frozenset[str] = frozenset()  # columns that a workbook holds as dates, not text
    title: str = ""  # above the header
    total: str = ""  # below the rows


def render(sheet: Sheet, style: Style) -> bytes:
    """The bytes of a file; a workbook holds numbers as text and ISO days as serial numbers."""
    if style.kind is Kind.XLSX:
        return _workbook(sheet)
    text = _objects(sheet) if style.kind is Kind.JSONL else _lines(sheet, style.separator)
    encoding = "utf-8" if style.kind is Kind.JSONL else style.kind.value
    return _packed(text.encode(encoding), style.packing)


def _lines(sheet: Sheet, separator: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows([[sheet.title]] if sheet.title else [])
    writer.writerow(sheet.columns)
    writer.writerows(sheet.rows)
    writer.writerows([[sheet.total] + [""] * (len(sheet.columns) - 1)] if sheet.total else [])
    return text.getvalue()


def _objects(sheet: Sheet) -> str:
    rows = (dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _packed(data: bytes, packing: Packing) -> bytes:
    """The same bytes for the same file: no archive says when it was made."""
    match packing:
        case Packing.NONE:
            return data
        case Packing.GZIP:
            return gzip.compress(data, mtime=0)
        case Packing.ZIP:
            archive = io.BytesIO()
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
                opened.writestr(zipfile.ZipInfo("data.txt"), data)
            return archive.getvalue()


def _workbook(sheet: Sheet) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet("Sheet1")
    if sheet.title:
        page.append([sheet.title])
    page.append(list(sheet.columns))
    as_date = [column in sheet.dates for column in sheet.columns]
    for row in sheet.rows:
        page.append(list(_cells(row, as_date)))
    if sheet.total:
        page.append([sheet.total])
    return _undated(book)


def _undated(book: Workbook) -> bytes:
    """The same bytes for the same workbook: neither it nor its archive says when it was made."""
    book.properties.created = book.properties.modified = MADE
    parts, data = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(parts, "w", allowZip64=True)).save()
    with zipfile.ZipFile(parts) as made, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in made.namelist():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, made.read(name))
    return data.getvalue()


def _cells(row: Sequence[str], as_date: Sequence[bool]) -> Iterable[str | date | None]:
    for text, is_date in zip(row, as_date, strict=True):
        if is_date:
            try:
                yield date.fromisoformat(text)
                continue
            except ValueError:
                pass
        yield text or None
