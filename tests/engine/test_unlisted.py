"""Whom no roster lists any more: what is asked, once for each absence (rule 20)."""

from dataclasses import replace

import pytest

from chalicelib.engine.suspicion.unlisted import asked_until, benefits_unlisted, unlisted
from chalicelib.model import BenefitCode, EntitlementStatus, PersonRecord, Suspicion, SuspicionState
from tests.engine.suspending import the_record
from tests.events import RULES
from tests.people import PENSION, a_person, a_record, an_entitlement, day

ON, LEFT = day("2025-03-05"), day("2025-03-03")
OLD_AGE = BenefitCode("old_age_allowance")


def ask(record: PersonRecord, benefit: BenefitCode = PENSION) -> Suspicion | None:
    return unlisted(record, benefit, "养老金", LEFT, ON, RULES.policy)


def test_whose_benefit_has_ended_or_who_has_died_is_no_question() -> None:
    assert ask(a_record(entitlements=[])) is None
    assert ask(a_record(entitlements=[an_entitlement(status=EntitlementStatus.TERMINATED)])) is None
    assert ask(a_record(a_person(deceased_on="2025-01-01"))) is None


def test_each_absence_is_asked_about_once_and_each_benefit_under_a_key_of_its_own() -> None:
    drawn = [an_entitlement(), an_entitlement(OLD_AGE)]
    first = ask(a_record(entitlements=drawn))
    assert first is not None
    assert (first.day, first.verify_by) == (LEFT, day("2025-03-19"))
    record = a_record(entitlements=drawn, suspicions=[first])
    assert ask(record) is None
    second = ask(record, OLD_AGE)
    assert second is not None
    assert second.day == day("2025-03-04")
    answered = replace(first, state=SuspicionState.CLEARED)
    assert ask(a_record(suspicions=[answered])) is None, "the same absence, answered"
    earlier = replace(answered, day=day("2025-01-03"), opened=day("2025-01-03"))
    assert ask(a_record(suspicions=[earlier])) is not None


def test_nobody_asked_holds_nothing() -> None:
    assert asked_until(a_record(), RULES.policy) is None
    assert benefits_unlisted(a_record()) == set()


@pytest.mark.parametrize(("days", "held"), [("2025-03-19", True), ("2025-03-20", False)])
def test_held_for_the_term_of_who_was_asked_first(days: str, held: bool) -> None:
    question = ask(a_record())
    assert question is not None
    until = asked_until(the_record(suspicions=[question]), RULES.policy)
    assert until is not None
    assert (day(days) <= until) is held
