"""Rule 10, condition by condition: each one missing keeps the money flowing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspension.readiness import readiness
from chalicelib.model import (
    Channel,
    MessageState,
    Objection,
    ObjectionAbout,
    ObjectionState,
    PersonRecord,
    StepOutcome,
    SuspicionKind,
    SuspicionState,
    Template,
    VisitOutcome,
    VisitPurpose,
)
from tests.engine.suspending import DUE, EFFECTIVE_DAY, FIRST, SECOND, THIRD, approved, ready, the_record
from tests.events import RULES
from tests.people import (
    PENSION,
    a_case,
    a_message,
    a_person,
    a_proposal,
    a_suspicion,
    a_visit,
    an_objection,
    day,
    some_evidence,
)

# --- the whole way ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "step", "until", "why"),
    [
        ("2025-06-28", StepOutcome.HELD, "2025-07-20", "ready between two lists"),
        ("2025-07-19", StepOutcome.HELD, "2025-07-20", "the day before the list"),
        ("2025-07-20", StepOutcome.PROPOSE, None, "list day"),
        ("2025-07-24", StepOutcome.PROPOSE, None, "a step that ran late"),
        ("2025-07-25", StepOutcome.HELD, "2025-08-20", "the list has been closed"),
    ],
)
def test_a_line_is_proposed_on_list_day(on: str, step: StepOutcome, until: str | None, why: str) -> None:
    found = ready(the_record(), day(on))
    assert (found.step, found.wait_until) == (step, day(until) if until else None), why
    assert found.benefits == (PENSION,)


@pytest.mark.parametrize(
    ("on", "step", "until", "why"),
    [
        ("2025-07-22", StepOutcome.APPROVED, "2025-08-01", "approved in July, for August"),
        ("2025-07-31", StepOutcome.APPROVED, "2025-08-01", "the last day that certifying spares everything"),
        ("2025-08-01", StepOutcome.SUSPEND, None, "the effective day"),
        ("2025-08-31", StepOutcome.SUSPEND, None, "late, in its own month"),
        ("2025-09-01", StepOutcome.HELD, "2025-09-20", "an approval is for its month: the next list"),
    ],
)
def test_what_was_approved_takes_effect_in_its_month(
    on: str, step: StepOutcome, until: str | None, why: str
) -> None:
    found = ready(approved(), day(on))
    assert (found.step, found.wait_until) == (step, day(until) if until else None), why


# --- each condition missing --------------------------------------------------------------------------

NEVER = the_record(
    messages=[], visits=[replace(visit, notice_left=False) for visit in (FIRST, SECOND, THIRD)]
)


def visits_of(*made: Any) -> PersonRecord:
    return approved(visits=made)


@pytest.mark.parametrize(
    ("record", "step", "code", "why"),
    [
        (
            approved(messages=[], visits=NEVER.visits),
            StepOutcome.VISIT_NEEDED,
            "not_reminded",
            "(b) no word reached them",
        ),
        (approved(messages=[]), StepOutcome.SUSPEND, "ready", "(b) a notice left is word enough"),
        (
            approved(messages=[a_message(MessageState.SENT)], visits=NEVER.visits),
            StepOutcome.VISIT_NEEDED,
            "not_reminded",
            "(b) sent is not delivered",
        ),
        (
            approved(messages=[a_message(on="2025-03-31")], visits=NEVER.visits),
            StepOutcome.VISIT_NEEDED,
            "not_reminded",
            "(b) reminded before the case was closed, and it has been opened again",
        ),
        (
            approved(messages=[a_message(due="2024-06-30")], visits=NEVER.visits),
            StepOutcome.VISIT_NEEDED,
            "not_reminded",
            "(b) the reminder of another period",
        ),
        (
            approved(messages=[a_message(template=Template.CERTIFIED)], visits=NEVER.visits),
            StepOutcome.VISIT_NEEDED,
            "not_reminded",
            "(b) another message than a reminder",
        ),
        (
            approved(messages=[a_message(channel=Channel.NOTICE)], visits=NEVER.visits),
            StepOutcome.SUSPEND,
            "ready",
            "(b) a printed notice that was delivered",
        ),
        (visits_of(), StepOutcome.VISIT_NEEDED, "visits", "(c) no visit"),
        (visits_of(FIRST), StepOutcome.VISIT_NEEDED, "visits", "(c) one visit"),
        (
            visits_of(FIRST, a_visit("2025-06-16 15:00")),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) two on one day",
        ),
        (
            visits_of(FIRST, a_visit("2025-06-26 15:00"), THIRD),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) nobody came in the evening or at a weekend",
        ),
        (visits_of(FIRST, SECOND), StepOutcome.VISIT_NEEDED, "visits", "(c) nobody close was asked"),
        (
            visits_of(FIRST, a_visit("2025-06-25 19:00"), replace(THIRD, notice_left=False)),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) nine days after",
        ),
        (
            visits_of(FIRST, a_visit("2025-06-26 19:00", None), THIRD),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) never made",
        ),
        (
            visits_of(FIRST, SECOND, THIRD, a_visit("2025-07-10 10:00", None)),
            StepOutcome.SUSPEND,
            "ready",
            "(c) a fourth that was never made takes nothing from the three",
        ),
        (
            visits_of(replace(FIRST, notice_left=False), a_visit("2025-06-16 15:00", notice_left=False)),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) two on one day, long after the reminder",
        ),
        (
            visits_of(FIRST, THIRD, replace(SECOND, purpose=VisitPurpose.VERIFY)),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) about a suspicion",
        ),
        (
            visits_of(FIRST, THIRD, replace(SECOND, about="2024-06-30")),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) another period's",
        ),
        (
            visits_of(FIRST, THIRD, replace(SECOND, outcome=VisitOutcome.REFUSED)),
            StepOutcome.SUSPEND,
            "ready",
            "(c) refused counts",
        ),
        (
            visits_of(a_visit("2025-06-16 10:00", VisitOutcome.REFUSED)),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) refused once, not in writing",
        ),
        (
            visits_of(a_visit("2025-06-16 10:00", VisitOutcome.REFUSED, refused_in_writing=True)),
            StepOutcome.SUSPEND,
            "ready",
            "(c) refused in writing",
        ),
        (
            visits_of(FIRST, a_visit("2025-06-20 10:00", VisitOutcome.SEEN), SECOND, THIRD),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) seen in between: begins anew",
        ),
        (
            visits_of(replace(FIRST, notice_left=False), a_visit("2025-06-17 19:00"), THIRD),
            StepOutcome.SUSPEND,
            "ready",
            "(c) no notice at the first visit: ten days after the reminder",
        ),
        (
            approved(
                messages=[a_message(changed=datetime(2025, 6, 16, 16, tzinfo=UTC))],
                visits=[
                    replace(FIRST, notice_left=False),
                    a_visit("2025-06-26 19:00", notice_left=False),
                    replace(THIRD, notice_left=False),
                ],
            ),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(c) the reminder was delivered after midnight in China: nine days",
        ),
        (approved(suspicions=[a_suspicion()]), StepOutcome.HELD, "open_suspicion", "(d) a suspicion"),
        (
            approved(
                suspicions=[
                    a_suspicion(SuspicionKind.CUSTODY, state=SuspicionState.CONFIRMED, ends=(PENSION,))
                ]
            ),
            StepOutcome.HELD,
            "open_suspicion",
            "(d) confirmed, and its authority has still to end it",
        ),
        (approved(objections=[an_objection()]), StepOutcome.HELD, "open_objection", "(d) an objection"),
        (
            approved(evidence=[some_evidence("employee_pension/registered", "2025-07-01")]),
            StepOutcome.HELD,
            "open_suspicion",
            "(d) a finding that nobody has opened yet",
        ),
        (
            approved(visits=[FIRST, SECOND, THIRD, a_visit("2025-07-10 10:00", VisitOutcome.HOSPITALISED)]),
            StepOutcome.HELD,
            "revisit",
            "(d) in hospital, as a visit found",
        ),
        (
            approved(visits=[FIRST, SECOND, THIRD, a_visit("2025-06-28 10:00", VisitOutcome.AWAY)]),
            StepOutcome.HELD,
            "revisit",
            "(d) away",
        ),
        (
            approved(visits=[FIRST, SECOND, THIRD, a_visit("2025-07-10 10:00", VisitOutcome.MOVED)]),
            StepOutcome.HELD,
            "revisit",
            "(d) moved",
        ),
        (
            approved(visits=[FIRST, SECOND, THIRD, a_visit("2025-06-28 10:00", VisitOutcome.HOSPITALISED)]),
            StepOutcome.VISIT_NEEDED,
            "visits",
            "(d) thirty days later somebody goes again",
        ),
        (approved(proposals=[]), StepOutcome.HELD, "list_closed", "(f) no line, no suspension"),
        (
            approved(proposals=[a_proposal(approved_by="township-1")]),
            StepOutcome.HELD,
            "list_closed",
            "(f) one person signed twice",
        ),
        (
            approved(proposals=[a_proposal(confirmed_by=None)]),
            StepOutcome.HELD,
            "list_closed",
            "(f) signed by one only",
        ),
        (
            approved(proposals=[a_proposal(effective=None)]),
            StepOutcome.HELD,
            "list_closed",
            "(f) without a month",
        ),
        (
            approved(proposals=[a_proposal(due="2024-06-30")]),
            StepOutcome.HELD,
            "list_closed",
            "(f) about another period",
        ),
        (
            approved(proposals=[a_proposal(judged={PENSION: "2025-06-29"})]),
            StepOutcome.HELD,
            "list_closed",
            "(f) what was judged has moved",
        ),
        (
            approved(proposals=[a_proposal(judged={"veteran_subsidy": DUE})]),
            StepOutcome.HELD,
            "list_closed",
            "(f) about another benefit",
        ),
        (
            approved(proposals=[a_proposal(decided=day("2025-07-26"))]),
            StepOutcome.HELD,
            "list_closed",
            "(f) decided after the cut-off: August is too early",
        ),
        (
            approved(suspicions=[a_suspicion(state=SuspicionState.CLEARED, closed=day("2025-07-31"))]),
            StepOutcome.HELD,
            "list_closed",
            "a condition met after the approval: too late for August",
        ),
        (
            approved(suspicions=[a_suspicion(state=SuspicionState.CLEARED, closed=day("2025-07-15"))]),
            StepOutcome.SUSPEND,
            "ready",
            "a suspicion cleared in time",
        ),
        (
            approved(objections=[an_objection(ObjectionState.REJECTED, decided=day("2025-07-28"))]),
            StepOutcome.HELD,
            "list_closed",
            "an objection rejected after the cut-off: too late for August",
        ),
        (
            approved(objections=[an_objection(ObjectionState.REJECTED, decided=day("2025-07-24"))]),
            StepOutcome.SUSPEND,
            "ready",
            "an objection rejected in time: the two have signed",
        ),
        (
            approved(objections=[an_objection(holds=False)]),
            StepOutcome.SUSPEND,
            "ready",
            "an objection raised again holds nothing",
        ),
        (
            approved(
                objections=[an_objection(ObjectionState.REJECTED, decided=day("2025-07-28"), holds=False)]
            ),
            StepOutcome.SUSPEND,
            "ready",
            "nor does its answer cost another month",
        ),
        (
            approved(evidence=[some_evidence("hospital_inpatient/discharged", "2025-07-28")]),
            StepOutcome.HELD,
            "list_closed",
            "left hospital after the cut-off",
        ),
        (
            approved(evidence=[some_evidence("hospital_inpatient/discharged", "2025-07-05")]),
            StepOutcome.SUSPEND,
            "ready",
            "left hospital in time",
        ),
        (approved(), StepOutcome.SUSPEND, "ready", "everything"),
    ],
)
def test_a_missing_condition_keeps_the_money_flowing(
    record: PersonRecord, step: StepOutcome, code: str, why: str
) -> None:
    found = ready(record, EFFECTIVE_DAY)
    assert (found.step, found.reasons[0].code) == (step, code), why
    assert (found.wait_until is not None) == (step is StepOutcome.HELD), why
    assert found.wait_until is None or found.wait_until > EFFECTIVE_DAY, why


def test_a_stay_holds_though_it_certifies_no_more() -> None:
    """Somebody in the care home for longer than their evidence carries."""
    resident = [some_evidence("care_home/resident", "2025-02-15")]
    person = a_person("1930-01-01")  # six months at that age
    record = approved(
        person=person, evidence=resident, proposals=[a_proposal(judged={PENSION: "2025-08-14"})]
    )
    found = ready(record, day("2025-08-14"), due="2025-08-14")
    assert (found.step, found.reasons[0].code) == (StepOutcome.HELD, "stay")


def test_data_of_yesterday_suspend_nobody() -> None:
    record = approved()
    yesterday = decide(record.person, record.entitlements, (), RULES, day("2025-07-31"))
    found = readiness(record, a_case(DUE), yesterday, RULES, EFFECTIVE_DAY)
    assert (found.step, found.reasons[0].code, found.wait_until) == (
        StepOutcome.HELD,
        "stale_data",
        day("2025-08-02"),
    )


def test_of_several_holds_the_longest_is_waited_for() -> None:
    record = approved(
        suspicions=[a_suspicion()],
        visits=[FIRST, SECOND, THIRD, a_visit("2025-07-20 10:00", VisitOutcome.AWAY)],
    )
    found = ready(record, EFFECTIVE_DAY)
    assert [reason.code for reason in found.reasons] == ["open_suspicion", "revisit"]
    assert found.wait_until == day("2025-09-18")


@pytest.mark.parametrize(
    ("objection", "on", "step"),
    [
        (
            an_objection(ObjectionState.UPHELD, decided=day("2025-07-01")),
            "2025-08-20",
            StepOutcome.VISIT_NEEDED,
        ),
        (
            an_objection(ObjectionState.UPHELD, decided=day("2025-06-26")),
            "2025-08-20",
            StepOutcome.VISIT_NEEDED,
        ),
        (
            an_objection(ObjectionState.UPHELD, decided=day("2025-06-16")),
            "2025-08-20",
            StepOutcome.VISIT_NEEDED,
        ),
        (an_objection(ObjectionState.UPHELD, decided=day("2025-06-15")), "2025-08-20", StepOutcome.PROPOSE),
        (an_objection(ObjectionState.REJECTED, decided=day("2025-07-01")), "2025-07-20", StepOutcome.PROPOSE),
        (
            an_objection(ObjectionState.UPHELD, ObjectionAbout.RECOVERY, decided=day("2025-07-01")),
            "2025-07-20",
            StepOutcome.PROPOSE,
        ),
    ],
)
def test_who_was_right_to_object_is_not_on_that_months_list(
    objection: Objection, on: str, step: StepOutcome
) -> None:
    assert ready(the_record(objections=[objection]), day(on)).step is step


def test_not_even_after_three_visits_more() -> None:
    upheld = an_objection(ObjectionState.UPHELD, decided=day("2025-07-01"))
    again = [
        a_visit("2025-07-04 10:00", number=4),
        a_visit("2025-07-16 19:00", number=5),
        replace(THIRD, number=6, made=THIRD.made + timedelta(days=21)),
    ]
    record = the_record(objections=[upheld], visits=[FIRST, SECOND, THIRD, *again])
    assert ready(record, day("2025-07-20")).reasons[0].code == "list_closed"
    assert ready(record, day("2025-08-20")).step is StepOutcome.PROPOSE
