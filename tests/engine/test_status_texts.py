"""What the status says of a benefit that is over: since when, and since when nothing came before that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.money.account import WITHHELD
from chalicelib.engine.texts.status_texts import what_holds
from chalicelib.model import EntitlementStatus, Instruction, InstructionKind, InstructionState, Month
from tests.people import PENSION, a_person, a_record, an_entitlement, day

ON = day("2025-10-20")
SUSPEND, PAUSE, TERMINATE = InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE
ISSUED, CANCELLED = InstructionState.ISSUED, InstructionState.CANCELLED
ENDED, PAUSED = EntitlementStatus.TERMINATED, EntitlementStatus.PAUSED


def told(kind: InstructionKind, month: str, state: InstructionState = ISSUED) -> Instruction:
    return Instruction(PENSION, kind, Month(month), 15_000, "x", state, day(f"{month}-01"))


def withheld(month: str, state: InstructionState = ISSUED) -> Instruction:
    """An order to pay a month that a suspension had withheld before the end."""
    reason, issued = f"{WITHHELD}: x", day("2025-10-05")
    order = Instruction(PENSION, InstructionKind.ADJUST, Month("2025-10"), 0, reason, state, issued)
    return replace(order, arrears=(Month(month),))


@pytest.mark.parametrize(
    ("status", "stopped", "orders", "zh", "en"),
    [
        (ENDED, "2025-05", [told(TERMINATE, "2025-05")], "待遇自2025年5月起终止。", "over since 2025-05."),
        (
            ENDED,
            "2025-08",
            [told(SUSPEND, "2025-08"), told(TERMINATE, "2025-09")],
            "待遇自2025年8月起未发，自2025年9月起终止。",
            "not paid since 2025-08, over since 2025-09.",
        ),
        (
            PAUSED,
            "2025-08",
            [told(SUSPEND, "2025-08"), told(PAUSE, "2025-09")],
            "待遇自2025年8月起未发，自2025年9月起中止发放。",
            "not paid since 2025-08, paused since 2025-09.",
        ),
        (
            ENDED,
            "2025-08",
            [told(TERMINATE, "2025-10", CANCELLED)],
            "待遇自2025年8月起终止。",
            "over since 2025-08.",
        ),
        (
            ENDED,
            "2025-08",
            [told(SUSPEND, "2025-08"), told(TERMINATE, "2025-09"), withheld("2025-08")],
            "待遇自2025年9月起终止。",
            "over since 2025-09.",
        ),
        (
            ENDED,
            "2025-08",
            [told(SUSPEND, "2025-08"), told(TERMINATE, "2025-09"), withheld("2025-08", CANCELLED)],
            "待遇自2025年8月起未发，自2025年9月起终止。",
            "not paid since 2025-08, over since 2025-09.",
        ),
        (
            ENDED,
            "2025-08",
            [told(SUSPEND, "2025-08"), told(TERMINATE, "2025-09"), withheld("2024-03")],
            "待遇自2025年8月起未发，自2025年9月起终止。",
            "not paid since 2025-08, over since 2025-09.",
        ),
        (ENDED, "2025-08", [], "待遇自2025年8月起终止。", "over since 2025-08."),
        (ENDED, None, [], "待遇终止。", "over."),
    ],
)
def test_it_says_since_when_it_is_over_and_since_when_nothing_came(
    status: EntitlementStatus, stopped: str | None, orders: list[Instruction], zh: str, en: str
) -> None:
    drawn: Any = an_entitlement(status=status, stopped_from=stopped and Month(stopped))
    record = a_record(a_person(), [drawn], instructions=orders)
    assert what_holds(drawn, record, ON) == (zh, en)
