"""What a certificate says of its period, as it is kept: all steps of a case are in proportion to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.cases import daily_run, evidence_effects, executions
from chalicelib.engine.suspension.timeline import Opening, opening
from chalicelib.jurisdiction import current
from chalicelib.model import PersonRecord
from tests.people import a_person, a_record, an_entitlement, some_evidence
from tests.storage.builders import entitlement, known

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
TICKETS = [("bus_rides/ridden", 2), ("bus_rides/ridden", 4), ("pharmacy_purchases/bought", 3)]


def settled(record: PersonRecord) -> PersonRecord:
    return evidence_effects.apply_rules(record, ON).after


def test_weak_evidence_gives_a_quarter_and_opens_a_case_a_week_before_its_end() -> None:
    evidence = [some_evidence(what, ON - timedelta(days=before)) for what, before in TICKETS]
    record = a_record(a_person(), [an_entitlement(certified_until="2025-06-30")], evidence=evidence)
    (drawn,) = settled(record).entitlements
    assert (drawn.valid_until, drawn.months) == (date(2025, 9, 28), 3)
    days = (drawn.valid_until - timedelta(days=before) for before in (16, 9, 8))
    told = [opening([drawn], day, current().rules.policy) for day in days]
    assert told == [None, None, Opening(drawn.valid_until, 3)]


def test_strong_evidence_gives_the_period_that_suits_the_person() -> None:
    stay = some_evidence("hospital_inpatient/treated", ON - timedelta(days=2))
    drawn = [an_entitlement(certified_until="2025-06-30")]
    born = ("1958-03-01", "1932-01-01")
    after = [settled(a_record(a_person(day), drawn, evidence=[stay])) for day in born]
    assert [each.entitlements[0].months for each in after] == [12, 6]


def test_a_ride_last_month_lets_the_first_message_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executions, "start_certification", lambda *_: None)
    due = ON + timedelta(days=45)
    who = known(entitlement(certified_until=due, valid_until=due))
    ride = some_evidence("bus_rides/ridden", ON - timedelta(days=9))
    assert not daily_run.open_if_due(who, due, ON, [ride])
    assert daily_run.open_if_due(who, due, ON, []), "of whom nobody has heard"


@pytest.mark.parametrize(
    ("stated", "until", "months", "why"),
    [
        ("2026-06-30", "2026-06-30", 12, "the authority's own reaches further, and is a year's"),
        ("2025-08-31", "2025-09-28", 3, "what evidence gave stays, with its period"),
    ],
)
def test_what_an_authority_states_has_the_period_of_a_year(
    stated: str, until: str, months: int, why: str
) -> None:
    drawn = an_entitlement(certified_until="2025-06-30", valid_until=date(2025, 9, 28), months=3)
    told = drawn.stated(date.fromisoformat(stated))
    assert (told.valid_until, told.months) == (date.fromisoformat(until), months), why
