"""Paid too little or too much (rule 16): a suspicion opens, and the money goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib import cases
from chalicelib.cases import evidence_withdrawn, payment_comparison
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.village import AUTHORITY, NEW_YEAR, Recipient, Village, besides_dates

ONE = Recipient(980)  # 200 yuan a month since January 2010, as the roster says
PENSION = BenefitCode("resident_pension")
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
Part = tuple[str, str, str]  # month, yuan, day


def pay(village: Village, *parts: Part, name: str = "p.csv", benefit: str = ONE.benefit) -> None:
    rows = [f"{ONE.number},{benefit},{month},{yuan},{day}" for month, yuan, day in parts]
    village.drop("payments", "\n".join([PAID, *rows]) + "\n", name)


def suspected(village: Village) -> list[tuple[SuspicionKind, date]]:
    return [(s.kind, s.day) for s in village.record(ONE.number).open_suspicions]


@pytest.mark.parametrize(("yuan", "said"), [("180.00", "少发20.00元"), ("230.00", "多发30.00元")])
def test_a_wrong_amount_is_suspected_and_stops_no_money(village: Village, yuan: str, said: str) -> None:
    village.settle(ONE)
    pay(village, ("2024-12", yuan, "2024-12-10"))
    record = village.record(ONE.number)
    (suspicion,) = record.open_suspicions
    assert (suspicion.kind, suspicion.day) == (SuspicionKind.WRONG_AMOUNT, date(2024, 12, 1))
    assert suspicion.waiting is not None  # somebody is asked
    assert said in suspicion.reason.zh
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert record.instructions == record.visits == ()


RIGHT: list[tuple[str, list[Part]]] = [
    ("as due", [("2024-12", "200.00", "2024-12-10")]),
    ("one month in two parts", [("2024-12", "150.00", "2024-12-10"), ("2024-12", "50.00", "2024-12-20")]),
    ("before the entitlement began", [("2009-12", "90.00", "2024-12-10")]),
    ("the month of the grant, often a part of one", [("2010-01", "90.00", "2024-12-10")]),
]


@pytest.mark.parametrize(("why", "parts"), RIGHT)
def test_what_opens_nothing(village: Village, why: str, parts: list[Part]) -> None:
    village.settle(ONE)
    pay(village, *parts)
    assert suspected(village) == [], why


def test_a_relief_has_no_amount_to_compare(village: Village) -> None:
    village.settle(replace(ONE, benefit="门诊慢性病"))
    pay(village, ("2024-12", "30.00", "2024-12-10"), benefit="门诊慢性病")
    assert suspected(village) == []


def test_by_the_age_and_not_by_the_roster(village: Village) -> None:
    village.settle(replace(ONE, benefit="高龄津贴", born="19300307", yuan="50.00"))
    number = Recipient(980, born="19300307").number
    rows = f"{number},高龄津贴,2024-12,50.00,2024-12-10"
    village.drop("payments", f"{PAID}\n{rows}\n")
    (suspicion,) = besides_dates(village.record(number).open_suspicions)  # 94 years old: 100 yuan are due
    assert "应发100.00元，实发50.00元" in suspicion.reason.zh


def test_whoever_is_too_young_is_asked_about_once(village: Village) -> None:
    """Not what the month should bring, but whether anything is due: a person looks, the money goes on."""
    born = "19650307"
    village.settle(replace(ONE, benefit="高龄津贴", born=born, yuan="50.00"))
    number = Recipient(980, born=born).number
    cleared = False
    for month in ("2024-11", "2024-12"):
        village.drop("payments", f"{PAID}\n{number},高龄津贴,{month},50.00,{month}-10\n", f"{month}.csv")
        record = village.record(number)
        (suspicion,) = record.suspicions
        assert (suspicion.kind, suspicion.benefit) == (SuspicionKind.CONDITION, "old_age_allowance")
        assert record.entitlements[0].status is EntitlementStatus.ACTIVE
        assert record.instructions == ()
        if not cleared:
            cases.suspicion_verified(
                record.person.id,
                suspicion.kind,
                suspicion.day,
                confirmed=False,
                by="county officer",
                verification=Verification.DOCUMENT,
                **AUTHORITY,
            )
            village.sandbox.run_until_quiet()
            cleared = True


def test_the_part_that_comes_in_another_file_ends_the_suspicion(village: Village) -> None:
    village.settle(ONE)
    pay(village, ("2024-12", "150.00", "2024-12-10"), name="first.csv")
    assert suspected(village) == [(SuspicionKind.WRONG_AMOUNT, date(2024, 12, 1))]
    pay(village, ("2024-12", "50.00", "2024-12-20"), name="second.csv")
    (suspicion,) = village.record(ONE.number).suspicions
    assert suspicion.state is SuspicionState.WITHDRAWN
    assert suspicion.waiting is None  # its walk is over


def change(village: Village, **parts: object) -> None:
    def put(record: PersonRecord) -> Change:
        stopped = replace(record.entitlements[0], **parts)  # type: ignore[arg-type]
        return Change("test", "test", village.sandbox.now(), entitlements=(stopped,))

    people.change(village.person(ONE.number), put)


@pytest.mark.parametrize("status", [EntitlementStatus.SUSPENDED, EntitlementStatus.PAUSED])
def test_what_is_paid_after_a_stop_is_counted_elsewhere(village: Village, status: EntitlementStatus) -> None:
    village.settle(ONE)
    change(village, status=status, stopped_from=Month("2024-12"))
    pay(village, ("2024-12", "10.00", "2024-12-10"))
    assert suspected(village) == []


def test_arrears_that_were_told_to_be_paid_are_not_too_much(village: Village) -> None:
    village.settle(ONE)
    resume = Instruction(
        PENSION, InstructionKind.RESUME, Month("2024-11"), 40_000, "", InstructionState.ISSUED, NEW_YEAR
    )
    person = village.person(ONE.number)
    people.change(person, lambda _: Change("test", "test", village.sandbox.now(), instructions=(resume,)))
    pay(village, ("2024-12", "600.00", "2024-12-10"))
    assert suspected(village) == []


def test_what_a_person_has_looked_into_is_not_asked_again(village: Village) -> None:
    village.settle(ONE)
    pay(village, ("2024-11", "180.00", "2024-12-10"), ("2024-12", "180.00", "2024-12-10"))
    cases.suspicion_verified(
        village.person(ONE.number),
        SuspicionKind.WRONG_AMOUNT,
        date(2024, 11, 1),
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    pay(village, ("2024-12", "180.00", "2024-12-10"), name="again.csv")
    record = village.record(ONE.number)
    assert record.open_suspicions == ()
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE  # confirmed: the money still goes on
    village.until(date(2025, 2, 12))
    pay(village, ("2025-02", "180.00", "2025-02-10"), name="later.csv")
    assert suspected(village) == [(SuspicionKind.WRONG_AMOUNT, date(2025, 2, 1))]


def test_a_record_taken_back_does_not_end_it(village: Village) -> None:
    village.settle(ONE)
    pay(village, ("2024-12", "180.00", "2024-12-10"))
    key = EvidenceKey(NEW_YEAR, FeedId("cremations"), "cremated")
    evidence_withdrawn(village.person(ONE.number), [key], actor="test")
    assert suspected(village) == [(SuspicionKind.WRONG_AMOUNT, date(2024, 12, 1))]


def test_only_who_may_differ_is_read(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    village.settle(ONE)
    read: list[str] = []
    monkeypatch.setattr(payment_comparison, "compare", lambda person, since, **_: read.append(since))
    person = village.person(ONE.number)
    as_due = Payment(PENSION, Month("2024-12"), 20_000, NEW_YEAR)
    drawn = people.entitlements_of([(person, as_due.benefit)])
    orphan = replace(as_due, benefit=BenefitCode("orphan_allowance"))
    payment_comparison.paid_otherwise([(person, as_due), (person, orphan)], drawn, frozenset())
    assert read == []
    more = [(person, replace(as_due, fen=1)), (person, replace(as_due, month=Month("2024-10")))]
    payment_comparison.paid_otherwise(more, drawn, frozenset())
    assert read == ["2024-10"]
