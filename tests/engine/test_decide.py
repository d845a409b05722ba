"""What the evidence makes of an entitlement: the truth table of rule 7 and what goes with it."""

from datetime import date, timedelta

import pytest

from chalicelib.engine.decide import decide
from chalicelib.errors import NotFoundError
from chalicelib.model import (
    Decision,
    EntitlementStatus,
    Evidence,
    KeyGroup,
    Outcome,
    Person,
    Route,
    SuspicionKind,
)
from tests.events import RULES
from tests.people import PENSION, a_key, a_person, an_entitlement, day, some_evidence

ON = day("2025-06-10")
STRONG = some_evidence("hospital_inpatient/admitted", "2025-05-01")
LATER_STRONG = some_evidence("travel_agency/travelled", "2025-06-05")
WEAK = (
    some_evidence("bus_rides/ridden", "2025-05-20"),
    some_evidence("bus_rides/ridden", "2025-05-27"),
    some_evidence("pharmacy_purchases/bought", "2025-05-24"),
)
DEATH = some_evidence("cremations/cremated", "2025-06-02")
SENTENCE = some_evidence("custody/sentence", "2025-06-02")
RETIRED = some_evidence("employee_pension/registered", "2025-06-01")
VISIT = some_evidence("home_visits/seen", "2025-06-08")


def judged(*evidence: Evidence, person: Person | None = None, **named: object) -> Decision:
    """The decision of 10 June 2025 about one pension."""
    benefit = named.pop("benefit", PENSION)
    until = named.pop("certified_until", "2024-12-31")
    on = named.pop("on", ON)
    refuted = frozenset(item.key for item in named.pop("refuted", ()))  # type: ignore[attr-defined]
    status = named.pop("status", EntitlementStatus.ACTIVE)
    assert not named
    entitlement = an_entitlement(str(benefit), until, status=status)  # type: ignore[arg-type]
    assert isinstance(on, date)
    return decide(person or a_person(), [entitlement], evidence, RULES, on, refuted=refuted)


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
        ((STRONG, DEATH), Outcome.CONTRADICTED, "2026-04-30", "what was seen before the death still counts"),
        ((*WEAK, DEATH), Outcome.CONTRADICTED, "2024-12-31", "weak items certify nothing under suspicion"),
        ((LATER_STRONG, DEATH), Outcome.CONTRADICTED, "2024-12-31", "presence after the death does not count"),
        ((VISIT, DEATH), Outcome.CONTRADICTED, "2024-12-31", "not even a visit, until people have cleared it"),
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
    assert (verdict.outcome, verdict.valid_until, verdict.route) == (Outcome.EXCLUDED, day(through), route), why
    assert verdict.reasons[0].code == "excluded"


def test_a_condition_that_does_not_hold_asks_for_a_person() -> None:
    (verdict,) = judged(STRONG, benefit="old_age_allowance").verdicts
    assert (verdict.outcome, verdict.reasons[0].code) == (Outcome.EXCLUDED, "condition_unmet")
    assert "第三十三条" in verdict.reasons[0].zh


def test_a_condition_that_holds_changes_nothing() -> None:
    (verdict,) = judged(STRONG, person=a_person("1940-01-01"), benefit="old_age_allowance").verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.STRONG, day("2026-01-31"))


def test_one_certification_serves_every_benefit() -> None:
    codes = ["resident_pension", "land_loss_pension", "veteran_subsidy", "village_doctor_subsidy", "outpatient_chronic"]
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


@pytest.mark.parametrize(("on", "outcome"), [("2025-08-26", Outcome.WEAK), ("2025-08-27", Outcome.INSUFFICIENT)])
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


# --- losses --------------------------------------------------------------------------------------


def test_a_refuted_death_leaves_no_trace() -> None:
    assert judged(STRONG, VISIT, DEATH, refuted=[DEATH]) == judged(STRONG, VISIT)


