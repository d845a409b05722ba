"""What the departments' interfaces answer about people of the town, and that they answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chalicelib.model import FeedId
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.context import Scene, Told
from sandbox.town.interfaces import Interfaces

Happenings = Mapping[tuple[str, str], tuple[tuple[date, str], ...]]


@dataclass
class Departments(Interfaces):
    """Every interface of the pack; each knows what has happened by the day of the question."""

    scene: Scene | None = None
    happened: Happenings = field(default_factory=dict)

    def answer(self, question: Mapping[str, Any]) -> object:
        """What happened to the people named, noted in the diary: from now on the platform knows it."""
        assert self.scene is not None
        town, today = self.scene.town, self.scene.today
        feed, since = str(question["feed"]), date.fromisoformat(question["since"])
        self.known = {
            (feed, number): [
                (day, event) for day, event in self.happened.get((feed, number), ()) if day < today
            ]
            for number in question["numbers"]
        }
        self.scene.diary.told += [
            Told(town.by_number[number].index, FeedId(asked), event, day, today)
            for (asked, number), happened in self.known.items()
            for day, event in happened
            if day >= since
        ]
        return super().answer(question)


@contextmanager
def answering(
    scene: Scene, feeds: Mapping[FeedId, Feed], connect: Callable[[str], object]
) -> Iterator[Departments]:
    """Answer until the block ends; `connect` is told, as JSON, under which address each feed does."""
    asked = [name for name, feed in sorted(feeds.items()) if feed.kind == "query"]
    known: dict[tuple[str, str], tuple[tuple[date, str], ...]] = {}
    for person in scene.town.people:
        for h in person.life.happenings:
            if h.feed in asked:
                for number in person.numbers:
                    known[h.feed, number] = (*known.get((h.feed, number), ()), (h.day, h.event))
    departments = Departments(known={}, scene=scene, happened=known)
    with departments.served() as url:
        connect(json.dumps({feed: {"url": url, "token": departments.token} for feed in asked}))
        yield departments
