"""The events and the rule book of the bozhou pack, read once for all tests of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from chalicelib.engine.rulebook import EventKey, RuleBook, load_rule_book
from chalicelib.model import FeedEvent, FeedId
from chalicelib.sources.feed import load_feeds

PACKS: Final = Path(__file__).parent.parent / "chalicelib" / "packs"
BOZHOU: Final = PACKS / "bozhou"


def events_of(pack: Path) -> dict[EventKey, FeedEvent]:
    """(feed, event) -> what it is worth, as a pack's feeds declare it."""
    feeds = load_feeds(pack / "feeds").values()
    return {(FeedId(feed.id), code): event for feed in feeds for code, event in feed.events.items()}


EVENTS: Final = events_of(BOZHOU)
RULES: Final[RuleBook] = load_rule_book(BOZHOU, EVENTS)
