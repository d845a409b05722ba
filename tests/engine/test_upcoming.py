"""What a date alone will change is asked before, and done by nobody because of the date (rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.engine.suspicion.upcoming import dates_ahead, upcoming
from chalicelib.model import (
    EntitlementStatus,
    Month,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from tests.engine.judging import RULES
from tests.people import a_key, a_person, a_reason, a_record, a_suspicion, an_entitlement, day
from tests.people import some_evidence as told

ON = day("2025-06-10")
CHILD, OLD, CARE = "unsupported_children", "old_age_allowance", "disability_living_subsidy"
CARD = "disability_certificates/valid"
POOR = told("low_income/listed", "2025-06-01", category="marginal")


def asked(record: PersonRecord, on: date = ON) -> list[Suspicion]:
    return list(upcoming(record, RULES, on))


def drawing(benefit: str, born: str = "1958-03-01", *evidence: object, **named: object) -> PersonRecord:
    return a_record(a_person(born), [an_entitlement(benefit, **named)], evidence=evidence)


def test_a_child_that_turns_18_is_asked_about_before_and_nothing_ends() -> None:
    record = drawing(CHILD, "2007-07-01")
    assert dates_ahead(record, RULES, ON) == {day("2025-08-01")}, "the month of the birthday is paid"
    (question,) = asked(record)
    assert (question.kind, question.since, question.benefit) == (
        SuspicionKind.UPCOMING,
        day("2025-08-01"),
        CHILD,
    )
    assert "2025年8月1日" in question.reason.zh
    assert asked(record, day("2025-06-01")) == [], "61 days before"
    assert [s.since for s in asked(record, day("2025-06-02"))] == [day("2025-08-01")]
    again = replace(record, suspicions=(replace(question, state=SuspicionState.CLEARED),))
    assert asked(again) == [], "each once"
    assert asked(replace(record, person=replace(record.person, deceased_on=ON))) == []
    lost = drawing(CARE, "1958-03-01", told(CARD, "2025-06-01", grade="grade_9", until="2025-07-31"), POOR)
    assert asked(lost) == [], "no band says what is due, nor will one"
    assert asked(record, day("2025-08-01")) == [], "on the day itself it is a finding like any other"


def test_schooling_that_ends_is_asked_about_before() -> None:
    record = drawing(CHILD, "2006-01-01", told("school_enrolment/enrolled", "2024-07-15"))
    assert [s.since for s in asked(record)] == [day("2025-07-15")], "a year after the list"


def test_an_amount_by_age_is_asked_about_before_the_birthday() -> None:
    record = drawing(OLD, "1935-08-01")
    (question,) = asked(record)
    assert (question.since, question.benefit) == (day("2025-08-01"), OLD)
    assert "标准" in question.reason.zh
    other = drawing("resident_pension", "1935-08-01")
    assert dates_ahead(other, RULES, ON) == frozenset()
    unknown = replace(record, person=replace(record.person, born=None))
    assert asked(unknown) == []


@pytest.mark.parametrize(
    ("until", "days"),
    [("2025-07-31", ["2025-08-01"]), ("2025-09-30", []), ("2025-06-01", [])],
)
def test_a_card_that_ends_is_asked_about_before(until: str, days: list[str]) -> None:
    record = drawing(CARE, "1958-03-01", told(CARD, "2025-06-01", grade="grade_1", until=until), POOR)
    assert [f"{s.since}" for s in asked(record) if s.benefit == CARE and "条件" in s.reason.zh] == days


def test_what_people_have_cleared_for_a_time_is_not_asked_beforehand() -> None:
    record = drawing(CARE, "1958-03-01", told(CARD, "2025-06-01", grade="grade_1", until="2025-07-31"), POOR)
    held = a_suspicion(
        SuspicionKind.CONDITION,
        "2025-05-01",
        SuspicionState.CLEARED,
        benefit=CARE,
        holds_until=day("2025-07-20"),
    )
    assert asked(replace(record, suspicions=(held,))) == []


def in_prison(until: str | None, state: SuspicionState = SuspicionState.CONFIRMED) -> PersonRecord:
    facts = {} if until is None else {"until": until}
    custody = a_suspicion(
        SuspicionKind.CUSTODY,
        "2025-01-10",
        state,
        evidence=a_key("custody/sentence", "2025-01-10"),
        reason=a_reason(SuspicionKind.CUSTODY),
    )
    return a_record(
        entitlements=[an_entitlement(status=EntitlementStatus.TERMINATED, stopped_from="2025-02")],
        suspicions=[custody],
        evidence=[told("custody/sentence", "2025-01-10", **facts)],
    )


def test_a_sentence_that_ends_is_asked_about_before_and_restarts_nothing() -> None:
    (question,) = asked(in_prison("2025-07-31"))
    assert (question.since, question.benefit) == (day("2025-07-31"), None)
    assert asked(in_prison(None)) == []
    assert asked(in_prison("2025-12-31")) == []
    assert asked(in_prison("2025-07-31", SuspicionState.OPEN)) == [], "people have still to look into that"
    assert dates_ahead(in_prison("2025-12-31", SuspicionState.OPEN), RULES, ON) == {day("2026-01-01")}
    assert dates_ahead(in_prison("2025-05-31"), RULES, ON) == frozenset()
    over = in_prison("2025-07-31")
    over = replace(over, suspicions=(replace(over.suspicions[0], restarted=Month("2025-06")),))
    assert dates_ahead(over, RULES, ON) == frozenset()


def test_two_changes_of_a_day_are_two_questions() -> None:
    both = a_record(a_person("2007-07-01"), [an_entitlement(CHILD), an_entitlement("orphan_allowance")])
    found = asked(both)
    assert len(found) == 2
    assert {s.since for s in found} == {day("2025-08-01")}
    assert [s.day for s in found] == [day("2025-08-01") + timedelta(days=n) for n in range(len(found))]
