"""What people have found about the one person, and what may be said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

from chalicelib.model import (
    BenefitCode,
    EvidenceKey,
    FeedId,
    PersonId,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

OTHER: Final = PersonId("b" * 26)  # whose number was joined to theirs
ENDPOINTS: Final[tuple[tuple[str, str, Any], ...]] = (
    (
        "POST",
        "/v1/joining-doubts",
        {"person": "PERSON", "other": OTHER, "reason": "两人同时到窗口，各持证件"},
    ),
)


def one_person() -> Suspicion:
    """Two numbers, found to be one person's."""
    reason = Reason("two_numbers", "可能是本人号码变更。", "Perhaps their number has changed.")
    return Suspicion(
        SuspicionKind.TWO_NUMBERS,
        date(2025, 3, 20),
        date(2025, 3, 20),
        SuspicionState.CONFIRMED,
        None,
        reason,
        BenefitCode("resident_pension"),
        verified_by="somebody",
        closed=date(2025, 3, 28),
        other=OTHER,
    )


def ended_by_doubt() -> Suspicion:
    reason = Reason("doubted", "已不符合领取条件。", "Not entitled any more.")
    return Suspicion(
        SuspicionKind.DOUBTED,
        date(2025, 4, 20),
        date(2025, 4, 22),
        SuspicionState.CONFIRMED,
        None,
        reason,
        BenefitCode("unemployment_benefit"),
        verified_by="somebody",
        approved_by="somebody-else",
        closed=date(2025, 4, 28),
    )


def in_custody(accused: Suspicion, pension: BenefitCode) -> Suspicion:
    """Confirmed by two, and waiting for the authority that runs the pension."""
    return replace(
        accused,
        kind=SuspicionKind.CUSTODY,
        day=date(2025, 6, 28),
        state=SuspicionState.CONFIRMED,
        evidence=EvidenceKey(date(2025, 6, 28), FeedId("custody"), "sentence"),
        reason=Reason("custody", "服刑。", "In custody."),
        verify_by=date(2025, 7, 14),
        level=2,
        verified_by="somebody",
        approved_by="somebody-else",
        closed=date(2025, 6, 30),
        ends=(pension,),
        waiting=None,
    )
