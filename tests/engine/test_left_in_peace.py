"""Whoever goes on being heard of hears nothing of us: no case opens where no gap exceeds thirty days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspension.timeline import opening
from chalicelib.model import Evidence
from tests.events import RULES
from tests.people import a_person, an_entitlement, some_evidence

CERTIFIED = date(2024, 12, 31)  # through which day somebody had certified her
BEGINS = CERTIFIED - timedelta(days=120)
YEAR = timedelta(days=365)  # weak evidence alone carries no further
LONGEST_GAP = 30

gaps = st.lists(st.integers(1, LONGEST_GAP), min_size=60, max_size=60)
born = st.sampled_from(["1955-01-01", "1942-01-01", "1931-01-01"])


def days_of(found: list[int]) -> list[date]:
    """Days with these gaps between them, from the first of the story on."""
    days, on = [], BEGINS
    for gap in found:
        on += timedelta(days=gap)
        days.append(on)
    return days


def disturbed(evidence: list[Evidence], born: str, last: date) -> list[date]:
    """The days, a week apart, on which a case may open about what is known by then."""
    person, found = a_person(born), []
    on = BEGINS + timedelta(days=75)
    while on <= last:
        drawn = [an_entitlement(certified_until=CERTIFIED)]
        known = [item for item in evidence if item.key.day <= on]
        (verdict,) = decide(person, drawn, known, RULES, on).verdicts
        if opening([drawn[0].certified(verdict, RULES.version)], on, RULES.policy) is not None:
            found.append(on)
        on += timedelta(days=7)
    return found


@settings(max_examples=12)
@given(gaps, born)
def test_seen_at_least_every_thirty_days(found: list[int], born: str) -> None:
    days = days_of(found)
    stays = [some_evidence("hospital_inpatient/treated", day) for day in days]
    assert disturbed(stays, born, days[-1]) == []


@settings(max_examples=12)
@given(st.lists(st.integers(1, 10), min_size=60, max_size=60), gaps, born)
def test_on_the_bus_and_at_the_chemist(rides: list[int], purchases: list[int], born: str) -> None:
    weak = [some_evidence("bus_rides/ridden", day) for day in days_of(rides)]
    weak += [some_evidence("pharmacy_purchases/bought", day) for day in days_of(purchases)]
    last = min(days_of(rides)[-1], days_of(purchases)[-1], CERTIFIED + YEAR - timedelta(days=46))
    assert disturbed(weak, born, last) == []
