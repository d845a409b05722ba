"""调用方计数 · What callers of the API do, as counts: looks that found nobody by day, requests by minute.

FAILED#<day>                      / <role>#<area>#<subject>     how many looks found nobody
ASKED#<role>#<area>#<subject>     / <minute>                    how many requests, as processes tell

Each with a time to live. Subjects are opaque; whom a request was about is not kept. Who looks at somebody
stands in that person's own chain (`access_log`). A look that fails has no such place: a stranger has no
record, and whoever is elsewhere shall not be written to by those who may not know of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.storage.dynamodb import tables
from chalicelib.storage.dynamodb.tables import Work

FAILED_KEPT: Final = timedelta(days=400)  # [choice] as long as the log
ASKED_KEPT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FailedLooks:
    """How often one caller failed to find somebody on one day."""

    day: date
    role: str
    area: str  # of the caller; "" for a citizen
    subject: str
    times: int


def failed_look(role: str, area: str, subject: str, at: datetime) -> int:
    """One look more that found nobody; returns how many there are on that day."""
    return tables.count(f"FAILED#{clock.civil_date(at)}", f"{role}#{area}#{subject}", 1, at + FAILED_KEPT)


def failed_looks(day: date) -> Iterator[FailedLooks]:
    """Everybody who failed to find somebody on a day."""
    for item in tables.query(Work, f"FAILED#{day}"):
        role, area, subject = item.sk.split("#", 2)
        yield FailedLooks(day, role, area, subject, int(item.times))


def requests(role: str, area: str, subject: str, at: datetime, more: int) -> int:
    """So many requests more; returns how many there are in this minute, as far as processes have told."""
    minute = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}"
    return tables.count(f"ASKED#{role}#{area}#{subject}", minute, more, at + ASKED_KEPT)
