"""规则包装载 · A pack out of a folder of YAML files: the one shipped with the code, or a bundle laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chalicelib.declarations import place_of, read_yaml
from chalicelib.engine.rules.policy import MessagePolicy
from chalicelib.engine.rules.rulebook import RuleBook, load_rule_book
from chalicelib.engine.texts.message_templates import too_long
from chalicelib.errors import DeclarationError
from chalicelib.model import FeedId
from chalicelib.model.named import NAMED_BY_CODE, SHEETS
from chalicelib.sources.feeds.feed import Feed, load_feeds

PACKS = Path(__file__).parents[1] / "packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that officers of one jurisdiction have declared."""

    feeds: Mapping[FeedId, Feed]
    rules: RuleBook


def load_folder(folder: Path, *, is_kept: bool = False) -> Pack:
    """The pack that a folder declares; raises DeclarationError with file and line if it does not hold.

    `is_kept`: it is a bundle that was stored before, which is read as it is, however long its messages are.
    """
    feeds = load_feeds(folder / "feeds")
    check_named_by_code(folder / "feeds", feeds)
    events = {
        (FeedId(feed.id), code): event for feed in feeds.values() for code, event in feed.events.items()
    }
    rules = load_rule_book(folder, events)
    if not is_kept:
        check_gone(folder / "policy.yaml")
        check_messages(folder / "policy.yaml", rules.policy.messages)
    return Pack(feeds, rules)


def check_gone(path: Path) -> None:
    """Raise DeclarationError where a policy says what stored ones may say and nobody reads any more."""
    if "cutoff_day" in read_yaml(path)["suspension"]:
        raise DeclarationError(
            place_of(path, ("suspension", "cutoff_day")),
            "it decides nothing: leave it out, each benefit declares its own cut-off day",
        )


def check_messages(path: Path, policy: MessagePolicy) -> None:
    """Raise DeclarationError unless every text message fits into the characters that a policy allows."""
    for template, over in too_long(policy):
        raise DeclarationError(
            place_of(path, ("messages", "most_characters")),
            f"the message {template} can be {over} characters longer than {policy.most_characters}: "
            "shorten the signature, or allow more",
        )


def check_named_by_code(folder: Path, feeds: Mapping[FeedId, Feed]) -> None:
    """Raise DeclarationError unless a pack declares every feed and event that code names.

    A pack that lacks one of them would fail on the day that it is needed.
    """
    if SHEETS.isdisjoint(feeds):
        known = " or ".join(sorted(SHEETS))
        raise DeclarationError(f"{folder}:1", f"every pack declares a sheet, {known}: the platform names it")
    for name, (kind, events) in NAMED_BY_CODE.items():
        feed, place = feeds.get(name), f"{folder / name}.yaml:1"
        if feed is None and name in SHEETS:
            continue
        if feed is None or feed.kind != kind:
            raise DeclarationError(
                place, f"every pack declares the {kind} feed {name}: the platform names it"
            )
        if missing := sorted(events - feed.events.keys()):
            raise DeclarationError(
                place, f"{name} lacks events that the platform names: {', '.join(missing)}"
            )


@cache
def load(name: str) -> Pack:
    """The pack of this name as it was shipped; raises as `load_folder`."""
    return load_folder(PACKS / name)
