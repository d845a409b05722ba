"""Signs of life: too weak to certify, fresh enough to come once more (rule 10)."""

from __future__ import annotations

import pytest

from chalicelib.model import Evidence, StepOutcome, Visit
from tests.engine.suspending import EFFECTIVE_DAY, FIRST, SECOND, THIRD, approved, ready
from tests.people import a_visit, some_evidence

RIDE = some_evidence("bus_rides/ridden", "2025-06-20")
FOURTH = a_visit("2025-07-02 10:00", number=4)


@pytest.mark.parametrize(
    ("evidence", "visits", "step", "why"),
    [
        ([RIDE], [FIRST, SECOND, THIRD], StepOutcome.VISIT_NEEDED, "her own card, a week before the third"),
        ([RIDE], [FIRST, SECOND, THIRD, FOURTH], StepOutcome.SUSPEND, "somebody went once more"),
        (
            [some_evidence("bus_rides/ridden", "2025-04-27")],
            [FIRST, SECOND, THIRD],
            StepOutcome.SUSPEND,
            "sixty-one days before",
        ),
        (
            [some_evidence("bus_rides/ridden", "2025-07-30")],
            [FIRST, SECOND, THIRD, FOURTH],
            StepOutcome.SUSPEND,
            "once a period",
        ),
        (
            [some_evidence("gas_bills/paid", "2025-06-20")],
            [FIRST, SECOND, THIRD],
            StepOutcome.SUSPEND,
            "a direct debit outlives everybody",
        ),
        (
            [some_evidence("bus_rides/ridden", "2025-06-20", name="another")],
            [FIRST, SECOND, THIRD],
            StepOutcome.SUSPEND,
            "somebody else's name",
        ),
    ],
)
def test_a_sign_of_life_asks_for_one_more_visit(
    evidence: list[Evidence], visits: list[Visit], step: StepOutcome, why: str
) -> None:
    found = ready(approved(evidence=evidence, visits=visits), EFFECTIVE_DAY)
    assert found.step is step, why
    assert (found.reasons[0].code == "signs_of_life") is (step is StepOutcome.VISIT_NEEDED)
