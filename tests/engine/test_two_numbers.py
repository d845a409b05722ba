"""Two numbers under one payee: asked once of each pair, and what the other number's certificate is worth."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspicion.two_numbers import (
    certified_elsewhere,
    certified_until,
    found_one,
    goes_on,
    paid_again,
    taken_up,
    two_numbers,
)
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonId,
    SuspicionKind,
    SuspicionState,
)
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
RECOVER = Instruction(
    PENSION, InstructionKind.RECOVER, Month("2025-05"), 6_000, "x", InstructionState.ISSUED, ON
)


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
        suspicions=[
            a_suspicion(),
            a_suspicion(SuspicionKind.CUSTODY, "2025-04-02", SuspicionState.CONFIRMED),
        ],
        objections=[an_objection()],
    )
    gone = a_record(
        entitlements=[
            an_entitlement(certified_until="2025-06-30", since="2018-04-01", status=suspended),
            an_entitlement("land_loss_pension"),
            an_entitlement("veteran_subsidy"),
            an_entitlement("village_doctor_subsidy", status=terminated),
        ],
        instructions=[RECOVER],
        suspicions=[
            a_suspicion(),
            a_suspicion(on="2025-05-11"),
            a_suspicion(SuspicionKind.TWO_NUMBERS, evidence=None),
            a_suspicion(SuspicionKind.REVERSAL, "2025-05-11", about="death#2025-05-11"),
            a_suspicion(SuspicionKind.REVERSAL, "2025-04-02", about="custody#2025-04-02"),
        ],
        objections=[an_objection(), replace(an_objection(), number=2)],
    )
    found = taken_up(mine, gone)
    assert [(e.benefit, e.status) for e in found.entitlements] == [
        (PENSION, EntitlementStatus.ACTIVE),
        ("land_loss_pension", EntitlementStatus.ACTIVE),
        ("veteran_subsidy", EntitlementStatus.ACTIVE),
        ("village_doctor_subsidy", terminated),
    ], "what has ended goes along: it may begin again"
    pension = found.entitlements[0]
    assert (pension.since, pension.valid_until) == (day("2018-04-01"), day("2025-06-30"))
    assert [s.name for s in found.suspicions] == ["death#2025-05-11", "reversal#2025-04-02"], (
        "what may have been found in error is asked only where it stands found"
    )
    assert [o.number for o in found.objections] == [2, 3], "under numbers of their own"
    assert found.money.instructions == (RECOVER,)


def test_until_they_are_joined_the_certificate_of_the_other_holds() -> None:
    why = certified_elsewhere(day("2025-06-30"))
    assert (why.code, "2025年6月30日" in why.zh) == ("certified_under_another_number", True)


# --- suspended under one of them --------------------------------------------------------------------

SUSPENDED = an_entitlement(status=EntitlementStatus.SUSPENDED, stopped_from=Month("2025-01"))
WITHHELD = (Month("2025-01"), Month("2025-02"))


@pytest.mark.parametrize(
    ("mine", "gone", "resumes"),
    [
        (an_entitlement(), SUSPENDED, True),
        (SUSPENDED, an_entitlement(), True),
        (SUSPENDED, SUSPENDED, False),
        (an_entitlement(), an_entitlement(), False),
        (an_entitlement(), replace(SUSPENDED, benefit=BenefitCode("land_loss_pension")), False),
    ],
    ids=["the other", "this one", "both", "neither", "another benefit: it is taken up as it is"],
)
def test_whoever_is_paid_under_either_number_gets_what_was_withheld_under_the_other(
    mine: Entitlement, gone: Entitlement, resumes: bool
) -> None:
    def orders(*payments: Payment) -> list[tuple[str, int, tuple[Month, ...]]]:
        records = a_record(entitlements=[mine]), a_record(entitlements=[gone])
        told = paid_again(*records, "officer", payments, RULES, ON)
        assert all(i.kind is InstructionKind.RESUME for i in told)
        return [(i.month, i.fen, i.arrears) for i in told]

    assert orders() == ([("2025-03", 30_000, WITHHELD)] if resumes else [])
    paid = Payment(PENSION, Month("2025-02"), 15_000, day("2025-02-10"))
    assert [fen for _, fen, _ in orders(paid)] == ([15_000] if resumes else []), "less what was paid"


def test_on_one_persons_word_the_months_beyond_some_wait_for_a_second() -> None:
    long = replace(SUSPENDED, stopped_from=Month("2024-10"))
    records = a_record(entitlements=[an_entitlement()]), a_record(entitlements=[long])
    (order,) = paid_again(*records, "officer", (), RULES, ON)
    assert (order.fen, order.arrears, order.held) == (
        45_000,
        (Month("2024-10"), Month("2024-11"), Month("2024-12")),
        WITHHELD,
    )
    assert order.certified_by == "officer"
