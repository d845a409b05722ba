"""Who certified by hand is named in every row (row B11): what names nobody goes back, and proves nothing."""

from __future__ import annotations

import pytest

from chalicelib.model import FileId, PersonId, Route
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from tests.feeds.test_feeds import FILES, named
from tests.sources.builders import ON, number

BY_HAND = [(pack, feed) for pack, feed in FILES if "certified_by" in feed.fields]
WHO = ("certifier", "certified_by")


def row_of(feed: Feed, **cells: str) -> dict[str, str]:
    """A row that a department would send, with some cells otherwise."""
    sound = {"number": number(1), "day": "2025-06-24", "name": "王建国", "certified_by": "李四"}
    sound |= {"certifier": next(iter(feed.codes_of("certifier")), "上海市闵行区")}
    sound |= {"event": feed.code_for("event", feed.main or "")}
    return {header: (sound | cells).get(field, "") for field, header in feed.fields.items()}


def read_row(feed: Feed, **cells: str) -> FileReading:
    row = row_of(feed, **cells)
    data = "\r\n".join([",".join(row), ",".join(row.values())]).encode()
    roster = RosterIndex.of({number(1): PersonId("ONE")})
    return read_file(data, ReadingContext(feed, roster, FileId("F"), ON, ON))


@named(BY_HAND)
def test_a_row_that_names_who_certified_counts(pack: str, feed: Feed) -> None:
    [[item]] = read_row(feed).evidence.values()
    assert item.facts["certified_by"] == "李四"


@pytest.mark.parametrize("cell", ["", " ", "/", "——", "不详", "无"])
@named(BY_HAND)
def test_a_row_that_names_nobody_goes_back(pack: str, feed: Feed, cell: str) -> None:
    for field in WHO:
        if field in feed.fields:
            reading = read_row(feed, **{field: cell})
            assert [(r.line, r.field, r.code) for r in reading.rejections] == [
                (2, feed.fields[field], "cell_empty")
            ]
            assert not reading.evidence


@named([(pack, feed) for pack, feed in BY_HAND if feed.codes_of("certifier")])
def test_a_kind_of_certifier_that_nobody_agreed_goes_back(pack: str, feed: Feed) -> None:
    reading = read_row(feed, certifier="亲属")
    assert [(r.field, r.code) for r in reading.rejections] == [(feed.fields["certifier"], "code_unknown")]
    assert not reading.evidence


def test_every_feed_of_people_who_saw_somebody_names_them() -> None:
    by_hand = {Route.VISIT, Route.COUNTER, Route.REMOTE}
    nameless = [
        (pack, feed.id)
        for pack, feed in FILES
        if any(event.route in by_hand for event in feed.events.values())
        and not {"certified_by"} <= feed.required
    ]
    assert nameless == []
    assert len(BY_HAND) == 6
