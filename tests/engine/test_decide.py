"""What the evidence makes of an entitlement: the truth table of rule 7 and what goes with it."""

from datetime import timedelta

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.errors import NotFoundError
from chalicelib.model import (
    EntitlementStatus,
    Evidence,
    KeyGroup,
    Outcome,
    Route,
)
from tests.engine.judging import DEATH, LATER_STRONG, ON, RETIRED, SENTENCE, STRONG, VISIT, WEAK, judged
from tests.events import RULES
from tests.people import PENSION, a_key, a_person, an_entitlement, day, some_evidence

HUNDRED = a_person("1925-01-01")


@pytest.mark.parametrize(
    ("evidence", "outcome", "through", "why"),
    [
        ((), Outcome.INSUFFICIENT, "2024-12-31", "nothing: what the authority stated stands, and has ended"),
        ((STRONG,), Outcome.STRONG, "2026-04-30", "one strong item suffices, from the day it happened"),
        (WEAK, Outcome.WEAK, "2025-08-26", "weak items in combination, three months from the last ride"),
        (WEAK[:2], Outcome.INSUFFICIENT, "2024-12-31", "rides alone never certify"),
        ((STRONG, *WEAK), Outcome.STRONG, "2026-04-30", "strong before weak"),
        ((DEATH,), Outcome.CONTRADICTED, "2024-12-31", "a death certifies nothing and shortens nothing"),
        ((STRONG, DEATH), Outcome.CONTRADICTED, "2024-12-31", "not even earlier presence extends meanwhile"),
        (
            (some_evidence("home_visits/seen", "2025-05-20"), DEATH),
            Outcome.CONTRADICTED,
            "2026-05-19",
            "whom people had seen before stays seen",
        ),
        ((*WEAK, DEATH), Outcome.CONTRADICTED, "2024-12-31", "weak items certify nothing under suspicion"),
        (
            (LATER_STRONG, DEATH),
            Outcome.CONTRADICTED,
            "2024-12-31",
            "presence after the death does not count",
        ),
        (
            (VISIT, DEATH),
            Outcome.CONTRADICTED,
            "2024-12-31",
            "not even a visit, until people have cleared it",
        ),
        ((STRONG, SENTENCE), Outcome.CONTRADICTED, "2026-04-30", "custody likewise"),
        ((LATER_STRONG, SENTENCE), Outcome.CONTRADICTED, "2024-12-31", "presence in custody does not count"),
        ((STRONG, RETIRED), Outcome.CONTRADICTED, "2026-04-30", "double receipt says nothing of presence"),
        ((LATER_STRONG, RETIRED), Outcome.CONTRADICTED, "2026-06-04", "not even of later presence"),
        ((*WEAK, RETIRED), Outcome.CONTRADICTED, "2024-12-31", "but it blocks weak certification (rule 13)"),
        (
            (STRONG, some_evidence("custody/suspended_sentence", "2025-06-02")),
            Outcome.STRONG,
            "2026-04-30",
            "a suspended sentence ends nothing",
        ),
        (
            (STRONG, some_evidence("hospital_inpatient/discharged", "2025-06-05")),
            Outcome.STRONG,
            "2026-04-30",
            "a discharge is no presence",
        ),
        ((some_evidence("unheard/of", "2025-06-01"),), Outcome.INSUFFICIENT, "2024-12-31", "an unknown feed"),
        (
            (some_evidence("hospital_inpatient/admitted", "2024-05-01"),),
            Outcome.INSUFFICIENT,
            "2025-04-30",
            "strong, and ended",
        ),
    ],
)
def test_truth_table(evidence: tuple[Evidence, ...], outcome: Outcome, through: str, why: str) -> None:
    (verdict,) = judged(*evidence).verdicts
    assert (verdict.outcome, verdict.valid_until) == (outcome, day(through)), why


