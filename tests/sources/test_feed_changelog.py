"""A feed's history is dated, one entry a day, the newest last."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from tests.sources.builders import feed


def entry(day: str = "2025-03-01", **words: Any) -> dict[str, Any]:
    return {"from": day, "zh": "代取不再证明本人到场。", "en": "Fetched by another proves nothing."} | words


def test_a_feed_that_never_changed_says_nothing() -> None:
    assert feed().changes == ()


def test_the_newest_stands_last() -> None:
    made = feed(changes=[entry("2024-01-01"), entry("2025-03-01", assumed="The day is ours.")])
    assert [change.from_ for change in made.changes] == [date(2024, 1, 1), date(2025, 3, 1)]
    assert [change.assumed for change in made.changes] == [None, "The day is ours."]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ([entry("2025-03-01"), entry("2024-01-01")], "newest stands last"),
        ([entry("2025-03-01"), entry("2025-03-01")], "one a day"),
        ([entry("spring 2025")], "date"),
        ([entry(zh=" ")], "say it"),
        ([entry(assumed="")], "say it"),
        ([{"from": "2025-03-01", "zh": "有变。"}], "en"),
        ([entry(by="somebody")], "Extra inputs"),
    ],
)
def test_what_is_no_history_is_refused(changes: list[dict[str, Any]], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        feed(changes=changes)
