"""What speaks against: death, custody, double receipt, and what contradicts them (rules 13 to 15, 19)."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspicion.lifecycle import ending, opened
from chalicelib.model import (
    EntitlementStatus,
    Evidence,
    Outcome,
    Reason,
    SuspicionKind,
)
from tests.engine.judging import DEATH, LATER_STRONG, ON, RETIRED, SENTENCE, STRONG, VISIT, WEAK, judged
from tests.events import RULES
from tests.people import PENSION, a_person, an_entitlement, day, some_evidence

WORD = Reason("death_reported", "上门核实时得知本人已去世。", "found at a visit to have died")

# --- who was told by a damaged number (domain section 6) -------------------------------------------


def test_a_recovered_identity_neither_certifies_strongly_nor_accuses_of_death() -> None:
    for item in (STRONG, LATER_STRONG, DEATH, SENTENCE, RETIRED):
        assert judged(VISIT, replace(item, recovered=True)) == judged(VISIT), item
        assert judged(*WEAK, replace(item, recovered=True)) == judged(*WEAK), item
    whole = judged(STRONG, DEATH)
    assert judged(replace(STRONG, recovered=True), STRONG, replace(DEATH, recovered=True), DEATH) == whole
    assert judged(STRONG, replace(STRONG, recovered=True), DEATH) == whole


def test_a_recovered_identity_counts_in_a_combination_and_accuses_of_nothing_at_all() -> None:
    weak = [replace(item, recovered=True) for item in WEAK]
    assert judged(*weak) == judged(*WEAK)
    assert judged(replace(RETIRED, recovered=True)) == judged()


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


@pytest.mark.parametrize(
    ("stood", "through", "why"),
    [
        ("2024-12-31", "2024-12-31", "nothing is extended while a death is verified"),
        ("2025-09-30", "2025-09-30", "what stood before the word came stands"),
        ("2026-06-01", "2026-06-01", "all of it"),
        ("2027-01-01", "2026-06-01", "as far as its evidence carries"),
    ],
)
@pytest.mark.parametrize("told", ["a record", "a word at the door"])
def test_a_reported_death_extends_nothing_and_takes_nothing(
    stood: str, through: str, why: str, told: str
) -> None:
    same_day = some_evidence("hospital_inpatient/treated", "2025-06-02")
    evidence, word = ([same_day, DEATH], None) if told == "a record" else ([same_day], WORD)
    decision = decide(a_person(), [an_entitlement(valid_until=stood)], evidence, RULES, ON, death_word=word)
    (verdict,) = decision.verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.CONTRADICTED, day(through)), why
    assert verdict.reasons[0].code == ("death" if word is None else word.code)
    kinds = [finding.kind for finding in decision.findings]
    assert kinds == ([SuspicionKind.DEATH] if word is None else [])


def test_presence_on_the_day_of_death_counts_once_the_death_is_refuted() -> None:
    same_day = some_evidence("hospital_inpatient/treated", "2025-06-02")
    decision = judged(same_day, DEATH, refuted=[DEATH])
    assert decision.verdicts[0].valid_until == day("2026-06-01")


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
    assert (verdict.outcome, verdict.valid_until) == (Outcome.CONTRADICTED, day("2024-12-31"))
    assert verdict.reasons[0].code == "deceased"
    assert [finding.kind for finding in decision.findings] == [SuspicionKind.CONTRADICTION]


def test_a_death_found_out_at_the_door_needs_no_record() -> None:
    decision = judged(LATER_STRONG, person=a_person(deceased_on="2025-06-01"))
    assert decision.verdicts[0].valid_until == day("2024-12-31")
    assert decision.findings[0].kind is SuspicionKind.CONTRADICTION


def test_a_replay_of_an_earlier_day_does_not_know_of_the_death() -> None:
    (verdict,) = judged(STRONG, person=a_person(deceased_on="2025-06-11")).verdicts
    assert verdict.outcome is Outcome.STRONG


def test_what_a_suspicion_blocks_has_not_run_out_on_its_last_day() -> None:
    (verdict,) = judged(*WEAK, RETIRED, on=day("2025-08-26")).verdicts
    assert [reason.code for reason in verdict.reasons[1:]] == ["weak_blocked"]
    (verdict,) = judged(*WEAK, RETIRED, on=day("2025-08-27")).verdicts
    assert [reason.code for reason in verdict.reasons[1:]] == ["ran_out"]


@pytest.mark.parametrize(("accusing", "is_against"), [(SENTENCE, False), (DEATH, True)])
def test_a_benefit_may_name_what_speaks_against_it(accusing: Evidence, is_against: bool) -> None:
    """Custody takes nothing from a subsidy for farmland, and concerns nobody who draws that alone."""
    drawn = [an_entitlement("farmland_subsidy")]
    decision = decide(a_person(), drawn, [*WEAK, accusing], RULES, ON)
    assert (decision.verdicts[0].outcome is Outcome.CONTRADICTED) is is_against
    assert bool(decision.findings) is is_against


def test_custody_with_an_end() -> None:
    """Seen after release counts; seen inside does not; each spell is a finding while benefits were drawn."""
    spell = some_evidence("custody/sentence", "2025-01-10", until="2025-05-31")
    inside = some_evidence("travel_agency/travelled", "2025-05-31")
    after = some_evidence("travel_agency/travelled", "2025-06-01")
    assert judged(spell, inside).verdicts[0].valid_until == day("2024-12-31")
    decision = judged(spell, after, *WEAK)
    assert (decision.verdicts[0].outcome, decision.verdicts[0].valid_until) == (
        Outcome.STRONG,
        day("2026-05-31"),
    )
    assert [finding.kind for finding in decision.findings] == [SuspicionKind.CUSTODY]


@pytest.mark.parametrize(
    ("until", "seen", "counts"),
    [
        (None, "2025-05-19", False),
        (None, "2025-05-20", True),
        ("2025-05-31", "2025-05-19", False),
        ("2025-05-31", "2025-05-20", True),
        ("2025-05-10", "2025-05-15", True),
    ],
)
def test_a_release_ends_custody_the_day_before_unless_it_had_ended_earlier(
    until: str | None, seen: str, counts: bool
) -> None:
    """Whoever is seen from the day of the release on is certified; seen inside does not count."""
    spell = some_evidence("custody/sentence", "2025-01-10", **({} if until is None else {"until": until}))
    released = some_evidence("custody/released", "2025-05-20")
    decision = judged(spell, released, some_evidence("travel_agency/travelled", seen))
    assert (decision.verdicts[0].valid_until > day("2024-12-31")) is counts
    assert SuspicionKind.CUSTODY in {finding.kind for finding in decision.findings}


def test_custody_that_ended_before_the_entitlement_began_concerns_nobody() -> None:
    spell = some_evidence("custody/sentence", "2015-01-10", until="2018-03-31")
    assert judged(spell).findings == ()
    assert len(judged(some_evidence("custody/sentence", "2015-01-10", until="2018-04-01")).findings) == 1


@pytest.mark.parametrize(
    ("until", "outcome"), [("2025-06-10", Outcome.CONTRADICTED), ("2025-06-09", Outcome.WEAK)]
)
def test_weak_evidence_certifies_again_once_custody_has_ended(until: str, outcome: Outcome) -> None:
    spell = some_evidence("custody/awaiting_judgment", "2025-05-28", until=until)
    assert judged(*WEAK, spell).verdicts[0].outcome is outcome


@pytest.mark.parametrize("order", [1, -1])
def test_a_record_sent_again_with_its_end_has_ended(order: int) -> None:
    """Of two that differ in nothing else the one that says more holds, whichever came first."""
    both = [SENTENCE, Evidence(SENTENCE.key, SENTENCE.file, 9, {"until": "2025-06-05"})]
    seen = some_evidence("travel_agency/travelled", "2025-06-06")
    assert judged(*both[::order], seen).verdicts[0].outcome is Outcome.STRONG


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


# --- what the roster and a birthday show -----------------------------------------------------------


def test_two_benefits_of_the_platform_that_exclude_each_other_question_the_one_that_gives_way() -> None:
    drawn = [an_entitlement(), an_entitlement("employee_pension", since="2022-01-01")]
    decision = decide(a_person(), drawn, [STRONG], RULES, ON)
    (finding,) = decision.findings
    assert (finding.kind, finding.benefit) == (SuspicionKind.DOUBLE_RECEIPT, PENSION)
    assert finding.day == day("2022-01-01")  # when the later of the two began
    assert "企业职工养老保险待遇" in finding.reason.zh
    assert [v.outcome for v in decision.verdicts] == [Outcome.CONTRADICTED, Outcome.STRONG]
    cleared = decide(a_person(), drawn, [STRONG], RULES, ON, refuted=frozenset({finding.evidence}))
    assert cleared.findings == ()
    assert [v.outcome for v in cleared.verdicts] == [Outcome.STRONG, Outcome.STRONG]


def test_a_child_that_has_turned_18_is_looked_into_once() -> None:
    grown = a_person("2007-04-01")
    drawn = [an_entitlement("orphan_allowance")]
    (finding,) = decide(grown, drawn, [STRONG], RULES, ON).findings
    assert (finding.kind, finding.day) == (SuspicionKind.CONDITION, day("2025-05-01"))
    assert finding.evidence.feed == "roster"
    assert finding.reason.rule == "orphan_allowance/conditions/1"
    cleared = decide(grown, drawn, [STRONG], RULES, ON, refuted=frozenset({finding.evidence}))
    assert cleared.findings == ()
    assert cleared.verdicts[0].outcome is Outcome.STRONG  # still at school, as somebody has seen
    ended = [an_entitlement("orphan_allowance", status=EntitlementStatus.TERMINATED)]
    assert decide(grown, ended, [STRONG], RULES, ON).findings == ()


def test_a_condition_cleared_and_confirmed() -> None:
    """Turned 18 in April: paid through April, whether somebody notices in May or in June."""
    drawn = [an_entitlement("orphan_allowance")]
    (finding,) = decide(a_person("2007-04-01"), drawn, [], RULES, ON).findings
    (ended,) = ending(opened(finding, ON, RULES.policy), drawn, RULES, ON)
    assert (ended.instruction, ended.from_month) == ("terminate", "2025-05")
    other = [an_entitlement("medical_aid")]
    assert ending(opened(finding, ON, RULES.policy), other, RULES, ON) == ()


def test_a_whole_number_goes_before_a_recovered_one() -> None:
    damaged = Evidence(STRONG.key, STRONG.file, 9, {}, recovered=True)
    assert judged(STRONG, damaged) == judged(damaged, STRONG) == judged(STRONG)
    assert judged(damaged).verdicts[0].outcome is Outcome.INSUFFICIENT


def test_two_records_of_one_double_receipt_are_one_finding() -> None:
    again = some_evidence("employee_pension/registered", "2025-05-01")
    for evidence in ((RETIRED, again), (again, RETIRED)):
        (finding,) = judged(*evidence).findings
        assert finding.kind is SuspicionKind.DOUBLE_RECEIPT
        assert finding.day == day("2025-05-01"), "the earlier"
