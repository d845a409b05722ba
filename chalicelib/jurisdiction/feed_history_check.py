"""数据源变更校验 · Whether each feed's own history tells what a changed rule book changes about it.

What a feed does is asked, never how it is described: titles, contacts, reasons and sources may be put
better without an entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from chalicelib.jurisdiction.version_check import AHEAD, UndeclaredChange
from chalicelib.model import FeedId
from chalicelib.sources.feeds.feed import Feed

_DESCRIPTION: Final[dict[str, Any]] = {
    "title": True,
    "owner": {"title", "contact"},
    "authority": True,
    "purpose": True,
    "assumed": True,
    "changes": True,
}
_PLACE: Final = ("changes",)
_DESCRIPTION_OF_AN_EVENT: Final = frozenset({"zh", "en", "why", "cannot_cover"})


def substance(feed: Feed) -> dict[str, Any]:
    """What a feed does: what is read, when it is expected, what each event proves, how long it is kept."""
    words = feed.model_dump(mode="json", by_alias=True, exclude=_DESCRIPTION)
    words["events"] = {
        code: {key: value for key, value in event.items() if key not in _DESCRIPTION_OF_AN_EVENT}
        for code, event in words["events"].items()
    }
    return words


def undeclared_feed_changes(
    before: Mapping[FeedId, Feed], after: Mapping[FeedId, Feed], today: date
) -> Iterator[UndeclaredChange]:
    """The feeds whose history does not tell what differs; those that come or go need none.

    A rule book acts from a day to come, so an entry about a difference is dated today or later, and one
    about no difference is not dated ahead. What stood in a history stays: others have relied on it.
    """
    for name in sorted(before.keys() & after.keys()):
        old, new, file = before[name], after[name], f"feeds/{name}.yaml"
        if not set(old.changes) <= set(new.changes):
            yield UndeclaredChange(
                file, _PLACE, "原有变更记录须保留，不得修改或删除。", "its history lost an entry: put it back"
            )
        elif substance(old) != substance(new) and not _is_told(old, new, today):
            yield UndeclaredChange(
                file,
                _PLACE,
                f"内容有变，请在 changes 末尾写明自何日起、变了什么（日期不早于{today}，不超过一年）。",
                f"it does something else than before: add to its changes since when and what, from {today} "
                "on, a year ahead at most",
            )
        elif substance(old) == substance(new) and _is_ahead(old, new, today):
            yield UndeclaredChange(
                file,
                _PLACE,
                "changes 记有今后的变更，但内容未变，请核对。",
                "its changes tell of a day to come, and nothing differs: leave the entry out until then",
            )


def _is_told(old: Feed, new: Feed, today: date) -> bool:
    newest = new.changes[-1] if new.changes else None
    return newest is not None and newest not in old.changes and today <= newest.from_ <= today + AHEAD


def _is_ahead(old: Feed, new: Feed, today: date) -> bool:
    return any(change.from_ > today for change in new.changes if change not in old.changes)
