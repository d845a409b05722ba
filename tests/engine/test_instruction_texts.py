"""What clerks read of an instruction: Chinese, yuan, months; the codes beside."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.engine.money.adjustment import adjustment
from chalicelib.engine.money.arrears import recovery_terms
from chalicelib.engine.money.overpayment import NOT_DUE
from chalicelib.engine.money.owed_to_heirs import SHOWN_BY
from chalicelib.engine.suspicion.reckoning import TO_HEIRS
from chalicelib.engine.texts import instruction_texts as texts
from chalicelib.model import (
    EntitlementStatus,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    Route,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import PENSION, a_record, a_suspicion, day

ON = day("2025-06-12")


def told(reason: str, kind: InstructionKind = InstructionKind.RESUME, fen: int = 15_000) -> Instruction:
    return Instruction(PENSION, kind, Month("2025-07"), fen, reason, InstructionState.ISSUED, ON)


SAID = {
    "certified again; arrears 2025-04…2025-05 2 × 150.00; 2025-06 20.00": (
        "已重新认证；补发2025年4月至2025年5月2个月每月150.00元；2025年6月20.00元"
    ),
    "certified again; arrears 0": "已重新认证；无须补发",
    "started again from 2025-04: what had ended it is over": "停发的原因已消除，自2025年4月起恢复",
    f"deceased, confirmed; {TO_HEIRS}; arrears 2025-01 150.00": (
        "本人去世，已核实；应付款项归继承人；补发2025年1月150.00元"
    ),
    f"{NOT_DUE}: 2025-02 200.00; {recovery_terms(RULES.benefit_on(PENSION, ON), 30)}": (
        "不应发放的月份已发放：2025年2月200.00元；先听取当事人意见，再作决定；"
        "先抵扣丧葬补助金，再抵扣个人账户余额；余额在30个工作日内退回"
    ),
    f"{TO_HEIRS}; {SHOWN_BY[HeirProof.KINSHIP]}": (
        "应付款项归继承人；已凭亲属关系证明核对继承人，不得再发入逝者账户"
    ),
    "paid otherwise than due; too little 2025-04 20.00; too much 2025-05 60.00; due a month 150.00": (
        "实发与应发不符；少发2025年4月20.00元；多发2025年5月60.00元；每月应发150.00元"
    ),
    "what nobody has foreseen": "what nobody has foreseen",
}


@pytest.mark.parametrize(("reason", "zh"), SAID.items())
def test_a_reason_is_said_in_chinese(reason: str, zh: str) -> None:
    assert texts.reason(told(reason)) == zh


def test_a_row_names_nobody_and_says_codes_beside_words() -> None:
    order = replace(told("certified again"), arrears=(Month("2025-04"), Month("2025-05")))
    row = dict(zip(texts.HEADER, texts.row(order, "P1", "城乡居民基本养老保险"), strict=True))
    assert row == {
        "待遇编号": "P1",
        "待遇项目": "城乡居民基本养老保险",
        "指令": "恢复发放并补发",
        "执行月份": "2025年7月",
        "金额（元）": "150.00",
        "涉及月份": "2025年4月至2025年5月",
        "原因": "已重新认证",
        "指令状态": "已下达",
        "下达日期": "2025-06-12",
        "待遇项目代码": "resident_pension",
        "指令代码": "resume",
        "指令状态代码": "issued",
        "指令编号": "2025-07#resident_pension#resume",
    }
    before = dict(zip(texts.HEADER, texts.announced(texts.row(order, "P1", "x")), strict=True))
    assert (before["指令状态"], before["指令状态代码"], before["指令编号"]) == ("尚未下达", "approved", "")


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (2_000, "调整发放金额（少发，应补发）"),
        (-6_000, "调整发放金额（多发，另行追回）"),
        (0, "调整发放金额"),
    ],
)
def test_an_adjustment_says_in_which_direction(fen: int, said: str) -> None:
    assert texts.kind(told("", InstructionKind.ADJUST, fen)) == said


def test_every_word_that_may_stand_there_is_known() -> None:
    assert texts.KINDS.keys() == set(InstructionKind)
    assert texts.STATES.keys() == set(InstructionState)
    assert texts.STATUSES.keys() == set(EntitlementStatus)
    assert texts.ROUTES.keys() == set(Route)


def test_what_is_told_of_a_wrong_amount_is_all_chinese() -> None:
    confirmed = a_suspicion(
        SuspicionKind.WRONG_AMOUNT, "2025-04-01", SuspicionState.CONFIRMED, benefit=PENSION, closed=ON
    )
    payments = [
        Payment(PENSION, Month("2025-04"), 21_000, ON),
        Payment(PENSION, Month("2025-05"), 14_000, ON),
    ]
    orders = adjustment(a_record(suspicions=[confirmed]), confirmed, payments, RULES, ON)
    assert len(orders) == 2
    for order in orders:
        assert not re.search("[A-Za-z]", texts.reason(order)), texts.reason(order)
