"""上门核实表 · The outcome sheet: whom to see, by when and why, and boxes to tick; filled in, it is the
upload.

One sheet for all who certify by hand: grid workers, employers, banks, postal workers, other regions. One row
a person, large type, one page wide; empty rows where nobody is named. Only columns that the feed declares
stand on it, so that it is read back like any other file; rows that nobody has filled in are no data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib import cases, clock
from chalicelib.engine.calendar.periods import zh_day
from chalicelib.engine.texts.visit_words import visit_asked
from chalicelib.jurisdiction import current
from chalicelib.model import PersonId, Suspicion, Visit, VisitPurpose
from chalicelib.model.named import SHEETS
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.formats.xlsx_forms import Form, form_of
from chalicelib.storage.dynamodb import access_log, people, worklists
from chalicelib.storage.dynamodb.worklists import Row

# What an operator says → the word for whoever certifies, as the feed's codes have it.
CERTIFIERS: Final = {
    "grid": "grid_worker",
    "employer": "employer",
    "bank": "bank",
    "post": "postal_worker",
    "other_region": "other_region",
}
OPEN, TICKED = "☐", "☑"
_BOX_WIDTH: Final = 6
_WIDTHS: Final = {"number": 27, "name": 10, "day": 14, "half_day": 6, "event": 20, "certifier": 9} | {
    "certified_by": 10
}
_GRID, _DUE = "网格编号", "应访日期"
_OTHER_WIDTHS: Final = {_GRID: 9, _DUE: 12}
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
    due: str  # by when, how, and why
    village: str = ""

    def __repr__(self) -> str:
        return f"Line({self.grid})"


def sheet_feed() -> Feed:
    """The pack's feed that takes the filled sheets; NoSheetError."""
    found = [feed for feed_id, feed in sorted(current().feeds.items()) if feed_id in SHEETS]
    if not found:
        raise NoSheetError("this pack declares no outcome sheet")
    return found[0]


def lines_of(grid: str, area: str, actor: str) -> Iterator[Line]:
    """The people to see in a grid, or in a whole area, by due day; each look is on record (rule 26)."""
    on = clock.today()
    for row in visits_due(area):
        if not grid or row.grid == grid:
            looked(row.person, actor, "operator")
            yield line_of_visit(row, on)


def visits_due(area: str) -> Sequence[Row[Visit]]:
    """The visits of an area that are about a certificate, by due day."""
    certify = (row for row in worklists.visits(area) if row.item.purpose is VisitPurpose.CERTIFY)
    return sorted(certify, key=lambda row: (row.item.due, row.person))


def line_of_visit(row: Row[Visit], on: date) -> Line:
    """The line of whom a visit is about."""
    verdicts = cases.judge(people.load(row.person), on).verdicts
    return line_of(row, visit_asked(row.item, verdicts, on))


def looked(person: PersonId, actor: str, role: str) -> None:
    """Put on record that somebody is told of a person."""
    details = {"what": "outcome sheet", "role": role, "area": ""}
    access_log.record(person, "looked", actor, clock.now(), details)


def line_of(row: Row[Visit] | Row[Suspicion], due: str) -> Line:
    """The line of whom something is to be done about."""
    identity = people.identity_of(row.person)
    return Line(identity.name, identity.number, row.grid, due, row.area)


def sheet_of(
    feed: Feed,
    certifier: str,
    lines: Sequence[Line],
    *,
    place: str = "",
    on: date | None = None,
    empty: int = 0,
) -> bytes:
    """The sheet as xlsx: the people named, then empty rows for others; NoSheetError.

    The title says of which village it is; where it is of several, each line does. `place`: what it says
    besides (the grid); `on`: the day of printing, today if not said.
    """
    if certifier not in feed.codes_of("certifier").values():
        raise NoSheetError(f"this pack's outcome sheet knows no certifier {certifier}")
    header = _header(feed, certifier)
    outcomes = list(feed.codes_of("event")) if feed.has_boxes else []
    who = feed.code_for("certifier", certifier)
    villages = sorted({line.village for line in lines if line.village})
    if len(villages) > 1:
        lines = [replace(line, due=f"{line.village}\n{line.due}") for line in lines]
    facts = (
        f"{feed.title.zh}（{who}）",
        f"村（社区）{villages[0]}" if len(villages) == 1 else "",
        place,
        f"共{len(lines)}人" if lines else "",
        f"{zh_day(on or clock.today())}印制",
    )
    return form_of(
        Form(
            name="人工认证结果表",
            titles=("　".join(fact for fact in facts if fact), _HOW),
            header=header,
            rows=[_cells(header, line, feed, certifier) for line in (*lines, *[None] * empty)],
            widths=_widths(feed, header),
            choices=_choices(feed, header),
            fine=frozenset({_DUE}),
            boxes=frozenset(outcomes),
        )
    )


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


def _cells(header: Sequence[str], line: Line | None, feed: Feed, certifier: str) -> list[str | None]:
    return [_cell(name, line, feed, certifier) for name in header]


def _cell(name: str, line: Line | None, feed: Feed, certifier: str) -> str | None:
    if feed.has_boxes and name in feed.codes_of("event"):
        return OPEN
    if name == feed.fields["certifier"]:
        return feed.code_for("certifier", certifier)
    if line is None:
        return None
    known = {feed.fields["number"]: line.number, _GRID: line.grid, _DUE: line.due}
    return (known | ({feed.fields["name"]: line.name} if "name" in feed.fields else {})).get(name)


def _choices(feed: Feed, header: Sequence[str]) -> dict[str, list[str]]:
    """The words of each column that offers any: a box, or a code of the feed."""
    boxes = {name: [OPEN, TICKED] for name in header if feed.has_boxes and name in feed.codes_of("event")}
    return boxes | {
        feed.fields[field]: list(feed.codes_of(field))
        for field in ("event", "half_day", "certifier")
        if feed.fields.get(field) in header
    }


def _widths(feed: Feed, header: Sequence[str]) -> dict[str, int]:
    fields = {name: field for field, name in feed.fields.items()}
    return {name: _OTHER_WIDTHS.get(name) or _WIDTHS.get(fields.get(name, ""), _BOX_WIDTH) for name in header}
