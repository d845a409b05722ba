"""Rule 11: a feed that is late or held is no evidence of absence, and suspends nobody it certified last."""

from typing import Any

import pytest

from chalicelib.model import EntitlementStatus, FeedId, StepOutcome
from tests.engine.suspending import DUE, ready, the_record
from tests.people import a_key, an_entitlement, day


def certified_by(feed: str, until: str = DUE, **named: Any) -> Any:
    return an_entitlement(valid_until=until, evidence=a_key(f"{feed}/travelled", "2024-07-01"), **named)


MISSING = [
    ([certified_by("travel_agency")], StepOutcome.HELD, "the feed of the last certificate is missing"),
    ([certified_by("bus_rides")], StepOutcome.PROPOSE, "another feed is missing"),
    ([an_entitlement(certified_until=DUE)], StepOutcome.PROPOSE, "certified by the authority's own roster"),
    (
        [
            certified_by("travel_agency", "2025-06-01"),
            certified_by("bus_rides", benefit="reservoir_resettlement"),
        ],
        StepOutcome.PROPOSE,
        "the last certificate came from another feed",
    ),
    (
        [
            certified_by("travel_agency", status=EntitlementStatus.TERMINATED, benefit="old_age_allowance"),
            an_entitlement(certified_until=DUE),
        ],
        StepOutcome.PROPOSE,
        "what is paid no longer protects nothing",
    ),
]


@pytest.mark.parametrize(("entitlements", "step", "why"), MISSING)
def test_a_missing_feed_holds_those_whom_it_certified_last(
    entitlements: Any, step: StepOutcome, why: str
) -> None:
    record = the_record(entitlements=entitlements)
    found = ready(record, missing=frozenset({FeedId("travel_agency")}))
    assert found.step is step, why
    if step is StepOutcome.HELD:
        assert [reason.code for reason in found.reasons] == ["feed_missing"]
        assert ready(record).step is StepOutcome.PROPOSE, "it has delivered"


def test_a_missing_feed_protects_for_ninety_days() -> None:
    record = the_record(entitlements=[certified_by("travel_agency")])
    missing = frozenset({FeedId("travel_agency")})
    last = ready(record, day("2025-09-28"), missing=missing)
    assert (last.step, last.wait_until) == (StepOutcome.HELD, day("2025-09-29"))
    assert [r.code for r in ready(record, day("2025-09-29"), missing=missing).reasons] == ["list_closed"]
