"""Who changes what a feed does says so in the feed's history; who only describes it better need not."""

from datetime import date
from typing import Any

import pytest

from chalicelib.jurisdiction.feed_history_check import undeclared_feed_changes
from chalicelib.model import FeedId
from chalicelib.sources.feeds.feed import Feed
from tests.sources.builders import declared, feed

TODAY = date(2025, 7, 1)
NAME = FeedId("visits_to_town")


def entry(day: str) -> dict[str, Any]:
    return {"from": day, "zh": "有变。", "en": "Something differs."}


def found(before: Feed, after: Feed) -> list[str]:
    return [each.en for each in undeclared_feed_changes({NAME: before}, {NAME: after}, TODAY)]


def event(**changes: Any) -> dict[str, Any]:
    document = declared()
    document["events"]["came"] |= changes
    return dict(document["events"])


def columns(**changes: Any) -> dict[str, Any]:
    document = declared()
    document["columns"]["日期"] |= changes
    return dict(document["columns"])


SUBSTANCE = [
    {"events": event(strength="weak")},
    {"events": event(route="self")},
    {"columns": columns(also=["发生日期"])},
    {"retain": "99 months"},
    {"arrives": {"every": "7 days", "warn_after": "11 days", "fail_after": "1 month"}},
    {"not_used": []},
]


@pytest.mark.parametrize("changed", SUBSTANCE)
def test_what_a_feed_does_changes_only_with_an_entry(changed: dict[str, Any]) -> None:
    assert "since when and what" in found(feed(), feed(**changed))[0]
    assert found(feed(), feed(**changed, changes=[entry("2025-08-01")])) == []
    known = feed(changes=[entry("2025-01-01")])
    assert "since when and what" in found(known, feed(**changed, changes=[entry("2025-01-01")]))[0]
    assert found(known, feed(**changed, changes=[entry("2025-01-01"), entry("2025-07-01")])) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"title": {"zh": "进城记录", "en": "Seen in town"}},
        {"owner": declared()["owner"] | {"contact": "other@b.example"}},
        {"purpose": "Y", "authority": "Z", "assumed": "W"},
        {"events": event(zh="到了", en="Arrived", why="Y", cannot_cover="Nobody else")},
        {"changes": [entry("2025-07-01")]},  # what a document dates may be added when it is found
    ],
)
def test_a_better_description_needs_no_entry(changed: dict[str, Any]) -> None:
    assert found(feed(), feed(**changed)) == []


@pytest.mark.parametrize("day", ["2025-06-30", "2026-07-03", "2062-01-01"])
def test_a_difference_acts_neither_backwards_nor_in_the_far_future(day: str) -> None:
    assert found(feed(), feed(**SUBSTANCE[0], changes=[entry(day)]))
    assert not found(feed(), feed(**SUBSTANCE[0], changes=[entry("2026-07-02")]))


def test_nothing_is_told_of_a_day_to_come_unless_something_differs() -> None:
    assert "nothing differs" in found(feed(), feed(changes=[entry("2025-07-02")]))[0]
    ahead = feed(changes=[entry("2025-07-02")])
    assert found(ahead, ahead) == [], "approved, and its day has not come"


def test_a_history_is_not_rewritten() -> None:
    known = feed(changes=[entry("2025-01-01")])
    for changes in ([], [entry("2025-01-02")], [entry("2025-01-01") | {"en": "Nothing."}]):
        assert "lost an entry" in found(known, feed(changes=changes))[0]
        assert "lost an entry" in found(known, feed(**SUBSTANCE[0], changes=changes))[0]


def test_feeds_that_come_or_go_need_none() -> None:
    assert list(undeclared_feed_changes({}, {NAME: feed()}, TODAY)) == []
    assert list(undeclared_feed_changes({NAME: feed()}, {}, TODAY)) == []