@pytest.mark.parametrize(
    ("evidence", "through", "route", "why"),
    [
        ((STRONG,), "2024-12-31", None, "never silently"),
        ((VISIT,), "2025-12-07", Route.VISIT, "by hand is always open, for six months at that age"),
        ((DEATH, VISIT), "2024-12-31", None, "excluded before contradicted"),
    ],
)
def test_excluded_is_never_certified_silently(
    evidence: tuple[Evidence, ...], through: str, route: Route | None, why: str
) -> None:
    (verdict,) = judged(*evidence, person=HUNDRED, benefit="old_age_allowance").verdicts
    assert (verdict.outcome, verdict.valid_until, verdict.route) == (Outcome.EXCLUDED, day(through), route), (
        why
    )
    assert verdict.reasons[0].code == "excluded"


def test_a_condition_that_does_not_hold_asks_for_a_person() -> None:
    (verdict,) = judged(STRONG, benefit="old_age_allowance").verdicts
    assert (verdict.outcome, verdict.reasons[0].code) == (Outcome.EXCLUDED, "condition_unmet")
    assert "第三十三条" in verdict.reasons[0].zh


def test_a_condition_that_holds_changes_nothing() -> None:
    (verdict,) = judged(STRONG, person=a_person("1940-01-01"), benefit="old_age_allowance").verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, day("2026-01-31"))


def test_one_certification_serves_every_benefit() -> None:
    codes = [
        "resident_pension",
        "land_loss_pension",
        "veteran_subsidy",
        "village_doctor_subsidy",
        "outpatient_chronic",
    ]
    decision = decide(a_person(), [an_entitlement(code) for code in codes], [STRONG], RULES, ON)
    assert [verdict.benefit for verdict in decision.verdicts] == codes
    assert {verdict.valid_until for verdict in decision.verdicts} == {day("2026-04-30")}
    assert decision.verdict_for(PENSION).evidence == (STRONG.key,)


@pytest.mark.parametrize("status", list(EntitlementStatus))
def test_every_status_gets_a_verdict(status: EntitlementStatus) -> None:
    (verdict,) = judged(STRONG, status=status).verdicts
    assert verdict.valid_until == day("2026-04-30")


def test_a_benefit_that_nobody_declared_is_named() -> None:
    with pytest.raises(NotFoundError, match="free_lunch"):
        judged(benefit="free_lunch")


@pytest.mark.parametrize(
    ("on", "outcome", "why"),
    [
        ("2025-04-30", Outcome.INSUFFICIENT, "the day before: still in the future, and ignored"),
        ("2025-05-01", Outcome.STRONG, "the day itself"),
        ("2026-04-30", Outcome.STRONG, "the last day, inclusive"),
        ("2026-05-01", Outcome.INSUFFICIENT, "the day after"),
    ],
)
def test_strong_evidence_lives_from_its_day_through_its_last(on: str, outcome: Outcome, why: str) -> None:
    assert judged(STRONG, on=day(on)).verdicts[0].outcome is outcome, why


@pytest.mark.parametrize(
    ("on", "outcome"), [("2025-08-26", Outcome.WEAK), ("2025-08-27", Outcome.INSUFFICIENT)]
)
def test_weak_evidence_lives_through_its_last_day(on: str, outcome: Outcome) -> None:
    (verdict,) = judged(*WEAK, on=day(on)).verdicts
    assert (verdict.outcome, verdict.valid_until) == (outcome, day("2025-08-26"))


def test_what_the_authority_stated_reaches_further() -> None:
    (verdict,) = judged(STRONG, certified_until="2026-05-01").verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, day("2026-05-01"))
    assert (verdict.route, verdict.evidence) == (None, ())
    assert [reason.code for reason in verdict.reasons] == ["strong", "authority"]


def test_evidence_that_reaches_exactly_as_far_is_named() -> None:
    (verdict,) = judged(STRONG, certified_until="2026-04-30").verdicts
    assert (verdict.route, verdict.evidence) == (Route.SILENT, (STRONG.key,))


