"""The town's own account: what certified, what a rightful suspension needs, and what breaks a promise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.jurisdiction import load
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Person,
    PersonId,
    PersonRecord,
    Proves,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model import Reason as Why
from chalicelib.storage.dynamodb.audit import AuditEntry
from sandbox.checks.expected_certificates import Known, carries, combined, standing
from sandbox.checks.truth import Truth
from sandbox.town.carrier import Handed
from sandbox.town.context import Certified, Knocked
from sandbox.town.people import Town
from sandbox.town.townsperson import Townsperson
from tests.sandbox_town.stage import a_stage

PENSION = BenefitCode("resident_pension")
SUSPENDED_ON = date(2025, 9, 1)
ENDED = "2025-07-15"
REMINDER = "您的资格认证2025年7月15日到期，校验码123456。"


def noon(year: int, month: int, day: int, hour: int = 4) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def a_person(town: Town) -> Townsperson:
    return next(p for p in town.people if p.life.dies_on is None and p.born.year > 1950 and not p.key_groups)


def a_record(person: Townsperson, **more: Any) -> PersonRecord:
    who = Person(PersonId(f"ID{person.number}"), AreaCode(person.area), person.grid, person.born, True)
    return PersonRecord(person=who, **more)


def suspension(**more: Any) -> AuditEntry:
    details = {
        "proposal": 1,
        "judged": {PENSION: ENDED},
        "confirmed_by": "township",
        "approved_by": "county",
        **more,
    }
    return AuditEntry(9, noon(2025, 9, 1), "Suspend", "platform", details)


def rightful(town: Town, **more: Any) -> tuple[Truth, Townsperson]:
    """A suspension with everything that rule 10 asks for; a test takes one thing away."""
    person = a_person(town)
    stage = a_stage(town)
    stage.scene.diary.visits += [
        Knocked(person.index, noon(2025, 7, 20), "not_found", True),
        Knocked(person.index, noon(2025, 8, 3, 8), "not_found", True),  # a Sunday
        Knocked(person.index, noon(2025, 8, 6), "not_found", True, asked=True),
    ]
    handed = [
        Handed(f"ID{person.number}.1", person.phone or "", REMINDER, noon(2025, 5, 2), "delivered"),
    ]
    records: Mapping[int, PersonRecord] = {person.index: a_record(person, **more.pop("record", {}))}
    trails = {person.index: (suspension(**more),)}
    return Truth(stage.scene, load("bozhou"), handed, records, trails, []), person


def why(truth: Truth) -> str:
    (suspended,) = truth.suspensions
    return truth.wrong(suspended)


def test_a_rightful_suspension_is_not_wrong(town: Town) -> None:
    truth, _ = rightful(town)
    assert why(truth) == ""


def test_an_answer_before_it_took_effect_makes_it_wrong(town: Town) -> None:
    truth, person = rightful(town)
    truth.scene.diary.answers.append(Certified(person.index, date(2025, 8, 20)))
    assert "certified" in why(truth)


def test_an_answer_of_the_day_after_does_not(town: Town) -> None:
    truth, person = rightful(town)
    truth.scene.diary.answers.append(Certified(person.index, date(2025, 9, 2)))
    assert why(truth) == ""


def test_a_visit_that_saw_her_makes_it_wrong(town: Town) -> None:
    truth, person = rightful(town)
    truth.scene.diary.visits.append(Knocked(person.index, noon(2025, 8, 25), "seen", False))
    assert "certified" in why(truth)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"judged": {PENSION: "2025-09-30"}}, "had not ended"),
        ({"approved_by": "township"}, "two different people"),
        ({"confirmed_by": None}, "two different people"),
    ],
)
def test_a_missing_condition_makes_it_wrong(town: Town, details: dict[str, Any], reason: str) -> None:
    truth, _ = rightful(town, **details)
    assert reason in why(truth)


def test_nobody_told_makes_it_wrong(town: Town) -> None:
    truth, _ = rightful(town)
    truth.handed = [replace(truth.handed[0], status="failed")]
    visits = truth.scene.diary.visits
    visits[:] = [replace(knock, notice_left=False) for knock in visits]
    assert "told" in why(truth)


@pytest.mark.parametrize(
    "second",
    [
        Knocked(0, noon(2025, 7, 25, 8), "not_found", True),  # five days after the notice
        Knocked(0, noon(2025, 8, 10, 4), "not_found", True),  # the same hour
        Knocked(0, noon(2025, 8, 10, 8), "away", True),  # not a failed visit
    ],
)
def test_two_visits_must_be_made_as_the_rule_says(town: Town, second: Knocked) -> None:
    truth, person = rightful(town)
    truth.scene.diary.visits[1] = replace(second, person=person.index)
    assert "visits" in why(truth)


def test_an_open_suspicion_makes_it_wrong(town: Town) -> None:
    opened = Suspicion(
        SuspicionKind.DEATH,
        date(2025, 8, 1),
        date(2025, 8, 10),
        SuspicionState.OPEN,
        None,
        Why("x", "x", "x"),
    )
    truth, _ = rightful(town, record={"suspicions": (opened,)})
    assert "suspicion" in why(truth)


# --- what carries --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "through"),
    [
        (date(1955, 1, 1), date(2026, 1, 30)),  # 12 months
        (date(1945, 2, 1), date(2025, 10, 30)),  # turns 80 in February: 9 months
        (date(1945, 1, 1), date(2025, 10, 30)),
        (date(1934, 5, 1), date(2025, 7, 30)),  # 6 months
    ],
)
def test_strong_evidence_carries_by_age(town: Town, born: date, through: date) -> None:
    truth, person = rightful(town)
    carried = carries(truth.pack, replace(person, born=born), PENSION, date(2025, 1, 31))
    assert carried == (through if born != date(1945, 2, 1) else date(2026, 1, 30))


EVENTS = load("bozhou").rules.events
RIDE, PURCHASE = EVENTS[FeedId("bus_rides"), "ridden"], EVENTS[FeedId("pharmacy_purchases"), "bought"]


def rode(*days: int) -> list[Known]:
    return [Known(RIDE, date(2025, 3, day), date(2025, 4, 5)) for day in days]


def bought(day: int, month: int = 3) -> Known:
    return Known(PURCHASE, date(2025, month, day), date(2025, 4, 6))


def test_rides_and_a_purchase_certify_together() -> None:
    assert combined(load("bozhou").rules, [*rode(3, 10), bought(12)]) == date(2025, 6, 9)


@pytest.mark.parametrize(
    "items",
    [
        rode(1, 3, 5, 7, 9),
        [*rode(3), bought(12)],
        [*rode(12, 3), bought(12)],  # one trip: bus and pharmacy on one day
        [*rode(3, 10), bought(1, 1)],  # out of the span
    ],
)
def test_less_does_not(items: list[Known]) -> None:
    assert combined(load("bozhou").rules, items) is None


def test_what_was_taken_back_stands_no_more() -> None:
    back = replace(RIDE, event="back", proves=Proves.WITHDRAWAL, withdraws="ridden", strength=None)
    facts = [*rode(3, 10), Known(back, date(2025, 3, 3), date(2025, 5, 1))]
    assert [k.day.day for k in standing(facts, date(2025, 5, 1)) if k.event is RIDE] == [3, 10]
    assert [k.day.day for k in standing(facts, date(2025, 5, 2)) if k.event is RIDE] == [10]


def test_certified_by_what_came_after_death_is_wrong(town: Town) -> None:
    truth, _ = rightful(town)
    dead = next(p for p in town.people if p.life.dies_on is not None)
    died = dead.life.dies_on
    assert died is not None
    for days, wrong in ((-1, []), (1, [dead])):
        day = died + timedelta(days)
        key = EvidenceKey(day, FeedId("bus_rides"), "ridden")
        entitlement = Entitlement(
            PENSION, EntitlementStatus.ACTIVE, 100, day, day, day + timedelta(90), "X", evidence=key
        )
        truth.records = {dead.index: a_record(dead, entitlements=(entitlement,))}
        assert [found.person for found in truth.wrong_certifications()] == wrong
