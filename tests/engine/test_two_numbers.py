"""Two numbers under one payee: asked once of each pair, and what the other number's certificate is worth."""

from dataclasses import replace

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspicion.two_numbers import certified_until, found_one, two_numbers
from chalicelib.model import PersonId, SuspicionKind, SuspicionState
from tests.events import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, an_entitlement, day

ON = day("2025-03-03")
ONE, TWO = PersonId("B" * 26), PersonId("C" * 26)


def test_each_pair_is_asked_about_once_and_each_under_a_key_of_its_own() -> None:
    first = two_numbers(a_record(), ONE, PENSION, ON, RULES.policy)
    assert first is not None
    second = two_numbers(a_record(suspicions=[first]), TWO, PENSION, ON, RULES.policy)
    assert second is not None
    assert [first.name, second.name] == ["two_numbers#2025-03-03", "two_numbers#2025-03-04"]
    assert (first.verify_by, first.level) == (day("2025-03-31"), 1), "20 working days"
    assert two_numbers(a_record(suspicions=[first]), ONE, PENSION, ON, RULES.policy) is None


def test_only_numbers_that_people_found_to_be_one_count() -> None:
    asked = two_numbers(a_record(), ONE, PENSION, ON, RULES.policy)
    assert asked is not None
    assert found_one(a_record(suspicions=[asked])) == []
    one = replace(asked, state=SuspicionState.CONFIRMED)
    other = a_suspicion(SuspicionKind.DEATH, state=SuspicionState.CONFIRMED)
    assert found_one(a_record(suspicions=[one, other])) == [(ONE, PENSION)]


def test_what_is_no_longer_drawn_certifies_nobody() -> None:
    person = a_person()
    drawn = an_entitlement(certified_until="2025-12-31")
    judged = decide(person, [drawn], [], RULES, ON)
    assert certified_until(a_record(person, [drawn]), judged, PENSION) == day("2025-12-31")
    assert certified_until(a_record(person, []), judged, PENSION) is None
