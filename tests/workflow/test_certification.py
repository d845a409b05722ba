"""One recipient's walk, state by state, through the production state machine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib import cases, clock
from chalicelib.engine.suspension import timeline
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Change,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    Route,
    StateName,
    StepOutcome,
    Template,
    VisitManner,
    VisitOutcome,
)
from chalicelib.steps import certification
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.workflow.village import DUE, SPRING, Recipient, Village, days_before

STARTS = SPRING

ONE = Recipient(980)


def test_a_stay_in_hospital_certifies_every_benefit_at_once(village: Village) -> None:
    village.settle(
        replace(ONE, also=("失地农民养老保险", "退役人员生活补助", "退出村医生活补助", "门诊慢性病"))
    )
    village.hospital(ONE.number, SPRING)
    record = village.record(ONE.number)
    assert {e.valid_until for e in record.entitlements} == {date(2026, 5, 12)}
    assert {e.route for e in record.entitlements} == {Route.SILENT}
    assert [m.template for m in record.messages] == [Template.CERTIFIED]
    assert not record.cases


def test_without_evidence_a_case_opens_with_its_first_message(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(46))
    assert village.state(ONE.number) is None
    village.until(days_before(45))
    assert village.state(ONE.number) is StateName.REMIND


@pytest.mark.parametrize(
    ("groups", "phone", "state", "why"),
    [
        ("卧床", ONE.phone, StateName.REMIND, "data, message and self-service first, as for everybody"),
        ("卧床", "", StateName.DISPATCH_HOME_VISIT, "nobody can call"),
        ("失能", ONE.phone, StateName.DISPATCH_HOME_VISIT, "no message can speak to them"),
    ],
)
def test_key_groups_get_more_than_a_knock(
    village: Village, groups: str, phone: str, state: StateName, why: str
) -> None:
    village.settle(replace(ONE, groups=groups, phone=phone))
    village.until(days_before(44))
    assert village.state(ONE.number) is state, why


def test_the_way_from_the_first_message_to_the_list(village: Village) -> None:
    """-45, -25, three visits from -20 on, the list of the month in which the period ends."""
    village.settle(ONE)
    days = {}
    for _ in range(70):
        state = village.state(ONE.number)
        days.setdefault(state, (DUE - village.sandbox.today()).days)
        if state is StateName.DISPATCH_HOME_VISIT:
            village.failed_visits(ONE.number)
            days[village.state(ONE.number)] = (DUE - village.sandbox.today()).days
            break
        noon = datetime.combine(village.sandbox.today() + timedelta(days=1), time(12), clock.CHINA)
        village.sandbox.advance_to(noon)
    assert {state: days[state] for state in WAY} == WAY
    manners = [visit.manner for visit in village.record(ONE.number).visits]
    assert manners == [VisitManner.ANY_TIME, VisitManner.EVENING_OR_WEEKEND, VisitManner.SOMEBODY_CLOSE]


def test_where_the_policy_reminds_twice_the_second_comes_before_the_last_message(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(*of: Any) -> timeline.CasePlan:
        again = 5 * timeline.SECONDS_A_DAY
        return replace(timeline.plan_case(*of), remind_again=again, after_remind=StateName.REMIND_AGAIN)

    monkeypatch.setattr(certification, "plan_case", twice)
    village.settle(ONE)
    days = {}
    for before in range(46, 12, -1):
        village.until(days_before(before))
        days.setdefault(village.state(ONE.number), before)
    del days[None]
    assert list(days.items()) == [
        (StateName.REMIND, 45),
        (StateName.REMIND_AGAIN, 25),
        (StateName.SELF_CERTIFY, 20),
        (StateName.DISPATCH_HOME_VISIT, 15),
    ]


WAY = {  # days before the end
    StateName.REMIND: 45,
    StateName.SELF_CERTIFY: 25,
    StateName.DISPATCH_HOME_VISIT: 20,
    StateName.PROPOSE_SUSPENSION: 7,
}
WAITING = [
    StateName.REMIND,
    StateName.SELF_CERTIFY,
    StateName.DISPATCH_HOME_VISIT,
]


@pytest.mark.parametrize("state", WAITING)
def test_evidence_ends_every_wait(village: Village, state: StateName) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, state)
    village.hospital(ONE.number, village.sandbox.today())
    record = village.record(ONE.number)
    assert record.open_case is None
    assert record.cases[0].outcome is StepOutcome.CERTIFIED
    assert not [v for v in record.visits if v.is_pending]


def test_a_bus_ride_alone_ends_no_case(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.REMIND)
    before = village.record(ONE.number)
    key = EvidenceKey(village.sandbox.today(), FeedId("bus_rides"), "ridden")
    arrival = cases.evidence_arrived(before.person.id, [Evidence(key, FileId("f"), 2)], actor="test")
    village.sandbox.run_until_quiet()
    assert not arrival.moved
    assert village.state(ONE.number) is StateName.REMIND


def test_the_whole_way_to_suspension_and_back_with_arrears(village: Village) -> None:
    village.settle(ONE)
    village.suspend(ONE.number)
    record = village.record(ONE.number)
    (pension,) = record.entitlements
    assert pension.status is EntitlementStatus.SUSPENDED
    assert pension.stopped_from == "2025-07"  # the month after the period: the visits were made in June
    village.until(date(2025, 10, 10))
    village.certifies(ONE.number)
    record = village.record(ONE.number)
    (pension,) = record.entitlements
    assert pension.status is EntitlementStatus.ACTIVE
    assert record.open_case is None
    resume = next(i for i in record.instructions if i.kind is InstructionKind.RESUME)
    assert resume.fen == 3 * 20_000  # July to September; October is paid by its own run
    assert resume.reason.endswith("arrears 2025-07…2025-09 3 × 200.00")
    assert not findings_about(record.person.id)


def test_arrears_over_a_birthday_are_paid_by_the_age(village: Village) -> None:
    """Ninety in September: 50 yuan a month before, September at 100, whatever the roster says."""
    old = replace(ONE, benefit="高龄津贴", born="19350907", yuan="50.00")
    village.settle(old)
    village.suspend(old.number)
    village.until(date(2025, 10, 10))
    village.certifies(old.number)
    resume = next(i for i in village.record(old.number).instructions if i.kind is InstructionKind.RESUME)
    assert resume.reason.endswith("arrears 2025-07…2025-08 2 × 50.00; 2025-09 100.00")
    assert resume.fen == 20_000


def test_approval_takes_another_person(village: Village) -> None:
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    with pytest.raises(RefusedError, match="not_confirmed"):
        village.approve(ONE.number)
    village.confirm(ONE.number, by="one and the same")
    with pytest.raises(RefusedError, match="same_person"):
        village.approve(ONE.number, by="one and the same")
    village.days(200)
    (pension,) = village.record(ONE.number).entitlements
    assert pension.status is EntitlementStatus.ACTIVE


def test_nobody_is_suspended_whom_nobody_visited(village: Village) -> None:
    village.settle(ONE)
    village.until(DUE + timedelta(days=300))
    record = village.record(ONE.number)
    assert record.entitlements[0].status_on(village.sandbox.today()) is EntitlementStatus.EXPIRED_STILL_PAID
    assert not record.proposals


def test_the_last_look_finds_what_woke_nobody(village: Village) -> None:
    """Evidence whose wake-up call was lost: approved, effective tomorrow, and yet not suspended."""
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    village.approve(ONE.number)
    seen = Evidence(
        EvidenceKey(village.sandbox.today(), FeedId("travel_agency"), "travelled"), FileId("f"), 2
    )
    people.change(
        village.person(ONE.number),
        lambda _: Change("written, and died", "test", clock.now(), evidence=(seen,)),
    )
    village.days(60)
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert record.cases[0].outcome is StepOutcome.CERTIFIED


def test_a_stay_in_hospital_holds_the_suspension(village: Village) -> None:
    village.settle(replace(ONE, born="19300307"))  # 95: evidence of today carries for six months only
    number = replace(ONE, born="19300307").number
    village.hospital(number, date(2024, 12, 20))
    assert village.record(number).entitlements[0].valid_until == DUE
    village.failed_visits(number)
    key = EvidenceKey(date(2024, 12, 29), FeedId("care_home"), "resident")
    cases.evidence_arrived(village.person(number), [Evidence(key, FileId("f"), 2)], actor="test")
    assert village.record(number).entitlements[0].status is EntitlementStatus.ACTIVE


def test_seen_at_the_door_certifies_by_visit(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    village.knock(ONE.number, VisitOutcome.SEEN)
    record = village.record(ONE.number)
    assert record.cases[0].outcome is StepOutcome.CERTIFIED
    assert record.entitlements[0].route is Route.VISIT


def test_a_dormant_case_wakes_and_pays_everything_back(village: Village) -> None:
    village.settle(ONE)
    village.suspend(ONE.number)
    village.until_state(ONE.number, StateName.GO_DORMANT)
    assert not village.sandbox.executions("CertificationMachine", "RUNNING")
    village.until(date(2026, 9, 10))
    village.certifies(ONE.number)
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    resume = next(i for i in record.instructions if i.kind is InstructionKind.RESUME)
    assert (resume.fen, len(resume.held)) == (3 * 20_000, 11), "on one clerk's word"
    assert record.cases[0].generation == 2
    approved = cases.approve_arrears(record.person.id, resume.name, by="second")
    assert approved.fen == 14 * 20_000  # July 2025 to August 2026


def test_a_lost_execution_is_started_again(village: Village) -> None:
    village.settle(ONE)
    village.until_state(ONE.number, StateName.REMIND)
    states = village.sandbox.client("stepfunctions")
    arn = village.sandbox.settings.certification_arn
    (running,) = states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
    states.stop_execution(executionArn=running["executionArn"])
    village.sandbox.advance(days=1)
    record = village.record(ONE.number)
    assert record.open_case is not None
    assert record.open_case.generation == 2
    assert [m.template for m in record.messages] == [Template.REMIND]  # nobody is told twice
