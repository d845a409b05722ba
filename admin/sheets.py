"""The outcome sheet: whom to see, by when and why, and boxes to tick; the filled sheet is also the upload.

One sheet for all who certify by hand: grid workers, employers, banks, postal workers, other regions. One row
a person, large type, one page wide; empty rows where nobody is named. Only columns that the feed declares
stand on it, so that it is read back like any other file; rows that nobody has filled in are no data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from admin.workbooks import add_row, empty_book
from chalicelib import cases, clock
from chalicelib.jurisdiction import current
from chalicelib.model import PersonId, PersonRecord, Visit, VisitPurpose
from chalicelib.model.named import SHEETS
from chalicelib.sources.feeds.feed import Feed
from chalicelib.storage.dynamodb import access_log, people, worklists

# What an operator says → the word for whoever certifies, as the feed's codes have it.
CERTIFIERS: Final = {
    "grid": "grid_worker",
    "employer": "employer",
    "bank": "bank",
    "post": "postal_worker",
    "other_region": "other_region",
}
OPEN, TICKED = "☐", "☑"
POINTS: Final = 16
PAGE_WIDTH: Final = (
    145  # of A4 across, in characters of the usual size: a wider sheet would be printed smaller
)
_BOX_WIDTH: Final = 6
_WIDTHS: Final = {"number": 27, "name": 10, "day": 14, "half_day": 6, "event": 20, "certifier": 9} | {
    "certified_by": 10
}
_GRID, _DUE = "网格编号", "应访日期"
_OTHER_WIDTHS: Final = {_GRID: 9, _DUE: 12}
_SMALL: Final = 11  # points: by when and why, in full
_TITLES: Final = 2  # rows above the header
_HEIGHTS: Final = {1: 26, 2: 26, _TITLES + 1: 90}  # points; a box is as narrow as two characters of its name
_LINE: Final = Side(style="thin")
_HOW: Final = (
    "每人只勾一项：点方框，选☑（打印出来的，用笔打√）；再填认证日期、认证人。"
    "没有办的人留空，不用删。填好后把这个文件原样传回。"
)


class NoSheetError(Exception):
    """The pack declares no outcome sheet, or none for such a certifier."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person to see."""

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
    """The people to see in a grid, or in a whole area, by due day; each look is on record (rule 26)."""
    rows = sorted(
        (
            row
            for row in worklists.visits(area)
            if row.item.purpose is VisitPurpose.CERTIFY and (not grid or row.grid == grid)
        ),
        key=lambda row: (row.item.due, row.person),
    )
    for row in rows:
        record = _looked(row.person, operator)
        identity = people.identity_of(row.person)
        yield Line(identity.name, identity.number, row.grid, f"{row.item.due}前；{_why(record, row.item)}")


def _looked(person: PersonId, operator: str) -> PersonRecord:
    details = {"what": "outcome sheet", "role": "operator", "area": ""}
    access_log.record(person, "looked", operator, clock.now(), details)
    return people.load(person)


def _why(record: PersonRecord, visit: Visit) -> str:
    verdicts = cases.judge(record, clock.today()).verdicts
    why = next((reason.zh for verdict in verdicts for reason in verdict.reasons), "资格认证将到期")
    return f"第{visit.number}次上门。{why}"


def write_sheet(feed: Feed, certifier: str, lines: Sequence[Line], path: Path, *, empty: int = 0) -> None:
    """Write the sheet as xlsx: the people named, then empty rows for others."""
    if certifier not in feed.codes_of("certifier").values():
        raise NoSheetError(f"this pack's outcome sheet knows no certifier {certifier}")
    book = empty_book()
    sheet: Worksheet = book.create_sheet("人工认证结果表")
    header = _header(feed, certifier)
    add_row(sheet, [f"{feed.title.zh}（{feed.code_for('certifier', certifier)}）"])
    add_row(sheet, [_HOW])
    add_row(sheet, header)
    for line in (*lines, *[None] * empty):
        add_row(sheet, [_cell(name, line, feed, certifier) for name in header])
    _choices(sheet, feed, header)
    _for_print(sheet, feed, header)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _header(feed: Feed, certifier: str) -> list[str]:
    """Who, by when, what came of it, who certified; at a counter also which region pays a guest."""
    outcomes = list(feed.codes_of("event")) if feed.has_boxes else [feed.fields["event"]]
    of_grid = [_GRID] if certifier == CERTIFIERS["grid"] else []
    asked = [name for name in (*of_grid, _DUE) if name in feed.not_used]
    who = [feed.fields[field] for field in ("name", "number") if field in feed.fields]
    asks = ("day", *(["half_day"] if of_grid else []), "certifier", "certified_by")
    said = [feed.fields[field] for field in asks if field in feed.fields]
    from_elsewhere = [feed.fields["region"]] if "region" in feed.fields and not of_grid else []
    return [*who, *asked, *outcomes, *said, *from_elsewhere]


def _cell(name: str, line: Line | None, feed: Feed, certifier: str) -> str | None:
    if feed.has_boxes and name in feed.codes_of("event"):
        return OPEN
    if name == feed.fields["certifier"]:
        return feed.code_for("certifier", certifier)
    if line is None:
        return None
    known = {feed.fields["number"]: line.number, _GRID: line.grid, _DUE: line.due}
    return (known | ({feed.fields["name"]: line.name} if "name" in feed.fields else {})).get(name)


def _choices(sheet: Worksheet, feed: Feed, header: list[str]) -> None:
    """A list to choose from, where there is a box or the feed has codes."""
    lists = {name: [OPEN, TICKED] for name in header if feed.has_boxes and name in feed.codes_of("event")}
    lists |= {
        feed.fields[field]: list(feed.codes_of(field))
        for field in ("event", "half_day", "certifier")
        if feed.fields.get(field) in header
    }
    for place, name in enumerate(header, start=1):
        if name in lists and sheet.max_row > _TITLES + 1:
            words = lists[name]
            choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
            choice.promptTitle, choice.prompt, choice.showInputMessage = "请选择", "、".join(words), True
            letter = get_column_letter(place)
            choice.add(f"{letter}{_TITLES + 2}:{letter}{sheet.max_row}")
            sheet.add_data_validation(choice)


def _for_print(sheet: Worksheet, feed: Feed, header: list[str]) -> None:
    """Large type, lines around every cell, one page wide, the header on each page, numbers as text."""
    border = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        sheet.row_dimensions[number].height = _HEIGHTS.get(number, 66)
        for name, cell in zip(header, row, strict=True):
            is_small = name == _DUE and number > _TITLES + 1
            cell.font = Font(size=_SMALL if is_small else POINTS, bold=number in (1, _TITLES + 1))
            cell.number_format = "@"
            if number > _TITLES:
                middle = "center" if cell.value == OPEN else None
                cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=middle)
                cell.border = border
    fields = {name: field for field, name in feed.fields.items()}
    for place, name in enumerate(header, start=1):
        width = _OTHER_WIDTHS.get(name) or _WIDTHS.get(fields.get(name, ""), _BOX_WIDTH)
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{_TITLES + 2}"
    sheet.print_title_rows = f"1:{_TITLES + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
