"""A person on two areas' rosters draws twice, unless the old area's roster drops them: then they moved."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import AreaCode, EntitlementStatus, SuspicionKind, SuspicionState
from tests.workflow.village import ROSTER, Recipient, Village

MOVER, NEIGHBOUR, OTHER = Recipient(980), Recipient(981), Recipient(982)
OLD, NEW = "341602001001", "341621002002"
FEBRUARY, MARCH = date(2025, 2, 3), date(2025, 3, 3)


def roster(village: Village, area: str, *recipients: Recipient) -> None:
    """One area's own full roster, in a file of its own."""
    lines = [
        r.lines()[0].replace(OLD, area).replace(f"P{r.sequence}", f"{area[:6]}-{r.sequence}-")
        for r in recipients
    ]
    village.drop("roster", "\n".join([ROSTER, *lines]) + "\n", f"{area}.csv")


def suspected(village: Village) -> list[tuple[SuspicionKind, SuspicionState]]:
    """What people look into; whom no roster lists is a question to the authority."""
    found = village.record(MOVER.number).suspicions
    return [(s.kind, s.state) for s in found if s.kind is not SuspicionKind.UNLISTED]


def asked(village: Village) -> list[SuspicionState]:
    """Whether the authority has been asked why no roster lists them."""
    found = village.record(MOVER.number).suspicions
    return [s.state for s in found if s.kind is SuspicionKind.UNLISTED]


@pytest.fixture
def two_areas(village: Village) -> Village:
    roster(village, OLD, MOVER, NEIGHBOUR)
    roster(village, NEW, OTHER)
    village.until(FEBRUARY)
    return village


def test_on_two_areas_rosters_somebody_draws_twice(two_areas: Village) -> None:
    roster(two_areas, NEW, OTHER, MOVER)
    roster(two_areas, OLD, MOVER, NEIGHBOUR)
    assert suspected(two_areas) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.OPEN)]
    (entitlement,) = two_areas.record(MOVER.number).entitlements
    assert entitlement.status is EntitlementStatus.ACTIVE  # a person looks; the money goes on


def test_dropped_by_the_old_area_first_it_is_a_move(two_areas: Village) -> None:
    roster(two_areas, OLD, NEIGHBOUR)
    roster(two_areas, NEW, OTHER, MOVER)
    assert suspected(two_areas) == []
    assert asked(two_areas) == [SuspicionState.WITHDRAWN]
    assert two_areas.record(MOVER.number).person.area == AreaCode(NEW)


def test_dropped_by_the_old_area_later_the_suspicion_ends_by_itself(two_areas: Village) -> None:
    roster(two_areas, NEW, OTHER, MOVER)
    assert suspected(two_areas) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.OPEN)]
    roster(two_areas, OLD, NEIGHBOUR)
    assert suspected(two_areas) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.WITHDRAWN)]
    assert two_areas.record(MOVER.number).person.area == AreaCode(NEW)
    two_areas.until(MARCH)
    roster(two_areas, OLD, NEIGHBOUR)
    roster(two_areas, NEW, OTHER, MOVER)
    assert suspected(two_areas) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.WITHDRAWN)]


def test_back_on_both_it_is_a_question_again(two_areas: Village) -> None:
    roster(two_areas, NEW, OTHER, MOVER)
    roster(two_areas, OLD, NEIGHBOUR)
    two_areas.until(MARCH)
    roster(two_areas, OLD, NEIGHBOUR, MOVER)
    assert suspected(two_areas) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.OPEN)]


def test_whoever_left_a_roster_is_not_stopped(two_areas: Village) -> None:
    roster(two_areas, OLD, NEIGHBOUR)
    record = two_areas.record(MOVER.number)
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE
    assert (suspected(two_areas), record.instructions) == ([], ())
    assert asked(two_areas) == [SuspicionState.OPEN]


def test_a_roster_that_drops_far_more_than_usual_lets_nobody_leave(village: Village) -> None:
    many = [Recipient(900 + 2 * n, phone=f"139000000{n:02d}") for n in range(30)]
    roster(village, OLD, MOVER, *many)
    village.until(FEBRUARY)
    roster(village, NEW, MOVER, *(Recipient(901 + 2 * n) for n in range(16)))
    village.until(MARCH)
    roster(village, OLD, *many[:19])  # 12 of 31 are missing, and no file may drop more than ten
    (notice,) = next(f for f in village.files() if f.day == MARCH).notices
    assert (notice.code, notice.count, notice.of) == ("roster_drops_many", 12, 31)
    assert "少了12行" in notice.zh
    assert suspected(village) == [(SuspicionKind.DOUBLE_RECEIPT, SuspicionState.OPEN)]
