"""Which benefits a case may suspend, when it closes instead, and the list (rule 10 a and f)."""

from dataclasses import replace

import pytest

from chalicelib.engine.suspension.line_decisions import may_lift
from chalicelib.engine.suspension.readiness import beyond_limit, effective_month
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    Month,
    PersonRecord,
    ProposalState,
    StepOutcome,
    SuspicionKind,
    SuspicionState,
)
from tests.engine.suspending import DUE, EFFECTIVE_DAY, FIRST, SECOND, THIRD, approved, ready, the_record
from tests.people import (
    PENSION,
    a_key,
    a_message,
    a_person,
    a_proposal,
    a_suspicion,
    an_entitlement,
    day,
    some_evidence,
)

# --- certified, closed -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evidence", "step", "why"),
    [
        ((), StepOutcome.SUSPEND, "nothing arrived"),
        (
            (some_evidence("bus_rides/ridden", "2025-07-30"),),
            StepOutcome.VISIT_NEEDED,
            "a bus ride alone certifies nobody, and is a sign of life: somebody goes once more",
        ),
        (
            (some_evidence("hospital_inpatient/treated", "2025-07-31"),),
            StepOutcome.CERTIFIED,
            "the last evening",
        ),
        (
            (some_evidence("home_visits/seen", "2025-08-01"),),
            StepOutcome.CERTIFIED,
            "on the effective day itself",
        ),
        (
            (some_evidence("hospital_inpatient/treated", "2024-07-01"),),
            StepOutcome.SUSPEND,
            "through the due day only",
        ),
        (
            (some_evidence("hospital_inpatient/treated", "2024-07-02"),),
            StepOutcome.CERTIFIED,
            "a day beyond it",
        ),
    ],
)
def test_whatever_certifies_beyond_the_period_ends_the_case(
    evidence: tuple[Evidence, ...], step: StepOutcome, why: str
) -> None:
    assert ready(approved(evidence=evidence), EFFECTIVE_DAY).step is step, why


def test_fee_reliefs_are_never_suspended() -> None:
    relief = an_entitlement("outpatient_chronic", DUE)
    both = approved(entitlements=[an_entitlement(certified_until=DUE), relief])
    assert ready(both, EFFECTIVE_DAY).benefits == (PENSION,)
    alone = ready(approved(entitlements=[relief]), EFFECTIVE_DAY)
    assert (alone.step, alone.reasons[0].code) == (StepOutcome.CLOSED, "never_suspended")
    listed = a_proposal(judged={"outpatient_chronic": DUE, PENSION: DUE})
    assert ready(replace(both, proposals=(listed,)), EFFECTIVE_DAY).benefits == (PENSION,)


def test_a_certified_pension_ends_the_case_though_a_fee_relief_is_left() -> None:
    drawn = [an_entitlement(certified_until="2026-06-30"), an_entitlement("outpatient_chronic", DUE)]
    assert ready(the_record(entitlements=drawn)).step is StepOutcome.CERTIFIED


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (approved(person=a_person(deceased_on="2025-07-10")), "deceased"),
        (approved(suspicions=[a_suspicion(state=SuspicionState.CONFIRMED)]), "deceased"),
        (approved(entitlements=[]), "nothing_active"),
        (
            approved(entitlements=[an_entitlement(certified_until=DUE, status=EntitlementStatus.TERMINATED)]),
            "nothing_active",
        ),
        (
            approved(entitlements=[an_entitlement(certified_until=DUE, status=EntitlementStatus.PAUSED)]),
            "nothing_active",
        ),
    ],
)
def test_nothing_left_to_suspend_closes_the_case(record: PersonRecord, code: str) -> None:
    found = ready(record, EFFECTIVE_DAY)
    assert (found.step, found.reasons[0].code) == (StepOutcome.CLOSED, code)


def test_what_a_visitor_signed_suspends_nobody() -> None:
    record = approved()
    assert ready(record, EFFECTIVE_DAY).step is StepOutcome.SUSPEND
    for signer in ("township-1", "county-1"):
        knocked = tuple(replace(visit, by=signer) for visit in record.visits)
        assert ready(replace(record, visits=knocked), EFFECTIVE_DAY).step is not StepOutcome.SUSPEND


def test_confirmed_custody_is_no_death() -> None:
    suspicion = a_suspicion(
        SuspicionKind.CUSTODY,
        state=SuspicionState.CONFIRMED,
        closed=day("2025-07-01"),
        evidence=a_key("custody/sentence", "2025-05-10"),
    )
    assert ready(approved(suspicions=[suspicion]), EFFECTIVE_DAY).step is StepOutcome.SUSPEND


# --- the list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "on", "step", "wait", "why"),
    [
        (
            "2025-07-31",
            "2025-07-20",
            StepOutcome.PROPOSE,
            None,
            "ends within the month: effective on the first after",
        ),
        ("2025-08-01", "2025-07-20", StepOutcome.HELD, "2025-08-20", "runs on into the effective month"),
        ("2025-10-15", "2025-07-20", StepOutcome.HELD, "2025-10-20", "runs on for months"),
    ],
)
def test_a_line_may_be_proposed_while_the_period_ends_this_month(
    until: str, on: str, step: StepOutcome, wait: str | None, why: str
) -> None:
    visits = [replace(visit, about=until) for visit in (FIRST, SECOND, THIRD)]
    record = the_record(entitlements=[an_entitlement(certified_until=until)], visits=visits)
    found = ready(record, day(on), due=until)
    assert (found.step, found.wait_until) == (step, day(wait) if wait else None), why


