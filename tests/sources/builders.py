"""Invented people, feeds and files, naming only what a test is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from stdnum.iso7064 import mod_11_2

from chalicelib.model import FileId, PersonId
from chalicelib.sources.feeds.feed import Feed, load_feeds
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext

ON = date(2025, 6, 30)
# Two busy cores: a property says what holds, not how fast.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FILE = FileId("F0001")
PACK = Path(__file__).parents[2] / "chalicelib" / "packs" / "bozhou" / "feeds"
FEEDS = load_feeds(PACK)


def number(sequence: int = 1, born: str = "19500203", area: str = "341602") -> str:
    """A number of nobody: area and day of birth are said, the sequence is counted."""
    body = f"{area}{born}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body)


def person(sequence: int = 1) -> PersonId:
    return PersonId(f"PERSON{sequence:020d}")


def roster(*sequences: int) -> RosterIndex:
    return RosterIndex.of({number(sequence): person(sequence) for sequence in sequences or (1, 2, 3)})


def declared(**changes: Any) -> dict[str, Any]:
    """A feed's document: number, day, a code and a fact; `changes` replace whole keys, None removes."""
    document: dict[str, Any] = {
        "id": "visits_to_town",
        "kind": "evidence",
        "title": {"zh": "进城", "en": "Visits to town"},
        "owner": {"department": "transport", "title": {"zh": "局", "en": "Bureau"}, "contact": "a@b.example"},
        "authority": "X",
        "purpose": "X",
        "arrives": {"every": "7 days", "warn_after": "10 days", "fail_after": "1 month"},
        "format": {"kind": ["csv", "xlsx", "jsonl"], "load": "delta"},
        "columns": {
            "身份证号码": {"field": "number", "read": "identity_number"},
            "日期": {"field": "day", "read": "date"},
            "类别": {"field": "event", "read": "code", "codes": {"来": "came", "走": "left"}},
            "备注": {"field": "remark", "read": "text"},
        },
        "not_used": ["姓名"],
        "events": {
            "came": {
                "zh": "来", "en": "Came", "why": "X", "proves": "presence", "strength": "strong",
                "trace": "body", "cannot_cover": "X",
            },
            "left": {"zh": "走", "en": "Left", "why": "X", "proves": "nothing"},
        },
        "main_event": "came",
        "expect": {"rows": {"min": 1, "max": 1000}, "rejected_share": 0.5},
        "retain": "12 months",
    }  # fmt: skip
    document.update(changes)
    return {key: value for key, value in document.items() if value is not None}


def feed(**changes: Any) -> Feed:
    return Feed.model_validate(declared(**changes))


HEADER = ("身份证号码", "日期", "类别", "备注", "姓名")


def row(sequence: int = 1, day: str = "2025-05-01", event: str = "来", remark: str = "") -> tuple[str, ...]:
    return (number(sequence), day, event, remark, "甲")


def lines(*rows: Sequence[str], header: Sequence[str] = HEADER) -> bytes:
    """A CSV as it is, without quoting anything."""
    return "".join(",".join(cells) + "\r\n" for cells in (header, *rows)).encode()


def workbook(
    *rows: Sequence[object],
    header: Sequence[str] = HEADER,
    more: Mapping[str, Any] | None = None,
    since_1904: bool = False,
) -> bytes:
    """An xlsx with one sheet, and `more` sheets of rows by name ("~name": hidden)."""
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904 if since_1904 else book.epoch
    sheets: dict[str, Iterable[Sequence[object]]] = {"Sheet1": (header, *rows), **(more or {})}
    book.remove(book.active)
    for name, content in sheets.items():
        sheet = book.create_sheet(name.lstrip("~"))
        sheet.sheet_state = "hidden" if name.startswith("~") else "visible"
        for cells in content:
            sheet.append(list(cells))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def patched(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something replaced inside one of its parts."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as sent,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in sent.namelist():
            content = sent.read(name)
            if name == part:
                assert old in content, f"{old!r} is not in {part}"
                content = content.replace(old, new, 1)
            made.writestr(name, content)
    return result.getvalue()


def read(data: bytes, by: Feed | None = None, **more: Any) -> FileReading:
    on = more.pop("on", ON)
    known, as_of = more.pop("known", roster()), more.pop("as_of", None) or on
    return read_file(data, ReadingContext(by or feed(), known, FILE, on, as_of, **more))


def faults(reading: FileReading) -> list[tuple[int, str, str]]:
    return [(rejection.line, rejection.field, rejection.code) for rejection in reading.rejections]
