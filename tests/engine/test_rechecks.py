"""Checks on those who certify by hand (rule 21): the sample, refuted authors, visits seconds apart."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.suspicion.rechecks import (
    ByHand,
    Signal,
    by_hand,
    least_sample,
    listed_again,
    refuted,
    sample,
    strange,
)
from chalicelib.model import Close, FeedId, FileId, Month, PersonId, VisitOutcome, Word
from tests.events import RULES
from tests.people import a_person, a_record, a_visit, day, some_evidence

VALUES = RULES.policy.rechecks
JUNE = Month("2025-06")


def certificate(number: int, on: str = "2025-06-10", author: str = "wang", grid: str = "G1") -> ByHand:
    return ByHand(day(on), PersonId(f"p{number:04d}"), FeedId("home_visits"), author, "341602001001", grid)


@given(st.integers(1, 400), st.integers(1, 60), st.sampled_from([80, 90, 95, 99]))
def test_a_sample_is_as_large_as_its_confidence_needs_and_no_larger(of: int, worst: int, sure: int) -> None:
    worst = min(worst, of)

    def unseen(size: int) -> float:
        return comb(of - worst, size) / comb(of, size)

    size = least_sample(of, worst, sure)
    assert unseen(size) <= 1 - sure / 100 + 1e-9
    assert size == 0 or unseen(size - 1) > 1 - sure / 100 - 1e-9


def test_the_same_seed_draws_the_same_and_another_others() -> None:
    known = [certificate(n, grid=f"G{n % 7}", author=f"w{n % 5}") for n in range(300)]
    drawn = sample(known, JUNE, "bozhou", VALUES)
    assert drawn == sample(reversed(known), JUNE, "bozhou", VALUES)
    assert drawn.drawn != sample(known, JUNE, "another", VALUES).drawn
    assert (drawn.of, drawn.worst, len(drawn.drawn)) == (300, 15, least_sample(300, 15, 95))


def test_of_every_grid_and_worker_somebody_is_drawn() -> None:
    many = [certificate(n) for n in range(200)]
    seldom = [certificate(900, author="li", grid="G9"), certificate(901, author="zhao", grid="G8")]
    drawn = sample([*many, *seldom], JUNE, "bozhou", VALUES).drawn
    assert {each.author for each in drawn} == {"wang", "li", "zhao"}


def test_only_the_month_that_is_asked_for() -> None:
    drawn = sample([certificate(1), certificate(2, "2025-05-31")], JUNE, "bozhou", VALUES)
    assert (drawn.of, len(drawn.drawn)) == (1, 1)
    assert sample([], JUNE, "bozhou", VALUES).drawn == ()


def test_who_answers_for_what() -> None:
    seen = replace(some_evidence("home_visits/seen", "2025-06-10", by="wang"), file=FileId("visit:1"))
    sheet = some_evidence("outcome_sheet/seen", "2025-06-11", certified_by="李四")
    counter = some_evidence("counter/certified", "2025-06-12")
    ride = some_evidence("bus_rides/ridden", "2025-06-13")
    visits = [
        a_visit("2025-06-10 10:00", VisitOutcome.SEEN, by="wang"),
        a_visit("2025-06-14 10:00", number=2, by="zhao", through=Close.NEIGHBOUR, word=Word.ALIVE),
    ]
    found = list(by_hand(a_record(evidence=[seen, sheet, counter, ride], visits=visits), RULES))
    assert [(each.author, each.is_word, each.at is not None) for each in found] == [
        ("wang", False, True),
        ("李四", False, False),
        ("counter", False, False),
        ("zhao", True, True),
    ]


def test_a_word_said_before_eight_in_the_morning_is_of_that_chinese_day() -> None:
    early = a_visit("2025-07-01 07:00", by="zhao", through=Close.NEIGHBOUR, word=Word.ALIVE)
    assert [each.day for each in by_hand(a_record(visits=[early]), RULES)] == [day("2025-07-01")]


def test_what_was_joined_to_another_number_is_told_of_once() -> None:
    early = a_visit("2025-07-01 07:00", by="zhao", through=Close.NEIGHBOUR, word=Word.ALIVE)
    record = a_record(a_person(joined_to=PersonId("B" * 26)), visits=[early])
    assert list(by_hand(record, RULES)) == []


def test_a_refuted_authors_last_twelve_months_are_listed_again() -> None:
    wrong = certificate(1, "2025-06-10")
    of_hers = [certificate(2, "2025-01-10"), certificate(3, "2024-06-29")]
    known = [wrong, *of_hers, certificate(4, author="li")]
    listed = list(listed_again(known, [wrong], day("2025-06-30"), VALUES))
    assert [(each.certificate.person, each.why) for each in listed] == [
        ("p0002", Signal.OF_A_REFUTED_AUTHOR),
        ("p0001", Signal.REFUTED),
    ]


@pytest.mark.parametrize(("died", "wrong"), [(None, 0), ("2025-06-10", 0), ("2025-06-09", 1)])
def test_what_is_of_a_day_after_the_death_is_refuted(died: str | None, wrong: int) -> None:
    record = a_record(a_person(deceased_on=died))
    assert len(refuted(record, [certificate(1)])) == wrong


def test_nobody_walks_from_door_to_door_in_a_minute() -> None:
    made = [a_visit(f"2025-06-10 {at}").made for at in ("10:00", "10:01", "10:30")]
    known = [replace(certificate(n), at=at) for n, at in enumerate(made)]
    assert [each.certificate.person for each in strange(known, VALUES)] == ["p0001"]
    of_two = [known[0], replace(known[1], author="li"), replace(known[2], at=None)]
    assert list(strange(of_two, VALUES)) == []
