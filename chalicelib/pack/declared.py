"""A pack out of a folder of YAML files: the one shipped with the code, or a bundle laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.engine.rulebook import RuleBook, load_rule_book
from chalicelib.model import FeedId
from chalicelib.sources.feed import Feed, load_feeds

PACKS = Path(__file__).parents[1] / "packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that officers of one jurisdiction have declared."""

    feeds: Mapping[FeedId, Feed]
    rules: RuleBook


def load_folder(folder: Path) -> Pack:
    """The pack that a folder declares; raises DeclarationError with file and line if it does not hold."""
    feeds = load_feeds(folder / "feeds")
    events = {
        (FeedId(feed.id), code): event for feed in feeds.values() for code, event in feed.events.items()
    }
    return Pack(feeds, load_rule_book(folder, events))


@cache
def load(name: str) -> Pack:
    """The pack of this name as it was shipped; raises as `load_folder`."""
    return load_folder(PACKS / name)
