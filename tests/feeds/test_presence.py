"""What is done on paper, by another or from afar proves no presence, whatever its feed is called (rule 5)."""

from __future__ import annotations

import re
from typing import Final

import pytest

from chalicelib.model import Proves
from chalicelib.sources.feeds.event_declarations import EventDeclaration
from chalicelib.sources.feeds.feed import Feed
from tests.feeds.test_feeds import EVERY, named

NOBODY_WAS_SEEN: Final = re.compile(
    "结算|缴费|报销|汇款|取药|购药|代理|代领|代办|受托|委托|售票|售卡|未乘|出院|电话|网上|未见到|查无"
)
ALL_THE_SAME: Final = {  # said so, and yet worth something
    "gas_bills/paid": "an account of the household: weak, and never alone (rule 4)",
    "water_bills/paid": "likewise",
    "pharmacy_purchases/bought": "an account of the person: weak, and never alone (rule 4)",
    "remote_settlements/treated": "the row states the last day of treatment beside the settlement",
    "hospital_inpatient/in_treatment": "whose stay is settled midway is in the bed",
}


def said_of(feed: Feed, name: str, event: EventDeclaration) -> str:
    """The title of an event, and the words by which files tell of it."""
    words = [word for column in feed.columns.values() for word, code in column.codes.items() if code == name]
    return " ".join((event.zh, *words))


@named([pair for pair in EVERY if pair[1].events])
def test_what_shows_nobody_proves_no_presence(pack: str, feed: Feed) -> None:
    for name, event in feed.events.items():
        if NOBODY_WAS_SEEN.search(said_of(feed, name, event)) and f"{feed.id}/{name}" not in ALL_THE_SAME:
            assert event.proves is not Proves.PRESENCE, f"{pack}: {feed.id}/{name}"


@pytest.mark.parametrize("known", ALL_THE_SAME)
def test_no_exception_is_left_that_nothing_needs(known: str) -> None:
    feed_id, _, name = known.partition("/")
    needing = [feed for _, feed in EVERY if feed.id == feed_id and name in feed.events]
    assert any(
        feed.events[name].proves is Proves.PRESENCE
        and NOBODY_WAS_SEEN.search(said_of(feed, name, feed.events[name]))
        for feed in needing
    )
