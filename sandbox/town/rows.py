"""Rows as a department writes them: our fields turned into its columns, by the feed's own declaration.

Nothing here knows a feed by name: columns, codes and shapes come from the YAML file, so that a file
of the town is right by declaration and wrong only where `spoil` made it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from chalicelib.model import Proves
from chalicelib.sources.feeds.columns import Column
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.values.cells import Reader
from sandbox.town.seeded_random import chance
from sandbox.town.shapes import (
    DateShape,
    Kind,
    Sheet,
    Style,
    date_text,
    name_form,
    number_form,
    render,
    spoiled_date,
    spoiled_number,
)

Cell = str | int | date | None | frozenset[str]
DATES: Final = (Reader.DATE, Reader.DATE_AHEAD, Reader.DATE_FROM)


@dataclass(frozen=True, slots=True)
class Line:
    """One row before it is written: who, our fields, whether a recipient, and what is wrong with it."""

    number: str
    name: str
    fields: Mapping[str, Cell]
    recipient: bool
    fault: str = ""  # "number" or "day": what `spoil` ruined
    cut: bool = False  # a spreadsheet has kept 15 digits of the number


def first_fifteen(number: str) -> str:
    """What a spreadsheet keeps of a number.

    >>> first_fifteen("341281195002031234")
    '341281195002031'
    """
    return number[:15]


def spoil(feed: Feed, lines: Sequence[Line], share: float, rng: Random) -> list[Line]:
    """The lines, a share of them ruined; files of fewer than 1/share lines stay whole.

    A stranger's row is ruined only in its number: nobody reads the rest of it.
    """
    count = int(len(lines) * share)
    chosen = set(rng.sample(range(len(lines)), count)) if count else set()
    dated = "day" in feed.fields
    return [
        replace(line, fault=_fault(line, dated, rng)) if index in chosen else line
        for index, line in enumerate(lines)
    ]


def _fault(line: Line, dated: bool, rng: Random) -> str:
    return "day" if line.recipient and dated and rng.random() < 0.4 else "number"


def write(feed: Feed, lines: Sequence[Line], style: Style, rng: Random) -> bytes:
    """The file: every declared column, then those that the declaration says we do not use."""
    named = {name: _called(column, name, style) for name, column in feed.columns.items()}
    rows = tuple(tuple(_cells(feed, line, style, rng)) for line in lines)
    sheet = Sheet(
        columns=(*named.values(), *feed.not_used),
        rows=rows,
        dates=frozenset(named[name] for name, column in feed.columns.items() if column.read in DATES),
        title=f"{feed.owner.title.zh}：{feed.title.zh}" if style.titled else "",
        total=f"合计{len(rows)}条" if style.totals else "",
    )
    return render(sheet, style)


def _called(column: Column, name: str, style: Style) -> str:
    """How a department calls a column: as declared, or by the last of its other known names."""
    return column.also[-1] if style.synonyms and column.also else name


def _cells(feed: Feed, line: Line, style: Style, rng: Random) -> list[str]:
    shape = DateShape.ISO if style.kind is Kind.XLSX else style.dates
    cells = [_cell(feed, column, line, shape, rng) for column in feed.columns.values()]
    return [*cells, *(_unused(name, line, rng) for name in feed.not_used)]


def _cell(feed: Feed, column: Column, line: Line, shape: DateShape, rng: Random) -> str:
    if column.read is Reader.IDENTITY_NUMBER and column.field == "number":
        if line.fault == "number":
            return spoiled_number(line.number, rng, named="name" in feed.fields and feed.kind == "evidence")
        return f"{first_fifteen(line.number)}000" if line.cut else number_form(line.number, rng)
    if column.field == "day" and line.fault == "day":
        return spoiled_date(shape, rng)
    if column.field == "name":
        return name_form(line.name, rng)
    value = line.fields.get(column.field)
    if value is None:
        return _further(feed, column, line, shape) if column.field in feed.facts else ""
    return _text(feed, column, value, shape)


def _text(feed: Feed, column: Column, value: Cell, shape: DateShape) -> str:
    match column.read:
        case Reader.CODE:
            return feed.code_for(column.field, str(value))
        case Reader.KEY_GROUPS if isinstance(value, frozenset):
            return "、".join(feed.code_for(column.field, word) for word in sorted(value))
        case Reader.MONEY if isinstance(value, int):
            return f"{value // 100}.{value % 100:02d}"
    return date_text(value, shape) if isinstance(value, date) else str(value)


def _further(feed: Feed, column: Column, line: Line, shape: DateShape) -> str:
    """A further column as the department keeps it of a person: the same word in each of its files."""
    rng = chance("fact", feed.id, column.field, line.number)
    match column.read:
        case Reader.CODE:
            return rng.choice(list(column.codes))
        case Reader.TEXT:
            return f"{rng.choice('甲乙丙丁')}{rng.randint(10, 99)}"
        case Reader.DATE_AHEAD if _is_a_state(feed):
            return date_text(date(rng.randint(2028, 2031), rng.randint(1, 12), 28), shape)
    return ""


def _is_a_state(feed: Feed) -> bool:
    return any(event.proves is Proves.CONDITION for event in feed.events.values())


def _unused(column: str, line: Line, rng: Random) -> str:
    """Something in a column that we do not read; about 1 in 50 holds a comma or a quote."""
    if "姓名" in column:
        return name_form(line.name, rng)
    text = f"{rng.choice('东西南北中')}{rng.choice('街路巷')}{rng.randint(1, 300)}号"
    return f'{text}, "旁边"' if rng.random() < 0.02 else text
