"""Single files of the lake: what one said, what others say as well, and forgetting one."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import FeedId, FileId, PersonId
from chalicelib.storage import lake, lake_files
from tests.storage.builders import evidence, key

pytestmark = pytest.mark.usefixtures("aws")

FEED, DAY = FeedId("hospital_inpatient"), date(2025, 7, 1)
ONE, TWO = PersonId("a" * 26), PersonId("b" * 26)
FIRST, SECOND = FileId("1" * 16), FileId("2" * 16)


def test_what_one_said_and_others_say_as_well() -> None:
    lake.put_evidence(
        FEED, DAY, FIRST, {ONE: [evidence(), evidence("2025-06-21")], TWO: [evidence("2025-06-21")]}
    )
    lake.put_evidence(FEED, date(2025, 8, 1), SECOND, {ONE: [evidence()], TWO: [evidence()]})
    said = lake_files.keys_of(FEED, DAY, FIRST)
    assert said == {ONE: {key(), key("2025-06-21")}, TWO: {key("2025-06-21")}}
    assert lake_files.said_elsewhere(FEED, said, but=FIRST) == {ONE: {key()}, TWO: frozenset()}
    assert lake_files.said_elsewhere(FEED, {}, but=FIRST) == {}


def test_a_forgotten_file_says_nothing() -> None:
    lake.put_evidence(FEED, DAY, FIRST, {ONE: [evidence()]})
    lake_files.forget(FEED, DAY, FIRST)
    lake_files.forget(FEED, DAY, FIRST)
    assert lake_files.keys_of(FEED, DAY, FIRST) == {}
    assert lake.evidence_of(ONE) == []
