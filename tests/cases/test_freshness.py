"""A feed that is late or held is not evidence of absence (rule 11)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.cases.freshness import missing_feeds
from chalicelib.model import DroppedFile, FeedId, FileId, FileState
from chalicelib.storage.dynamodb import files

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
HOSPITAL, COUNTER = FeedId("hospital_inpatient"), FeedId("counter")  # a file every seven days; none at all


def dropped(day: str, state: FileState, name: str = "f") -> None:
    at = datetime(2025, 7, 1, tzinfo=UTC)
    file = FileId(f"{name}-{day}")
    files.put(DroppedFile(file, "hospital", HOSPITAL, date.fromisoformat(day), "key", "digest", state, at))


LOADED, HELD, DEAD, REFUSED = FileState.LOADED, FileState.HELD, FileState.DEAD, FileState.REFUSED
CASES = [
    ([], True, "nothing has ever arrived"),
    ([("2025-06-17", LOADED)], False, "twice its interval to the day"),
    ([("2025-06-16", LOADED)], True, "later than twice its interval"),
    ([("2025-06-24", LOADED), ("2025-06-30", HELD)], True, "its newest file is held"),
    ([("2025-06-24", LOADED), ("2025-06-30", DEAD)], True, "nobody could read its newest file"),
    ([("2025-06-24", LOADED), ("2025-06-30", REFUSED)], False, "what was refused is sent again, or not"),
    ([("2025-06-24", HELD), ("2025-06-30", LOADED)], False, "it has delivered since"),
]


@pytest.mark.parametrize(("sent", "missing", "why"), CASES)
def test_when_a_feed_is_missing(sent: list[tuple[str, FileState]], missing: bool, why: str) -> None:
    for day, state in sent:
        dropped(day, state)
    assert missing_feeds([HOSPITAL, COUNTER, FeedId("unknown")], ON) == ({HOSPITAL} if missing else set()), (
        why
    )
