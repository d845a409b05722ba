"""Drawn twice, or beside a benefit that excludes it (rule 19): seen as soon as the roster is loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import cases
from chalicelib.model import (
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.workflow.village import AUTHORITY, NEW_YEAR, ROSTER, Recipient, Village

ONE = Recipient(980)
PLACES = [
    ("another village and reference", {"341602001001": "341621002002", "P9800": "Q1"}, 1),
    ("another village", {"341602001001": "341621002002"}, 1),
    ("another reference", {"P9800": "Q1"}, 1),
    ("the same line, with another amount", {"200.00": "210.00"}, 0),
]


def twice(village: Village, changes: dict[str, str], name: str = "f.csv") -> None:
    (line,) = ONE.lines()
    other = line
    for before, after in changes.items():
        other = other.replace(before, after)
    village.drop("roster", "\n".join([ROSTER, line, other]) + "\n", name)


@pytest.mark.parametrize(("why", "changes", "suspected"), PLACES)
def test_one_benefit_in_two_places(
    village: Village, why: str, changes: dict[str, str], suspected: int
) -> None:
    twice(village, changes)
    record = village.record(ONE.number)
    assert [s.kind for s in record.open_suspicions] == [SuspicionKind.DOUBLE_RECEIPT] * suspected, why
    assert len(record.entitlements) == 1
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE


def test_confirmed_it_ends_by_the_authority_and_not_for_the_person(village: Village) -> None:
    twice(village, PLACES[0][1])
    (suspicion,) = village.record(ONE.number).open_suspicions
    assert suspicion.waiting is not None
    key = EvidenceKey(NEW_YEAR, FeedId("cremations"), "cremated")
    cases.evidence_withdrawn(village.person(ONE.number), [key], actor="test")  # it rests on no record
    assert village.record(ONE.number).open_suspicions == (suspicion,)
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    twice(village, PLACES[0][1], "next month.csv")
    record = village.record(ONE.number)
    assert [s.state for s in record.suspicions] == [SuspicionState.CONFIRMED]
    assert record.entitlements[0].status is EntitlementStatus.ACTIVE  # one of two lines is right
    assert record.instructions == ()


def test_benefits_that_exclude_each_other_on_one_roster(village: Village) -> None:
    village.settle(replace(ONE, also=("企业职工养老保险待遇",)))
    record = village.record(ONE.number)
    assert [s.kind for s in record.open_suspicions] == [SuspicionKind.DOUBLE_RECEIPT]
    assert {e.status for e in record.entitlements} == {EntitlementStatus.ACTIVE}


def test_the_benefit_that_gives_way_ends_by_two_people_s_word(village: Village) -> None:
    village.settle(replace(ONE, also=("企业职工养老保险待遇",)))
    (suspicion,) = village.record(ONE.number).open_suspicions
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=True,
        by="county officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    assert {e.status for e in village.record(ONE.number).entitlements} == {EntitlementStatus.ACTIVE}
    village.second_word(ONE.number)
    ended = {e.benefit: e.status for e in village.record(ONE.number).entitlements}
    assert ended == {
        suspicion.benefit: EntitlementStatus.TERMINATED,
        **{b: EntitlementStatus.ACTIVE for b in ended if b != suspicion.benefit},
    }


def test_and_on_two_rosters(village: Village) -> None:
    village.settle(ONE)
    assert village.record(ONE.number).open_suspicions == ()
    other = ONE.lines()[0].replace(ONE.benefit, "企业职工养老保险待遇").replace("P9800", "E1")
    village.drop("roster", f"{ROSTER}\n{other}\n", "other.csv")
    assert [s.kind for s in village.record(ONE.number).open_suspicions] == [SuspicionKind.DOUBLE_RECEIPT]
    village.drop("roster", f"{ROSTER}\n{other}\n", "again.csv")
    assert len(village.record(ONE.number).suspicions) == 1


def test_benefits_that_may_be_drawn_together(village: Village) -> None:
    village.settle(replace(ONE, also=("失地农民养老保险",)))
    assert village.record(ONE.number).open_suspicions == ()
