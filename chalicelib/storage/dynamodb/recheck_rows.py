"""复核清单存储 · What is drawn and listed of a month's certificates: rows of the work table, with an end.

RECHECKS                    / <month>                          how it was drawn: seed, of how many, confidence
RECHECK#<month>#<county>    / <area>#<person>#<day>#<feed>     one line: whom, whose word, and why

No rows of `worklists`: they follow from a draw, and from no record alone. The month's row is written last:
as long as there is none, nothing has been drawn.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from chalicelib import clock
from chalicelib.model import AreaCode, FeedId, Month, PersonId
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work
from chalicelib.storage.dynamodb.worklists import counties

KEPT: Final = timedelta(days=800)  # [choice] two years: as long as somebody may still ask who was checked
_MONTHS: Final = "RECHECKS"


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one sample of a month was drawn: of how many, and with which confidence."""

    of: int
    drawn: int
    worst: int
    confidence_percent: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A month's draw: its seed, and both samples."""

    seed: str
    on: date
    by_hand: Drawing
    silent: Drawing


@dataclass(frozen=True, slots=True)
class Line:
    """One certificate to be looked at: `author` is an account, a name of a sheet, or "" for data."""

    person: PersonId
    area: AreaCode
    grid: str
    day: date
    feed: FeedId
    author: str
    why: str

    @property
    def place(self) -> str:
        """Where it stands in its county's list, which also names it."""
        return f"{self.area}#{self.person}#{self.day}#{self.feed}"


def put(month: Month, draw: Draw, lines: Iterable[Line]) -> None:
    """Keep a month's lines, and then that it is drawn."""
    until = int((clock.now() + KEPT).timestamp())
    for line in lines:
        body = json.dumps(asdict(line), default=date.isoformat, ensure_ascii=False)
        tables.put(Work(_county(month, line.area[:6]), line.place, body=body, expires=until))
    said = json.dumps(asdict(draw), default=date.isoformat)
    tables.put(Work(_MONTHS, month, body=said, expires=until))


def draw_of(month: Month) -> Draw | None:
    """How a month was drawn; None if it was not."""
    row = tables.get(Work, _MONTHS, month)
    if row is None:
        return None
    said: Mapping[str, Any] = json.loads(row.body)
    samples = {name: Drawing(**said[name]) for name in ("by_hand", "silent")}
    return Draw(said["seed"], date.fromisoformat(said["on"]), **samples)


def lines_of(month: Month, area: str = "", after: str = "") -> Iterator[Line]:
    """The lines of a month below an area, by area; `after` is the place of the last one seen."""
    for county in counties(area):
        first = max(area or county, after)
        last = f"{area or county}~"
        if first > last:
            continue
        for row in tables.query(Work, _county(month, county), Work.sk.between(first, last)):
            if row.sk > after:
                yield _line(row)


def _line(row: Work) -> Line:
    said: dict[str, Any] = json.loads(row.body)
    return Line(**{**said, "day": date.fromisoformat(said["day"])})


def _county(month: Month, county: str) -> str:
    return f"RECHECK#{month}#{county}"
