"""发放核对 · What a pay run shows of an instruction: done, not yet, or not after two runs, and then a person
looks (rule 23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, assert_never

from chalicelib.engine.money.account import Account
from chalicelib.engine.rules.policy import Policy
from chalicelib.model import Instruction, InstructionKind, InstructionState, Month

NOT_SEEN: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED)
STOPS: Final = (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
A_RUN: Final = 31  # days: months are paid one by one


@dataclass(frozen=True, slots=True)
class Run:
    """The first pay run of a file that an instruction concerns; `covers`: also who is not paid by it."""

    month: Month
    covers: bool


def shown(
    instruction: Instruction, run: Run, account: Account, paid: Mapping[Month, int], on: date
) -> Instruction:
    """An instruction after a pay run: seen in it, or as it was. `paid`: fen by month, as the files say.

    That nothing is paid is seen only in a run that pays others of the same county: a file for one county,
    or of rows sent again, shows nobody's payment to have stopped. Where nobody else draws the benefit no run
    ever shows it: then a person asks the authority.
    """
    if instruction.state not in (*NOT_SEEN, InstructionState.LISTED):
        return instruction
    got = paid.get(run.month, 0)
    match instruction.kind:
        case InstructionKind.SUSPEND | InstructionKind.PAUSE | InstructionKind.TERMINATE:
            is_seen = got == 0 and run.covers
        case InstructionKind.PAY_IN_PERSON:
            is_seen = got > 0 or run.covers  # collected, or the run has come and nobody has
        case InstructionKind.RESUME if instruction.arrears:
            is_seen = got > 0 and account.owed_by(instruction) == 0
        case InstructionKind.RESUME:
            is_seen = got >= max(1, instruction.fen)
        case InstructionKind.ADJUST:
            is_right = account.credited.get(run.month, 0) == account.due(run.month)
            is_seen = got > 0 and is_right and account.owed_by(instruction) == 0
        case InstructionKind.PAY_HEIRS:
            is_seen = account.owed_by(instruction) == 0
        case InstructionKind.RECOVER:
            is_seen = False  # no payment shows what was paid back
        case never:
            assert_never(never)
    return replace(instruction, state=InstructionState.SEEN, changed=on) if is_seen else instruction


def is_still_shown(instruction: Instruction, account: Account, paid: Mapping[Month, int]) -> bool:
    """Whether what was seen to have been paid still is, now that a corrected file has taken payments back."""
    match instruction.kind:
        case InstructionKind.RESUME:
            return any(m >= instruction.month and fen >= instruction.fen for m, fen in paid.items())
        case InstructionKind.ADJUST | InstructionKind.PAY_HEIRS:
            return account.owed_by(instruction) == 0
        case _:
            return True


def is_overdue(instruction: Instruction, policy: Policy, on: date) -> bool:
    """Whether as many pay runs have passed without showing an instruction as the policy says."""
    late = (on - instruction.issued).days > A_RUN * policy.pay_runs_until_listed
    return late and instruction.state in NOT_SEEN
