"""What of a file is written to a person's record."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.intake.loading import newest
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId

pytestmark = pytest.mark.usefixtures("environment")


def some(feed: str, event: str, *days: int) -> list[Evidence]:
    return [Evidence(EvidenceKey(date(2025, 3, day), FeedId(feed), event), FileId("f"), day) for day in days]


KEPT = [
    ("travel_agency", "travelled", [9], "strong presence: the newest says everything"),
    ("bus_rides", "ridden", [2, 5, 9], "weak presence: it takes several days to make a combination"),
    ("hospital_inpatient", "admitted", [2, 5, 9], "the beginning of a stay holds a suspension"),
    ("cremations", "cremated", [2, 5, 9], "a loss is never dropped"),
]


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(("feed", "event", "kept", "why"), KEPT)
def test_the_newest_of_strong_presence_and_all_of_the_rest(
    feed: str, event: str, kept: list[int], why: str
) -> None:
    items = some(feed, event, 5, 9, 2)
    assert sorted(item.key.day.day for item in newest(items)) == kept, why
