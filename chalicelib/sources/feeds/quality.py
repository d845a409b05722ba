"""报送质量 · What a department answers for, month by month: punctual, whole, readable and true data (row
J9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chalicelib.model import Month
from chalicelib.sources.feeds.feed import Arrives


class Load(StrEnum):
    """Whether the files of a month held the whole list."""

    FULL = "full"
    SHORT = "short"  # one was let pass by a person although it was below its expectations
    DELTA = "delta"  # only what is new is agreed
    NOTHING = "nothing"  # no file was loaded


@dataclass(frozen=True, slots=True)
class Arrival:
    """One loaded file: the day it speaks of, the day it came, its rows, and whether a person let it pass.

    `notices`: what it would have caused for too many people at once, and an officer has to look into.
    `superseded`: a corrected file stands in its place now. It came when it came all the same: who corrects
    a file was not late with it; but its rows are those of the corrected one.
    """

    day: date
    came: date
    rows: int
    rejected: int
    released: bool
    notices: int = 0
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class FeedMonth:
    """One feed in one month. `checked` people of its were met or found dead at a door, `wrong` of them."""

    month: Month
    files: int
    days_late: int
    load: Load
    rows: int
    rejected: int
    checked: int = 0
    wrong: int = 0
    notices: int = 0

    @property
    def rejected_share(self) -> float | None:
        """Rejected among all rows; None without rows."""
        return self.rejected / self.rows if self.rows else None

    @property
    def wrong_share(self) -> float | None:
        """Wrong among those whom a visit has checked; None where none was."""
        return self.wrong / self.checked if self.checked else None


def feed_month(
    arrives: Arrives,
    arrivals: Sequence[Arrival],
    month: Month,
    *,
    is_full: bool,
    checked: int = 0,
    wrong: int = 0,
) -> FeedMonth:
    """What a feed did in a month; `arrivals` are all its files that were ever loaded, in any order."""
    mine = [arrival for arrival in arrivals if arrival.came.isoformat()[:7] == month]
    counted = [arrival for arrival in mine if not arrival.superseded]
    return FeedMonth(
        month=month,
        files=len(mine),
        days_late=sum(_is_late(arrives, arrivals, day) for day in _days(month)),
        load=_load(mine, is_full),
        rows=sum(arrival.rows for arrival in counted),
        rejected=sum(arrival.rejected for arrival in counted),
        checked=checked,
        wrong=wrong,
        notices=sum(arrival.notices for arrival in counted),
    )


def _days(month: Month) -> Iterable[date]:
    day = date.fromisoformat(f"{month}-01")
    while day.isoformat()[:7] == month:
        yield day
        day += timedelta(days=1)


def _is_late(arrives: Arrives, arrivals: Sequence[Arrival], on: date) -> bool:
    """Whether the newest file that had come by a day was older than agreed; not before the first one."""
    newest = max((min(a.day, a.came) for a in arrivals if a.came <= on), default=None)
    return newest is not None and (on - newest).days > arrives.every.longest_days


def _load(mine: Sequence[Arrival], is_full: bool) -> Load:
    if not mine:
        return Load.NOTHING
    if not is_full:
        return Load.DELTA
    return Load.SHORT if any(arrival.released and not arrival.superseded for arrival in mine) else Load.FULL
