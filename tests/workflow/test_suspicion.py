"""A suspicion blocks weak certification, stops no money, and ends by a person's word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib import cases, clock
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Change,
    Channel,
    EntitlementStatus,
    InstructionKind,
    Month,
    Payment,
    ProposalState,
    StateName,
    StepOutcome,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
    VisitOutcome,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.village import AUTHORITY, NEW_YEAR, Recipient, Village

ONE = Recipient(980)
DIED = date(2025, 1, 10)


def cremated(village: Village, number: str, day: date = DIED) -> None:
    village.until(day + timedelta(days=20))
    village.drop(
        "cremations",
        f"身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n{number},甲,乙,{day},{day},火化\n",
    )


def paid(village: Village, number: str, *months: str) -> None:
    person, pension = village.person(number), BenefitCode("resident_pension")
    people.put_payments((person, Payment(pension, Month(m), 20_000, DIED)) for m in months)


def test_a_cremation_stops_no_money_until_somebody_has_looked(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    record = village.record(ONE.number)
    assert [s.kind for s in record.open_suspicions] == [SuspicionKind.DEATH]
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert len([v for v in record.visits if v.is_pending]) == 1
    village.days(90)  # overdue twice over: silence never confirms
    record = village.record(ONE.number)
    assert record.open_suspicions[0].level == 2
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


def test_a_death_confirmed_at_the_door_ends_payment_and_counts_what_was_overpaid(village: Village) -> None:
    village.settle(ONE)
    paid(village, ONE.number, "2025-01", "2025-02")
    cremated(village, ONE.number)
    village.knock(ONE.number, VisitOutcome.DECEASED, deceased_on=DIED)
    village.second_word(ONE.number)
    record = village.record(ONE.number)
    assert record.person.deceased_on == DIED
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED
    assert {i.kind: (i.month, i.fen) for i in record.instructions} == {
        InstructionKind.TERMINATE: ("2025-02", 20_000),
        InstructionKind.RECOVER: ("2025-02", 20_000),  # the month of death is due, February is not
    }
    (demand,) = (i for i in record.instructions if i.kind is InstructionKind.RECOVER)
    assert "offset against funeral_grant, then account_balance" in demand.reason, "as the benefit's file says"
    assert "within 30 working days" in demand.reason, "as the policy says"
    assert [m.template for m in record.messages] == [Template.BEREAVED, Template.DEATH_TO_CONFIRM]
    assert {m.channel for m in record.messages} == {Channel.NOTICE}, "nothing to the phone of the dead"


def test_what_was_suspended_in_life_is_owed_to_the_heirs(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    record = village.record(ONE.number)
    stopped = replace(
        record.entitlements[0], status=EntitlementStatus.SUSPENDED, stopped_from=Month("2024-12")
    )
    people.change(record.person.id, lambda _: Change("tests", "tests", clock.now(), entitlements=(stopped,)))
    village.knock(ONE.number, VisitOutcome.DECEASED, deceased_on=DIED)
    village.second_word(ONE.number)
    (told,) = village.record(ONE.number).instructions
    assert (told.kind, told.month, told.fen) == (InstructionKind.TERMINATE, "2025-02", stopped.fen)
    (waiting,) = village.record(ONE.number).owed_to_heirs
    assert waiting.left == 2 * stopped.fen
    owed = [entry.details.get("owed_to_heirs_fen") for entry in people.audit_trail(record.person.id)]
    assert {stopped.benefit: 2 * stopped.fen} in owed, "December and January, the month of death"


def test_one_persons_word_ends_no_payment(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    village.knock(ONE.number, VisitOutcome.DECEASED, deceased_on=DIED)
    record = village.record(ONE.number)
    (suspicion,) = record.open_suspicions
    assert (suspicion.verified_by, suspicion.approved_by) == ("worker", None)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert record.person.deceased_on is None
    with pytest.raises(RefusedError, match="may not approve"):
        cases.approve_suspicion(
            village.person(ONE.number), suspicion.kind, suspicion.day, by="worker", **AUTHORITY
        )
    village.days(60)  # nor does silence, and nobody is sent a second time
    record = village.record(ONE.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert [v for v in record.visits if v.is_pending] == []
    village.second_word(ONE.number)
    record = village.record(ONE.number)
    assert (record.suspicions[0].state, record.suspicions[0].approved_by) == (
        SuspicionState.CONFIRMED,
        "second officer",
    )
    assert record.person.deceased_on == DIED


def test_the_second_person_may_know_better(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    for by, confirmed in (("worker", True), ("officer", False)):
        cases.suspicion_verified(
            village.person(ONE.number),
            SuspicionKind.DEATH,
            DIED,
            confirmed=confirmed,
            by=by,
            verification=Verification.STATEMENT,
            **AUTHORITY,
        )
    village.sandbox.run_until_quiet()
    record = village.record(ONE.number)
    assert [s.state for s in record.suspicions] == [SuspicionState.CLEARED]
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


def test_nobody_approves_what_nobody_has_confirmed(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    with pytest.raises(RefusedError, match="nobody has confirmed"):
        cases.approve_suspicion(
            village.person(ONE.number), SuspicionKind.DEATH, DIED, by="officer", **AUTHORITY
        )


def test_a_death_found_out_at_the_door_needs_no_file(village: Village) -> None:
    village.settle(Recipient(981, groups="失能"))
    number = Recipient(981).number
    village.until(date(2025, 5, 20))
    village.knock(number, VisitOutcome.DECEASED, deceased_on=date(2025, 3, 1))
    village.second_word(number)
    record = village.record(number)
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED
    assert record.cases[0].outcome is StepOutcome.CLOSED


def test_seen_alive_clears_the_record_and_certifies(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    village.knock(ONE.number, VisitOutcome.SEEN)
    record = village.record(ONE.number)
    assert [s.state for s in record.suspicions] == [SuspicionState.CLEARED]
    assert record.entitlements[0].valid_until > date(2025, 12, 31)
    assert not record.open_suspicions


def test_strong_presence_after_a_death_is_a_contradiction_and_certifies_nobody(village: Village) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    village.hospital(ONE.number, DIED + timedelta(days=5))
    record = village.record(ONE.number)
    assert {s.kind for s in record.open_suspicions} == {SuspicionKind.DEATH, SuspicionKind.CONTRADICTION}
    assert record.entitlements[0].valid_until == ONE.until
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


CUSTODY = [
    ("sentence", EntitlementStatus.TERMINATED, InstructionKind.TERMINATE),
    ("awaiting_judgment", EntitlementStatus.PAUSED, InstructionKind.PAUSE),
]


@pytest.mark.parametrize(("code", "status", "instruction"), CUSTODY)
def test_custody_ends_by_two_people_s_word_and_pauses_by_one(
    village: Village, code: str, status: EntitlementStatus, instruction: InstructionKind
) -> None:
    from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId

    village.settle(ONE)
    person = village.person(ONE.number)
    key = EvidenceKey(NEW_YEAR, FeedId("custody"), code)
    cases.evidence_arrived(person, [Evidence(key, FileId("f"), 2)], actor="test")
    village.sandbox.run_until_quiet()
    assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.ACTIVE
    cases.suspicion_verified(
        person,
        SuspicionKind.CUSTODY,
        NEW_YEAR,
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    if status is EntitlementStatus.TERMINATED:
        assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.ACTIVE
        with pytest.raises(RefusedError, match="may not approve"):
            village.second_word(ONE.number, by="county officer")
        village.second_word(ONE.number)
    record = village.record(ONE.number)
    [told] = record.messages
    assert told.template is (
        Template.PAUSED if status is EntitlementStatus.PAUSED else Template.TERMINATED
    ), "paused is not stopped"
    assert "2025年1月1日" in told.words["reason"]
    assert "城乡居民基本养老保险" in told.words["what"]
    assert record.open_suspicions == ()
    assert record.entitlements[0].status is status
    assert [(i.kind, i.month) for i in record.instructions] == [(instruction, "2025-02")]


def test_what_was_approved_before_a_hold_is_put_to_people_anew(village: Village) -> None:
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    village.approve(ONE.number)
    (approved,) = village.record(ONE.number).proposals
    cremated(village, ONE.number, village.sandbox.today() - timedelta(days=19))
    village.days(40)  # the month of the approval goes by while the suspicion holds it
    (suspicion,) = village.record(ONE.number).open_suspicions
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=False,
        by="officer",
        verification=Verification.STATEMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    before, anew = village.record(ONE.number).proposals
    assert (before.number, before.state) == (approved.number, ProposalState.LAPSED)
    assert (anew.state, anew.judged) == (ProposalState.PROPOSED, approved.judged)
    assert all(e.status is EntitlementStatus.ACTIVE for e in village.record(ONE.number).entitlements)


def test_nothing_is_extended_while_a_death_is_verified_and_all_of_it_at_once_when_it_is_cleared(
    village: Village,
) -> None:
    village.settle(ONE)
    cremated(village, ONE.number)
    before = village.record(ONE.number).entitlements[0].valid_until
    village.hospital(ONE.number, DIED - timedelta(days=3))  # a file that comes late
    assert village.record(ONE.number).entitlements[0].valid_until == before
    (suspicion,) = village.record(ONE.number).open_suspicions
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=False,
        by="officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    assert village.record(ONE.number).entitlements[0].valid_until == date(2026, 1, 6)
