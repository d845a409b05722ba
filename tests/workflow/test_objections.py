"""Objections (rule 22): they hold the suspension, and somebody who had no part in it decides."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import cases
from chalicelib.engine.suspension.objections import level_on
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Objection,
    ObjectionAbout,
    ObjectionState,
    ProposalState,
    StateName,
    Template,
)
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.workflow.village import JULY, NEW_YEAR, Recipient, Village, days_before

STARTS = days_before(48, JULY)

ONE = Recipient(980, until=JULY)
SUSPENSION, RECOVERY = ObjectionAbout.SUSPENSION, ObjectionAbout.RECOVERY


def objects(village: Village, about: ObjectionAbout = SUSPENSION) -> Objection:
    return cases.object_to(village.person(ONE.number), about, by="citizen")


def decide(village: Village, *, upheld: bool, by: str = "third officer", number: int = 1) -> Objection:
    decided = cases.decide_objection(
        village.person(ONE.number), number, upheld=upheld, by=by, reason="核对材料后决定"
    )
    village.sandbox.run_until_quiet()
    return decided


@pytest.fixture
def approved(village: Village) -> Village:
    """Two people have approved the suspension in July; its month, August, has not come."""
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    village.approve(ONE.number)
    assert [p.effective for p in village.record(ONE.number).proposals] == ["2025-08"]
    return village


def status(village: Village) -> EntitlementStatus:
    return village.record(ONE.number).entitlements[0].status


def lines(village: Village) -> list[ProposalState]:
    return [proposal.state for proposal in village.record(ONE.number).proposals]


def test_open_it_holds_and_rejected_a_new_line_is_put_to_people(approved: Village) -> None:
    raised = objects(approved)
    (row,) = worklists.objections("341602")
    assert row.item == raised
    approved.days(40)  # the month of the approval has come
    assert status(approved) is EntitlementStatus.ACTIVE
    assert approved.sandbox.today() > raised.decide_by  # overdue: silence decides nothing
    decide(approved, upheld=False)
    assert list(worklists.objections("341602")) == []
    approved.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    assert (status(approved), lines(approved)) == (
        EntitlementStatus.ACTIVE,
        [ProposalState.LAPSED, ProposalState.PROPOSED],
    )
    approved.confirm(ONE.number)
    approved.approve(ONE.number)
    approved.until_state(ONE.number, StateName.AWAIT_RESUMPTION)
    assert status(approved) is EntitlementStatus.SUSPENDED


def test_upheld_the_line_lapses_and_that_month_has_no_other(approved: Village) -> None:
    objects(approved)
    approved.days(1)  # the list is still open
    decide(approved, upheld=True)
    assert lines(approved) == [ProposalState.LAPSED]
    approved.until(date(2025, 8, 19))
    assert (status(approved), lines(approved)) == (EntitlementStatus.ACTIVE, [ProposalState.LAPSED])


def test_upheld_nothing_is_put_to_people_before_three_visits_more(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=True)
    approved.until(date(2025, 9, 25))  # two lists have passed
    assert (status(approved), lines(approved)) == (EntitlementStatus.ACTIVE, [ProposalState.LAPSED])
    assert approved.state(ONE.number) is StateName.DISPATCH_HOME_VISIT
    for _ in range(2):
        approved.knock(ONE.number)
        assert approved.state(ONE.number) is StateName.DISPATCH_HOME_VISIT  # two of them are not three
    approved.knock(ONE.number)
    approved.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    assert lines(approved) == [ProposalState.LAPSED, ProposalState.PROPOSED]


def test_rejected_in_time_what_two_people_signed_stands(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=False)
    approved.until_state(ONE.number, StateName.AWAIT_RESUMPTION)
    assert (status(approved), lines(approved)) == (EntitlementStatus.SUSPENDED, [ProposalState.APPROVED])


def test_a_line_on_the_list_lapses_as_well(village: Village) -> None:
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    objects(village)
    decide(village, upheld=True)
    assert lines(village) == [ProposalState.LAPSED]
    with pytest.raises(RefusedError):
        village.confirm(ONE.number)


def test_nobody_involved_decides(approved: Village) -> None:
    objects(approved)
    for by in ("citizen", "worker", "township officer", "county officer"):
        with pytest.raises(RefusedError, match="no part in it"):
            decide(approved, upheld=False, by=by)
    assert approved.record(ONE.number).objections[0].state is ObjectionState.OPEN


def test_the_answer_is_told_and_on_record(village: Village) -> None:
    village.settle(ONE)
    objects(village)
    assert decide(village, upheld=False).state is ObjectionState.REJECTED
    record = village.record(ONE.number)
    (told,) = (m for m in record.messages if m.template is Template.ANSWERED)
    assert (told.words["answer"], told.words["reason"]) == ("维持原处理", "核对材料后决定")
    trail = {entry.action: entry for entry in people.audit_trail(record.person.id)}
    assert trail["objection raised"].actor == "citizen"
    entry = trail["objection rejected"]
    assert (entry.actor, entry.details["reason"]) == ("third officer", "核对材料后决定")
    assert not findings_about(record.person.id)


def test_the_same_twice_is_one_objection_and_one_answer(village: Village) -> None:
    village.settle(ONE)
    numbers = [objects(village).number, objects(village).number, objects(village, RECOVERY).number]
    assert numbers == [1, 1, 2]
    decide(village, upheld=False)
    before = village.record(ONE.number)
    decide(village, upheld=False)
    assert village.record(ONE.number) == before
    with pytest.raises(RefusedError, match="already"):
        decide(village, upheld=True)
    with pytest.raises(NotFoundError):
        decide(village, upheld=True, number=9)
    assert objects(village).number == 3


def test_rejected_and_raised_again_it_holds_nothing(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=False)
    again = objects(approved)
    assert (again.number, again.holds, level_on(again, approved.sandbox.today())) == (2, False, 2)
    (told,) = (m for m in approved.record(ONE.number).messages if m.template is Template.OBJECTED_AGAIN)
    assert told.words["until"] == again.decide_by.isoformat()
    with pytest.raises(RefusedError, match="no part in it"):
        decide(approved, upheld=False, number=2)  # whoever answered the first
    approved.until(date(2025, 8, 2))
    assert (status(approved), lines(approved)) == (EntitlementStatus.SUSPENDED, [ProposalState.APPROVED])


def test_what_is_raised_again_is_decided_all_the_same(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=False)
    objects(approved)
    decide(approved, upheld=True, by="officer of the county", number=2)
    assert lines(approved) == [ProposalState.LAPSED]
    assert objects(approved).holds is False  # one was rejected, whatever came of the others
    approved.until(date(2025, 8, 2))
    assert status(approved) is EntitlementStatus.ACTIVE


def test_rejected_again_in_time_the_line_stands(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=False)
    objects(approved)
    approved.until(date(2025, 7, 28))  # behind the cut-off day: what held would cost another month
    decide(approved, upheld=False, by="officer of the county", number=2)
    approved.until(date(2025, 8, 2))
    assert (status(approved), lines(approved)) == (EntitlementStatus.SUSPENDED, [ProposalState.APPROVED])


def test_against_another_measure_it_holds_as_the_first(approved: Village) -> None:
    objects(approved)
    approved.days(1)
    decide(approved, upheld=False)
    assert objects(approved, RECOVERY).holds
    assert not objects(approved).holds


def owes(village: Village, *benefits: str) -> None:
    kind, state = InstructionKind.RECOVER, InstructionState.ISSUED
    owed = tuple(
        Instruction(BenefitCode(benefit), kind, Month("2024-11"), 500, "", state, NEW_YEAR)
        for benefit in benefits
    )
    change = Change("test", "test", village.sandbox.now(), instructions=owed)
    people.change(village.person(ONE.number), lambda _: change)


def recoveries(village: Village) -> dict[str, InstructionState]:
    return {i.benefit: i.state for i in village.record(ONE.number).instructions}


def test_upheld_against_recoveries_all_are_called_off(village: Village) -> None:
    village.settle(ONE)
    owes(village, "resident_pension", "old_age_allowance")
    objects(village)
    decide(village, upheld=True)
    assert set(recoveries(village).values()) == {InstructionState.ISSUED}
    objects(village, RECOVERY)
    decide(village, upheld=True, number=2)
    assert set(recoveries(village).values()) == {InstructionState.CANCELLED}


def test_upheld_against_the_recovery_of_one_benefit_the_others_go_on(village: Village) -> None:
    village.settle(ONE)
    owes(village, "resident_pension", "old_age_allowance")
    person, pension = village.person(ONE.number), BenefitCode("resident_pension")
    raised = cases.object_to(person, RECOVERY, by="citizen", benefit=pension)
    assert raised == cases.object_to(person, RECOVERY, by="citizen", benefit=pension)
    assert raised.benefit == pension
    with pytest.raises(RefusedError, match="has not drawn"):
        cases.object_to(person, RECOVERY, by="citizen", benefit=BenefitCode("veteran_subsidy"))
    decide(village, upheld=True)
    assert recoveries(village) == {
        "resident_pension": InstructionState.CANCELLED,
        "old_age_allowance": InstructionState.ISSUED,
    }


def test_upheld_against_a_suspension_in_effect_it_resumes_with_arrears(approved: Village) -> None:
    approved.until_state(ONE.number, StateName.AWAIT_RESUMPTION)
    approved.until(date(2025, 10, 5))
    objects(approved)
    decide(approved, upheld=True)
    record = approved.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    (resume,) = (i for i in record.instructions if i.kind is InstructionKind.RESUME)
    assert (resume.month, resume.arrears) == ("2025-10", ("2025-08", "2025-09"))
    assert Template.RESTORED in {m.template for m in record.messages}