def test_two_departments_reporting_one_death_report_one_fact() -> None:
    hospital = some_evidence("hospital_inpatient/died", "2025-06-02")
    assert judged(STRONG, hospital, DEATH, refuted=[DEATH]) == judged(STRONG)
    assert len(judged(hospital, DEATH).findings) == 1


def test_refuting_what_is_not_there_or_not_declared_changes_nothing() -> None:
    assert judged(STRONG, refuted=[DEATH, some_evidence("unheard/of", "2025-06-02")]) == judged(STRONG)


@pytest.mark.parametrize(
    ("born", "death", "found", "why"),
    [
        ("1958-03-01", "2025-06-10", True, "today"),
        ("1958-03-01", "2025-06-11", False, "in the future"),
        ("1958-03-01", "1958-03-01", True, "on the first day of the month of birth"),
        ("1958-03-01", "1958-02-28", False, "before birth: a record about somebody else"),
        ("1904-07-01", "2025-06-10", True, "at 120"),
        ("1904-06-01", "2025-06-10", False, "at 121"),
    ],
)
def test_a_death_must_be_possible(born: str, death: str, found: bool, why: str) -> None:
    decision = judged(some_evidence("cremations/cremated", death), person=a_person(born))
    assert bool(decision.findings) is found, why
    assert (decision.verdicts[0].outcome is Outcome.CONTRADICTED) is found, why


def test_presence_on_the_day_of_death_still_counts() -> None:
    same_day = some_evidence("hospital_inpatient/treated", "2025-06-02")
    decision = judged(same_day, DEATH)
    assert decision.verdicts[0].valid_until == day("2026-06-01")
    assert [finding.kind for finding in decision.findings] == [SuspicionKind.DEATH]


def test_strong_presence_after_a_death_is_a_contradiction_of_its_own() -> None:
    decision = judged(VISIT, LATER_STRONG, *WEAK, some_evidence("bus_rides/ridden", "2025-06-09"), DEATH)
    death, contradiction = sorted(decision.findings, key=lambda finding: finding.kind, reverse=True)
    assert (death.kind, death.evidence) == (SuspicionKind.DEATH, DEATH.key)
    assert (contradiction.kind, contradiction.evidence) == (SuspicionKind.CONTRADICTION, LATER_STRONG.key)
    assert "2025年6月2日" in contradiction.reason.zh


def test_a_contradiction_that_has_been_looked_into_is_not_found_again() -> None:
    kinds = {finding.kind for finding in judged(LATER_STRONG, DEATH, refuted=[LATER_STRONG]).findings}
    assert kinds == {SuspicionKind.DEATH}


def test_looking_into_a_contradiction_does_not_take_the_certificate() -> None:
    """Clearing an accusation names the presence record too; it is no less true for that."""
    (verdict,) = judged(LATER_STRONG, DEATH, refuted=[DEATH, LATER_STRONG]).verdicts
    assert (verdict.outcome, verdict.evidence) == (Outcome.STRONG, (LATER_STRONG.key,))


def test_of_several_records_of_a_death_the_earliest_is_the_finding() -> None:
    earlier = some_evidence("hospital_inpatient/died", "2025-05-30")
    deaths = [f for f in judged(DEATH, earlier).findings if f.kind is SuspicionKind.DEATH]
    assert [finding.evidence for finding in deaths] == [earlier.key]


def test_after_a_confirmed_death_nothing_counts_and_nobody_dies_again() -> None:
    decision = judged(STRONG, LATER_STRONG, DEATH, person=a_person(deceased_on="2025-06-01"))
    (verdict,) = decision.verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.CONTRADICTED, day("2026-04-30"))
    assert verdict.reasons[0].code == "deceased"
    assert [finding.kind for finding in decision.findings] == [SuspicionKind.CONTRADICTION]


def test_a_death_found_out_at_the_door_needs_no_record() -> None:
    decision = judged(LATER_STRONG, person=a_person(deceased_on="2025-06-01"))
    assert decision.verdicts[0].valid_until == day("2024-12-31")
    assert decision.findings[0].kind is SuspicionKind.CONTRADICTION


