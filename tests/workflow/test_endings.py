"""A fact is confirmed once; each benefit ends on the approval of its own authority (rule 15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cases, clock
from chalicelib.engine.suspicion.approvals import Runs
from chalicelib.errors import RefusedError
from chalicelib.messages import text_of
from chalicelib.model import (
    BenefitCode,
    Case,
    Change,
    Channel,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
    RecoveryState,
    StateName,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
)
from chalicelib.steps import suspicion
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import people, worklists
from tests.workflow.village import TOWNSHIP_OFFICE, Recipient, Village, every_benefit

ONE = Recipient(980, until=date(2025, 3, 20), also=("退役人员生活补助", "门诊慢性病"))
PENSION, VETERAN, RELIEF = map(BenefitCode, ("resident_pension", "veteran_subsidy", "outpatient_chronic"))
DIED, CREMATED = date(2024, 12, 28), date(2024, 12, 30)
HEADER = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"
ACTIVE, TERMINATED = EntitlementStatus.ACTIVE, EntitlementStatus.TERMINATED


def only(mine: BenefitCode) -> Runs:
    return lambda benefit: benefit == mine


def says(village: Village, what: str, day: date = DIED) -> None:
    text = f"{HEADER}\n{ONE.number},孟庆0,某殡仪馆,{CREMATED},{day},{what}\n"
    village.drop("cremations", text, f"{what}{day}.csv")


def statuses(village: Village) -> Mapping[str, EntitlementStatus]:
    return {e.benefit: e.status for e in village.record(ONE.number).entitlements}


def fact(village: Village, kind: SuspicionKind = SuspicionKind.DEATH) -> Suspicion:
    (found,) = (s for s in village.record(ONE.number).suspicions if s.kind is kind)
    return found


def confirm(village: Village, kind: SuspicionKind, *words: str) -> None:
    """A village and its township say that it is so: they decide for no benefit."""
    for by in words:
        cases.suspicion_verified(
            village.person(ONE.number),
            kind,
            fact(village, kind).day,
            confirmed=True,
            by=by,
            verification=Verification.DOCUMENT,
            **TOWNSHIP_OFFICE,
        )
    village.sandbox.run_until_quiet()


def approve(
    village: Village, runs: Runs, kind: SuspicionKind = SuspicionKind.DEATH, by: str = "hrss"
) -> None:
    cases.approve_ending(village.person(ONE.number), kind, fact(village, kind).day, by=by, runs=runs)
    village.sandbox.run_until_quiet()


@pytest.fixture
def found_dead(village: Village) -> Village:
    """Somebody drawing from three authorities, whose death a village and a township have confirmed."""
    village.settle(ONE)
    people.put_payments(
        (village.person(ONE.number), Payment(PENSION, Month(m), 20_000, DIED)) for m in ("2024-12", "2025-02")
    )
    says(village, "火化")
    confirm(village, SuspicionKind.DEATH, "village", "township")
    return village


def walks(village: Village) -> list[str]:
    """The executions that verify or end something now."""
    found = village.sandbox.client("stepfunctions").list_executions(
        stateMachineArn=village.sandbox.settings.suspicion_arn, statusFilter="RUNNING"
    )
    return [walk["executionArn"] for walk in found["executions"]]


def told(record: PersonRecord) -> Mapping[tuple[str, InstructionKind], int]:
    return {(i.benefit, i.kind): i.fen for i in record.instructions}


def test_confirmed_by_two_it_ends_nothing_and_each_authority_ends_its_own(found_dead: Village) -> None:
    record = found_dead.record(ONE.number)
    assert record.person.deceased_on == DIED, "the fact is confirmed, once for all"
    assert set(statuses(found_dead).values()) == {ACTIVE}
    assert (record.instructions, record.open_case) == ((), None)
    (asked,) = record.messages
    assert (asked.template, asked.channel) == (Template.DEATH_TO_CONFIRM, Channel.NOTICE)
    assert [v for v in record.visits if v.is_pending] == [], "nobody knocks at a bereaved door again"
    (row,) = worklists.endings("3416")
    assert (set(row.item.unsigned), row.item.level) == ({PENSION, VETERAN, RELIEF}, 2)
    approve(found_dead, only(PENSION))
    assert statuses(found_dead) == {PENSION: TERMINATED, VETERAN: ACTIVE, RELIEF: ACTIVE}
    record = found_dead.record(ONE.number)
    assert told(record) == {
        (PENSION, InstructionKind.TERMINATE): 20_000,
        (PENSION, InstructionKind.RECOVER): 20_000,  # February
    }
    approve(found_dead, only(PENSION))  # the same again changes nothing
    again = found_dead.record(ONE.number)
    assert (again.entitlements, again.instructions) == (record.entitlements, record.instructions)
    with pytest.raises(RefusedError, match="no benefit of this authority"):
        approve(found_dead, only(PENSION), by="another of hrss")
    approve(found_dead, only(VETERAN), by="veterans")
    assert statuses(found_dead) == {PENSION: TERMINATED, VETERAN: TERMINATED, RELIEF: ACTIVE}
    approve(found_dead, only(RELIEF), by="medical")
    assert set(statuses(found_dead).values()) == {TERMINATED}
    assert list(worklists.endings("3416")) == []
    assert fact(found_dead).signed == {PENSION: "hrss", VETERAN: "veterans", RELIEF: "medical"}
    record = found_dead.record(ONE.number)
    assert told(record)[VETERAN, InstructionKind.TERMINATE] == 20_000
    (letter,) = (m for m in record.messages if m.template is not Template.DEATH_TO_CONFIRM)
    assert (letter.template, letter.channel) == (Template.BEREAVED, Channel.NOTICE), "one letter, not three"
    said = text_of(letter)
    for word in ("城乡居民基本养老保险", "退役人员生活补助", "门诊慢性病", "2025年2月）200.00元"):
        assert word in said
    (recovery,) = record.recoveries
    assert (recovery.state, recovery.fen, recovery.asked) == (RecoveryState.HEARING, 20_000, letter.day)


def test_what_was_confirmed_before_there_were_approvals_asks_for_them(found_dead: Village) -> None:
    person, now = found_dead.person(ONE.number), fact(found_dead)
    before = replace(now, ends=None, verify_by=None, level=0)
    people.change(person, lambda _: Change("tests", "tests", clock.now(), suspicions=(before,)))
    assert list(worklists.endings("3416")) == []
    call = {"state": "Terminate", "contract": 1, "person": person, "suspicion": now.name, "generation": 1}
    run_step(suspicion.STEPS, call)
    asked = fact(found_dead)
    assert (asked.ends, asked.level, asked.verify_by) == (now.ends, 2, now.verify_by)
    assert set(statuses(found_dead).values()) == {ACTIVE}
    with pytest.raises(ValueError, match="no token"):
        run_step(suspicion.STEPS, {**call, "state": "Await approval"})


def test_unanswered_it_is_asked_again_and_never_ends_by_silence(found_dead: Village) -> None:
    found_dead.days(35)  # they would have come due
    record = found_dead.record(ONE.number)
    assert fact(found_dead).reminders >= 2
    assert set(statuses(found_dead).values()) == {ACTIVE}
    assert fact(found_dead).verify_by is not None
    assert fact(found_dead).verify_by > date(2025, 2, 5)  # type: ignore[operator]
    assert record.cases == (), "the dead are not reminded, nor visited"
    assert [m.template for m in record.messages] == [Template.DEATH_TO_CONFIRM], "no letter about nothing"
    says(found_dead, "撤销")  # the department takes it back meanwhile
    assert (found_dead.record(ONE.number).person.deceased_on, list(worklists.endings("3416"))) == (None, [])
    assert walks(found_dead) == []
    found_dead.days(1)
    assert found_dead.record(ONE.number).open_case is not None, "they come due like anybody"


def test_an_approval_is_not_lost_with_the_walk_that_should_have_carried_it_out(found_dead: Village) -> None:
    for walk in walks(found_dead):
        found_dead.sandbox.client("stepfunctions").stop_execution(executionArn=walk)
    approve(found_dead, only(PENSION))
    assert statuses(found_dead)[PENSION] is ACTIVE
    found_dead.days(1)
    assert statuses(found_dead) == {PENSION: TERMINATED, VETERAN: ACTIVE, RELIEF: ACTIVE}
    approve(found_dead, only(VETERAN), by="veterans")
    assert statuses(found_dead)[VETERAN] is TERMINATED


def test_the_record_withdrawn_two_others_bring_back_what_has_ended_already(found_dead: Village) -> None:
    approve(found_dead, only(PENSION))
    found_dead.until(date(2025, 2, 2))
    says(found_dead, "撤销")
    with pytest.raises(RefusedError, match="being verified"):
        approve(found_dead, only(VETERAN), by="veterans")
    assert statuses(found_dead)[PENSION] is TERMINATED
    confirm(found_dead, SuspicionKind.REVERSAL, "officer-3", "officer-4")
    record = found_dead.record(ONE.number)
    assert (record.person.deceased_on, fact(found_dead).state) == (None, SuspicionState.CLEARED)
    assert set(statuses(found_dead).values()) == {ACTIVE}
    assert (list(worklists.endings("3416")), walks(found_dead)) == ([], [])
    with pytest.raises(RefusedError, match="taken back"):
        approve(found_dead, only(VETERAN), by="veterans")
    owed = [i.fen for i in record.instructions if i.kind is InstructionKind.RESUME]
    assert owed == [20_000], "January; February was paid"
    (recovery,) = (i for i in record.instructions if i.kind is InstructionKind.RECOVER)
    assert recovery.state is InstructionState.CANCELLED


def test_nothing_ends_while_two_others_look_into_it_again(found_dead: Village) -> None:
    approve(found_dead, only(PENSION))
    says(found_dead, "撤销", CREMATED)  # of another day
    with pytest.raises(RefusedError, match="being verified"):
        approve(found_dead, only(VETERAN), by="veterans")
    reversal = fact(found_dead, SuspicionKind.REVERSAL)
    assert reversal.involved == {"village", "township", "hrss"}
    confirm(found_dead, SuspicionKind.REVERSAL, "officer-3", "officer-4")
    assert (fact(found_dead).state, set(statuses(found_dead).values())) == (SuspicionState.CLEARED, {ACTIVE})
    assert list(worklists.endings("3416")) == []
    assert fact(found_dead).waiting is None


def test_custody_is_one_fact_for_several_authorities_too(village: Village) -> None:
    village.settle(ONE)
    key = EvidenceKey(date(2025, 1, 1), FeedId("custody"), "sentence")
    person = village.person(ONE.number)
    cases.evidence_arrived(person, [Evidence(key, FileId("f"), 2)], actor="test")
    village.sandbox.run_until_quiet()
    confirm(village, SuspicionKind.CUSTODY, "village", "township")
    before = statuses(village)
    assert set(before.values()) == {ACTIVE}
    ends = fact(village, SuspicionKind.CUSTODY).unsigned
    assert len(ends) > 1
    for number, benefit in enumerate(ends, start=1):
        approve(village, only(benefit), SuspicionKind.CUSTODY, by=f"of {benefit}")
        assert statuses(village)[benefit] is TERMINATED
        messages = village.record(ONE.number).messages
        assert len(messages) == number, "each ending is told"
        assert len({m.id for m in messages}) == number


def test_whoever_was_suspended_in_life_is_not_resumed_by_death(village: Village) -> None:
    one = Recipient(980, until=date(2024, 11, 30))
    village.settle(one)
    stopped = replace(
        village.record(one.number).entitlements[0],
        status=EntitlementStatus.SUSPENDED,
        stopped_from=Month("2024-12"),
    )
    asleep = Case(one.until, date(2024, 9, 1), 1, StateName.GO_DORMANT)
    people.change(
        village.person(one.number),
        lambda _: Change("tests", "tests", clock.now(), entitlements=(stopped,), cases=(asleep,)),
    )
    says(village, "火化")
    confirm(village, SuspicionKind.DEATH, "village", "township")
    record = village.record(one.number)
    assert (record.entitlements, record.open_case) == ((stopped,), None)
    assert record.instructions == (), "resumed, it would be paid to the dead"
    approve(village, every_benefit)
    record = village.record(one.number)
    assert record.entitlements[0].status is TERMINATED
    assert told(record) == {(PENSION, InstructionKind.TERMINATE): 20_000}
    assert [(o.benefit, dict(o.months)) for o in record.owed_to_heirs] == [(PENSION, {"2024-12": 20_000})]
