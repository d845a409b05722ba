"""What a corrected visit or an upheld objection says of a suspension that stands (rules 10 and 22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.suspension.readiness import wrongly_suspended
from chalicelib.model import (
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionState,
    Visit,
    VisitOutcome,
)
from tests.engine.suspending import DUE, FIRST, SECOND, THIRD, the_record
from tests.events import RULES
from tests.people import PENSION, a_case, an_entitlement, an_objection, day

ON = day("2025-09-01")
CORRECTED = replace(SECOND, outcome=VisitOutcome.SEEN, corrected_by="worker")
DRAWN = (an_entitlement(status=EntitlementStatus.SUSPENDED), an_entitlement("farmland_subsidy"))


def wrong(*visits: Visit, **named: object) -> set[str]:
    record = the_record(visits=visits, entitlements=DRAWN, **named)
    return set(wrongly_suspended(record, a_case(DUE), RULES.policy, ON))


@pytest.mark.parametrize(
    ("visits", "lifted", "why"),
    [
        ((FIRST, SECOND, THIRD), set(), "three have failed"),
        ((FIRST, CORRECTED, THIRD), {PENSION}, "two are too few; what is paid is not lifted"),
        (
            (FIRST, replace(CORRECTED, about="2024-06-30"), THIRD),
            set(),
            "of another case: by which rule two were enough is not asked",
        ),
        (
            (replace(FIRST, corrected_by="worker"), SECOND, THIRD),
            set(),
            "it was corrected, and has failed all the same",
        ),
    ],
)
def test_too_few_visits_have_failed_once_one_is_corrected(
    visits: tuple[Visit, ...], lifted: set[str], why: str
) -> None:
    assert wrong(*visits) == lifted, why


@pytest.mark.parametrize(("decided", "lifted"), [("2025-08-20", {PENSION}), ("2025-07-24", set())])
def test_an_objection_upheld_since_it_was_ordered_counts_all_the_same(decided: str, lifted: set[str]) -> None:
    order = Instruction(
        PENSION,
        InstructionKind.SUSPEND,
        Month("2025-08"),
        15_000,
        "not certified",
        InstructionState.SEEN,
        day("2025-07-25"),
    )
    upheld = an_objection(ObjectionState.UPHELD, decided=day(decided), case=day(DUE))
    assert wrong(FIRST, SECOND, THIRD, objections=[upheld], instructions=[order]) == lifted
    assert wrong(FIRST, SECOND, THIRD, instructions=[order]) == set()
