"""The feeds' events and the rule books of all packs, read once for all tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chalicelib.engine.rules.benefits import Benefit, GradedStop
from chalicelib.engine.rules.checks import EventKey
from chalicelib.engine.rules.rulebook import RuleBook, load_rule_book
from chalicelib.model import FeedEvent, FeedId
from chalicelib.sources.feeds.feed import Feed, load_feeds

PACKS: Final = Path(__file__).parent.parent / "chalicelib" / "packs"
BOZHOU: Final = PACKS / "bozhou"


def events_of(pack: Path) -> dict[EventKey, FeedEvent]:
    """(feed, event) -> what it is worth, as a pack's feeds declare it."""
    return _events(load_feeds(pack / "feeds"))


def _events(feeds: Mapping[FeedId, Feed]) -> dict[EventKey, FeedEvent]:
    return {(feed_id, code): event for feed_id, feed in feeds.items() for code, event in feed.events.items()}


ALL_FEEDS: Final = {name: load_feeds(PACKS / name / "feeds") for name in ("bozhou", "jining", "anhui")}
ALL_EVENTS: Final = {name: _events(feeds) for name, feeds in ALL_FEEDS.items()}
ALL_RULES: Final[dict[str, RuleBook]] = {
    name: load_rule_book(PACKS / name, events) for name, events in ALL_EVENTS.items()
}
EVENTS: Final = ALL_EVENTS["bozhou"]
RULES: Final = ALL_RULES["bozhou"]


def stopped_by_grades(benefit: Benefit) -> Benefit:
    """A benefit whose authority cites a basis for paying a month in person first; no pack has one."""
    basis = GradedStop(authority="某县办法第一条")
    versions = tuple(v.model_copy(update={"graded_stop": basis}) for v in benefit.versions)
    return benefit.model_copy(update={"versions": versions})
