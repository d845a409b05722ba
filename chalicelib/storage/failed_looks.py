"""Looks that found nobody: how many, by caller and day. Whom they were after is not kept.

FAILED#<day> / <role>#<area>#<subject>     a count, with a time to live; subjects are opaque

Who looks at somebody stands in that person's own chain (`seen`). A look that fails has no such place: a
stranger has no record, and whoever is elsewhere shall not be written to by those who may not know of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.storage import tables
from chalicelib.storage.tables import Work

KEPT: Final = timedelta(days=400)  # [choice] as long as the log


@dataclass(frozen=True, slots=True)
class FailedLooks:
    """How often one caller failed to find somebody on one day."""

    day: date
    role: str
    area: str  # of the caller; "" for a citizen
    subject: str
    times: int


def record(role: str, area: str, subject: str, at: datetime) -> int:
    """One more; returns how many it are on that day."""
    item = Work(f"FAILED#{clock.civil_date(at)}", f"{role}#{area}#{subject}")
    return tables.count(item, 1, at + KEPT)


def on(day: date) -> Iterator[FailedLooks]:
    """Everybody who failed to find somebody on a day."""
    for item in tables.query(Work, f"FAILED#{day}"):
        role, area, subject = item.sk.split("#", 2)
        yield FailedLooks(day, role, area, subject, int(item.times))
