"""Two numbers under one payee: asked once of each pair, and what the other number's certificate is worth."""

from dataclasses import replace

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspicion.two_numbers import (
    certified_elsewhere,
    certified_until,
    found_one,
    goes_on,
    taken_up,
    two_numbers,
)
from chalicelib.model import EntitlementStatus, PersonId, SuspicionKind, SuspicionState
from tests.events import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, an_entitlement, an_objection, day

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


# --- found to be one -----------------------------------------------------------------------------

OLD, NEW = PersonId("a" * 26), PersonId("b" * 26)


def test_under_which_number_the_person_goes_on() -> None:
    question = a_suspicion(SuspicionKind.TWO_NUMBERS, evidence=None, other=NEW)
    assert goes_on(OLD, question) == NEW, "no roster says: always the same one"
    assert goes_on(NEW, replace(question, other=OLD)) == NEW
    assert goes_on(OLD, replace(question, survivor=OLD)) == OLD
    assert goes_on(OLD, replace(question, survivor=PersonId("c" * 26))) == NEW


def test_what_is_taken_up_of_the_other_number() -> None:
    suspended, terminated = EntitlementStatus.SUSPENDED, EntitlementStatus.TERMINATED
    mine = a_record(
        entitlements=[
            an_entitlement(certified_until="2025-01-31", since="2020-01-01"),
            an_entitlement("land_loss_pension", status=terminated),
        ],
        suspicions=[a_suspicion()],
        objections=[an_objection()],
    )
    gone = a_record(
        entitlements=[
            an_entitlement(certified_until="2025-06-30", since="2018-04-01", status=suspended),
            an_entitlement("land_loss_pension"),
            an_entitlement("veteran_subsidy"),
            an_entitlement("village_doctor_subsidy", status=terminated),
        ],
        suspicions=[
            a_suspicion(),
            a_suspicion(on="2025-05-11"),
            a_suspicion(SuspicionKind.TWO_NUMBERS, evidence=None),
        ],
        objections=[an_objection(), replace(an_objection(), number=2)],
    )
    found = taken_up(mine, gone)
    assert [(e.benefit, e.status) for e in found.entitlements] == [
        (PENSION, EntitlementStatus.ACTIVE),
        ("land_loss_pension", EntitlementStatus.ACTIVE),
        ("veteran_subsidy", EntitlementStatus.ACTIVE),
    ]
    pension = found.entitlements[0]
    assert (pension.since, pension.valid_until) == (day("2018-04-01"), day("2025-06-30"))
    assert [s.name for s in found.suspicions] == ["death#2025-05-11"]
    assert [o.number for o in found.objections] == [2]


def test_until_they_are_joined_the_certificate_of_the_other_holds() -> None:
    why = certified_elsewhere(day("2025-06-30"))
    assert (why.code, "2025年6月30日" in why.zh) == ("certified_under_another_number", True)
