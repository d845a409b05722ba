"""For how long, and against which words, a condition stays cleared (rules 7 and 13)."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.certification.cleared_conditions import cleared, silenced
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.money.amount_due import amounts_of, differences
from chalicelib.engine.suspicion.lifecycle import may_open, opened
from chalicelib.model import (
    BenefitCode,
    Evidence,
    Month,
    Outcome,
    Payment,
    PersonRecord,
    Suspicion,
    SuspicionState,
    Verification,
)
from tests.events import RULES
from tests.people import a_person, a_reason, a_record, a_suspicion, an_entitlement, day, some_evidence

CARE = "disability_care_subsidy"
WIDOW = "survivor_pension"
ON, CLOSED = day("2025-06-10"), day("2025-06-05")
LAPSED = {"grade": "grade_1", "until": "2025-05-31"}
STAY = some_evidence("hospital_inpatient/admitted", "2025-05-20")


def card(on: str, **facts: str) -> Evidence:
    return some_evidence("disability_certificates/valid", on, **(facts or LAPSED))


def drawing(*evidence: Evidence, benefit: str = CARE, **named: Any) -> PersonRecord:
    drawn = an_entitlement(benefit, "2025-06-30", fen=9_500)
    return a_record(entitlements=[drawn], evidence=evidence, **named)


def asked(record: PersonRecord, on: str = "2025-06-10") -> list[Suspicion]:
    """What a day's decision asks of people that they have not answered."""
    decision = decide(
        record.person,
        record.entitlements,
        record.evidence,
        RULES,
        day(on),
        refuted=record.refuted,
        clearances=record.clearances,
    )
    return [
        opened(finding, day(on), RULES.policy, record.suspicions)
        for finding in decision.findings
        if may_open(finding, record.suspicions)
    ]


def once_cleared(record: PersonRecord, **named: Any) -> PersonRecord:
    """The record after a person has found its one question to be no question."""
    (question,) = asked(record)
    answered = cleared(question, record, "officer", Verification.DOCUMENT, CLOSED, RULES.policy)
    return replace(record, suspicions=(*record.suspicions, replace(answered, **named)))


def with_more(record: PersonRecord, *evidence: Evidence) -> PersonRecord:
    return replace(record, evidence=(*record.evidence, *evidence))


@pytest.mark.parametrize(
    ("more", "on", "questions", "why"),
    [
        ((), "2025-06-10", [], "nothing new"),
        ((card("2025-04-30"),), "2025-06-10", [], "the list of the month before"),
        ((card("2025-06-30"),), "2025-06-30", [], "the list of the next month"),
        ((), "2025-09-03", [], "the ninetieth day"),
        ((), "2025-09-04", ["2025-09-04"], "not renewed in time"),
        ((card("2025-08-31"),), "2025-10-01", ["2025-09-04"], "nor by the newest list"),
        ((card("2025-06-30", grade="grade_1"),), "2026-01-01", [], "renewed"),
        ((card("2025-06-30", grade="grade_3"),), "2025-06-30", ["2025-06-30"], "another grade"),
        ((card("2025-06-30", until="2025-06-01"),), "2025-06-30", ["2025-06-02"], "another card, lapsed too"),
    ],
)
def test_a_card_being_renewed(more: tuple[Evidence, ...], on: str, questions: list[str], why: str) -> None:
    record = with_more(once_cleared(drawing(card("2025-05-31"))), *more)
    assert [s.day.isoformat() for s in asked(record, on)] == questions, why


def test_what_has_not_run_out_is_cleared_until_something_else_is_said() -> None:
    record = once_cleared(drawing(card("2025-05-31", grade="grade_4")))
    assert record.suspicions[0].holds_until is None
    assert asked(with_more(record, card("2027-05-31", grade="grade_4")), "2027-06-01") == []
    assert asked(with_more(record, card("2027-05-31", grade="grade_3")), "2027-06-01") != []


def test_what_happens_again_is_another_question() -> None:
    wedding = some_evidence("marriage_registration/married", "2025-05-01")
    record = once_cleared(drawing(wedding, benefit=WIDOW))
    assert asked(record) == []
    assert len(asked(with_more(record, some_evidence("marriage_registration/married", "2025-06-01")))) == 1


