"""Payments files come late, and corrected: what is owed and overpaid follows them (rules 15 to 18)."""

from __future__ import annotations

from datetime import date

from chalicelib import cases
from chalicelib.model import (
    Instruction,
    InstructionKind,
    InstructionState,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.village import AUTHORITY, Recipient, Village

STARTS = date(2025, 6, 2)
ONE, NEIGHBOUR = Recipient(980, until=date(2026, 6, 30)), Recipient(982, until=date(2026, 6, 30))
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
CREMATED = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"
DIED = date(2025, 1, 10)
RECOVER, ISSUED = InstructionKind.RECOVER, InstructionState.ISSUED


def pay(village: Village, yuan: str, *months: str, name: str = "") -> None:
    rows = [f"{ONE.number},{ONE.benefit},{month},{yuan},{month}-10" for month in months]
    rows += [f"{NEIGHBOUR.number},{NEIGHBOUR.benefit},{month},200.00,{month}-10" for month in months]
    village.drop("payments", "\n".join([PAID, *rows, ""]), name or f"{months[0]}.csv")


def told(village: Village) -> dict[InstructionKind, Instruction]:
    return {i.kind: i for i in village.record(ONE.number).instructions}


def test_what_was_paid_after_a_death_grows_with_files_that_come_later_and_shrinks_when_they_are_corrected(
    village: Village,
) -> None:
    village.settle(ONE, NEIGHBOUR)
    village.drop("cremations", f"{CREMATED}\n{ONE.number},孟庆0,乙,{DIED},{DIED},火化\n")
    person = village.person(ONE.number)
    cases.suspicion_verified(
        person,
        SuspicionKind.DEATH,
        DIED,
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.second_word(ONE.number)
    assert set(told(village)) == {InstructionKind.TERMINATE}, "nothing was paid that anybody knows of"
    pay(village, "200.00", "2025-01", "2025-02", "2025-03")
    assert (told(village)[RECOVER].month, told(village)[RECOVER].fen) == ("2025-02", 2 * 20_000)
    cases.acknowledge_instruction(person, told(village)[RECOVER].name, by="payer")
    pay(village, "200.00", "2025-04", "2025-05")
    grown = told(village)[RECOVER]
    assert (grown.fen, grown.state) == (4 * 20_000, ISSUED), "the authority is told anew"
    assert "2025-02…2025-05 4 × 200.00" in grown.reason
    village.drop(
        "payments",
        f"{PAID}\n{NEIGHBOUR.number},{NEIGHBOUR.benefit},2025-04,200.00,2025-04-10\n",
        "2025-04.csv",
    )
    assert told(village)[RECOVER].fen == 2 * 20_000, "April and May had not been paid after all"


def test_a_wrong_amount_that_is_confirmed_is_put_right(village: Village) -> None:
    village.settle(ONE, NEIGHBOUR)
    pay(village, "180.00", "2025-03", "2025-04")
    (suspicion,) = village.record(ONE.number).open_suspicions
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    adjust = told(village)[InstructionKind.ADJUST]
    assert (adjust.month, adjust.fen, adjust.arrears) == ("2025-07", 4_000, ("2025-03", "2025-04"))
    pay(village, "260.00", "2025-05")  # a file of before the adjustment, come late
    assert {i.kind: i.fen for i in village.record(ONE.number).instructions} == {
        InstructionKind.ADJUST: 4_000,
        InstructionKind.RECOVER: 6_000,
    }
    village.until(date(2025, 7, 12))
    pay(village, "240.00", "2025-07")
    assert told(village)[InstructionKind.ADJUST].state is InstructionState.SEEN
    assert [s.state for s in village.record(ONE.number).suspicions] == [SuspicionState.CONFIRMED]


def test_two_files_of_one_pay_run_stand_side_by_side_and_a_repetition_counts_once(village: Village) -> None:
    village.settle(ONE, NEIGHBOUR)
    pay(village, "120.00", "2025-05", name="basic.csv")
    pay(village, "80.00", "2025-05", name="supplement.csv")
    assert paid(village) == [8_000, 12_000]
    again = f"{PAID}\n{ONE.number},{ONE.benefit},2025-05,80.00,2025-05-10\n"
    village.drop("payments", again, "sent once more.csv")
    assert paid(village) == [8_000, 12_000], "the same sum of the same day: told twice, and paid once"
    pay(village, "60.00", "2025-05", name="supplement.csv")
    assert paid(village) == [6_000, 8_000, 12_000], "corrected; the other file says what it said"
    row = f"{NEIGHBOUR.number},{NEIGHBOUR.benefit},2025-05,200.00,2025-05-10"
    village.drop("payments", f"{PAID}\n{row}\n", "sent once more.csv")
    assert paid(village) == [6_000, 12_000], "what a correction tells of no more is gone, and no other file's"


def paid(village: Village) -> list[int]:
    return sorted(p.fen for p in people.payments_of(village.person(ONE.number)))
