"""Of whom a feed has told lately, it most likely tells again: when its next file is due."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.cases import freshness
from chalicelib.cases.next_files import NextFiles
from chalicelib.model import DroppedFile, Evidence, FeedId, FileId, FileState
from chalicelib.model.evidence import ANOTHER, NAME_SENT
from chalicelib.storage.dynamodb import files
from tests.people import some_evidence

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
LOADED, HELD = FileState.LOADED, FileState.HELD
UNDER_ANOTHER = some_evidence("bus_rides/ridden", date(2025, 5, 20), **{NAME_SENT: ANOTHER})
RIDE = some_evidence("bus_rides/ridden", date(2025, 5, 20))


def dropped(day: date, state: FileState = LOADED, feed: str = "bus_rides") -> None:
    at = datetime(2025, 7, 1, tzinfo=UTC)
    files.put(DroppedFile(FileId(f"f-{day}"), "transport", FeedId(feed), day, "key", "digest", state, at))


@pytest.mark.parametrize(
    ("last", "item", "due", "why"),
    [
        (date(2025, 6, 3), RIDE, date(2025, 7, 4), "a month after the last"),
        (date(2025, 5, 29), RIDE, ON, "due the day before yesterday: any day now"),
        (date(2025, 5, 1), RIDE, None, "late: nobody knows when it comes"),
        (None, RIDE, None, "it has never come"),
        (date(2025, 6, 3), some_evidence("bus_rides/ridden", date(2025, 3, 30)), date(2025, 7, 4), "93 days"),
        (date(2025, 6, 3), some_evidence("bus_rides/ridden", date(2025, 3, 29)), None, "rides no more"),
        (date(2025, 6, 3), some_evidence("cremations/cremated", date(2025, 6, 1)), None, "no presence"),
        (date(2025, 6, 3), some_evidence("counter/certified", date(2025, 6, 1)), None, "brings no files"),
        (date(2025, 6, 3), UNDER_ANOTHER, None, "it named somebody else"),
    ],
)
def test_when_the_next_file_is_due(last: date | None, item: Evidence, due: date | None, why: str) -> None:
    if last is not None:
        dropped(last)
    assert NextFiles(ON).about([item]) == ((due,) if due is not None else ()), why


def test_what_is_held_is_not_waited_for() -> None:
    dropped(date(2025, 6, 3))
    dropped(date(2025, 6, 28), HELD)
    assert NextFiles(ON).about([RIDE]) == ()


def test_a_feed_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    dropped(date(2025, 6, 3))
    asked: list[str] = []
    look = freshness.feed_now
    monkeypatch.setattr(
        "chalicelib.cases.next_files.feed_now", lambda feed, on: asked.append(feed) or look(feed, on)
    )
    due = NextFiles(ON)
    assert due.about([RIDE, RIDE]) == due.about([RIDE])
    assert asked == ["bus_rides"]
