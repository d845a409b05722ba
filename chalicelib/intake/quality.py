"""数据质量月报 · The monthly page of each department: punctual, whole, readable and true data (row J9)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib import clock, stats
from chalicelib.cases.freshness import speaks_of
from chalicelib.engine.calendar.periods import month_before, month_of, zh_month
from chalicelib.intake.quality_page import LOADS, page
from chalicelib.jurisdiction import current
from chalicelib.model import FeedId, FileState, Month
from chalicelib.runs import run
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.feeds.quality import Arrival, FeedMonth, feed_month
from chalicelib.sources.formats.csv_writing import Cell, csv_of
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import objects

MONTHS_SHOWN = 12
COLUMNS = (
    "数据项",
    "月份",
    "文件数",
    "迟到天数",
    "是否全量",
    "行数",
    "退回行数",
    "上门核对人数",
    "其中有误",
    "超限待核",
    "是否全量代码",
)


@dataclass(frozen=True, slots=True)
class FeedYear:
    """One feed through twelve months, oldest first."""

    feed: Feed
    months: tuple[FeedMonth, ...]

    @property
    def now(self) -> FeedMonth:
        """The month of the page."""
        return self.months[-1]


def monthly_quality(month: Month | None = None) -> int:
    """Write the page of a month (the one before today's) for every department; how many were written."""
    of = month or month_before(month_of(clock.today()))
    figures = stats.latest() or {}
    feeds: dict[str, list[Feed]] = defaultdict(list)
    for _, feed in sorted(current().feeds.items()):
        if feed.arrives is not None:
            feeds[feed.department].append(feed)
    with run("monthly_quality") as each:
        for department, theirs in sorted(feeds.items()):
            with each(department=department):
                _write(department, of, [_feed_year(feed, of, figures) for feed in theirs])
    return len(feeds)


def _feed_year(feed: Feed, month: Month, figures: Mapping[str, Any]) -> FeedYear:
    feed_id = FeedId(feed.id)
    return FeedYear(feed, _year(feed_id, feed, month, figures.get("proved", {}).get(feed_id, {})))


def months_until(month: Month) -> tuple[Month, ...]:
    """The twelve months that end with a month, oldest first."""
    found = [month]
    while len(found) < MONTHS_SHOWN:
        found.append(month_before(found[-1]))
    return tuple(reversed(found))


def _year(
    feed_id: FeedId, feed: Feed, month: Month, proved: Mapping[str, Mapping[str, int]]
) -> tuple[FeedMonth, ...]:
    arrivals = [
        Arrival(
            speaks_of(f),
            clock.civil_date(f.received),
            f.counts.rows,
            f.counts.rejected,
            f.was_released,
            sum(notice.of > 0 for notice in f.notices),
            f.state is FileState.SUPERSEDED,
        )
        for f in files.of_feed(feed_id)
        if f.state in (FileState.LOADED, FileState.SUPERSEDED) and f.was_loaded
    ]
    if feed.arrives is None:
        return ()
    return tuple(
        feed_month(feed.arrives, arrivals, each, is_full=feed.is_full, **_proved(proved, each))
        for each in months_until(month)
    )


def _proved(proved: Mapping[str, Mapping[str, int]], month: Month) -> dict[str, int]:
    found = proved.get(month, {})
    return {"checked": found.get("checked", 0), "wrong": found.get("wrong", 0)}


def _write(department: str, month: Month, years: list[FeedYear]) -> None:
    title = years[0].feed.owner.title
    html = page(title.zh, title.en, month, [(y.feed.title.zh, y.feed.title.en, y.months) for y in years])
    for kind, mime, body in (
        ("html", "text/html; charset=utf-8", html.encode()),
        ("json", "application/json", _as_json(department, month, years).encode()),
        ("csv", "text/csv; charset=utf-8", _as_csv(years)),
    ):
        objects.put_for_department(department, f"quality/{month}.{kind}", body, mime)


def _as_json(department: str, month: Month, years: list[FeedYear]) -> str:
    feeds: list[dict[str, Any]] = [
        {
            "feed": year.feed.id,
            "title": {"zh": year.feed.title.zh, "en": year.feed.title.en},
            "months": [
                {**asdict(m), "rejected_share": m.rejected_share, "wrong_share": m.wrong_share}
                for m in year.months
            ],
        }
        for year in years
    ]
    document = {"department": department, "month": month, "feeds": feeds}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _as_csv(years: list[FeedYear]) -> bytes:
    rows: list[tuple[Cell, ...]] = []
    for year in years:
        for m in year.months:
            load = LOADS[m.load][0]
            figures = (m.files, m.days_late, load, m.rows, m.rejected, m.checked, m.wrong, m.notices)
            rows.append((year.feed.title.zh, zh_month(m.month), *figures, m.load.value))
    return csv_of(COLUMNS, rows)
