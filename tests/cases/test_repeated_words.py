"""A list that says each month what it said before: the record keeps the first word, the lake all of them."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from chalicelib import cases
from chalicelib.cases import evidence_withdrawal, repeated_words
from chalicelib.errors import UnreadableError
from chalicelib.intake.in_progress import InProgress
from chalicelib.intake.loading import Loaded, load_evidence
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import lake
from tests.storage.builders import entitlement, known

pytestmark = pytest.mark.usefixtures("aws")

CERTIFICATES: Final = FeedId("disability_certificates")
HOMES: Final = FeedId("care_home")


@pytest.fixture
def person() -> PersonId:
    """A pensioner whose certificate lasts: nobody waits for what lists say of them."""
    far = date(2026, 6, 30)
    return known(entitlement(certified_until=far, valid_until=far))


def a_list(day: str, grade: str = "grade_1", feed: FeedId = CERTIFICATES) -> Evidence:
    event, facts = ("valid", {"grade": grade}) if feed == CERTIFICATES else ("resident", {})
    return Evidence(EvidenceKey(date.fromisoformat(day), feed, event), FileId(f"{feed}{day}"), 2, facts)


def arrives(person: PersonId, item: Evidence) -> Loaded:
    """The file of one list, as intake takes it in: the lake first."""
    lake.put_evidence(item.key.feed, item.file, {person: [item]})
    return load_evidence({person: [item]}, InProgress(), actor="feed:x")


def held(person: PersonId) -> list[tuple[str, str]]:
    return [(str(e.key.day), e.facts.get("grade", "")) for e in people.load(person).evidence]


def steps(person: PersonId) -> int:
    return len(people.audit_trail(person))


@pytest.mark.parametrize("feed", [CERTIFICATES, HOMES])
def test_a_list_said_again_is_no_step_of_the_record(person: PersonId, feed: FeedId) -> None:
    first = arrives(person, a_list("2025-04-01", feed=feed))
    before = steps(person)
    again = [arrives(person, a_list(day, feed=feed)) for day in ("2025-05-01", "2025-06-01")]
    assert [day for day, _ in held(person)] == ["2025-04-01"]
    assert steps(person) == before
    assert [first.kept, *(each.kept for each in again)] == [0, 1, 1], (
        "it waits in the lake, and the receipt says so"
    )
    assert {e.key.day.month for e in lake.evidence_of(person)} == {4, 5, 6}


def test_another_word_is_written_and_a_list_that_comes_late_does_not_overtake_it(person: PersonId) -> None:
    for day in ("2025-03-01", "2025-05-01", "2025-06-01"):
        arrives(person, a_list(day))
    arrives(person, a_list("2025-04-01", "grade_3"))
    assert held(person) == [("2025-03-01", "grade_1"), ("2025-04-01", "grade_3"), ("2025-05-01", "grade_1")]
    arrives(person, a_list("2025-06-15", "grade_2"))
    assert held(person)[-1] == ("2025-06-15", "grade_2")


def test_what_was_taken_back_stands_for_nothing(person: PersonId) -> None:
    first, second = a_list("2025-04-01"), a_list("2025-05-01")
    arrives(person, first)
    evidence_withdrawal.evidence_withdrawn(person, [first.key], actor="feed:x", day=date(2025, 4, 20))
    arrives(person, second)
    assert held(person) == [("2025-05-01", "grade_1")]
    assert arrives(person, first).kept == 0, "void, it waits for nothing"


def test_what_repeated_a_word_that_is_taken_back_takes_its_place(person: PersonId) -> None:
    first = a_list("2025-03-01")
    for item in (first, a_list("2025-04-01"), a_list("2025-05-01")):
        arrives(person, item)
    evidence_withdrawal.evidence_withdrawn(person, [first.key], actor="feed:x", day=date(2025, 6, 1))
    assert held(person) == [("2025-04-01", "grade_1")]


def test_a_lake_that_cannot_be_read_keeps_nothing_from_being_written(
    person: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(of: PersonId) -> list[Evidence]:
        raise UnreadableError("the lake cannot be read")

    arrives(person, a_list("2025-04-01"))
    monkeypatch.setattr(repeated_words.lake, "evidence_of", unreadable)
    arrives(person, a_list("2025-05-01", "grade_3"))
    assert held(person) == [("2025-04-01", "grade_1"), ("2025-05-01", "grade_3")]


def test_who_is_waited_for_has_a_list_of_residents_at_once() -> None:
    soon = known(entitlement(certified_until=date(2025, 8, 1), valid_until=date(2025, 8, 1)))
    for day in ("2025-05-01", "2025-06-01"):
        arrives(soon, a_list(day, feed=HOMES))
    assert [day for day, _ in held(soon)][-1] == "2025-06-01"


def test_who_says_nothing_of_lists_has_all_written(person: PersonId) -> None:
    for day in ("2025-04-01", "2025-05-01"):
        cases.evidence_arrived(person, [a_list(day)], actor="counter")
    assert len(held(person)) == 2
