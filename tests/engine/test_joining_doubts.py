"""What shows that two numbers which were joined are two people's, and what asks nothing (rules 14 and 19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.engine.suspicion.joining_doubts import met_under, objected, shown_to, still_listed
from chalicelib.model import PersonId, PersonRecord, Suspicion, SuspicionKind, SuspicionState
from tests.engine.judging import RULES
from tests.people import a_key, a_record, a_suspicion, day

ON = day("2025-09-10")
OTHER, ANOTHER = PersonId("b" * 26), PersonId("c" * 26)
JOINED = replace(
    a_suspicion(SuspicionKind.TWO_NUMBERS, "2025-05-01", SuspicionState.CONFIRMED, evidence=None),
    other=OTHER,
    verified_by="officer",
    closed=day("2025-05-20"),
)
REVERSAL = replace(
    a_suspicion(SuspicionKind.REVERSAL, "2025-05-01", evidence=None), about=JOINED.name, opened=ON
)
DENIED = replace(REVERSAL, state=SuspicionState.CLEARED, closed=day("2025-09-01"))


def _met(*seen: str) -> Callable[[PersonRecord, PersonId], Suspicion | None]:
    keys = [a_key(*each.split(" ")) for each in seen]
    return lambda record, other: met_under(record, other, keys, RULES, ON)


def _objected(record: PersonRecord, other: PersonId) -> Suspicion | None:
    return objected(record, other, RULES, ON)


def _shown(record: PersonRecord, other: PersonId) -> Suspicion | None:
    return shown_to(record, other, "两人同时到窗口", "village officer", RULES, ON)


def _listed(record: PersonRecord, other: PersonId) -> Suspicion | None:
    return still_listed(record, other, day("2025-09-08"), RULES, ON)


WAYS = {
    "an officer was shown": _shown,
    "an objection": _objected,
    "a counter": _met("counter/certified 2025-09-08"),
    "the door": _met("home_visits/seen 2025-09-08"),
    "their own face": _met("self_certification/certified 2025-09-08"),
    "the last of several": _met("counter/certified 2025-05-02", "counter/certified 2025-09-08"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("before", [(), (DENIED,)], ids=["the first time", "after an answer"])
def test_two_others_decide_within_a_working_day(
    way: Callable[[PersonRecord, PersonId], Suspicion | None], before: tuple[Suspicion, ...]
) -> None:
    asked = way(a_record(suspicions=[JOINED, *before]), OTHER)
    assert asked is not None
    assert (asked.kind, asked.state, asked.about) == (
        SuspicionKind.REVERSAL,
        SuspicionState.OPEN,
        JOINED.name,
    )
    assert (asked.involved, asked.verify_by) == (frozenset({"officer"}), day("2025-09-11"))
    assert asked.generation == 1 + len(before)
    assert "两个号码可能是两个人" in asked.reason.zh


def test_whoever_raises_it_decides_nothing() -> None:
    asked = _shown(a_record(suspicions=[JOINED]), OTHER)
    assert asked is not None
    assert asked.raised_by == "village officer"
    assert "两人同时到窗口" in asked.reason.zh


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(
    ("suspicions", "other"),
    [
        ([], OTHER),
        ([JOINED], ANOTHER),
        ([replace(JOINED, state=SuspicionState.CLEARED)], OTHER),
        ([replace(JOINED, kind=SuspicionKind.DOUBTED)], OTHER),
        ([JOINED, REVERSAL], OTHER),
    ],
    ids=["never joined", "to somebody else", "separated", "of another kind", "being decided"],
)
def test_nothing_is_asked(
    way: Callable[[PersonRecord, PersonId], Suspicion | None], suspicions: list[Suspicion], other: PersonId
) -> None:
    assert way(a_record(suspicions=suspicions), other) is None


@pytest.mark.parametrize(
    "seen",
    [
        "counter/certified 2025-05-20",  # they were joined with that before people's eyes
        "hospital_inpatient/admitted 2025-09-08",  # departments go on writing the number that they have
        "home_visits/no_such_event 2025-09-08",
        "custody/sentence 2025-09-08",
    ],
)
def test_what_was_known_and_what_data_say_asks_nothing(seen: str) -> None:
    assert _met(seen)(a_record(suspicions=[JOINED]), OTHER) is None


def test_what_two_people_knew_when_they_answered_is_not_asked_again() -> None:
    record = a_record(suspicions=[JOINED, DENIED])
    assert _met("counter/certified 2025-09-01")(record, OTHER) is None
    assert _met("counter/certified 2025-09-02")(record, OTHER) is not None


@pytest.mark.parametrize(
    ("closed", "listed", "is_asked"),
    [
        ("2025-05-20", "2025-06-19", False),  # it may be listed for one more pay run
        ("2025-05-20", "2025-06-20", True),
        (None, "2025-05-31", False),  # joined before it was kept when: since it was asked
        (None, "2025-06-01", True),
    ],
)
def test_a_roster_that_goes_on_listing_the_number_left_behind_is_looked_at(
    closed: str | None, listed: str, is_asked: bool
) -> None:
    joined = replace(JOINED, closed=None if closed is None else day(closed))
    asked = still_listed(a_record(suspicions=[joined]), OTHER, day(listed), RULES, ON)
    assert (asked is not None) is is_asked
    if asked is not None:
        assert "仍列有被并号码" in asked.reason.zh


@pytest.mark.parametrize(
    "suspicions",
    [[], [replace(JOINED, state=SuspicionState.CLEARED)], [JOINED, REVERSAL], [JOINED, DENIED]],
    ids=["never joined", "separated", "being decided", "answered"],
)
def test_what_a_roster_says_month_by_month_is_asked_once(suspicions: list[Suspicion]) -> None:
    assert _listed(a_record(suspicions=suspicions), OTHER) is None
