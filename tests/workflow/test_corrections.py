"""What a department takes back or corrects is undone: certificates, suspicions, stopped payments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib import cases
from chalicelib.engine.money.arrears import arrears
from chalicelib.intake import corrections
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    FileState,
    Instruction,
    InstructionKind,
    InstructionState,
    MessageState,
    Month,
    Payment,
    SuspicionKind,
    SuspicionState,
    Template,
    Verification,
    VisitOutcome,
)
from chalicelib.storage.dynamodb import people, worklists
from tests.workflow.village import AUTHORITY, NEW_YEAR, Recipient, Village

ONE, TWO = Recipient(980), Recipient(981, phone="13800000002")
DIED = date(2025, 1, 10)
CREMATIONS, HOSPITAL = (
    "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态",
    "身份证号码,姓名,医疗机构名称,发生日期,就诊事件",
)
KEY = EvidenceKey(DIED, FeedId("cremations"), "cremated")


def cremated(village: Village, *numbers: str, name: str = "c.csv", day: date = DIED) -> None:
    lines = [f"{number},甲,乙,{day},{day},火化" for number in numbers]
    village.put(f"civil_affairs/cremations/20250130/{name}", "\n".join([CREMATIONS, *lines, ""]).encode())


def in_hospital(village: Village, *stays: tuple[str, date], name: str = "h.csv") -> None:
    lines = [f"{number},甲,乙,{day},入院" for number, day in stays]
    village.put(
        f"medical_insurance/hospital_inpatient/20250101/{name}", "\n".join([HOSPITAL, *lines, ""]).encode()
    )


def states(village: Village, feed: str) -> list[FileState]:
    found = [f for f in village.files() if f.feed == feed]
    return [f.state for f in sorted(found, key=lambda f: f.received)]


def confirmed(village: Village, number: str, verification: Verification = Verification.DOCUMENT) -> None:
    person = village.person(number)
    cases.suspicion_verified(
        person,
        SuspicionKind.DEATH,
        DIED,
        confirmed=True,
        by="county officer",
        verification=verification,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    assert village.record(number).entitlements[0].status is EntitlementStatus.ACTIVE  # one word is not enough
    village.second_word(number)
    assert village.record(number).entitlements[0].status is EntitlementStatus.TERMINATED


def withdrawn(village: Village, number: str) -> None:
    cases.evidence_withdrawn(village.person(number), [KEY], actor="feed:cremations")
    village.sandbox.run_until_quiet()


def test_a_death_taken_back_ends_its_suspicion_without_anybody_s_visit(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number)
    assert village.record(ONE.number).open_suspicions
    withdrawn(village, ONE.number)
    record = village.record(ONE.number)
    assert [s.state for s in record.suspicions] == [SuspicionState.WITHDRAWN]
    assert not [v for v in record.visits if v.is_pending], "nobody need go there any more"
    cremated(village, ONE.number, name="late-copy.csv")
    assert not village.record(ONE.number).open_suspicions, "a late copy of a withdrawn record says nothing"


def test_a_corrected_file_read_again_for_a_new_recipient_still_says_what_it_took_back(
    village: Village,
) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number, TWO.number)
    cremated(village, TWO.number)
    village.settle(ONE, TWO)
    (loaded,) = [f for f in village.files() if f.feed == "cremations" and f.state is FileState.LOADED]
    assert (loaded.counts.accepted, loaded.withdrawn) == (1, 1)


def test_a_withdrawal_that_arrives_first_makes_the_record_void(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    withdrawn(village, ONE.number)
    cremated(village, ONE.number)
    assert not village.record(ONE.number).suspicions


def test_a_confirmed_death_taken_back_is_undone_arrears_included(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number)
    paid = Payment(BenefitCode("resident_pension"), Month("2025-02"), 20_000, DIED)
    people.put_payments([(village.person(ONE.number), paid)])
    confirmed(village, ONE.number)
    village.until(date(2025, 5, 10))
    before = village.record(ONE.number).entitlements[0]
    withdrawn(village, ONE.number)
    assert village.record(ONE.number).person.deceased_on == DIED, "two people decide"
    assert village.record(ONE.number).open_suspicions[0].kind is SuspicionKind.REVERSAL
    village.found_so(ONE.number, "another officer", "third officer")  # who had no part in it
    record = village.record(ONE.number)
    assert record.person.deceased_on is None
    assert (record.entitlements[0].status, record.entitlements[0].stopped_from) == (
        EntitlementStatus.ACTIVE,
        None,
    )
    owed = arrears(before, Month("2025-02"), Month("2025-05"), {Month("2025-02")})
    assert owed.months == ("2025-03", "2025-04"), "February was paid all the same"
    assert {i.kind: (i.state, i.fen) for i in record.instructions} == {
        InstructionKind.TERMINATE: (InstructionState.CANCELLED, 20_000),
        InstructionKind.RECOVER: (InstructionState.CANCELLED, 20_000),
        InstructionKind.RESUME: (InstructionState.ISSUED, owed.fen),
    }
    assert Template.RESTORED in {m.template for m in record.messages}
    village.until(date(2025, 6, 1))
    assert village.record(ONE.number).open_case, "the living come due again"
    withdrawn(village, ONE.number)
    assert village.record(ONE.number).instructions == record.instructions, "undone once"


def test_a_death_found_out_at_the_door_does_not_rest_on_the_record(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number)
    village.knock(ONE.number, VisitOutcome.DECEASED, deceased_on=DIED)
    village.second_word(ONE.number)
    withdrawn(village, ONE.number)
    record = village.record(ONE.number)
    assert record.person.deceased_on == DIED
    assert record.entitlements[0].status is EntitlementStatus.TERMINATED


def test_a_death_that_another_department_reports_too_stands(village: Village) -> None:
    village.settle(ONE)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number)
    village.hospital(ONE.number, DIED, "死亡")
    withdrawn(village, ONE.number)
    assert [s.state for s in village.record(ONE.number).suspicions] == [SuspicionState.OPEN]


def test_a_corrected_file_takes_back_what_only_the_earlier_one_said(village: Village) -> None:
    village.settle(ONE, TWO)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number, TWO.number)
    cremated(village, TWO.number, name="another.csv")
    village.until(date(2025, 2, 1))
    cremated(village, Recipient(985).number)  # neither of the two
    assert sorted(states(village, "cremations")) == [FileState.LOADED, FileState.LOADED, FileState.SUPERSEDED]
    assert [s.state for s in village.record(ONE.number).suspicions] == [SuspicionState.WITHDRAWN]
    assert village.record(TWO.number).open_suspicions, "another file says it as well"
    corrected = next(f for f in village.files() if f.corrects)
    assert corrected.withdrawn == 1


def test_a_correction_can_be_corrected(village: Village) -> None:
    village.settle(ONE, TWO)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number, TWO.number)
    cremated(village, TWO.number)
    assert not village.record(ONE.number).open_suspicions
    cremated(village, ONE.number, TWO.number)  # the first content comes back, and is loaded again
    assert states(village, "cremations").count(FileState.LOADED) == 1
    again = village.record(ONE.number).open_suspicions
    assert [(s.state, s.generation) for s in again] == [(SuspicionState.OPEN, 2)]
    assert [v.is_pending for v in village.record(ONE.number).visits][-1]


def test_a_corrected_stay_moves_the_certificate_back_to_what_is_left(village: Village) -> None:
    village.settle(ONE)
    older, newer = NEW_YEAR - timedelta(days=30), NEW_YEAR - timedelta(days=2)
    in_hospital(village, (ONE.number, older), (ONE.number, newer))
    assert village.record(ONE.number).entitlements[0].valid_until == date(2025, 12, 29)
    in_hospital(village, (ONE.number, older))
    assert village.record(ONE.number).entitlements[0].valid_until == date(2025, 12, 1)


def told(village: Village) -> list[tuple[Template, MessageState, str]]:
    """What was said, without what says the same on paper since no carrier has reported anything."""
    said = (m for m in village.record(ONE.number).messages if m.follows is None)
    messages = sorted(said, key=lambda m: (m.day, m.template))
    return [(m.template, m.state, m.words.get("until", "")) for m in messages]


def test_whoever_was_told_a_later_day_hears_of_the_correction_once(village: Village) -> None:
    village.settle(ONE)
    older, newer = NEW_YEAR - timedelta(days=30), NEW_YEAR - timedelta(days=2)
    in_hospital(village, (ONE.number, older), (ONE.number, newer))
    village.days(2)
    ((_, state, until),) = told(village)
    assert (state, until) == (MessageState.SENT, "2025-12-29")
    in_hospital(village, (ONE.number, older))
    village.days(2)
    assert [(template, until) for template, _, until in told(village)] == [
        (Template.CERTIFIED, "2025-12-29"),
        (Template.CORRECTED, "2025-12-01"),
    ]
    in_hospital(village, (ONE.number, older), (TWO.number, newer))
    village.days(2)
    assert len(told(village)) == 2, "this correction took nothing from them"
    again = {m.template for m in village.record(ONE.number).messages if m.follows is not None}
    assert again == {Template.CORRECTED}, "on paper goes what is true, and no day that was corrected"
    in_hospital(village, (TWO.number, newer))
    village.days(2)
    assert told(village)[-1] == (Template.CORRECTED, MessageState.SENT, "2025-06-30"), "what the roster said"


def test_what_was_not_sent_yet_never_goes_out_and_the_next_renewal_is_told(village: Village) -> None:
    village.settle(ONE)
    village.sandbox.advance(hours=22)  # nobody is sent anything at night
    newer = NEW_YEAR - timedelta(days=2)
    in_hospital(village, (ONE.number, newer))
    assert [state for _, state, _ in told(village)] == [MessageState.PENDING]
    in_hospital(village, (TWO.number, newer))
    assert [state for _, state, _ in told(village)] == [MessageState.DROPPED]
    assert village.record(ONE.number).person.told_on is None
    village.days(3)
    assert [state for _, state, _ in told(village)] == [MessageState.DROPPED]


def test_a_correction_that_is_held_changes_nothing(village: Village) -> None:
    village.settle(ONE)
    day = NEW_YEAR - timedelta(days=2)
    in_hospital(village, (ONE.number, day))
    before = village.end_state()
    rows = [(f"3416021950010100{n:02d}", day) for n in range(10)]  # wrong check characters: all rejected
    in_hospital(village, *rows)
    assert states(village, "hospital_inpatient") == [FileState.LOADED, FileState.HELD]
    assert village.end_state() == before


def test_a_correction_cut_short_is_finished_by_the_next_delivery(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE, TWO)
    village.until(date(2025, 1, 30))
    cremated(village, ONE.number, TWO.number)
    died = []

    def dies_once(*arguments: object) -> None:
        if not died:
            died.append(True)
            raise RuntimeError("cut short")
        supersede(*arguments)  # type: ignore[arg-type]

    supersede = corrections.supersede
    monkeypatch.setattr(corrections, "supersede", dies_once)
    cremated(village, TWO.number)
    village.sandbox.advance(hours=3)
    village.sandbox.last_errors.clear()
    assert sorted(states(village, "cremations")) == [FileState.LOADED, FileState.SUPERSEDED]
    assert not village.record(ONE.number).open_suspicions
    assert next(f for f in village.files() if f.corrects).withdrawn == 1


PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"


def test_a_corrected_payments_file_takes_back_what_only_the_earlier_one_told(village: Village) -> None:
    """Another file of the feed still tells of November; nobody tells of a second payment for December."""
    village.settle(ONE)

    def paid(name: str, *months: tuple[str, str, str]) -> None:
        rows = "".join(f"{ONE.number},{ONE.benefit},{month},{yuan},{day}\n" for month, yuan, day in months)
        village.drop("payments", f"{PAID}\n{rows}", name)

    november, december = ("2024-11", "200.00", "2024-11-10"), ("2024-12", "200.00", "2024-12-10")
    paid("other.csv", november)
    paid("p.csv", november, december, ("2024-12", "50.00", "2024-12-20"))
    person = village.person(ONE.number)
    assert [p.fen for p in people.payments_of(person)] == [20_000, 25_000], "parts of one month are one sum"
    assert [s.kind for s in village.record(ONE.number).open_suspicions] == [SuspicionKind.WRONG_AMOUNT]
    paid("p.csv", december)
    assert [(p.month, p.fen) for p in people.payments_of(person)] == [
        ("2024-11", 20_000),
        ("2024-12", 20_000),
    ]
    assert not village.record(ONE.number).open_suspicions
    (corrected,) = [f for f in village.files() if f.feed == "payments" and f.corrects]
    assert (corrected.state, corrected.withdrawn) == (FileState.LOADED, 1)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        ((), InstructionState.ISSUED),
        ((("2025-01", "150.00", "2025-01-12"),), InstructionState.ISSUED),
        ((("2025-01", "600.00", "2025-01-12"),), InstructionState.SEEN),
        ((("2025-01", "200.00", "2025-01-12"), ("2025-01", "400.00", "2025-01-13")), InstructionState.SEEN),
        ((("2024-12", "600.00", "2024-12-12"),), InstructionState.ISSUED),
    ],
)
def test_arrears_that_were_not_paid_after_all_are_open_again(
    village: Village, left: tuple[tuple[str, str, str], ...], state: InstructionState
) -> None:
    village.settle(ONE, TWO)
    village.until(date(2025, 1, 11))
    person, kind = village.person(ONE.number), InstructionKind.RESUME
    told = Instruction(
        BenefitCode("resident_pension"), kind, Month("2025-01"), 60_000, "", InstructionState.ISSUED, NEW_YEAR
    )
    change = Change("test", "test", village.sandbox.now(), instructions=(told,))
    people.change(person, lambda _: change)

    def paid(*months: tuple[str, str, str]) -> None:
        lines = [(ONE.number, *month) for month in months] + [(TWO.number, "2025-01", "200.00", "2025-01-10")]
        rows = [f"{number},{ONE.benefit},{month},{yuan},{day}" for number, month, yuan, day in lines]
        village.put("hrss/payments/20250110/p.csv", "\n".join([PAID, *rows, ""]).encode())

    paid(("2025-01", "600.00", "2025-01-10"))
    assert village.record(ONE.number).instructions == (
        replace(told, state=InstructionState.SEEN, changed=date(2025, 1, 11)),
    )
    assert list(worklists.open_instructions()) == []
    village.days(9)
    paid(*left)
    (now,) = village.record(ONE.number).instructions
    assert now.state is state
    assert [i.issued for _, i in worklists.open_instructions()] == (
        [village.sandbox.today()] if state is InstructionState.ISSUED else []
    )


def test_what_is_open_again_is_listed_after_two_pay_runs(village: Village) -> None:
    village.settle(ONE, TWO)
    village.until(date(2025, 1, 11))
    person, kind = village.person(ONE.number), InstructionKind.RESUME
    told = Instruction(
        BenefitCode("resident_pension"), kind, Month("2025-01"), 60_000, "", InstructionState.SEEN, NEW_YEAR
    )
    change = Change("test", "test", village.sandbox.now(), instructions=(told,))
    people.change(person, lambda _: change)

    def paid(key: str, *numbers: str, month: str = "2025-01") -> None:
        rows = [f"{number},{ONE.benefit},{month},600.00,{month}-10" for number in numbers]
        village.put(f"hrss/payments/{key}/p.csv", "\n".join([PAID, *rows, ""]).encode())

    paid("20250110", ONE.number, TWO.number)
    paid("20250110", TWO.number)
    assert village.record(ONE.number).instructions[0].state is InstructionState.ISSUED
    village.until(date(2025, 3, 15))  # more than two months later, as for every instruction
    paid("20250315", TWO.number, month="2025-03")
    assert village.record(ONE.number).instructions[0].state is InstructionState.LISTED
