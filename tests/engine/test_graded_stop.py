"""Graded stop: a month paid in person before a suspension, where its authority says so; rule 10 holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.money.account import account_of
from chalicelib.engine.money.owed_to_heirs import owed
from chalicelib.engine.money.paid_in_person import called_off, first_unpaid, order
from chalicelib.engine.money.pay_run import Run, shown
from chalicelib.engine.money.reconciliation import LineKind, lines_of
from chalicelib.engine.rules.benefits import Benefit, BenefitRules
from chalicelib.engine.suspension.graded_stop import graded, with_a_month_in_person
from chalicelib.engine.suspension.readiness import Readiness, readiness
from chalicelib.model import (
    BenefitCode,
    BenefitKind,
    EntitlementStatus,
    InstructionKind,
    InstructionState,
    KeyGroup,
    Month,
    Payment,
    PersonRecord,
    Proposal,
    StepOutcome,
)
from tests.engine.suspending import DUE, the_record
from tests.events import RULES, stopped_by_grades
from tests.people import PENSION, a_case, a_person, a_proposal, an_entitlement, day

GRADED = replace(
    RULES, benefits={**RULES.benefits, PENSION: stopped_by_grades(RULES.benefits[BenefitCode(PENSION)])}
)
CODE = BenefitCode(PENSION)
AUGUST, SEPTEMBER = Month("2025-08"), Month("2025-09")
LINE = with_a_month_in_person(a_proposal(), the_record(), AUGUST, GRADED, day("2025-07-24"))
TOLD = order(an_entitlement(certified_until=DUE), AUGUST, day("2025-08-01"))


def look(on: str, line: Proposal = LINE, **named: Any) -> Readiness:
    record = the_record(proposals=[line], **named)
    decision = decide(record.person, record.entitlements, record.evidence, GRADED, day(on))
    return readiness(record, a_case(DUE), decision, GRADED, day(on))


def test_no_pack_declares_it_and_nobody_may_without_a_legal_basis() -> None:
    assert all(v.graded_stop is None for b in RULES.benefits.values() for v in b.versions)
    version = RULES.benefits[CODE].versions[0].model_dump(by_alias=True)
    for basis in ({}, {"authority": ""}):
        with pytest.raises(ValidationError, match="authority"):
            BenefitRules.model_validate({**version, "graded_stop": basis})
    relief = next(b for b in RULES.benefits.values() if b.kind is BenefitKind.FEE_RELIEF)
    with pytest.raises(ValidationError, match="monthly payments"):
        Benefit.model_validate(stopped_by_grades(relief).model_dump(by_alias=True))


def test_a_line_is_paid_in_person_a_month_before_it_suspends() -> None:
    assert (LINE.in_person, LINE.effective) == (AUGUST, SEPTEMBER)
    as_before = with_a_month_in_person(a_proposal(), the_record(), AUGUST, RULES, day("2025-07-24"))
    assert (as_before.in_person, as_before.effective) == (None, AUGUST)


@pytest.mark.parametrize("group", list(KeyGroup))
def test_never_for_key_groups_or_the_bedridden(group: KeyGroup) -> None:
    record = the_record(person=a_person(key_groups={group}))
    assert graded(record, [CODE], GRADED, day("2025-08-01")) == ()
    assert with_a_month_in_person(a_proposal(), record, AUGUST, GRADED, day("2025-07-24")).in_person is None


@pytest.mark.parametrize(
    ("on", "told", "step", "until", "why"),
    [
        ("2025-07-25", False, StepOutcome.APPROVED, "2025-08-01", "the month in person has not come"),
        ("2025-08-01", False, StepOutcome.PAY_IN_PERSON, "2025-09-01", "it has"),
        ("2025-08-12", True, StepOutcome.APPROVED, "2025-09-01", "the payer has been told"),
        ("2025-09-01", True, StepOutcome.SUSPEND, None, "every condition holds once more"),
    ],
)
def test_the_order_of_things(on: str, told: bool, step: StepOutcome, until: str | None, why: str) -> None:
    found = look(on, instructions=[TOLD] if told else [])
    assert (found.step, found.wait_until) == (step, day(until) if until else None), why


def test_without_the_month_in_person_nothing_is_suspended() -> None:
    assert look("2025-09-01").step in (StepOutcome.HELD, StepOutcome.PROPOSE)
    off = replace(TOLD, state=InstructionState.CANCELLED)
    assert look("2025-09-01", instructions=[off]).step in (StepOutcome.HELD, StepOutcome.PROPOSE)
    late = replace(LINE, decided=day("2025-08-02"))
    assert look("2025-08-03", late).step is StepOutcome.HELD, "decided too late for that month"


def test_of_a_key_group_since_then_the_line_suspends_when_it_said() -> None:
    person = a_person(key_groups={KeyGroup.BEDRIDDEN})
    assert look("2025-08-01", person=person).step is StepOutcome.APPROVED
    assert look("2025-09-01", person=person).step is StepOutcome.SUSPEND


# --- money ---------------------------------------------------------------------------------------


def a_month_in_person(**named: Any) -> PersonRecord:
    return the_record(**{"instructions": [TOLD], "proposals": [LINE], **named})


PAID = Payment(CODE, AUGUST, 15_000, day("2025-08-15"))


@pytest.mark.parametrize(
    ("on", "paid", "kinds", "why"),
    [
        (
            "2025-08-10",
            (),
            [(InstructionKind.PAY_IN_PERSON, "2025-08")],
            "before the cut-off it is called off",
        ),
        (
            "2025-08-29",
            (),
            [(InstructionKind.PAY_IN_PERSON, "2025-08"), (InstructionKind.RESUME, "2025-09")],
            "the run is past, and nobody has collected",
        ),
        (
            "2025-10-02",
            (),
            [(InstructionKind.PAY_IN_PERSON, "2025-08"), (InstructionKind.RESUME, "2025-10")],
            "held since, and certified now",
        ),
        ("2025-08-29", (PAID,), [], "collected"),
    ],
)
def test_whoever_certifies_is_paid_as_before(
    on: str, paid: tuple[Payment, ...], kinds: list[tuple[InstructionKind, str]], why: str
) -> None:
    changed = called_off(a_month_in_person(), paid, GRADED, day(on))
    assert [(i.kind, i.month) for i in changed] == kinds, why
    resumed = [i for i in changed if i.kind is InstructionKind.RESUME]
    assert [(i.arrears, i.fen) for i in resumed] == [((AUGUST,), 15_000)] * len(resumed)
    again = a_month_in_person(instructions=[TOLD, *resumed])
    if resumed:
        assert called_off(again, paid, GRADED, day(on)) == (), "once"


def test_what_is_suspended_pays_its_own_arrears_the_month_in_person_too() -> None:
    stopped = an_entitlement(certified_until=DUE, status=EntitlementStatus.SUSPENDED, stopped_from=AUGUST)
    record = a_month_in_person(entitlements=[stopped])
    assert called_off(record, (), GRADED, day("2025-10-02")) == ()
    assert first_unpaid(record, CODE, SEPTEMBER) == AUGUST
    assert first_unpaid(record, CODE, Month("2025-11")) == "2025-11", "another suspension"
    assert first_unpaid(record, BenefitCode("other"), SEPTEMBER) == SEPTEMBER


@pytest.mark.parametrize(
    ("covers", "paid", "seen"), [(True, {}, True), (False, {}, False), (False, {AUGUST: 15_000}, True)]
)
def test_the_run_shows_that_the_payer_has_acted(covers: bool, paid: dict[Month, int], seen: bool) -> None:
    record = a_month_in_person()
    account = account_of(record, record.entitlements[0], (), GRADED)
    after = shown(TOLD, Run(AUGUST, covers), account, paid, day("2025-08-20"))
    assert (after.state is InstructionState.SEEN) is seen


def test_what_nobody_collected_is_no_payment_stopped_without_an_order() -> None:
    record = a_month_in_person()
    (line,) = lines_of(record, (), AUGUST, lambda e: account_of(record, e, (), GRADED), GRADED)
    assert line.kind is LineKind.ACCEPTED
    unordered = the_record()
    (line,) = lines_of(unordered, (), AUGUST, lambda e: account_of(unordered, e, (), GRADED), GRADED)
    assert line.kind is LineKind.NOT_PAID


def test_what_a_dead_person_did_not_collect_is_owed_to_the_heirs() -> None:
    record = a_month_in_person()
    (entitlement,) = record.entitlements
    lacking = account_of(record, entitlement, (), GRADED).lacking
    version = GRADED.benefit_on(CODE, date(2025, 8, 20))
    found = owed(record, entitlement, version, date(2025, 8, 20), lacking, date(2025, 9, 5))
    assert found is not None
    assert dict(found.months) == {AUGUST: 15_000}