def test_a_replay_of_an_earlier_day_does_not_know_of_the_death() -> None:
    (verdict,) = judged(STRONG, person=a_person(deceased_on="2025-06-11")).verdicts
    assert verdict.outcome is Outcome.STRONG


def test_custody_with_an_end() -> None:
    """Seen after release counts; seen inside does not; each spell is a finding while benefits were drawn."""
    spell = some_evidence("custody/sentence", "2025-01-10", until="2025-05-31")
    inside = some_evidence("travel_agency/travelled", "2025-05-31")
    after = some_evidence("travel_agency/travelled", "2025-06-01")
    assert judged(spell, inside).verdicts[0].valid_until == day("2024-12-31")
    decision = judged(spell, after, *WEAK)
    assert (decision.verdicts[0].outcome, decision.verdicts[0].valid_until) == (Outcome.STRONG, day("2026-05-31"))
    assert [finding.kind for finding in decision.findings] == [SuspicionKind.CUSTODY]


def test_custody_that_ended_before_the_entitlement_began_concerns_nobody() -> None:
    spell = some_evidence("custody/sentence", "2015-01-10", until="2018-03-31")
    assert judged(spell).findings == ()
    assert len(judged(some_evidence("custody/sentence", "2015-01-10", until="2018-04-01")).findings) == 1


@pytest.mark.parametrize(("until", "outcome"), [("2025-06-10", Outcome.CONTRADICTED), ("2025-06-09", Outcome.WEAK)])
def test_weak_evidence_certifies_again_once_custody_has_ended(until: str, outcome: Outcome) -> None:
    spell = some_evidence("custody/awaiting_judgment", "2025-05-28", until=until)
    assert judged(*WEAK, spell).verdicts[0].outcome is outcome


def test_two_spells_of_custody_are_two_findings() -> None:
    decision = judged(SENTENCE, some_evidence("custody/awaiting_judgment", "2025-03-02"))
    assert [finding.day for finding in decision.findings] == [day("2025-03-02"), day("2025-06-02")]


# --- double receipt ------------------------------------------------------------------------------


def test_double_receipt_concerns_the_benefit_whose_table_says_so() -> None:
    entitlements = [an_entitlement(), an_entitlement("veteran_subsidy")]
    decision = decide(a_person(), entitlements, [RETIRED, *WEAK], RULES, ON)
    (finding,) = decision.findings
    assert (finding.kind, finding.benefit) == (SuspicionKind.DOUBLE_RECEIPT, PENSION)
    assert "人社部发〔2014〕17号" in finding.reason.zh
    assert [verdict.outcome for verdict in decision.verdicts] == [Outcome.CONTRADICTED, Outcome.WEAK]


def test_what_is_not_drawn_any_more_is_not_drawn_twice() -> None:
    assert judged(RETIRED, status=EntitlementStatus.TERMINATED).findings == ()


@pytest.mark.parametrize(
    ("until", "found", "outcome", "why"),
    [
        ("2018-03-31", False, Outcome.WEAK, "ended before this one began"),
        ("2018-04-01", True, Outcome.WEAK, "overlapped by a day, and has ended: money, not presence"),
        ("2025-06-10", True, Outcome.CONTRADICTED, "still drawn today"),
    ],
)
def test_double_receipt_needs_an_overlap(until: str, found: bool, outcome: Outcome, why: str) -> None:
    other = some_evidence("employee_pension/registered", "2016-01-01", until=until)
    decision = judged(*WEAK, other)
    assert bool(decision.findings) is found, why
    assert decision.verdicts[0].outcome is outcome, why


def test_several_lists_of_the_other_pension_are_one_finding() -> None:
    decision = judged(RETIRED, some_evidence("employee_pension/registered", "2025-05-01"))
    assert [finding.day for finding in decision.findings] == [day("2025-05-01")]


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
