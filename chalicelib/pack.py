"""The jurisdiction pack of this deployment: its feeds and its rule book, read once per process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.engine.rulebook import RuleBook, load_rule_book
from chalicelib.model import FeedId
from chalicelib.settings import settings
from chalicelib.sources.feed import Feed, load_feeds

PACKS = Path(__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that officers of one jurisdiction have declared."""

    feeds: Mapping[FeedId, Feed]
    rules: RuleBook


@cache
def load(name: str) -> Pack:
    """The pack by its folder name; raises DeclarationError with file and line if it does not hold."""
    folder = PACKS / name
    feeds = load_feeds(folder / "feeds")
    events = {
        (FeedId(feed.id), code): event for feed in feeds.values() for code, event in feed.events.items()
    }
    return Pack(feeds, load_rule_book(folder, events))


def current() -> Pack:
    """The pack that this deployment serves."""
    return load(settings().pack)
