"""The way back in the town: told dead in error, released, a borrowed card; and what breaks the promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    EvidenceKey,
    FeedId,
    InstructionKind,
    Interruption,
    Month,
    Reason,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from sandbox.checks.run_result import Run
from sandbox.town.acts_upon import acts_upon
from sandbox.town.api_client import Badge
from sandbox.town.cadres import GridWorkers
from sandbox.town.context import ToldDead
from sandbox.town.feed_profile import Habits
from sandbox.town.kinds_of_life import BORROWED_CARD, DEAD_BY_FILE, KINDS, RELEASED, TOLD_DEAD
from sandbox.town.objectors import Objectors
from sandbox.town.officers import Officers
from sandbox.town.people import Town
from sandbox.town.recipients import Folk
from sandbox.town.reversals import DECIDERS
from sandbox.town.townsperson import Townsperson
from tests.people import a_message
from tests.sandbox_town.runs import LAST, PENSION, amend, broken
from tests.sandbox_town.stage import Stage, a_stage

UNDONE = "who was told dead and lives is paid every month again, as two others have decided"
STARTED = "who was released is paid again from the month after, and for no month served"
BORROWED = "a borrowed card certifies for a year at most, and then somebody finds out"
TOLD = ToldDead(date(2025, 3, 3), frozenset({"grid-1", "approver"}), date(2025, 4, 16))


def living(town: Town, kind: str) -> Townsperson:
    return next(person for person in town.people if person.kind == kind)


# --- what the town does --------------------------------------------------------------------------


def at_the_door(stage: Stage, person: Townsperson, purpose: str = "certify") -> str:
    workers = GridWorkers(stage.scene, Folk(stage.scene))
    outcome = workers._found(person, 1, purpose == "verify")
    if outcome == "deceased":
        stage.scene.diary.say_dead(person.index, stage.scene.today, "grid-1")
    return outcome


def test_somebody_is_told_dead_at_the_door_once_until_she_comes(town: Town) -> None:
    stage, person = a_stage(town), living(town, TOLD_DEAD)
    assert at_the_door(stage, person) == "deceased"
    assert at_the_door(stage, person, "verify") == "not_found", "nobody is there who could say otherwise"
    stage.scene.diary.came_back(person.index, stage.scene.today)
    assert at_the_door(stage, person) in ("seen", "not_found")
    assert at_the_door(stage, living(town, DEAD_BY_FILE), "verify") == "not_found"


@pytest.mark.parametrize("way", [0, 1, 2])
def test_without_her_money_she_comes_and_two_others_decide(town: Town, way: int) -> None:
    person = living(town, TOLD_DEAD)
    stage = a_stage(replace(town, seed=(way - person.index) % 3))
    stage.scene.diary.say_dead(person.index, date(2025, 3, 3), "grid-1")
    line = {"id": "s.1", "person": stage.scene.id(person), "kind": "reversal", "area": person.area}
    stage.platform.answers["/v1/suspicions?"] = {"items": [line]}
    stage.platform.answers["/v1/objections?"] = {
        "items": [
            {"id": "o.1", "person": line["person"], "area": person.area, "about": "termination", "level": 2}
        ]
    }
    stage.platform.answers["/v1/objections"] = {"id": "o.1"}
    stage.at(2025, 3, 19, 3)  # a Wednesday, and no money has come
    for when, act in acts_upon(stage.scene):
        if when.date() == date(2025, 3, 19):
            act()
    assert not stage.scene.diary.told_dead[person.index].is_believed
    if stage.scene.diary.objections:
        Objectors(stage.scene).decide(person.area[:6])
        assert next(iter(stage.scene.diary.objections.values())).upheld
    stage.run_later()
    decided = stage.platform.posts("/suspicions/s.1/outcome")
    assert [body["confirmed"] for body in decided] == [True] * len(DECIDERS)
    tokens = {badge.subject for badge in stage.scene.desk._tokens}
    assert {f"{name}-{person.area[:9]}" for name in DECIDERS} <= tokens


def test_officers_believe_what_the_door_or_a_file_says_until_it_is_found_out(town: Town) -> None:
    stage = a_stage(town)
    told, written = living(town, TOLD_DEAD), living(town, DEAD_BY_FILE)
    (said,) = [h for h in written.life.happenings if h.accuses]
    officers = Officers(stage.scene, ("hrss",), ())

    def is_true(person: Townsperson, day: date) -> bool:
        return officers._is_true({"person": stage.scene.id(person), "kind": "death", "day": f"{day}"})

    assert not is_true(told, said.day)
    stage.scene.diary.say_dead(told.index, date(2025, 3, 3), "grid-1")
    assert is_true(told, said.day)
    assert is_true(written, said.day)
    officers._note(
        Badge("officer", "approver", "341602"), {"person": stage.scene.id(written), "kind": "death"}
    )
    for when, act in acts_upon(stage.scene):
        (taken,) = [h for h in written.life.happenings if h.takes_back]
        if when.date() == taken.noted:
            act()
    assert not is_true(written, said.day)


def test_a_reversal_is_decided_by_two_who_had_no_part(town: Town) -> None:
    stage, person = a_stage(town), living(town, TOLD_DEAD)
    line = {"id": "s.1", "person": stage.scene.id(person), "kind": "reversal", "opened": "2025-03-01"}
    stage.platform.answers["/v1/suspicions?"] = {"items": [{**line, "confirmed_by": None}]}
    Officers(stage.scene, ("hrss",), ()).look_into_suspicions("341602")
    assert len(stage.platform.posts("/outcome")) == 2
    tokens = {token.subject for token in stage.scene.desk._tokens}
    assert {"hrss-reviser-341602", "hrss-second-reviser-341602"} <= tokens


def test_whoever_is_released_is_free_again(town: Town) -> None:
    life = living(town, RELEASED).life
    began, out = life.jailed_from, life.released_on
    assert began is not None
    assert out is not None
    assert (life.jailed_on(began), life.jailed_on(out)) == (True, False)
    own = [h.day for h in life.happenings if not h.accuses and h.facts == ()]
    assert [day for day in own if began <= day < out] == [], "nobody saw her anywhere else"


def test_a_borrowed_card_is_used_on_as_before(town: Town) -> None:
    life = living(town, BORROWED_CARD).life
    assert life.dies_on is not None
    assert {h.by_herself for h in life.happenings if h.day >= life.dies_on} == {False}
    assert not any(h.accuses for h in life.happenings), "no register hears of it"


def test_a_pack_that_knows_no_such_life_leaves_it_out(feeds: Any) -> None:
    nothing = Habits.of({name: feed for name, feed in feeds.items() if feed.kind != "evidence"})
    assert {kind.name for kind in KINDS if not kind.known(nothing)} >= {RELEASED, BORROWED_CARD, DEAD_BY_FILE}


# --- what would break the promises ---------------------------------------------------------------


def a_suspicion(kind: SuspicionKind, day: date, state: SuspicionState, **more: Any) -> Suspicion:
    return Suspicion(kind, day, day, state, None, Reason("r", "", ""), **more)


def come_back(run: Run, **more: Any) -> Run:
    """Somebody told dead, and found alive by two others: of the town of three the first."""
    run.truth.scene.diary.told_dead[0] = TOLD
    person = run.truth.scene.town.people[0]
    claim = replace(person.claims[0], benefit=PENSION, fen=500)
    people = (replace(person, claims=(claim,)), *run.truth.scene.town.people[1:])
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    reversal = a_suspicion(
        SuspicionKind.REVERSAL,
        date(2025, 4, 16),
        SuspicionState.CONFIRMED,
        verified_by="reviser",
        approved_by="second",
        closed=date(2025, 4, 17),
    )
    death = a_suspicion(SuspicionKind.DEATH, date(2025, 3, 1), SuspicionState.CLEARED)
    resumed = run.truth.records[0].instructions[0]
    ended = replace(resumed, kind=InstructionKind.TERMINATE, month=Month("2025-04"))
    told = replace(a_message(on=LAST), template=Template.RESTORED)
    given: dict[str, Any] = {
        "suspicions": (
            replace(reversal, **more.pop("reversal", {})),
            replace(death, **more.pop("death", {})),
        ),
        "instructions": (resumed, ended),
        "messages": (*run.truth.records[0].messages, told),
    }
    return amend(run, **given | more)


def test_a_way_back_that_was_kept(run: Run) -> None:
    assert UNDONE not in broken(come_back(run))


def still_stopped(run: Run) -> Run:
    drawn = run.truth.records[0].entitlements[0]
    return come_back(run, entitlements=(replace(drawn, status=EntitlementStatus.TERMINATED),))


def asked_back(run: Run) -> Run:
    april = Month("2025-04")
    of = Recovery(1, PENSION, april, {april: 500}, RecoveryState.DEMANDED, date(2025, 4, 1))
    return come_back(run, recoveries=(of,))


def not_paid(run: Run) -> Run:
    del run.truth.scene.diary.paid[0, PENSION, "2025-04"]
    return come_back(run)


@pytest.mark.parametrize(
    "breaks",
    [
        lambda run: come_back(run, reversal={"state": SuspicionState.OPEN}),
        lambda run: come_back(run, reversal={"approved_by": None}),
        lambda run: come_back(run, reversal={"verified_by": "approver"}),
        lambda run: come_back(run, reversal={"closed": date(2025, 4, 21)}),
        lambda run: come_back(run, death={"state": SuspicionState.CONFIRMED}),
        lambda run: come_back(run, instructions=come_back(run).truth.records[0].instructions[1:]),
        lambda run: come_back(run, messages=run.truth.records[0].messages),
        still_stopped,
        asked_back,
        not_paid,
    ],
    ids=lambda _: "",
)
def test_a_way_back_that_was_not(run: Run, breaks: Callable[[Run], Run]) -> None:
    assert UNDONE in broken(breaks(run))


def test_who_has_just_come_has_still_time(run: Run) -> None:
    kept = come_back(run, death={"state": SuspicionState.CONFIRMED})
    kept.truth.scene.diary.told_dead[0] = replace(TOLD, back=LAST)
    assert UNDONE not in broken(kept)


BEGAN, OUT = date(2025, 1, 9), date(2025, 3, 20)


def a_release(run: Run, benefit: BenefitCode = PENSION, **more: Any) -> Run:
    """Served from January to March, paid again since April."""
    person = run.truth.scene.town.people[0]
    life = replace(person.life, jailed_from=BEGAN, released_on=OUT)
    claim = replace(person.claims[0], benefit=benefit, fen=500)
    people = (replace(person, life=life, claims=(claim,)), *run.truth.scene.town.people[1:])
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    sentence = EvidenceKey(BEGAN, FeedId("custody"), "sentence")
    custody = replace(a_suspicion(SuspicionKind.CUSTODY, BEGAN, SuspicionState.CONFIRMED), evidence=sentence)
    restart = a_suspicion(SuspicionKind.RESTART, OUT, more.pop("restart", SuspicionState.CONFIRMED))
    gap = Interruption(Month("2025-02"), Month("2025-03"), custody.name)
    drawn = replace(run.truth.records[0].entitlements[0], interruptions=(gap,))
    given = {"entitlements": (replace(drawn, **more),), "suspicions": (custody, restart), "instructions": ()}
    return amend(replace(run, on=date(2025, 6, 30)), **given)


def test_a_release_that_started_the_payment_again(run: Run) -> None:
    assert STARTED not in broken(a_release(run))
    assert STARTED not in broken(replace(a_release(run, restart=SuspicionState.OPEN), on=date(2025, 4, 1)))


@pytest.mark.parametrize(
    "more",
    [
        {"restart": SuspicionState.OPEN},
        {"interruptions": ()},
        {"fen": 400},
        {"status": EntitlementStatus.TERMINATED},
    ],
)
def test_a_release_that_did_not(run: Run, more: dict[str, Any]) -> None:
    assert STARTED in broken(a_release(run, **more))


def test_a_benefit_that_knows_no_custody_has_nothing_to_start_again(run: Run) -> None:
    """Reservoir resettlement support goes on through a sentence, and so does what is drawn beside it."""
    goes_on = a_release(run, BenefitCode("reservoir_resettlement"), restart=SuspicionState.OPEN)
    assert STARTED not in broken(goes_on)


def a_card(run: Run, until: date) -> Run:
    person = run.truth.scene.town.people[0]
    claim = replace(person.claims[0], benefit=PENSION, certified_until=date(2025, 1, 31))
    life = replace(person.life, dies_on=date(2025, 1, 20))
    people = (
        replace(person, kind=BORROWED_CARD, life=life, claims=(claim,)),
        *run.truth.scene.town.people[1:],
    )
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    drawn = replace(run.truth.records[0].entitlements[0], valid_until=until)
    return amend(run, entitlements=(drawn,), suspicions=())


def test_a_card_carries_for_a_year_and_then_somebody_goes(run: Run) -> None:
    assert BORROWED not in broken(a_card(run, date(2026, 1, 31)))
    assert BORROWED in broken(a_card(run, date(2026, 2, 1)))
    assert BORROWED in broken(replace(a_card(run, date(2026, 1, 31)), on=date(2026, 2, 20)))
