"""What a suspension withheld before something else ended the payment (rules 15 and 18)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.money.account import WITHHELD
from chalicelib.engine.money.adjustment import amended
from chalicelib.engine.money.paid_in_person import with_uncollected
from chalicelib.engine.suspicion.reckoning import account
from chalicelib.engine.suspicion.withheld_before_end import paid_once_seen, withheld
from chalicelib.engine.texts.instruction_texts import reason
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    Instruction,
    InstructionKind,
    InstructionState,
    Interruption,
    Month,
    Payment,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model.evidence import ANOTHER, NAME_SENT
from tests.engine.judging import RULES
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, day, some_evidence

ON = day("2025-11-05")
AUGUST, SEPTEMBER, OCTOBER = Month("2025-08"), Month("2025-09"), Month("2025-10")
UNWILLING = "home_visits/refused_in_person"
COUNTER, STAY, RIDE = "counter/certified", "hospital_inpatient/admitted", "bus_rides/ridden"
TERMINATED = EntitlementStatus.TERMINATED
SUSPENDED_FROM_AUGUST = Instruction(
    PENSION, InstructionKind.SUSPEND, AUGUST, 20_000, "x", InstructionState.SEEN, day("2025-07-21")
)
DRAWN_TWICE = replace(
    a_suspicion(SuspicionKind.DOUBLE_RECEIPT, "2025-09-15", SuspicionState.CONFIRMED, benefit=PENSION),
    closed=day("2025-09-20"),
)


def ended(*evidence: Evidence, **named: object) -> PersonRecord:
    """Suspended from August, and ended from October because of another pension."""
    given: dict[str, object] = {
        "entitlements": [an_entitlement(status=TERMINATED, stopped_from="2025-08", fen=20_000)],
        "suspicions": [DRAWN_TWICE],
        "instructions": [SUSPENDED_FROM_AUGUST],
        "evidence": evidence,
        **named,
    }
    return a_record(**given)  # type: ignore[arg-type]


def seen(what: str = COUNTER, on: str = "2025-11-04") -> Evidence:
    return some_evidence(what, on)


def told(record: PersonRecord, *payments: Payment) -> list[tuple[str, int, tuple[str, ...], tuple[str, ...]]]:
    return [(i.month, i.fen, i.arrears, i.held) for i in paid_once_seen(record, payments, RULES, ON)]


def paid(month: Month, fen: int = 20_000) -> Payment:
    return Payment(PENSION, month, fen, day(f"{month}-10"))


BOTH = [("2025-12", 40_000, (AUGUST, SEPTEMBER), ())]


@pytest.mark.parametrize(
    ("record", "months"),
    [
        pytest.param(ended(), (AUGUST, SEPTEMBER), id="suspended, then ended"),
        pytest.param(ended(instructions=[]), (), id="never suspended"),
        pytest.param(
            ended(entitlements=[an_entitlement(status=EntitlementStatus.SUSPENDED, stopped_from="2025-08")]),
            (),
            id="suspended only: certifying resumes it",
        ),
        pytest.param(
            ended(
                entitlements=[
                    replace(
                        an_entitlement(status=TERMINATED, stopped_from="2025-08"),
                        interruptions=(Interruption(AUGUST, AUGUST, "custody#2025-07-01"),),
                    )
                ]
            ),
            (SEPTEMBER,),
            id="in prison in August",
        ),
        pytest.param(
            ended(
                entitlements=[
                    an_entitlement("outpatient_chronic", status=TERMINATED, stopped_from="2025-08"),
                ],
                instructions=[replace(SUSPENDED_FROM_AUGUST, benefit=BenefitCode("outpatient_chronic"))],
            ),
            (),
            id="a fee relief has no months",
        ),
    ],
)
def test_the_months_of_the_suspension_before_the_end(record: PersonRecord, months: tuple[Month, ...]) -> None:
    (entitlement,) = record.entitlements
    assert withheld(record, entitlement, RULES, ON) == months


@pytest.mark.parametrize(
    ("record", "orders"),
    [
        pytest.param(ended(seen()), BOTH, id="at the counter"),
        pytest.param(ended(seen(STAY)), BOTH, id="in hospital"),
        pytest.param(ended(seen(STAY, "2025-08-01")), BOTH, id="on the first day withheld"),
        pytest.param(ended(seen(STAY, "2025-07-31")), BOTH, id="before it, which would have certified"),
        pytest.param(ended(seen(STAY, "2024-08-02")), BOTH, id="through the first day withheld"),
        pytest.param(ended(seen(STAY, "2024-08-01")), [], id="a year before, which ended on its eve"),
        pytest.param(ended(seen(RIDE, "2025-07-31")), [], id="a ride before it"),
        pytest.param(ended(seen(UNWILLING, "2025-05-02")), BOTH, id="unwilling, three months before it"),
        pytest.param(ended(seen(UNWILLING, "2025-05-01")), [], id="unwilling, which ended on its eve"),
        pytest.param(ended(seen(RIDE)), [], id="a ride, which somebody else may have made"),
        pytest.param(ended(replace(seen(STAY), facts={NAME_SENT: ANOTHER})), [], id="under another name"),
        pytest.param(ended(), [], id="nobody has seen them"),
        pytest.param(
            ended(
                seen(),
                suspicions=[DRAWN_TWICE, a_suspicion(SuspicionKind.DEATH, "2025-10-01", evidence=None)],
            ),
            [],
            id="somebody says that they died",
        ),
    ],
)
def test_they_are_paid_once_the_person_is_seen(
    record: PersonRecord, orders: list[tuple[str, int, tuple[str, ...], tuple[str, ...]]]
) -> None:
    assert told(record) == orders


def test_what_the_bank_has_paid_all_the_same_is_not_paid_again() -> None:
    assert told(ended(seen()), paid(AUGUST)) == [("2025-12", 20_000, (SEPTEMBER,), ())]
    assert told(ended(seen()), paid(AUGUST), paid(SEPTEMBER)) == []


def test_more_than_three_months_on_one_persons_word_wait_for_a_second() -> None:
    earlier = replace(SUSPENDED_FROM_AUGUST, month=Month("2025-05"), issued=day("2025-04-21"))
    drawn = an_entitlement(status=TERMINATED, stopped_from="2025-05", fen=20_000)
    alone = replace(seen(), facts={"by": "officer", "document": "seen"})
    ((_, fen, now, held),) = told(ended(alone, entitlements=[drawn], instructions=[earlier]))
    assert (fen, now, held) == (60_000, ("2025-05", "2025-06", "2025-07"), (AUGUST, SEPTEMBER))


def ordered() -> tuple[PersonRecord, Instruction]:
    (order,) = paid_once_seen(ended(seen()), [], RULES, ON)
    return ended(seen(), instructions=[SUSPENDED_FROM_AUGUST, order]), order


def test_ordered_once_it_is_not_ordered_again_not_even_called_off() -> None:
    after, order = ordered()
    assert told(after) == []
    off = replace(order, state=InstructionState.CANCELLED)
    assert told(ended(seen(), instructions=[SUSPENDED_FROM_AUGUST, off])) == []


def test_no_resumption_pays_the_same_months_as_well() -> None:
    after, order = ordered()
    months = (AUGUST, SEPTEMBER, OCTOBER)
    assert with_uncollected(after, PENSION, months, Month("2025-11")) == (OCTOBER,)
    off = replace(order, state=InstructionState.CANCELLED)
    called_off = ended(seen(), instructions=[SUSPENDED_FROM_AUGUST, off])
    assert with_uncollected(called_off, PENSION, months, Month("2025-11")) == months


def test_a_late_file_amends_it_and_it_still_says_what_it_is() -> None:
    after, order = ordered()
    assert order.reason == f"{WITHHELD}; arrears 2025-08…2025-09 2 × 200.00"
    payments = [paid(AUGUST)]
    drawn = account(after, after.entitlements[0], payments, RULES, ON)
    (now,) = amended(after, drawn, payments, RULES, ON)
    assert (now.fen, now.reason) == (20_000, f"{WITHHELD}; arrears 2025-09 200.00")
    assert reason(now) == (
        "停发以前因未认证暂停的月份，现已见到本人；只补发这些月份，不恢复发放；补发2025年9月200.00元"
    )
