"""What one file said, what others say as well, and forgetting one."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import FeedId, FileId, PersonId
from chalicelib.storage import said
from tests.storage.builders import key

pytestmark = pytest.mark.usefixtures("aws")

FEED, DAY = FeedId("hospital_inpatient"), date(2025, 7, 1)
ONE, TWO = PersonId("a" * 26), PersonId("b" * 26)
FIRST, SECOND = FileId("1" * 16), FileId("2" * 16)


def test_what_one_said_and_others_say_as_well() -> None:
    said.put(FEED, DAY, FIRST, {ONE: [key(), key("2025-06-21")], TWO: [key("2025-06-21")]}.items())
    said.put(FEED, date(2025, 8, 1), SECOND, {ONE: [key()], TWO: [key()]}.items())
    mine = said.by_file(FEED, DAY, FIRST)
    assert mine == {ONE: {key(), key("2025-06-21")}, TWO: {key("2025-06-21")}}
    assert said.elsewhere(FEED, mine, but=[FIRST]) == {ONE: {key()}, TWO: frozenset()}
    assert said.elsewhere(FEED, mine, but=[FIRST, SECOND]) == {}
    assert said.elsewhere(FEED, {}, but=[FIRST]) == {}
    assert said.elsewhere(FeedId("bus_rides"), mine, but=[]) == {}


def test_a_folder_from_before_the_day_cannot_tell_of_it() -> None:
    said.put(FEED, date(2025, 6, 1), SECOND, {ONE: [key("2025-06-20")]}.items())
    assert said.elsewhere(FEED, {ONE: {key("2025-06-20")}}, but=[]) == {}
    assert said.elsewhere(FEED, {ONE: {key("2025-05-20")}}, but=[]) == {ONE: frozenset()}


def test_a_forgotten_file_says_nothing() -> None:
    said.put(FEED, DAY, FIRST, {ONE: [key()]}.items())
    said.forget(FEED, DAY, FIRST)
    said.forget(FEED, DAY, FIRST)
    assert said.by_file(FEED, DAY, FIRST) == {}


def test_what_only_the_earlier_of_two_said() -> None:
    said.put(FEED, DAY, FIRST, {ONE: [key(), key("2025-06-21")], TWO: [key()]}.items())
    said.put(FEED, DAY, SECOND, {ONE: [key()], TWO: [key()]}.items())
    assert said.only_by(FEED, DAY, FIRST, SECOND) == {ONE: {key("2025-06-21")}}
    said.forget(FEED, DAY, FIRST)
    assert said.only_by(FEED, DAY, FIRST, SECOND) == {}


def test_lists_go_with_the_evidence_they_tell_of() -> None:
    other = FeedId("bus_rides")
    for feed, day in ((FEED, DAY), (FEED, date(2025, 7, 2)), (other, DAY)):
        said.put(feed, day, FIRST, {ONE: [key("2025-06-20")]}.items())
    assert said.let_go({FEED: date(2025, 7, 2), other: DAY}) == 1
    assert said.by_file(FEED, DAY, FIRST) == {}
    assert said.by_file(FEED, date(2025, 7, 2), FIRST)
    assert said.by_file(other, DAY, FIRST)
    assert said.let_go({FEED: date(2025, 7, 2)}) == 0