def test_weak_evidence_may_reach_further_than_strong_that_still_lives() -> None:
    nearly_over = some_evidence("hospital_inpatient/admitted", "2024-06-20")
    (verdict,) = judged(nearly_over, *WEAK).verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, day("2025-08-26"))
    assert verdict.evidence == tuple(sorted(item.key for item in WEAK))
    assert [reason.code for reason in verdict.reasons] == ["strong", "weak"]


# --- reasons -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "codes", "why"),
    [
        ((), ["no_evidence"], "nothing known"),
        (WEAK[:2], ["one_trace"], "rides only"),
        (WEAK[1:], ["too_few_points"], "80 of 100"),
        ((some_evidence("home_visits/seen", "2024-05-01"),), ["ran_out", "no_evidence"], "an old visit"),
        ((*WEAK, DEATH), ["death", "weak_blocked"], "weak and blocked"),
        ((STRONG, RETIRED), ["double_receipt", "strong"], "drawn twice, and there"),
    ],
)
def test_reasons_in_order_of_weight(evidence: tuple[Evidence, ...], codes: list[str], why: str) -> None:
    (verdict,) = judged(*evidence).verdicts
    assert [reason.code for reason in verdict.reasons] == codes, why


def test_what_weak_records_cannot_lengthen_is_not_told_by_them() -> None:
    (verdict,) = judged(STRONG, *WEAK).verdicts
    assert [reason.code for reason in verdict.reasons] == ["strong"]


def test_an_old_combination_is_said_to_have_ended() -> None:
    (verdict,) = judged(*WEAK, on=day("2025-12-01")).verdicts
    assert [reason.code for reason in verdict.reasons] == ["ran_out"]


def test_reasons_name_the_record_in_words_and_never_a_number() -> None:
    (reason,) = judged(STRONG).verdicts[0].reasons
    assert reason.zh == "2025年5月1日的“住院（入院）”记录足以证明本人情况，认证有效至2026年4月30日。"
    assert reason.evidence == STRONG.key


def test_a_grave_illness_shortens() -> None:
    person = a_person(key_groups=[KeyGroup.GRAVELY_ILL])
    assert judged(STRONG, person=person).verdicts[0].valid_until == day("2026-01-31")


def test_the_decision_names_its_rules_and_its_day() -> None:
    decision = judged(STRONG)
    assert (decision.rules, decision.on, decision.person) == (RULES.version, ON, "A" * 26)


def test_of_one_key_with_two_facts_always_the_same_is_taken() -> None:
    short = some_evidence("custody/sentence", "2025-01-10", until="2025-05-31")
    long_ = some_evidence("custody/sentence", "2025-01-10", until="2025-06-30")
    assert judged(short, long_, *WEAK) == judged(long_, short, *WEAK)


def test_stored_valid_until_decides_nothing() -> None:
    stored = an_entitlement(valid_until=ON + timedelta(days=300))
    (verdict,) = decide(a_person(), [stored], [], RULES, ON).verdicts
    assert verdict.valid_until == day("2024-12-31")
    assert a_key("hospital_inpatient/admitted", "2025-05-01") == STRONG.key


def test_of_two_that_carry_equally_far_the_strong_one_is_told() -> None:
    visit = some_evidence("home_visits/seen", "2024-05-27")
    ride, other = (some_evidence("bus_rides/ridden", f"2025-02-{number}") for number in (20, 27))
    (verdict,) = judged(
        visit, ride, other, some_evidence("pharmacy_purchases/bought", "2025-02-24"), on=day("2025-06-10")
    ).verdicts
    assert verdict.valid_until == day("2025-05-26")
    assert verdict.evidence == (visit.key,)


def test_of_several_combinations_the_one_that_carries_furthest_counts() -> None:
    """A bill paid on the day of the last ride leaves that ride out: the other bill does not."""
    rides = [some_evidence("bus_rides/ridden", f"2025-05-{number}") for number in (20, 23, 27)]
    bills = [some_evidence("gas_bills/paid", f"2025-05-{number}") for number in (24, 27)]
    assert judged(*rides, bills[1]).verdicts[0].valid_until == day("2025-08-22")
    assert judged(*rides, *bills).verdicts[0].valid_until == day("2025-08-26")
