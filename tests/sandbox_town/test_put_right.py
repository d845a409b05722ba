"""What is put right in the town: a wrong tap, a late list, a renewed card; and what breaks the promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.model import (
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    Interruption,
    Month,
    Route,
    Visit,
    VisitOutcome,
    VisitPurpose,
)
from sandbox.checks.run_result import Run
from sandbox.town import officers
from sandbox.town.cadres import GridWorkers
from sandbox.town.context import Certified, Mistapped
from sandbox.town.kinds_of_life import CARD_RENEWED, CARDS_IN_FORCE, LATE_LIST, MISTAPPED
from sandbox.town.lives import Listed
from sandbox.town.people import Town
from sandbox.town.recipients import Folk
from sandbox.town.townsperson import Townsperson
from tests.sandbox_town.runs import PENSION, amend, broken
from tests.sandbox_town.stage import a_stage
from tests.sandbox_town.test_truth import suspension

TAPPED = "a wrong tap is put right, and both words stand"
LISTED = "a list that comes months late keeps nobody from being paid again"
RENEWED = "whose card was renewed is paid, but for the months that people found not due"
MADE = datetime(2025, 3, 5, 2, tzinfo=UTC)


@pytest.fixture(scope="module", name="large")
def _large() -> Town:
    return Town.generate(people=2000, seed=1)


def living(town: Town, kind: str) -> list[Townsperson]:
    return [person for person in town.people if person.kind == kind]


# --- what the town does --------------------------------------------------------------------------


def test_a_wrong_tap_is_put_right_by_the_worker_or_an_officer(large: Town) -> None:
    stage = a_stage(large)
    workers = GridWorkers(stage.scene, Folk(stage.scene))
    for person in living(large, MISTAPPED):
        for _ in range(9):  # in one of nine weeks she opens
            visit, line = f"ID{person.number}.1", {"purpose": "certify", "manner": "any_time"}
            if person.index not in stage.scene.diary.mistapped:
                workers._knock(workers._worker(person.area), visit, person, line)
            stage.when[0] += timedelta(days=7)
    stage.run_later()
    told = stage.scene.diary.mistapped.values()
    assert {one.corrected is not None for one in told} == {True}
    assert {one.corrected_by == one.by for one in told} == {True, False}
    sent = stage.platform.posts("/outcome")
    assert {body["outcome"] for body in sent} == {"not_found", "seen"}
    assert all(sum(body["outcome"] == "seen" for body in sent) == len(told) for _ in "1")


@pytest.mark.parametrize("share", [0, 1])
def test_a_card_that_ran_out_is_held_for_lost_by_some_officers_until_the_next_one(
    large: Town, share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(officers, "HELD_FOR_LOST", share)
    stage, person = a_stage(large), living(large, CARD_RENEWED)[0]
    ends, again = [each for each in person.life.listed if each.feed == CARDS_IN_FORCE]
    assert ends.until < again.since
    line = {"person": f"ID{person.number}", "kind": "condition", "day": f"{ends.until}"}
    office = officers.Officers(stage.scene, (), ())
    for day, has_one in ((ends.until, False), (again.since, True)):
        stage.when[0] = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        assert office._is_true(line) is (not has_one and bool(share))
        assert office._is_true({**line, "kind": "restart"}) is has_one, "only against the new card"


# --- what would break the promises ---------------------------------------------------------------


def first(run: Run, **more: Any) -> Townsperson:
    person = run.truth.scene.town.people[0]
    claims = tuple(replace(claim, benefit=PENSION, fen=500) for claim in person.claims[:1])
    person = replace(person, claims=claims, **more)
    people = (person, *run.truth.scene.town.people[1:])
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    return person


def a_tap(run: Run, *outcomes: tuple[VisitOutcome, str], seen: date = date(2025, 3, 5), **told: Any) -> Run:
    right = {"corrected_by": "officer", "corrected": date(2025, 3, 9), **told}
    run.truth.scene.diary.mistapped[0] = Mistapped(MADE, "worker", **right)
    day = date(2025, 3, 5)
    visits = tuple(
        Visit(n, VisitPurpose.CERTIFY, "", day, day, made=MADE, outcome=outcome, by=by)
        for n, (outcome, by) in enumerate(outcomes, 1)
    )
    drawn = replace(
        run.truth.records[0].entitlements[0],
        route=Route.VISIT,
        evidence=EvidenceKey(seen, FeedId("home_visits"), "seen"),
    )
    return amend(run, visits=visits, entitlements=(drawn,))


BOTH = (VisitOutcome.NOT_FOUND, "worker"), (VisitOutcome.SEEN, "officer")


def test_a_tap_that_was_put_right(run: Run) -> None:
    assert TAPPED not in broken(a_tap(run, *BOTH))


def test_a_tap_that_was_not(run: Run) -> None:
    assert TAPPED in broken(a_tap(run, *BOTH, corrected=None))
    assert TAPPED in broken(a_tap(run, BOTH[1]))
    assert TAPPED in broken(a_tap(run, *BOTH, seen=date(2025, 3, 4)))


def test_a_tap_that_was_put_right_too_late(run: Run) -> None:
    kept = a_tap(run, *BOTH)
    kept.truth.trails = {0: (suspension(),)}
    assert TAPPED in broken(kept)


@pytest.mark.parametrize(("issued", "holds"), [(5, True), (6, True), (9, False)])
def test_a_late_list_keeps_nobody_waiting(run: Run, issued: int, holds: bool) -> None:
    first(run, kind=LATE_LIST)
    run.truth.trails = {0: (suspension(),)}
    (suspended,) = run.truth.suspensions
    came = suspended.on + timedelta(5)
    run.truth.scene.diary.answers.append(Certified(0, came))
    told = replace(run.truth.records[0].instructions[0], issued=suspended.on + timedelta(issued))
    assert (LISTED not in broken(amend(run, instructions=(told,)))) is holds


def a_card(run: Run, **more: Any) -> Run:
    """Ran out in February, renewed in March; found not due for one month."""
    ends, again = date(2025, 2, 1), date(2025, 3, 10)
    cards = (
        Listed(CARDS_IN_FORCE, "valid", date(2024, 1, 1), ends),
        Listed(CARDS_IN_FORCE, "valid", again, date(2030, 1, 1)),
    )
    life = run.truth.scene.town.people[0].life
    first(run, kind=CARD_RENEWED, life=replace(life, listed=cards))
    month = more.pop("month", "2025-02")
    gap = Interruption(Month(month), Month(month), "condition#2025-02-01")
    drawn = replace(run.truth.records[0].entitlements[0], interruptions=(gap,), **more)
    return amend(run, entitlements=(drawn,), instructions=())


def test_a_card_that_was_renewed(run: Run) -> None:
    assert RENEWED not in broken(a_card(run))
    assert RENEWED not in broken(replace(a_card(run, month="2025-05"), on=date(2025, 4, 1)))


def test_a_card_that_was_renewed_and_is_not_paid(run: Run) -> None:
    assert RENEWED in broken(a_card(run, status=EntitlementStatus.TERMINATED))
    assert RENEWED in broken(a_card(run, month="2025-05"))
    lost = a_card(run)
    del lost.truth.scene.diary.paid[0, PENSION, "2025-04"]
    assert RENEWED in broken(lost)