def test_a_birthday_is_looked_into_once() -> None:
    child = a_person("2007-05-01")
    drawn = [an_entitlement("orphan_allowance", "2025-12-31")]
    record = a_record(child, drawn, evidence=[card("2025-05-31")])
    record = once_cleared(record)
    assert asked(record) == asked(record, "2026-01-01") == []


def test_of_what_was_cleared_before_its_facts_were_kept_the_record_tells() -> None:
    record = once_cleared(drawing(card("2025-05-31")), said=None, holds_until=None)
    assert asked(with_more(record, card("2025-06-30")), "2025-06-30") == []
    assert asked(with_more(record, card("2025-06-30", grade="grade_3")), "2025-06-30") != []
    gone = replace(record, evidence=(card("2025-06-30"),))
    assert asked(gone, "2025-06-30") == []  # in doubt for the person


def test_of_what_was_cleared_without_its_line_the_record_tells_which() -> None:
    record = once_cleared(drawing(card("2025-05-31")))
    (answered,) = record.suspicions
    nameless = replace(answered, reason=a_reason())
    assert asked(replace(record, suspicions=(nameless,))) == []
    elsewhere = replace(nameless, benefit=BenefitCode("disability_living_subsidy"))
    assert len(asked(replace(record, suspicions=(elsewhere,)))) == 1


def test_a_certificate_is_never_moved_back_by_a_condition() -> None:
    def judged(record: PersonRecord, until: str) -> tuple[Outcome, str]:
        drawn = tuple(replace(e, valid_until=day(until)) for e in record.entitlements)
        (verdict,) = decide(record.person, drawn, record.evidence, RULES, ON).verdicts
        return verdict.outcome, verdict.valid_until.isoformat()

    known = drawing(STAY, card("2025-05-31"))
    assert judged(known, "2025-06-30") == (Outcome.EXCLUDED, "2025-06-30")  # data certify no further
    assert judged(known, "2026-05-19") == (Outcome.EXCLUDED, "2026-05-19")
    assert judged(known, "2026-03-31") == (Outcome.EXCLUDED, "2026-03-31")
    assert judged(known, "2030-01-01") == (Outcome.EXCLUDED, "2026-05-19")  # as far as it rests on anything
    assert judged(drawing(card("2025-05-31")), "2026-05-19") == (Outcome.EXCLUDED, "2025-06-30")
    old = drawing(some_evidence("hospital_inpatient/admitted", "2024-01-01"), card("2025-05-31"))
    assert judged(old, "2026-05-19") == (Outcome.EXCLUDED, "2025-06-30")


def test_what_is_due_is_reckoned_as_cleared() -> None:
    record = once_cleared(drawing(card("2025-05-31")))
    (drawn,) = record.entitlements
    assert amounts_of(replace(record, evidence=()), RULES)(drawn, Month("2025-07")) == 9_500
    assert amounts_of(record, RULES)(drawn, Month("2025-07")) == 9_500
    paid = [Payment(BenefitCode(CARE), Month("2025-07"), 9_500, day("2025-07-10"))]
    assert (
        differences(record.person, [drawn], paid, record.evidence, RULES, clearances=record.clearances) == ()
    )
    assert differences(record.person, [drawn], paid, record.evidence, RULES) != ()


def test_another_kind_is_cleared_as_ever() -> None:
    death = a_suspicion(evidence=STAY.key)
    answered = cleared(death, drawing(STAY), "officer", Verification.VISIT, CLOSED, RULES.policy)
    assert (answered.state, answered.said, answered.holds_until) == (SuspicionState.CLEARED, None, None)
    record = a_record(evidence=[STAY], suspicions=[answered])
    assert (record.refuted, record.clearances) == (frozenset({STAY.key}), ())


def test_a_clearance_silences_no_word_of_another_kind() -> None:
    clause = RULES.benefit(BenefitCode(CARE)).versions[-1].conditions[0]
    (answered,) = once_cleared(drawing(card("2025-05-31"))).suspicions
    word = some_evidence("hospital_inpatient/admitted", "2025-05-31")
    states: Any = {clause.of: [{(word.key.feed, word.key.event): word}]}
    assert silenced(states, clause, (answered,)) == states
