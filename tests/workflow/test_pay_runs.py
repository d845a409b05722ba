"""Only what is seen in the payments counts as stopped (rule 23): a file shows it of those whom it covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.model import BenefitCode, Change, Instruction, InstructionKind, InstructionState, Month
from chalicelib.storage.dynamodb import people
from tests.workflow.village import Recipient, Village

ONE, NEIGHBOUR = Recipient(981), Recipient(982)
ELSEWHERE = Recipient(983, area="341621001001")
HEADER = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
PENSION = BenefitCode("resident_pension")
ISSUED = Instruction(
    PENSION, InstructionKind.SUSPEND, Month("2025-01"), 20_000, "", InstructionState.ISSUED, date(2025, 1, 1)
)


def paid(
    village: Village, name: str, *rows: tuple[Recipient, str], header: str = HEADER, more: str = ""
) -> None:
    lines = [f"{who.number},{who.benefit},2025-01,{yuan},2025-01-10{more}" for who, yuan in rows]
    village.put(f"hrss/payments/20250110/{name}", "\n".join([header, *lines, ""]).encode())


def told(village: Village, instruction: Instruction = ISSUED) -> None:
    change = Change("test", "test", village.sandbox.now(), instructions=(instruction,))
    people.change(village.person(ONE.number), lambda _: change)


def state(village: Village) -> InstructionState:
    return village.record(ONE.number).instructions[0].state


@pytest.fixture
def instructed(village: Village) -> Village:
    village.settle(ONE, NEIGHBOUR, ELSEWHERE)
    village.until(date(2025, 1, 11))
    told(village)
    return village


def test_a_run_that_pays_the_neighbours_shows_that_a_payment_has_stopped(instructed: Village) -> None:
    paid(instructed, "p.csv", (NEIGHBOUR, "200.00"), (ELSEWHERE, "200.00"))
    assert state(instructed) is InstructionState.SEEN


def test_a_run_of_another_county_shows_nothing(instructed: Village) -> None:
    paid(instructed, "341621.csv", (ELSEWHERE, "200.00"))
    assert state(instructed) is InstructionState.ISSUED
    paid(instructed, "341602.csv", (NEIGHBOUR, "200.00"))
    assert state(instructed) is InstructionState.SEEN


def test_rows_that_came_back_mended_show_nothing(instructed: Village) -> None:
    sent_back = f"{HEADER},行号,字段,错误码,错误说明"
    paid(
        instructed,
        "p.csv",
        (NEIGHBOUR, "200.00"),
        header=sent_back,
        more=",7,实发金额,money_unreadable,请更正",
    )
    assert state(instructed) is InstructionState.ISSUED


def test_whoever_was_paid_by_another_part_of_the_run_was_paid(instructed: Village) -> None:
    paid(instructed, "one.csv", (ONE, "200.00"))
    paid(instructed, "two.csv", (NEIGHBOUR, "200.00"))
    assert state(instructed) is InstructionState.ISSUED


def test_arrears_may_come_in_two_parts(instructed: Village) -> None:
    told(instructed, replace(ISSUED, kind=InstructionKind.RESUME, fen=60_000))
    paid(instructed, "one.csv", (ONE, "200.00"))
    states = {i.kind: i.state for i in instructed.record(ONE.number).instructions}
    assert states[InstructionKind.RESUME] is InstructionState.ISSUED
    the_rest = f"{HEADER}\n{ONE.number},{ONE.benefit},2025-01,400.00,2025-01-11\n"
    instructed.put("hrss/payments/20250111/two.csv", the_rest.encode())
    states = {i.kind: i.state for i in instructed.record(ONE.number).instructions}
    assert states[InstructionKind.RESUME] is InstructionState.SEEN


def test_what_no_run_can_ever_show_is_listed_for_a_person(instructed: Village) -> None:
    alone = replace(ISSUED, benefit=BenefitCode("veteran_pension"), issued=date(2024, 10, 1))
    told(instructed, alone)
    paid(instructed, "p.csv", (NEIGHBOUR, "200.00"))
    states = {i.benefit: i.state for i in instructed.record(ONE.number).instructions}
    assert states == {PENSION: InstructionState.SEEN, alone.benefit: InstructionState.LISTED}
