"""What a department answers for, by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.model import Month
from chalicelib.sources.feeds.quality import Arrival, FeedMonth, Load, feed_month
from tests.sources.builders import feed

JUNE = Month("2025-06")


def arrived(day: date, came: date | None = None, *, released: bool = False) -> Arrival:
    return Arrival(day, came or day, rows=100, rejected=5, released=released)


def june(*arrivals: Arrival, is_full: bool = False, checked: int = 0, wrong: int = 0) -> FeedMonth:
    arrives = feed().arrives  # every 7 days
    assert arrives is not None
    return feed_month(arrives, arrivals, JUNE, is_full=is_full, checked=checked, wrong=wrong)


def test_days_late_are_the_days_on_which_the_newest_data_were_too_old() -> None:
    weekly = [arrived(date(2025, 6, day)) for day in (1, 8, 15, 22, 29)]
    assert june(*weekly).days_late == 0
    assert june(*weekly[:2], *weekly[3:]).days_late == 6, "from the 16th to the 21st"
    assert june(arrived(date(2025, 6, 1))).days_late == 22
    assert june().days_late == 0, "nothing is late before the first file"
    late = arrived(date(2025, 6, 1), came=date(2025, 6, 20))
    assert june(late).days_late == 11, "it came when it was late already"
    assert june(arrived(date(2025, 12, 1), came=date(2025, 6, 1))).days_late == 22, "a misnamed folder"


@pytest.mark.parametrize(
    ("arrivals", "is_full", "load"),
    [
        ([], True, Load.NOTHING),
        ([arrived(date(2025, 5, 31))], True, Load.NOTHING),
        ([arrived(date(2025, 6, 1))], False, Load.DELTA),
        ([arrived(date(2025, 6, 1))], True, Load.FULL),
        ([arrived(date(2025, 6, 1)), arrived(date(2025, 6, 8), released=True)], True, Load.SHORT),
    ],
)
def test_whether_the_whole_list_came(arrivals: list[Arrival], is_full: bool, load: Load) -> None:
    assert june(*arrivals, is_full=is_full).load is load


def test_who_corrects_a_file_was_not_late_with_it() -> None:
    """The first one came when it came; rows, shares and shortness are those of the corrected one."""
    days = (date(2025, 6, 1), date(2025, 6, 8), date(2025, 6, 15), date(2025, 6, 22), date(2025, 6, 29))
    first = [replace(arrived(day, released=True), superseded=True, notices=1) for day in days]
    corrected = [arrived(day, came=date(2025, 7, 20)) for day in days]
    figures = june(*first, *corrected, is_full=True)
    assert (figures.days_late, figures.files, figures.load) == (0, 5, Load.FULL)
    assert (figures.rows, figures.rejected, figures.notices) == (0, 0, 0)


def test_shares_have_their_denominators_or_are_none() -> None:
    assert (june().rejected_share, june().wrong_share) == (None, None)
    now = june(arrived(date(2025, 6, 1)), arrived(date(2025, 6, 8)), checked=8, wrong=2)
    assert (now.files, now.rows, now.rejected) == (2, 200, 10)
    assert (now.rejected_share, now.wrong_share) == (0.05, 0.25)
