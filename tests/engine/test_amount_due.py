"""Too little or too much, the underpaid first (rule 16)."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.facts import states_on
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.amount_due import Due, amount_due, amounts_of, differences, wrong_amounts
from chalicelib.engine.money.amounts_set import set_anew
from chalicelib.engine.money.arrears import Sum, arrears, as_rostered
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    Month,
    Payment,
    PersonRecord,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import PENSION, a_person, a_record, a_suspicion, an_entitlement, day, some_evidence

OLD = BenefitCode("old_age_allowance")
CLEARED = SuspicionState.CLEARED


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


def due(code: str, *items: Evidence, born: str = "1940-01-01", fen: int = 5_000) -> Due | None:
    drawn, month = an_entitlement(code, fen=fen), Month("2025-05")
    version = RULES.benefit_on(drawn.benefit, day("2025-05-01"))
    return amount_due(drawn, version, a_person(born), states_on(items, RULES, day("2025-05-01")), month)


def certificate(grade: str, **facts: str) -> Evidence:
    return some_evidence("disability_certificates/valid", "2025-01-01", grade=grade, **facts)


LISTED = some_evidence("low_income/listed", "2025-04-01", category="marginal")


@pytest.mark.parametrize(
    ("found", "fen", "rule", "why"),
    [
        (due("old_age_allowance"), 5_000, "amount/4", "85 years old"),
        (due("old_age_allowance", born="1965-01-01"), 0, "conditions/1", "60: too young for any band"),
        (due("family_planning_reward", born="1966-01-01"), 0, "conditions/1", "59: the band asks nothing"),
        (due("village_doctor_subsidy", born="1966-01-01"), 0, "conditions/1", "59, whatever the roster says"),
        (due("village_doctor_subsidy"), 5_000, "amount", "as the roster says"),
        (
            due("disability_living_subsidy", certificate("grade_3"), LISTED),
            7_500,
            "amount/2",
            "the second band",
        ),
        (
            due("disability_living_subsidy", certificate("grade_1", until="2025-04-30"), LISTED),
            0,
            "conditions/1",
            "the certificate has expired",
        ),
    ],
)
def test_the_amount_due_on_the_facts(found: Due | None, fen: int, rule: str, why: str) -> None:
    assert found is not None
    assert (found.fen, found.rule.partition("/")[2]) == (fen, rule), why
    assert found.may_not_draw is rule.startswith("conditions"), why


def test_what_nobody_has_said_leaves_the_amount_open() -> None:
    assert due("disability_living_subsidy") is None
    assert due("disability_living_subsidy", LISTED) is None
    assert due("outpatient_chronic") is None
    assert due("unsupported_children", born="2006-01-01") == Due(5_000, "unsupported_children/amount"), (
        "19, and nobody has said whether still at school"
    )


def test_where_no_band_fits_nothing_is_due() -> None:
    """The bands go from 80 up; with a condition that asks for less, 79 falls through all of them."""
    drawn = an_entitlement(OLD)
    version = RULES.benefit_on(OLD, day("2025-05-01")).model_copy(update={"conditions": ()})
    assert amount_due(drawn, version, a_person("1946-01-01"), {}, Month("2025-05")) == Due(
        0, "old_age_allowance/amount"
    )


def test_an_allowance_to_somebody_too_young_is_paid_too_much() -> None:
    young = an_entitlement(OLD, fen=5_000)
    (difference,) = differences(a_person("1965-01-01"), [young], [paid("2025-05", 5_000, OLD)], [], RULES)
    assert (difference.due.fen, difference.is_underpaid) == (0, False)


# --- what was withheld (rule 18) -------------------------------------------------------------------


def withheld(record: PersonRecord) -> Sum:
    """What March to August 2025 bring in arrears."""
    stopped = record.entitlements[0]
    return arrears(stopped, Month("2025-03"), Month("2025-09"), amounts=amounts_of(record, RULES))


def test_a_birthday_during_the_suspension_raises_the_arrears() -> None:
    """Ninety in June: three months at 50 yuan, three at 100."""
    owed = withheld(a_record(a_person("1935-06-01"), [an_entitlement(OLD, fen=5_000)]))
    assert owed.explained == "2025-03…2025-05 3 × 50.00; 2025-06…2025-08 3 × 100.00"
    assert owed.fen == 45_000


@pytest.mark.parametrize(
    ("record", "fen", "why"),
    [
        (a_record(), 15_000, "what the authority set"),
        (a_record(entitlements=[an_entitlement("disability_care_subsidy")]), 15_000, "no grade is known"),
        (a_record(entitlements=[an_entitlement(OLD)]), 15_000, "too young: nobody has looked yet"),
        (
            a_record(
                a_person("1940-01-01"),
                [an_entitlement(OLD)],
                suspicions=[a_suspicion(SuspicionKind.WRONG_AMOUNT, state=CLEARED, benefit=OLD)],
            ),
            15_000,
            "people have found the amount right",
        ),
        (
            a_record(
                a_person("1940-01-01"),
                [an_entitlement(OLD)],
                suspicions=[
                    a_suspicion(SuspicionKind.WRONG_AMOUNT, state=CLEARED, benefit=PENSION),
                    a_suspicion(SuspicionKind.WRONG_AMOUNT, benefit=OLD),
                    a_suspicion(SuspicionKind.DEATH, state=CLEARED),
                ],
            ),
            5_000,
            "of another benefit, or still open, or another question: the band",
        ),
    ],
)
def test_where_no_fact_says_more_the_roster_does(record: PersonRecord, fen: int, why: str) -> None:
    assert withheld(record).fen == 6 * fen, why


def test_a_disability_certificate_says_what_was_withheld() -> None:
    drawn = an_entitlement("disability_living_subsidy")
    record = a_record(entitlements=[drawn], evidence=[certificate("grade_3")])
    assert withheld(record).fen == 6 * 7_500
    refuted = a_suspicion(state=CLEARED, evidence=record.evidence[0].key)
    assert withheld(replace(record, suspicions=(refuted,))).fen == 6 * 15_000


RAISED = set_anew(set_anew(an_entitlement(fen=10_000), 12_000, Month("2025-03")), 15_000, Month("2025-05"))


@pytest.mark.parametrize(
    ("month", "fen"),
    [("2025-01", 10_000), ("2025-03", 10_000), ("2025-04", 12_000), ("2025-05", 12_000), ("2025-06", 15_000)],
)
def test_a_month_brings_what_the_authority_had_set_for_it(month: str, fen: int) -> None:
    record = a_record(a_person(), [RAISED])
    assert amounts_of(record, RULES)(RAISED, Month(month)) == fen
    assert as_rostered(RAISED, Month(month)) == fen
    assert differences(a_person(), [RAISED], [paid(month, fen)], [], RULES) == ()
    assert differences(a_person(), [RAISED], [paid(month, 15_000)], [], RULES) == (), (
        "paid at the new amount before the roster said so"
    )
    assert len(differences(a_person(), [RAISED], [paid(month, 9_000)], [], RULES)) == 1


@pytest.mark.parametrize(
    ("fen", "through", "earlier"),
    [
        (15_000, "2025-07", [("2025-03", 10_000), ("2025-05", 12_000)]),
        (12_000, "2025-06", [("2025-03", 10_000)]),
        (12_000, "2025-07", [("2025-03", 10_000), ("2025-05", 12_000), ("2025-07", 15_000)]),
        (16_000, "2025-05", [("2025-03", 10_000), ("2025-05", 12_000)]),
        (16_000, "2025-07", [("2025-03", 10_000), ("2025-05", 12_000), ("2025-07", 15_000)]),
    ],
    ids=[
        "the same again",
        "back after a month: a mistake",
        "withdrawn later",
        "twice in a month",
        "raised again",
    ],
)
def test_what_is_kept_of_amounts(fen: int, through: str, earlier: list[tuple[str, int]]) -> None:
    after = set_anew(RAISED, fen, Month(through))
    assert after.fen == fen
    assert [(amount.through, amount.fen) for amount in after.earlier] == earlier


def test_yuan_and_fen() -> None:
    assert (yuan(5), yuan(12_345)) == ("0.05", "123.45")
