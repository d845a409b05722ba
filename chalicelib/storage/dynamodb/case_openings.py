"""开办节奏 · From which day on cases open, and how many on a day: how a city begins.

CASES / openings          the day and the number that an operator said; nothing is said: any day, any number
CASES / <day>             how many have opened on it

A city's first roster comes before a year's backlog of evidence: until that is read, nobody is to be reminded
of what the next file would have certified; and afterwards not everybody on one day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

_CASES: Final = "CASES"
_SAID: Final = "openings"
_COUNTED: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CaseOpenings:
    """`begins`: the first day on which a case may open; `a_day`: how many at most, None: all."""

    begins: date
    a_day: int | None = None


def say(openings: CaseOpenings) -> None:
    """Keep what an operator says, in place of what was said before."""
    body = json.dumps({"begins": openings.begins.isoformat(), "a_day": openings.a_day})
    tables.put(Work(_CASES, _SAID, body=body))


def said() -> CaseOpenings | None:
    """What holds; None: nobody has said anything."""
    item = tables.get(Work, _CASES, _SAID)
    if item is None:
        return None
    body = json.loads(item.body)
    return CaseOpenings(date.fromisoformat(body["begins"]), body["a_day"])


def may_open(on: date) -> bool:
    """Whether one case more may open on a day; if so, it is counted, a try that is repeated each time."""
    openings = said()
    if openings is None:
        return True
    if on < openings.begins:
        return False
    return openings.a_day is None or _count(on) <= openings.a_day


def _count(on: date) -> int:
    return tables.count(_CASES, on.isoformat(), 1, clock.now() + _COUNTED)
