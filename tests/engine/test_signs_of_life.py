"""Signs of life: too weak to certify, fresh enough to come once more (rule 10)."""

from __future__ import annotations

import pytest

from chalicelib.engine.suspension.signs_of_life import last_heard_of, sign_to_keep
from chalicelib.model import Evidence, StepOutcome, Visit
from tests.engine.judging import RULES
from tests.engine.suspending import DUE, EFFECTIVE_DAY, FIRST, SECOND, THIRD, approved, ready
from tests.people import a_case, a_record, a_visit, day, some_evidence

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


EARLIER = some_evidence("bus_rides/ridden", "2025-06-10")
BILL = some_evidence("gas_bills/paid", "2025-06-25")
UNHEARD = some_evidence("unheard_of/event", "2025-06-25")


@pytest.mark.parametrize(
    ("known", "visits", "kept", "why"),
    [
        ([], [FIRST], [RIDE], "the newest of them"),
        ([EARLIER], [FIRST], [], "one is enough"),
        ([some_evidence("bus_rides/ridden", "2025-04-01")], [FIRST], [RIDE], "an old one is none"),
        ([], [], [], "nobody has been sought in vain"),
    ],
)
def test_one_sign_is_kept_of_whoever_was_sought_in_vain(
    known: list[Evidence], visits: list[Visit], kept: list[Evidence], why: str
) -> None:
    record = approved(evidence=known, visits=visits, cases=[a_case(DUE)])
    found = sign_to_keep(record, [EARLIER, RIDE, BILL, UNHEARD], RULES, day("2025-06-27"))
    assert list(found) == kept, why
    assert sign_to_keep(record, [], RULES, day("2025-06-27")) == ()


def test_nobody_without_an_open_case_needs_one() -> None:
    record = approved(visits=[FIRST], cases=[])
    assert sign_to_keep(record, [RIDE], RULES, day("2025-06-27")) == ()


@pytest.mark.parametrize(
    ("evidence", "heard_of", "why"),
    [
        ([EARLIER, RIDE], "2025-06-20", "the last one"),
        ([EARLIER, BILL], "2025-06-10", "a bill says nothing of anybody"),
        ([some_evidence("hospital_inpatient/treated", "2025-06-01")], "2025-06-01", "strong ones too"),
        ([some_evidence("bus_rides/ridden", "2025-07-02")], None, "not before it happened"),
        ([UNHEARD], None, "nothing that a feed declares"),
    ],
)
def test_when_somebody_was_last_heard_of(evidence: list[Evidence], heard_of: str | None, why: str) -> None:
    found = last_heard_of(a_record(evidence=evidence), RULES, day("2025-07-01"))
    assert found == (None if heard_of is None else day(heard_of)), why
