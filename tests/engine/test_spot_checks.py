"""Spot checks of people whom data certify (rule 21): whom they concern, and how many are drawn."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.engine.suspicion.spot_checks import Silent, silently, spot_check
from chalicelib.model import EntitlementStatus, EvidenceKey, FeedId, Month, PersonId, Route
from tests.events import RULES
from tests.people import a_case, a_person, a_record, a_suspicion, a_visit, an_entitlement, day

ON = day("2025-07-04")
JUNE = Month("2025-06")
VALUES = RULES.policy.rechecks
STAY = EvidenceKey(day("2025-05-02"), FeedId("hospital_inpatient"), "admitted")
RIDE = EvidenceKey(day("2025-04-02"), FeedId("bus_rides"), "ridden")
SILENTLY: dict[str, Any] = {"route": Route.SILENT, "evidence": STAY, "valid_until": "2026-05-01"}


def test_it_is_about_the_newest_piece_on_which_somebody_stands_certified() -> None:
    claims = [
        an_entitlement(**{**SILENTLY, "evidence": RIDE}),
        an_entitlement("old_age_allowance", **SILENTLY),
    ]
    found = silently(a_record(entitlements=claims), ON)
    assert found is not None
    assert (found.day, found.feed) == (STAY.day, STAY.feed)


def test_on_its_last_day_a_certificate_still_stands() -> None:
    assert (
        silently(a_record(entitlements=[an_entitlement(**{**SILENTLY, "valid_until": ON})]), ON) is not None
    )


@pytest.mark.parametrize(
    "other",
    [
        {"route": Route.VISIT},
        {"route": None},
        {"evidence": None},
        {"valid_until": "2025-07-03"},
        {"status": EntitlementStatus.SUSPENDED},
    ],
)
def test_who_does_not_stand_certified_by_data_is_not_checked(other: dict[str, Any]) -> None:
    assert silently(a_record(entitlements=[an_entitlement(**{**SILENTLY, **other})]), ON) is None


@pytest.mark.parametrize(
    "other",
    [
        {"person": a_person(deceased_on="2025-05-09")},
        {"person": a_person(joined_to=PersonId("B" * 26))},
        {"cases": [a_case("2025-07-31")]},
        {"suspicions": [a_suspicion()]},
        {"visits": [a_visit("2025-06-16 10:00", None)]},
    ],
)
def test_whoever_is_looked_at_anyway_is_left_alone(other: dict[str, Any]) -> None:
    assert silently(a_record(entitlements=[an_entitlement(**SILENTLY)], **other), ON) is None


def many(count: int, feeds: int, counties: int) -> list[Silent]:
    return [
        Silent(
            day("2025-05-02"),
            PersonId(f"p{n:05d}"),
            FeedId(f"feed-{n % feeds}"),
            f"34162{n % counties}001001",
            "01",
        )
        for n in range(count)
    ]


def test_of_every_feed_and_county_somebody_is_drawn_with_a_stated_confidence() -> None:
    drawn = spot_check(many(6_000, 5, 4), JUNE, "a seed", VALUES)
    assert len({each.stratum for each in drawn.drawn}) == 20
    assert len(drawn.drawn) < 60
    assert drawn.confidence_percent >= 95
    assert drawn == spot_check(reversed(many(6_000, 5, 4)), JUNE, "a seed", VALUES)


def test_of_a_village_one_in_a_hundred_and_of_nobody_nobody() -> None:
    assert len(spot_check(many(300, 5, 4), JUNE, "a seed", VALUES).drawn) == 3
    empty = spot_check([], JUNE, "a seed", VALUES)
    assert (empty.drawn, empty.of, empty.confidence_percent) == ((), 0, 0)
