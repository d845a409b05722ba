"""What one file said, what others say as well, and forgetting one."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import FeedId, FileId, PersonId
from chalicelib.storage.s3 import file_contents
from tests.storage.builders import key

pytestmark = pytest.mark.usefixtures("aws")

FEED, DAY = FeedId("hospital_inpatient"), date(2025, 7, 1)
ONE, TWO = PersonId("a" * 26), PersonId("b" * 26)
FIRST, SECOND = FileId("1" * 16), FileId("2" * 16)


def test_what_one_said_and_others_say_as_well() -> None:
    file_contents.put(FEED, DAY, FIRST, {ONE: [key(), key("2025-06-21")], TWO: [key("2025-06-21")]}.items())
    file_contents.put(FEED, date(2025, 8, 1), SECOND, {ONE: [key()], TWO: [key()]}.items())
    mine = file_contents.by_file(FEED, DAY, FIRST)
    assert mine == {ONE: {key(), key("2025-06-21")}, TWO: {key("2025-06-21")}}
    assert file_contents.elsewhere(FEED, mine, but=[FIRST]) == {ONE: {key()}, TWO: frozenset()}
    assert file_contents.elsewhere(FEED, mine, but=[FIRST, SECOND]) == {}
    assert file_contents.elsewhere(FEED, {}, but=[FIRST]) == {}
    assert file_contents.elsewhere(FeedId("bus_rides"), mine, but=[]) == {}


def test_a_folder_from_before_the_day_cannot_tell_of_it() -> None:
    file_contents.put(FEED, date(2025, 6, 1), SECOND, {ONE: [key("2025-06-20")]}.items())
    assert file_contents.elsewhere(FEED, {ONE: {key("2025-06-20")}}, but=[]) == {}
    assert file_contents.elsewhere(FEED, {ONE: {key("2025-05-20")}}, but=[]) == {ONE: frozenset()}


def test_a_forgotten_file_says_nothing() -> None:
    file_contents.put(FEED, DAY, FIRST, {ONE: [key()]}.items())
    file_contents.forget(FEED, DAY, FIRST)
    file_contents.forget(FEED, DAY, FIRST)
    assert file_contents.by_file(FEED, DAY, FIRST) == {}


def test_what_only_the_earlier_of_two_said() -> None:
    file_contents.put(FEED, DAY, FIRST, {ONE: [key(), key("2025-06-21")], TWO: [key()]}.items())
    file_contents.put(FEED, DAY, SECOND, {ONE: [key()], TWO: [key()]}.items())
    assert file_contents.only_by(FEED, DAY, FIRST, SECOND) == {ONE: {key("2025-06-21")}}
    file_contents.forget(FEED, DAY, FIRST)
    assert file_contents.only_by(FEED, DAY, FIRST, SECOND) == {}


def test_lists_go_with_the_evidence_they_tell_of() -> None:
    other = FeedId("bus_rides")
    for feed, day in ((FEED, DAY), (FEED, date(2025, 7, 2)), (other, DAY)):
        file_contents.put(feed, day, FIRST, {ONE: [key("2025-06-20")]}.items())
    assert file_contents.let_go({FEED: date(2025, 7, 2), other: DAY}) == 1
    assert file_contents.by_file(FEED, DAY, FIRST) == {}
    assert file_contents.by_file(FEED, date(2025, 7, 2), FIRST)
    assert file_contents.by_file(other, DAY, FIRST)
    assert file_contents.let_go({FEED: date(2025, 7, 2)}) == 0
