"""Objections: who objects, who decides, and what the town holds the platform to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.model import Objection, ObjectionAbout, ObjectionState, Proposal, ProposalState
from sandbox.checks.promises import keep
from sandbox.checks.run_result import Run
from sandbox.town.context import Objected
from sandbox.town.lives import Manner
from sandbox.town.objectors import Objectors
from sandbox.town.people import Town
from tests.sandbox_town.runs import PENSION, amend, broken
from tests.sandbox_town.stage import a_stage
from tests.sandbox_town.test_actors import one
from tests.sandbox_town.test_truth import suspension

HEARD = "an objection holds a suspension, is decided in time, and what is upheld counts"
RAISED, DECIDE_BY, DECIDED = date(2025, 3, 24), date(2025, 4, 15), date(2025, 4, 10)


def objected(run: Run, told: dict[str, Any] | None = None, **kept: Any) -> Run:
    """Somebody has objected, and was right; the promise is held against what the record says."""
    answer: dict[str, Any] = {"decided": DECIDED, "upheld": True, **(told or {})}
    run.truth.scene.diary.objections["o"] = Objected(0, 1, RAISED, **answer)
    said = Objection(
        1,
        ObjectionAbout.SUSPENSION,
        RAISED,
        "counter-1",
        DECIDE_BY,
        ObjectionState.UPHELD,
        "objections-341602100",
        answer["decided"],
    )
    return amend(run, objections=(replace(said, **kept),))


def a_line(**more: Any) -> Proposal:
    line = Proposal(1, date(2025, 3, 1), (PENSION,), {}, date(2025, 3, 20), ProposalState.LAPSED)
    return replace(line, **more)


def test_an_objection_that_was_heard(run: Run) -> None:
    assert broken(amend(objected(run), proposals=(a_line(),))) == []


@pytest.mark.parametrize(
    ("why", "told", "kept"),
    [
        ("it was lost", None, {"number": 2}),
        ("it was answered otherwise", {"decided": date(2025, 4, 11)}, {"decided": DECIDED}),
        ("nobody answered", {"decided": None, "upheld": False}, {}),
        ("it did not go up", {"decided": date(2025, 4, 17)}, {}),
        ("whoever wrote it down decided", None, {"decided_by": "counter-1"}),
    ],
)
def test_an_objection_that_was_not(
    run: Run, why: str, told: dict[str, Any] | None, kept: dict[str, Any]
) -> None:
    assert HEARD in broken(objected(run, told, **kept)), why


def test_overdue_it_is_the_countys(run: Run) -> None:
    late = date(2025, 4, 17)
    assert broken(objected(run, {"decided": late}, decided_by="objections-341602")) == []


def test_a_line_that_stands_though_it_was_wrong(run: Run) -> None:
    line = a_line(state=ProposalState.APPROVED)
    assert HEARD in broken(amend(objected(run), proposals=(line,)))


def test_a_suspension_while_one_is_open(run: Run) -> None:
    run.truth.trails = {0: (suspension(),)}
    on = run.truth.suspensions[0].on
    run.truth.scene.diary.objections["o"] = told = Objected(0, 1, on.replace(day=1), None)
    if told.raised == on:
        run.truth.scene.diary.objections["o"] = replace(told, raised=date(on.year - 1, 12, 1))
    raised = run.truth.scene.diary.objections["o"].raised
    days = ObjectionAbout.SUSPENSION, raised, "counter-1", date(2026, 1, 1), ObjectionState.OPEN
    run = amend(run, objections=(Objection(1, *days),))
    assert "the objection was open" in next(p.why for p in keep(run) if p.name == HEARD)


def test_some_on_the_list_object_and_others_decide(town: Town) -> None:
    stage = a_stage(town)
    unseen, refuses = one(town, Manner.UNSEEN), one(town, Manner.REFUSES)
    people = (unseen, refuses)
    lines = [{"id": f"ID{p.number}.{n}", "person": f"ID{p.number}"} for p in people for n in range(20)]
    stage.platform.answers["/v1/suspension-proposals"] = {"items": lines}
    stage.platform.answers["/v1/objections"] = {"id": "x.1"}
    objectors = Objectors(stage.scene)
    objectors.hear_of_the_list("341602100")
    stage.run_later()
    raised = stage.platform.posts("/v1/objections")
    assert 0 < len(raised) < len(lines), "not everybody objects"
    assert {body["about"] for body in raised} == {"suspension"}
    told = {f"ID{p.number}.1": Objected(p.index, 1, date(2025, 3, 3)) for p in people}
    stage.scene.diary.objections = dict(told)
    waiting = [
        {
            "id": f"ID{p.number}.1",
            "person": f"ID{p.number}",
            "area": p.area,
            "level": 2,
            "about": "suspension",
        }
        for p in people
    ]
    stage.platform.answers = {"/v1/objections?": {"items": waiting}}
    objectors.decide("341602")
    upheld = {o.person: o.upheld for o in stage.scene.diary.objections.values()}
    assert upheld == {unseen.index: True, refuses.index: False}
