"""Recoveries in the order of the law, what heirs are owed, and the one letter to the household."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cases, messages
from chalicelib.cases import bereavement, daily_following, recoveries, recovery_following
from chalicelib.engine.rules.benefits import Offset
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import (
    BenefitCode,
    Channel,
    EntitlementStatus,
    HearingAnswer,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionAbout,
    OwedToHeirs,
    Payment,
    PersonId,
    PersonRecord,
    RecoveryState,
    SuspicionState,
    Template,
    Way,
)
from chalicelib.runs import run
from chalicelib.storage.dynamodb import people, worklists
from tests.conftest import StoppedClock
from tests.storage.builders import entitlement, known, put, suspicion

pytestmark = pytest.mark.usefixtures("aws")

PENSION, LAND, ALLOWANCE = map(BenefitCode, ("resident_pension", "land_loss_pension", "old_age_allowance"))
DIED, ON = date(2025, 1, 10), date(2025, 7, 1)
FEBRUARY = Month("2025-02")
RECOVER, ISSUED = InstructionKind.RECOVER, InstructionState.ISSUED


def recover(fen: int = 40_000, **also: object) -> Instruction:
    told = Instruction(PENSION, RECOVER, FEBRUARY, fen, "paid for months that were not due", ISSUED, ON)
    return replace(told, **also)  # type: ignore[arg-type]


def bereaved(*ended: BenefitCode, waiting: tuple[BenefitCode, ...] = ()) -> PersonId:
    """Died in January; the authorities have ended `ended`; the pension was paid for February and March."""
    drawn = [
        entitlement(code, status=EntitlementStatus.TERMINATED, stopped_from=FEBRUARY, fen=20_000)
        for code in ended
    ] + [entitlement(code, fen=20_000) for code in waiting]
    person = known(*drawn)
    people.put_payments((person, Payment(PENSION, Month(m), 20_000, ON)) for m in ("2025-02", "2025-03"))
    death = suspicion(
        DIED.isoformat(),
        state=SuspicionState.CONFIRMED,
        verified_by="wang",
        approved_by="zhou",
        closed=date(2025, 6, 20),
        ends=waiting,
        signed=dict.fromkeys(ended, "li"),
    )
    owed = OwedToHeirs(LAND, (Month("2025-01"),), {Month("2025-01"): 20_000}, ON)
    record = people.load(person)
    put(
        person,
        person=replace(record.person, deceased_on=DIED),
        suspicions=(death,),
        instructions=(recover(),) if PENSION in ended else (),
        owed_to_heirs=(owed,) if LAND in ended else (),
    )
    return person


def told(person: PersonId) -> list[Template]:
    sent = people.load(person).messages
    assert {m.channel for m in sent} <= {Channel.NOTICE}, "nothing to a phone"
    return sorted((m.template for m in sent), key=list(Template).index)


def decide(person: PersonId, **available: int) -> None:
    offsets = {Offset(name): fen for name, fen in available.items()}
    recoveries.decide_recovery(
        person, 1, because="离世之后的月份", available=offsets, reference="d-1", by="li"
    )


def hear(person: PersonId) -> None:
    recoveries.record_answer(person, 1, HearingAnswer.ACCEPTED, by="worker")


def test_from_the_one_letter_to_the_last_instalment() -> None:
    person = bereaved(PENSION, LAND, ALLOWANCE)
    record = recovery_following.follow(person)
    (letter,) = record.messages
    said = messages.text_of(letter)
    assert "城乡居民基本养老保险（2025年2月至2025年3月）400.00元。这不是退款通知" in said
    assert "应当交给家属的款项：失地农民养老保险（2025年1月）200.00元" in said
    assert recovery_following.follow(person) == record, "the same again changes nothing"
    with pytest.raises(RefusedError, match="not_heard"):
        decide(person)
    hear(person)
    decide(person, funeral_grant=5_000)
    recovery = people.load(person).recoveries[0]
    assert {b.way: b.fen for b in recovery.bookings} == {Way.OWED_TO_HEIRS: 20_000, Way.FUNERAL_GRANT: 5_000}
    assert [o.left for o in people.load(person).owed_to_heirs] == [0], "set off by the same authority"
    decide(person, funeral_grant=5_000)
    assert people.load(person).recoveries[0] == recovery
    recoveries.demand_recovery(person, 1, by="li")
    recoveries.demand_recovery(person, 1, by="li")
    plan = recoveries.agree_instalments(person, 1, parts=2, first=date(2025, 8, 1), by="li")
    assert [(p.due, p.fen) for p in plan.instalments] == [
        (date(2025, 8, 1), 7_500),
        (date(2025, 9, 1), 7_500),
    ]
    (row,) = worklists.recoveries("3416")
    assert row.item.next_day == date(2025, 8, 1)
    for n in (1, 1, 2):
        done = recoveries.record_repayment(person, 1, fen=7_500, on=ON, reference=f"bank-{n}", by="clerk")
    assert (done.state, done.left) == (RecoveryState.FINISHED, 0)
    assert [i.state for i in people.load(person).instructions] == [InstructionState.SEEN]
    assert list(worklists.recoveries("3416")) == []
    assert told(person) == [
        Template.BEREAVED,
        Template.RECOVERY_DECIDED,
        Template.RECOVERY_DEMANDED,
        Template.RECOVERY_DEMANDED,
        Template.RECOVERY_SETTLED,
    ]
    for message in people.load(person).messages:
        assert "{" not in messages.text_of(message)
    trail = [e.action for e in people.audit_trail(person) if e.actor != "platform"]
    assert trail[-6:] == [
        "recovery heard",
        "recovery decided",
        "recovery demanded",
        "instalments agreed",
        "repayment recorded",
        "repayment recorded",
    ]


def test_one_letter_when_the_last_is_decided_or_a_term_has_passed_and_then_only_what_it_lacked() -> None:
    person = bereaved(PENSION, waiting=(ALLOWANCE,))
    assert recovery_following.follow(person).messages == (), "an authority is still to decide"
    assert people.load(person).recoveries[0].asked is None
    (first,) = recovery_following.follow(person, overdue=True).messages
    assert "高龄津贴还在由主管部门办理" in messages.text_of(first)
    assert recovery_following.follow(person, overdue=True).messages == (first,)
    record = people.load(person)
    ended = replace(
        next(e for e in record.entitlements if e.benefit == ALLOWANCE),
        status=EntitlementStatus.TERMINATED,
        stopped_from=FEBRUARY,
    )
    death = replace(record.suspicions[0], ends=(), signed={PENSION: "li", ALLOWANCE: "sun"})
    put(person, entitlements=(ended,), suspicions=(death,))
    (second,) = (m for m in recovery_following.follow(person).messages if m != first)
    said = messages.text_of(second)
    assert second.template is Template.BEREAVED
    assert "高龄津贴，自2025年2月起" in said
    assert "城乡居民基本养老保险" not in said


def test_what_comes_to_light_later_is_heard_by_itself() -> None:
    person = bereaved(PENSION)
    recovery_following.follow(person)
    hear(person)
    decide(person)
    people.put_payments([(person, Payment(PENSION, Month("2025-04"), 20_000, ON))])
    put(person, instructions=(recover(60_000),))
    with run("tests") as each:
        assert daily_following.follow_some("_", ON, each) == (1, None)
    one, two = people.load(person).recoveries
    assert (one.fen, one.state, dict(two.months), two.state) == (
        40_000,
        RecoveryState.DECIDED,
        {"2025-04": 20_000},
        RecoveryState.HEARING,
    )
    assert two.asked == ON
    assert told(person) == [Template.BEREAVED, Template.RECOVERY_HEARING, Template.RECOVERY_DECIDED]


def test_an_objection_holds_it_and_upheld_calls_it_off_and_what_came_goes_back() -> None:
    person = bereaved(PENSION)
    recovery_following.follow(person)
    hear(person)
    decide(person)
    raised = cases.object_to(person, ObjectionAbout.RECOVERY, by="citizen", benefit=PENSION)
    with pytest.raises(RefusedError, match="objection_open"):
        recoveries.demand_recovery(person, 1, by="li")
    recoveries.record_repayment(person, 1, fen=10_000, on=ON, reference="bank-1", by="clerk")
    cases.decide_objection(person, raised.number, upheld=True, by="qian", reason="款项已于当月退回")
    recovery = people.load(person).recoveries[0]
    assert (recovery.state, recovery.left, recovery.to_refund) == (RecoveryState.CALLED_OFF, 0, 10_000)
    (corrected,) = (m for m in people.load(person).messages if m.template is Template.RECOVERY_CORRECTED)
    assert "更正为0.00元" in messages.text_of(corrected)
    assert "有100.00元将退还给您" in messages.text_of(corrected)
    (row,) = worklists.recoveries("3416")
    assert row.item.awaits_a_person(ON)
    back = recoveries.record_refund(person, 1, fen=10_000, on=ON, reference="back-1", by="clerk")
    assert not back.is_open
    assert list(worklists.recoveries("3416")) == []


@pytest.mark.parametrize("how", [RecoveryState.WRITTEN_OFF, RecoveryState.PASSED_ON])
def test_two_with_no_part_in_it_give_up_or_pass_on_what_is_left(how: RecoveryState) -> None:
    person = bereaved(PENSION)
    recovery_following.follow(person)
    hear(person)
    decide(person)
    for involved in ("wang", "zhou", "li", "worker"):
        with pytest.raises(RefusedError, match="involved"):
            recoveries.propose_closing(person, 1, how=how, reason="家庭困难", by=involved)
    recoveries.propose_closing(person, 1, how=how, reason="家庭困难", by="chen")
    with pytest.raises(RefusedError, match="same_person"):
        recoveries.approve_closing(person, 1, by="chen")
    assert recoveries.approve_closing(person, 1, by="qian").state is how
    settled = how is RecoveryState.WRITTEN_OFF
    assert (Template.RECOVERY_SETTLED in told(person)) is settled, "nobody is warned"
    assert [i.state for i in people.load(person).instructions] == [InstructionState.SEEN]


def test_of_the_living_each_is_heard_by_a_letter_of_its_own(clock: StoppedClock) -> None:
    person = known(
        entitlement(PENSION, status=EntitlementStatus.TERMINATED, stopped_from=FEBRUARY, fen=20_000)
    )
    put(person, instructions=(recover(),))
    record = recovery_following.follow(person)
    assert [m.template for m in record.messages] == [Template.RECOVERY_HEARING]
    assert dict(record.recoveries[0].months) == {FEBRUARY: 40_000}
    assert "400.00元。\n这不是退款通知" in messages.text_of(record.messages[0])
    clock.advance(days=20)
    decide(person)
    assert people.load(person).recoveries[0].decided_by == "li", "silent until the term was over"
    for number in (2, 3):
        with pytest.raises(NotFoundError):
            recoveries.demand_recovery(person, number, by="li")


def with_resumption(person: PersonId) -> PersonRecord:
    resumed = Instruction(LAND, InstructionKind.RESUME, Month("2025-01"), 20_000, "", ISSUED, ON)
    put(person, instructions=(resumed,))
    return people.load(person)


def release(person: PersonId, benefit: BenefitCode = LAND) -> OwedToHeirs:
    return bereavement.release(person, benefit, proof=HeirProof.KINSHIP, reference="file-7", by="li")


def test_the_heirs_are_paid_against_proof_and_not_into_the_account_of_the_dead() -> None:
    person = bereaved(PENSION, LAND)
    with_resumption(person)
    (row,) = worklists.owed_to_heirs("3416")
    assert row.item.left == 20_000
    assert (release(person).left, release(person).released_by) == (0, "li")
    kinds = {i.kind: (i.fen, i.state) for i in people.load(person).instructions if i.benefit == LAND}
    assert kinds == {
        InstructionKind.PAY_HEIRS: (20_000, ISSUED),
        InstructionKind.RESUME: (20_000, InstructionState.CANCELLED),
    }
    assert list(worklists.owed_to_heirs("3416")) == []
    with pytest.raises(NotFoundError):
        release(person, ALLOWANCE)
    owed = people.load(person).owed_to_heirs[0]
    more = replace(owed, candidates=(*owed.candidates, Month("2024-12")))
    put(person, owed_to_heirs=(more,))
    assert recovery_following.follow(person).owed_to_heirs[0].left == 20_000, "December was not paid either"
    bereavement.release(person, LAND, proof=HeirProof.COURT, reference="file-8", by="li")
    months = [i.month for i in people.load(person).instructions if i.kind is InstructionKind.PAY_HEIRS]
    assert months == ["2025-07", "2025-08"]


def test_what_payments_show_is_owed_no_more() -> None:
    person = bereaved(PENSION, LAND)
    people.put_payments([(person, Payment(LAND, Month("2025-01"), 20_000, ON))])
    assert [o.left for o in recovery_following.follow(person).owed_to_heirs] == [0]


def test_whoever_lives_after_all_has_no_heirs() -> None:
    person = bereaved(PENSION, LAND)
    release(person)
    record = people.load(person)
    cleared = replace(record.suspicions[0], state=SuspicionState.CLEARED)
    put(person, person=replace(record.person, deceased_on=None), suspicions=(cleared,))
    after = recovery_following.follow(person)
    assert [o.called_off for o in after.owed_to_heirs] == [ON]
    assert {i.state for i in after.instructions if i.kind is InstructionKind.PAY_HEIRS} == {
        InstructionState.CANCELLED
    }
    assert recovery_following.follow(person) == after


def test_a_record_of_before_has_no_recoveries() -> None:
    person = known()
    assert recovery_following.follow(person) == people.load(person)
