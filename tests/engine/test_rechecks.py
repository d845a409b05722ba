"""Checks on those who certify by hand (rule 21): the sample, refuted authors, visits seconds apart."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.suspicion import sampling
from chalicelib.engine.suspicion.rechecks import (
    ByHand,
    Listed,
    Signal,
    by_hand,
    by_somebody_close,
    found_in,
    listed_again,
    many_over_one,
    once,
    over_devices,
    refuted,
    sample,
    strange,
)
from chalicelib.engine.suspicion.sampling import confidence_of, least_sample
from chalicelib.model import (
    Close,
    FeedId,
    FileId,
    Month,
    PersonId,
    SuspicionKind,
    SuspicionState,
    VisitOutcome,
    Word,
)
from tests.events import RULES
from tests.people import a_person, a_record, a_suspicion, a_visit, day, some_evidence

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
    assert confidence_of(size, of, worst) == pytest.approx(100 * (1 - unseen(size)))


def test_a_village_is_not_visited_anew_and_what_is_stated_is_what_was_reached() -> None:
    drawn = sample([certificate(n) for n in range(20)], JUNE, "bozhou", VALUES)
    assert (len(drawn.drawn), drawn.worst, drawn.confidence_percent) == (4, 1, pytest.approx(20))


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


@given(
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 9)), max_size=120),
    st.sampled_from([1.0, 5.0, 30.0]),
    st.sampled_from([60.0, 95.0]),
    st.integers(0, 100),
)
def test_gone_through_once_the_draw_is_that_of_all_laid_out_in_order(
    people: list[tuple[int, int]], worst: float, sure: float, most: int
) -> None:
    """One of each stratum first, then by the draw; what is kept meanwhile changes nothing."""
    known = [certificate(n, grid=f"G{grid}") for n, grid in people]
    values = VALUES.model_copy(
        update={"worst_percent": worst, "confidence_percent": sure, "most_percent": most}
    )
    found = sample(known, JUNE, "bozhou", values)
    order = sorted(known, key=lambda each: sampling._place("bozhou", JUNE, each))
    firsts = {each.stratum: place for place, each in reversed(list(enumerate(order)))}
    places = [*sorted(firsts.values()), *sorted(set(range(len(order))) - set(firsts.values()))]
    size = sampling.sample_size(len(known), worst, sure, most)
    assert found.drawn == tuple(sorted(order[place] for place in places[:size]))
    assert found.of == len(known)


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
    assert [(each.author, each.is_word, each.at is not None, each.is_named) for each in found] == [
        ("wang", False, True, False),
        ("李四", False, False, True),
        ("counter", False, False, False),
        ("zhao", True, True, False),
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


@pytest.mark.parametrize(
    ("closed", "state", "kind", "is_found"),
    [
        ("2025-06-12", SuspicionState.CONFIRMED, SuspicionKind.DEATH, True),
        ("2025-05-12", SuspicionState.CONFIRMED, SuspicionKind.DEATH, False),
        ("2025-06-12", SuspicionState.CLEARED, SuspicionKind.DEATH, False),
        ("2025-06-12", SuspicionState.CONFIRMED, SuspicionKind.CUSTODY, False),
        (None, SuspicionState.CONFIRMED, SuspicionKind.DEATH, False),
    ],
)
def test_a_death_found_in_the_month_refutes_and_an_older_one_was_listed_then(
    closed: str | None, state: SuspicionState, kind: SuspicionKind, is_found: bool
) -> None:
    known = replace(a_suspicion(kind, "2025-06-01", state=state), closed=day(closed) if closed else None)
    assert found_in(a_record(suspicions=[known]), JUNE) is is_found


def test_one_device_serves_ten_people_a_month_and_more_are_looked_at() -> None:
    def uses(many: int, month: str = "2025-06-10") -> list[tuple[str, ByHand]]:
        facts = {"device": "0123", "app": "county-app"}
        item = some_evidence("self_certification/certified", month, **facts)
        records = [a_record(a_person(id=PersonId(f"p{n}")), evidence=[item]) for n in range(many)]
        return [use for record in records for use in over_devices(record, JUNE)]

    assert list(many_over_one(uses(10), VALUES)) == []
    listed = list(many_over_one(uses(11), VALUES))
    assert {(each.why, each.certificate.author) for each in listed} == {(Signal.ONE_DEVICE, "county-app")}
    assert len(listed) == 11
    assert list(many_over_one(uses(1) * 11, VALUES)) == [], "one person, eleven times"
    assert uses(11, "2025-05-31") == []
    assert (
        list(over_devices(a_record(evidence=[some_evidence("bus_rides/ridden", "2025-06-13")]), JUNE)) == []
    )


def test_who_certifies_whom_the_roster_calls_close() -> None:
    sheet = replace(certificate(1, author="李四"), is_named=True)
    account = certificate(2, author="李四")
    other = replace(certificate(3, author="王五"), is_named=True)
    listed = list(by_somebody_close([sheet, account, other], lambda _: {"李四"}))
    assert [(each.certificate.person, each.why) for each in listed] == [("p0001", Signal.SOMEBODY_CLOSE)]


def test_a_certificate_is_listed_once_for_its_first_reason() -> None:
    twice = [Listed(certificate(1), Signal.DRAWN), Listed(certificate(1), Signal.REFUTED)]
    assert [each.why for each in once([*twice, Listed(certificate(0), Signal.REFUTED)])] == [
        Signal.REFUTED,
        Signal.DRAWN,
    ]
