"""How long weak evidence alone carries, and what carries less far than other strong evidence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.model import Decision, Evidence, Outcome, Verdict
from tests.events import RULES
from tests.people import a_person, an_entitlement, day, some_evidence


def judged(evidence: list[Evidence], on: str, certified_until: str = "2024-12-31") -> Verdict:
    drawn = [an_entitlement(certified_until=certified_until)]
    decision: Decision = decide(a_person(), drawn, evidence, RULES, day(on))
    return decision.verdicts[0]


def rides(first: str, last: str) -> list[Evidence]:
    """The bus each week, the chemist each month."""
    found, on = [], day(first)
    while on <= day(last):
        found.append(some_evidence("bus_rides/ridden", on))
        if on.day <= 7:
            found.append(some_evidence("pharmacy_purchases/bought", on - timedelta(days=1)))
        on += timedelta(days=7)
    return found


@pytest.mark.parametrize(
    ("on", "until", "months", "why"),
    [
        ("2025-03-10", "2025-06-09", 3, "heard of, and certified for a quarter each time"),
        ("2025-09-29", "2025-12-28", 3, "all year"),
        ("2025-11-24", "2025-12-31", 12, "a year after the authority's own certificate no further"),
    ],
)
def test_weak_evidence_alone_carries_for_a_year_at_most(on: str, until: str, months: int, why: str) -> None:
    verdict = judged(rides("2024-12-02", on), on)
    assert (verdict.outcome, verdict.valid_until, verdict.months) == (Outcome.WEAK, day(until), months), why


def test_whoever_is_seen_once_is_left_in_peace_for_another_year() -> None:
    seen = some_evidence("home_visits/seen", "2025-12-20")
    verdict = judged([*rides("2025-01-06", "2026-12-28"), seen], "2026-12-28")
    assert verdict.valid_until == day("2027-03-27")


def test_afterwards_the_reason_says_that_somebody_has_to_see_the_person() -> None:
    verdict = judged(rides("2025-01-06", "2026-02-02"), "2026-02-02")
    assert (verdict.outcome, verdict.valid_until) == (Outcome.INSUFFICIENT, day("2025-12-31"))
    assert [reason.code for reason in verdict.reasons] == ["weak_alone"]
    assert "已不能再单独续期" in verdict.reasons[0].zh
    late = judged(rides("2026-01-05", "2026-03-30"), "2026-03-30")
    assert (late.valid_until, late.route) == (day("2024-12-31"), None)


@pytest.mark.parametrize(
    ("seen", "until", "months", "why"),
    [
        ([], "2025-09-15", 3, "met and known, though unwilling: a quarter"),
        (["2025-06-10"], "2026-06-09", 12, "seen a week before: what carries further holds"),
        (["2024-08-01"], "2025-09-15", 3, "seen long ago"),
    ],
)
def test_a_refusal_in_person_certifies_for_a_quarter(
    seen: list[str], until: str, months: int, why: str
) -> None:
    evidence = [some_evidence("home_visits/seen", on) for on in seen]
    refused = some_evidence("home_visits/refused_in_person", "2025-06-16")
    verdict = judged([*evidence, refused], "2025-06-20")
    assert (verdict.outcome, verdict.valid_until, verdict.months) == (Outcome.STRONG, day(until), months), why


def test_a_refusal_after_a_reported_death_is_a_contradiction() -> None:
    cremated = some_evidence("cremations/cremated", "2025-06-01")
    refused = some_evidence("home_visits/refused_in_person", "2025-06-16")
    verdict = judged([cremated, refused], "2025-06-20")
    assert verdict.outcome is Outcome.CONTRADICTED
