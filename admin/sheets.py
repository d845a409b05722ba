"""The outcome sheet of a grid: whom to visit, by when and why, and the outcome; it is also the upload.

One row a person, large type, one page wide. Only columns that the feed declares stand on it, so that
the filled sheet is read back like any other file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from chalicelib import cases, clock
from chalicelib.intake.sheets import SHEETS
from chalicelib.model import Change, PersonId, PersonRecord, Visit, VisitPurpose
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.storage import people, work

POINTS: Final = 16
_WIDTHS: Final = {"number": 30, "day": 18, "event": 20, "certifier": 18, "certified_by": 18}
_NAME, _GRID, _DUE = "姓名", "网格编号", "应访日期"
_GRID_WORKER: Final = "grid_worker"
_LINE: Final = Side(style="thin")


class NoSheetError(Exception):
    """The pack declares no outcome sheet."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person to visit."""

    name: str
    number: str
    grid: str
    due: str  # by when, and why


def sheet_feed() -> Feed:
    """The pack's feed that takes the filled sheets; NoSheetError."""
    found = [feed for feed_id, feed in sorted(current().feeds.items()) if feed_id in SHEETS]
    if not found:
        raise NoSheetError("this pack declares no outcome sheet")
    return found[0]


def lines_of(grid: str, area: str, operator: str) -> Iterator[Line]:
    """The people to visit in a grid, by due day; each look is on record (rule 26)."""
    rows = sorted(
        (row for row in work.visits(area) if row.grid == grid and row.item.purpose is VisitPurpose.CERTIFY),
        key=lambda row: (row.item.due, row.person),
    )
    for row in rows:
        record = _looked(row.person, operator)
        identity = people.identity_of(row.person)
        yield Line(identity.name, identity.number, row.grid, f"{row.item.due}前；{_why(record, row.item)}")


def _looked(person: PersonId, operator: str) -> PersonRecord:
    details = {"what": "outcome sheet", "role": "operator", "area": ""}
    return people.change(person, lambda _: Change("looked", operator, clock.now(), details))


def _why(record: PersonRecord, visit: Visit) -> str:
    verdicts = cases.judge(record, clock.today()).verdicts
    why = next((reason.zh for verdict in verdicts for reason in verdict.reasons), "资格认证将到期")
    return f"第{visit.number}次上门。{why}"


def write_sheet(feed: Feed, lines: list[Line], path: Path) -> None:
    """Write the sheet as xlsx."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet: Worksheet = book.create_sheet("人工认证结果表")
    header = [*feed.not_used, *feed.columns]
    sheet.append(header)
    by_field = {name: field for field, name in feed.fields.items()}
    for line in lines:
        sheet.append([_cell(name, by_field.get(name), line, feed) for name in header])
    _boxes(sheet, feed, header, len(lines))
    _for_print(sheet, header, by_field)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _cell(name: str, field: str | None, line: Line, feed: Feed) -> str | None:
    if field == "certifier" and _GRID_WORKER in feed.codes_of("certifier").values():
        return feed.code_for("certifier", _GRID_WORKER)
    known = {_NAME: line.name, _GRID: line.grid, _DUE: line.due}
    if field in ("number", "name"):
        return line.number if field == "number" else line.name
    return known.get(name)


def _boxes(sheet: Worksheet, feed: Feed, header: list[str], rows: int) -> None:
    """A list to choose from, where the feed has codes."""
    for field in ("event", "certifier"):
        codes = list(feed.codes_of(field))
        if codes and rows:
            choice = DataValidation(type="list", formula1=f'"{",".join(codes)}"', allow_blank=True)
            choice.promptTitle, choice.prompt, choice.showInputMessage = "请选择", "、".join(codes), True
            letter = get_column_letter(header.index(feed.fields[field]) + 1)
            choice.add(f"{letter}2:{letter}{rows + 1}")
            sheet.add_data_validation(choice)


def _for_print(sheet: Worksheet, header: list[str], fields: Mapping[str, str]) -> None:
    """Large type, lines around every cell, one page wide, the header on each page, numbers as text."""
    border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        sheet.row_dimensions[number].height = 46
        for cell in row:
            cell.font = Font(size=POINTS, bold=number == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            cell.border = border
            cell.number_format = "@"
    for place, name in enumerate(header, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTHS.get(fields.get(name, ""), 16 if name != _DUE else 40)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
