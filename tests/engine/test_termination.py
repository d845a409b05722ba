"""What a confirmed suspicion ends, and from which month (rules 13, 15, 19)."""

import pytest

from chalicelib.engine.suspicion.termination import ending
from chalicelib.model import EntitlementStatus, InstructionKind, Month, SuspicionKind
from tests.events import RULES
from tests.people import PENSION, a_key, a_suspicion, an_entitlement, day

ON = day("2025-06-10")
DRAWN = (an_entitlement(), an_entitlement("outpatient_chronic"))


def ended(suspicion: object, drawn: tuple = DRAWN) -> list[tuple[str, str, str, str]]:  # type: ignore[type-arg]
    found = ending(suspicion, drawn, RULES, ON)  # type: ignore[arg-type]
    return [(e.entitlement.benefit, e.instruction, e.from_month, e.entitlement.status) for e in found]


def test_a_death_ends_everything_after_the_month_of_death() -> None:
    assert ended(a_suspicion(SuspicionKind.DEATH, "2025-05-31")) == [
        (PENSION, InstructionKind.TERMINATE, "2025-06", EntitlementStatus.TERMINATED),
        ("outpatient_chronic", InstructionKind.TERMINATE, "2025-06", EntitlementStatus.TERMINATED),
    ]


def test_double_receipt_ends_the_benefit_that_it_concerns() -> None:
    suspicion = a_suspicion(SuspicionKind.DOUBLE_RECEIPT, "2025-03-01", benefit=PENSION)
    assert ended(suspicion) == [(PENSION, InstructionKind.TERMINATE, "2025-04", EntitlementStatus.TERMINATED)]


@pytest.mark.parametrize(("decided", "first"), [("2025-06-24", "2025-07"), ("2025-06-26", "2025-08")])
def test_what_a_person_asks_to_stop_stops_with_the_next_pay_run_that_is_open(
    decided: str, first: str
) -> None:
    asked = a_suspicion(
        SuspicionKind.STOP_ASKED, "2025-06-02", evidence=None, benefit=PENSION, closed=day(decided)
    )
    assert ended(asked) == [(PENSION, InstructionKind.TERMINATE, first, EntitlementStatus.TERMINATED)]


@pytest.mark.parametrize(
    ("event", "instruction", "status"),
    [
        ("sentence", InstructionKind.TERMINATE, EntitlementStatus.TERMINATED),
        ("awaiting_judgment", InstructionKind.PAUSE, EntitlementStatus.PAUSED),
    ],
)
def test_custody_ends_or_pauses_what_names_its_code(
    event: str, instruction: InstructionKind, status: EntitlementStatus
) -> None:
    evidence = a_key(f"custody/{event}", "2025-03-10")
    suspicion = a_suspicion(SuspicionKind.CUSTODY, "2025-03-10", evidence=evidence)
    assert ended(suspicion) == [(PENSION, instruction, "2025-04", status)]


@pytest.mark.parametrize(
    "suspicion",
    [
        a_suspicion(SuspicionKind.CONTRADICTION),
        a_suspicion(SuspicionKind.CUSTODY, evidence=None),
        a_suspicion(SuspicionKind.CUSTODY, evidence=a_key("custody/outside_prison", "2025-03-10")),
        a_suspicion(
            SuspicionKind.DOUBLE_RECEIPT,
            benefit=PENSION,
            evidence=a_key(f"roster/{PENSION}.twice", "2025-03-10"),
        ),
        a_suspicion(SuspicionKind.WRONG_AMOUNT, benefit=PENSION),
    ],
    ids=["contradiction", "custody without a record", "outside prison", "two lines", "wrong amount"],
)
def test_what_ends_nothing(suspicion: object) -> None:
    assert ended(suspicion) == []


def test_what_has_ended_does_not_end_again() -> None:
    assert ended(a_suspicion(), (an_entitlement(status=EntitlementStatus.TERMINATED),)) == []


def test_a_suspended_payment_keeps_its_first_month_not_paid() -> None:
    """What was withheld in life is still owed (to the heirs)."""
    suspended = an_entitlement(status=EntitlementStatus.SUSPENDED, stopped_from=Month("2025-03"))
    (only,) = ending(a_suspicion(SuspicionKind.DEATH, "2025-05-10"), [suspended], RULES, ON)
    assert (only.entitlement.stopped_from, only.from_month) == ("2025-03", "2025-06")
    assert only.reason == "deceased, confirmed"