def test_only_benefits_whose_own_period_ends_are_proposed() -> None:
    drawn = [
        an_entitlement(certified_until=DUE),
        an_entitlement("veteran_subsidy", "2025-07-31"),
        an_entitlement("land_loss_pension", "2025-08-01"),
    ]
    assert ready(the_record(entitlements=drawn)).benefits == (PENSION, BenefitCode("veteran_subsidy"))


@pytest.mark.parametrize(
    ("proposal", "on", "step", "why"),
    [
        (
            a_proposal(ProposalState.PROPOSED),
            "2025-07-28",
            StepOutcome.PROPOSE,
            "its line stands beyond the list days",
        ),
        (
            a_proposal(ProposalState.CONFIRMED),
            "2025-07-28",
            StepOutcome.PROPOSE,
            "confirmed, not yet approved",
        ),
        (
            a_proposal(ProposalState.CONFIRMED),
            "2025-08-03",
            StepOutcome.PROPOSE,
            "never suspended by silence",
        ),
        (
            a_proposal(ProposalState.PROPOSED, judged={PENSION: "2025-05-31"}),
            "2025-07-28",
            StepOutcome.HELD,
            "it has moved",
        ),
        (
            a_proposal(ProposalState.LAPSED),
            "2025-07-21",
            StepOutcome.PROPOSE,
            "a lapsed line may stand again",
        ),
        (
            a_proposal(ProposalState.REFUSED),
            "2025-07-22",
            StepOutcome.HELD,
            "refused: not again on this list",
        ),
        (a_proposal(ProposalState.REFUSED), "2025-08-20", StepOutcome.PROPOSE, "but on the next"),
        (
            a_proposal(ProposalState.REFUSED, due="2024-06-30"),
            "2025-07-22",
            StepOutcome.PROPOSE,
            "of another period",
        ),
    ],
)
def test_a_line_on_the_list(proposal: object, on: str, step: StepOutcome, why: str) -> None:
    found = ready(the_record(proposals=[proposal]), day(on))
    assert found.step is step, why
    if step is StepOutcome.HELD:
        assert found.wait_until == day("2025-08-20")


def test_what_still_stands_of_an_approved_line_is_suspended() -> None:
    """One of two benefits was certified by an authority's own word: only the other is left."""
    drawn = [an_entitlement(certified_until=DUE), an_entitlement("veteran_subsidy", "2026-03-31")]
    line = a_proposal(judged={PENSION: DUE, "veteran_subsidy": DUE})
    found = ready(approved(entitlements=drawn, proposals=[line]), EFFECTIVE_DAY)
    assert (found.step, found.benefits) == (StepOutcome.SUSPEND, (PENSION,))


def test_the_newest_approved_line_counts() -> None:
    stale = a_proposal(judged={PENSION: "2025-05-31"})
    assert ready(approved(proposals=[a_proposal(), stale]), EFFECTIVE_DAY).step is StepOutcome.SUSPEND


@pytest.mark.parametrize(
    ("valid_until", "met", "month", "why"),
    [
        ("2025-06-30", "2025-06-20", "2025-07", "the month after both"),
        ("2025-07-01", "2025-06-20", "2025-08", "the period ends later"),
        ("2025-06-30", "2025-07-01", "2025-08", "the last condition was met later"),
        ("2025-06-30", "2025-06-25", "2025-07", "on the cut-off day"),
        ("2025-06-30", "2025-06-26", "2025-08", "after it: the next pay run"),
        ("2025-08-31", "2025-06-26", "2025-09", "the cut-off does not matter where the period ends later"),
        ("2025-12-31", "2025-12-28", "2026-02", "over the turn of the year"),
    ],
)
def test_effective_month(valid_until: str, met: str, month: str, why: str) -> None:
    assert effective_month(day(valid_until), day(met), 25) == month, why


# --- rule 12 ---------------------------------------------------------------------------------------


def test_what_is_ready_beyond_the_limit_is_looked_at_again_tomorrow() -> None:
    found = beyond_limit(ready(approved(), EFFECTIVE_DAY), EFFECTIVE_DAY)
    assert (found.step, found.benefits, found.wait_until) == (StepOutcome.HELD, (PENSION,), day("2025-08-02"))
    assert [reason.code for reason in found.reasons] == ["too_many_suspensions"]


@pytest.mark.parametrize(
    ("exceeded", "on", "by", "code"),
    [
        (True, "2025-07-25", "city", None),
        (True, "2025-08-30", "city", None),
        (True, "2025-08-31", "city", "too_late"),
        (True, "2025-09-01", "city", "too_late"),
        (False, "2025-07-25", "city", "within_limit"),
        (True, "2025-07-25", "wu", "involved"),
        (True, "2025-07-25", "", "nobody"),
    ],
)
def test_who_lifts_a_limit_and_when(exceeded: bool, on: str, by: str, code: str | None) -> None:
    signed = frozenset({"zhou", "wu", None})
    if code is None:
        may_lift(Month("2025-08"), signed, by, day(on), exceeded=exceeded)
        return
    with pytest.raises(RefusedError) as refused:
        may_lift(Month("2025-08"), signed, by, day(on), exceeded=exceeded)
    assert refused.value.code == code


def test_of_two_periods_that_still_run_the_one_that_ends_first_is_waited_for() -> None:
    later = "2025-08-31"
    drawn = [an_entitlement(certified_until=later), an_entitlement("veteran_subsidy", "2025-10-31")]
    record = the_record(
        entitlements=drawn,
        messages=[a_message(due=later)],
        visits=[replace(visit, about=later) for visit in (FIRST, SECOND, THIRD)],
    )
    found = ready(record, due=later)
    assert [reason.code for reason in found.reasons] == ["period_runs"]
    assert found.wait_until == day("2025-08-20")
