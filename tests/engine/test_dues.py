"""Too little or too much, the underpaid first (rule 16)."""

from dataclasses import replace

import pytest

from chalicelib.engine.dues import differences, wrong_amounts
from chalicelib.engine.reasons import yuan
from chalicelib.model import BenefitCode, EntitlementStatus, Month, Payment, SuspicionKind
from tests.events import RULES
from tests.people import PENSION, a_person, an_entitlement, day

OLD = BenefitCode("old_age_allowance")


def paid(month: str, fen: int, benefit: BenefitCode = PENSION) -> Payment:
    return Payment(benefit, Month(month), fen, day("2025-07-01"))


HERS = [an_entitlement(), an_entitlement(OLD, fen=5_000)]
HER = a_person("1940-01-01")


def test_paid_as_due_is_no_finding() -> None:
    payments = [paid("2025-05", 10_000), paid("2025-05", 5_000), paid("2025-05", 5_000, OLD)]
    assert differences(HER, HERS, payments, [], RULES) == ()


def test_the_underpaid_come_first_and_each_benefit_is_one_finding() -> None:
    payments = [paid("2025-04", 16_000), paid("2025-05", 14_000), paid("2025-04", 6_000, OLD)]
    found = differences(HER, HERS, payments, [], RULES)
    assert [(d.benefit, d.month) for d in found] == [
        (PENSION, "2025-05"), (OLD, "2025-04"), (PENSION, "2025-04")
    ]  # fmt: skip
    pension, allowance = wrong_amounts(found, RULES)
    assert pension.kind is SuspicionKind.WRONG_AMOUNT
    assert "应发150.00元，实发140.00元，少发10.00元" in pension.reason.zh
    assert "60.00 paid, 10.00 too much" in allowance.reason.en
    assert allowance.reason.rule == "old_age_allowance/amount/4"


def test_what_people_have_looked_into_is_not_found_again() -> None:
    (difference,) = differences(HER, HERS, [paid("2025-05", 14_000)], [], RULES)
    again = differences(HER, HERS, [paid("2025-05", 14_000)], [], RULES, refuted=frozenset({difference.key}))
    assert again == ()


def test_two_benefits_wrong_in_one_month_are_two_suspicions() -> None:
    found = differences(HER, HERS, [paid("2025-05", 1), paid("2025-05", 1, OLD)], [], RULES)
    days = [finding.day for finding in wrong_amounts(found, RULES)]
    assert sorted(days) == [day("2025-05-01"), day("2025-05-02")]


@pytest.mark.parametrize(
    ("month", "found", "why"),
    [
        ("2018-04", False, "the month of the grant is often a part of one"),
        ("2018-05", True, "the first whole month"),
        ("2025-05", True, "the last month before it was stopped"),
        ("2025-06", False, "stopped: what is paid then is overpaid, and counted elsewhere"),
    ],
)
def test_which_months_are_compared(month: str, found: bool, why: str) -> None:
    stopped = replace(an_entitlement(), status=EntitlementStatus.SUSPENDED, stopped_from=Month("2025-06"))
    assert bool(differences(HER, [stopped], [paid(month, 1)], [], RULES)) is found, why


def test_nothing_monthly_is_compared_with_nothing() -> None:
    relief = an_entitlement("outpatient_chronic", fen=0)
    assert (
        differences(HER, [relief], [paid("2025-05", 1, BenefitCode("outpatient_chronic"))], [], RULES) == ()
    )


def test_an_allowance_to_somebody_too_young_has_no_amount() -> None:
    young = an_entitlement(OLD, fen=5_000)
    assert differences(a_person("1960-01-01"), [young], [paid("2025-05", 1, OLD)], [], RULES) == ()


def test_yuan_and_fen() -> None:
    assert (yuan(5), yuan(12_345)) == ("0.05", "123.45")
