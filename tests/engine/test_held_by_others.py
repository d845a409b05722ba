"""What holds a suspension though the own record holds nothing: another number, and no roster at all."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspension.readiness import Readiness, readiness
from chalicelib.model import BenefitCode, PersonRecord, StepOutcome, SuspicionKind
from tests.engine.suspending import DUE, LIST_DAY, approved, the_record
from tests.events import RULES
from tests.people import PENSION, a_case, a_suspicion, day


def ready(record: PersonRecord, on: date, elsewhere: date | None = None) -> Readiness:
    decision = decide(record.person, record.entitlements, record.evidence, RULES, on)
    return readiness(record, a_case(DUE), decision, RULES, on, elsewhere=elsewhere)


@pytest.mark.parametrize(
    ("until", "step"), [("2025-12-31", StepOutcome.HELD), ("2025-07-31", StepOutcome.SUSPEND)]
)
def test_another_number_of_hers_is_certified(until: str, step: StepOutcome) -> None:
    assert ready(approved(), day("2025-08-01"), day(until)).step is step


def test_whom_no_roster_lists_is_not_suspended_though_the_term_is_over() -> None:
    asked = a_suspicion(SuspicionKind.UNLISTED, "2025-05-01", benefit=BenefitCode(PENSION))
    found = ready(the_record(suspicions=[asked]), LIST_DAY)
    assert found.step is StepOutcome.HELD
    assert [reason.code for reason in found.reasons] == ["no_longer_listed"]
