"""追回登记 · Request bodies of what was paid too much, and of what is owed to heirs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.api.bodies import Body, Day, PlainText, names_nobody
from chalicelib.model import HearingAnswer, HeirProof, RecoveryState


class HearingReport(Body):
    """What those concerned said about what was paid too much; their own words stay on paper."""

    answer: HearingAnswer


Reference = Annotated[
    str, Field(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$"), AfterValidator(names_nobody)
]
Fen = Annotated[int, Field(ge=1, le=1_000_000_000)]


class RecoveryDecision(Body):
    """Why it is to come back, and what there is to set off; `reference` is the decision's own number."""

    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]
    reference: Reference
    funeral_grant_fen: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    account_balance_fen: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0


class InstalmentPlan(Body):
    """How many monthly parts were agreed, and when the first is due."""

    number: Annotated[int, Field(ge=2, le=36)]
    first: Day


class MoneyReport(Body):
    """Money that moved, in fen; `reference` is the bank's or the receipt's own."""

    fen: Fen
    on: Day
    reference: Reference


class HowClosed(StrEnum):
    """What becomes of what does not come back."""

    WRITTEN_OFF = RecoveryState.WRITTEN_OFF
    PASSED_ON = RecoveryState.PASSED_ON


class ClosingProposal(Body):
    """Why what is left is written off, or passed on for fraud, and then to whom."""

    how: HowClosed
    reason: Annotated[PlainText, Field(min_length=2, max_length=200)]


class HeirsShown(Body):
    """By what somebody showed that they are an heir; `reference` is the file's own number."""

    proof: HeirProof
    reference: Reference
