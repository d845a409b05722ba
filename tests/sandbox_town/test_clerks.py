"""A clerk mends the rows that came back, leaves our columns in them, and sends them again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.clock import civil_date
from chalicelib.model import Counts, FeedId, FileId
from chalicelib.sources.reading import read_file
from chalicelib.sources.reading_context import ReadingContext
from sandbox.town.clerks import mended
from sandbox.town.departments import Drop, drops
from sandbox.town.people import Town
from tests.sandbox_town.reading import everybody, read
from tests.sandbox_town.test_departments import Feeds


@pytest.fixture(scope="module")
def spoiled(town: Town, feeds: Feeds) -> list[Drop]:
    """Files with rejected rows, of as many feeds as have any."""
    found: dict[str, Drop] = {}
    for drop in drops(town, feeds):
        if len(drop.about) >= 50 and not feeds[FeedId(drop.feed)].is_full:
            found.setdefault(drop.feed, drop)
    return list(found.values())


def test_every_row_that_came_back_is_taken_once_it_is_mended(
    town: Town, feeds: Feeds, spoiled: list[Drop]
) -> None:
    assert len(spoiled) > 2
    for drop in spoiled:
        feed, roster = feeds[FeedId(drop.feed)], everybody(town)
        reading, written = read(drop, feeds, roster)
        assert {r.line for r in reading.rejections} == {ruined.line for ruined in written.ruined}
        again = mended(feed, written, drop.at, reading.rejected_csv().decode("utf-8-sig"))
        data, account = again.make()
        day = civil_date(drop.at)
        second = read_file(data, ReadingContext(feed, roster, FileId("F"), day, day, usual_rows=500))
        assert second.hold is None, drop.feed
        assert replace(second.counts, accepted=0, superseded=0) == Counts(rows=len(written.ruined))
        said = {
            (who, item.key.day, item.key.event) for who, items in second.evidence.items() for item in items
        }
        assert said == {(town.people[i].number, h.day, h.event) for i, h in account.about}
