"""Deaths in the town: what bookkeepers do line by line, and promises that one thing wrong breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.model import (
    Booking,
    Channel,
    EntitlementStatus,
    HeirProof,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    MessageState,
    Month,
    OwedToHeirs,
    PersonRecord,
    Reason,
    Recovery,
    RecoveryState,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Way,
)
from sandbox.checks.run_result import Run
from sandbox.town.bookkeepers import IN_NEED, IN_PARTS, Bookkeepers
from sandbox.town.people import Town
from tests.sandbox_town.runs import PENSION, a_run, amend, broken
from tests.sandbox_town.stage import Stage, a_stage

LETTER = "a bereaved household gets one letter, and the dead no message"
HEARD = "those concerned are heard first, and no more is recovered than was paid too much"
REPAID = "what households repay is recorded once, in parts or not at all as they can"
PROOF = "heirs are paid against proof alone"
OURS = {LETTER, HEARD, REPAID, PROOF}
DIED, CLOSED = date(2025, 3, 10), date(2025, 5, 20)
APRIL, PAID = Month("2025-04"), {Month("2025-04"): 500, Month("2025-05"): 500, Month("2025-06"): 500}


def a_message(template: Template, **words: str) -> Message:
    about = f"death#{DIED}"
    return Message(f"{template}", template, about, Channel.NOTICE, words, CLOSED, MessageState.SENT)


def settled(**more: Any) -> Recovery:
    money = Booking(Way.REPAID, 1_500, date(2025, 6, 18), "bank-1", "keeper")
    given: dict[str, Any] = {
        "asked": CLOSED,
        "answer_by": date(2025, 6, 4),
        "decided": date(2025, 6, 5),
        "bookings": (money,),
        **more,
    }
    return Recovery(1, PENSION, APRIL, PAID, RecoveryState.FINISHED, CLOSED, **given)


def bereaved(**more: Any) -> Run:
    """The first of the town has died in March; paid until June; her household was heard, and has repaid."""
    run = a_run()
    record = run.truth.records[0]
    death = Suspicion(
        SuspicionKind.DEATH,
        DIED,
        date(2025, 4, 20),
        SuspicionState.CONFIRMED,
        None,
        Reason("death", "火化", "cremated"),
        closed=CLOSED,
        ends=(),
        signed={PENSION: "li"},
    )
    ended = replace(record.entitlements[0], status=EntitlementStatus.TERMINATED, stopped_from=APRIL)
    run.truth.scene.diary.repaid[f"{record.person.id}.1"] = 1_500
    letters = (a_message(Template.DEATH_TO_CONFIRM), a_message(Template.BEREAVED, benefits=PENSION))
    given = {
        "suspicions": (death,),
        "entitlements": (ended,),
        "recoveries": (settled(),),
        "messages": (*record.messages, *letters),
        **more,
    }
    return amend(run, **given)


def the_record(run: Run) -> PersonRecord:
    return run.truth.records[0]


def of_kind(run: Run, kind: str) -> Run:
    people = list(run.truth.scene.town.people)
    people[0] = replace(people[0], kind=kind)
    run.truth.scene.town = replace(run.truth.scene.town, people=tuple(people))
    return run


def paid_heirs(fen: int) -> tuple[Instruction, ...]:
    kind, state = InstructionKind.PAY_HEIRS, InstructionState.ISSUED
    return (Instruction(PENSION, kind, Month("2025-06"), fen, "", state, CLOSED),)


OWED = OwedToHeirs(
    PENSION, (Month("2025-03"),), {}, CLOSED, released_fen=500, proof=HeirProof.COURT, released=CLOSED
)
UNPAID = replace(OWED, months={Month("2025-03"): 500}, released_fen=0, proof=None, released=None)
BREAKS: list[tuple[str, str, Callable[[], Run]]] = [
    ("two letters", LETTER, lambda: bereaved(messages=(a_message(Template.DEATH_TO_CONFIRM), *TWICE))),
    ("no letter", LETTER, lambda: bereaved(messages=(a_message(Template.DEATH_TO_CONFIRM),))),
    ("nobody asked", LETTER, lambda: bereaved(messages=(a_message(Template.BEREAVED, benefits=PENSION),))),
    ("too much", HEARD, lambda: bereaved(recoveries=(settled(), replace(settled(), number=2)))),
    ("not asked", HEARD, lambda: bereaved(recoveries=(settled(asked=None),))),
    ("too early", HEARD, lambda: bereaved(recoveries=(settled(decided=date(2025, 6, 4)),))),
    ("taken first", HEARD, lambda: bereaved(recoveries=(settled(decided=None),))),
    ("twice", REPAID, lambda: bereaved(recoveries=(settled(bookings=()),))),
    ("at once", REPAID, lambda: of_kind(bereaved(recoveries=(settled(instalments=(1, 2)),)), IN_PARTS)),
    ("in need", REPAID, lambda: of_kind(bereaved(), IN_NEED)),
    ("no proof", PROOF, lambda: bereaved(instructions=paid_heirs(500))),
    ("never paid", PROOF, lambda: bereaved(owed_to_heirs=(UNPAID,))),
    ("another sum", PROOF, lambda: bereaved(instructions=paid_heirs(400), owed_to_heirs=(OWED,))),
]
TWICE = (
    a_message(Template.BEREAVED, benefits=PENSION),
    replace(a_message(Template.BEREAVED, benefits=PENSION), id="again"),
)


def test_whoever_is_bereaved_as_it_should_be_breaks_none() -> None:
    assert OURS.isdisjoint(broken(bereaved()))
    assert OURS.isdisjoint(broken(bereaved(instructions=paid_heirs(500), owed_to_heirs=(OWED,))))
    assert OURS.isdisjoint(broken(bereaved(owed_to_heirs=(replace(UNPAID, opened=date(2025, 6, 1)),)))), (
        "they have not come yet"
    )
    assert OURS.isdisjoint(broken(a_run()))


@pytest.mark.parametrize(("why", "promise", "run"), BREAKS)
def test_one_thing_wrong_breaks_its_promise(why: str, promise: str, run: Callable[[], Run]) -> None:
    assert promise in broken(run()), why


def test_a_message_to_the_phone_of_the_dead_breaks_it() -> None:
    run = bereaved()
    run.truth.handed.append(replace(run.truth.handed[0], at=run.truth.handed[0].at.replace(month=6)))
    assert LETTER in broken(run)


# --- bookkeepers ---------------------------------------------------------------------------------


def a_line(stage: Stage, **more: Any) -> dict[str, Any]:
    person = stage.scene.id(stage.scene.town.people[0])
    return {
        "id": f"{person}.1",
        "person": person,
        "benefit": {"benefit": PENSION},
        "state": "hearing",
        "asked": "2025-03-01",
        "answer": None,
        "overdue": False,
        "left_fen": 1_500,
        "to_refund_fen": 0,
        "instalments": [],
        "next_day": "2025-03-20",
        **more,
    }


DUE_NOW = {"state": "demanded", "next_day": "2025-03-05"}
PARTS = [{"due": "2025-03-05", "fen": 500}]
STEPS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("", {}, "/hearing", {"answer": "accepted"}),
    (IN_NEED, {}, "/hearing", {"answer": "hardship"}),
    ("", {"answer": "accepted", "overdue": True}, "/decision", {"funeral_grant_fen": 10_000}),
    ("", {"state": "decided"}, "/demand", {}),
    ("", {"state": "demanded"}, "/repayments", {"fen": 1_500}),
    ("", {"to_refund_fen": 70, "state": "finished"}, "/refunds", {"fen": 70}),
    (IN_PARTS, {"state": "demanded"}, "/instalments", {"number": 3}),
    (
        IN_PARTS,
        {"state": "demanded", "instalments": PARTS, "next_day": "2025-03-05"},
        "/repayments",
        {"fen": 500},
    ),
    (IN_NEED, {"state": "demanded"}, "/closing", {"how": "written_off"}),
    (IN_NEED, {"state": "demanded"}, "/closing/approve", {}),
]


def gone_through(kind: str, **more: Any) -> Stage:
    town = Town.generate(people=3, seed=2)
    stage = a_stage(replace(town, people=(replace(town.people[0], kind=kind), *town.people[1:])))
    stage.platform.answers = {
        "/v1/recoveries?": {"items": [a_line(stage, **more)], "next": None},
        "/v1/recoveries/": {"id": "x"},
    }
    Bookkeepers(stage.scene, ("hrss",), {PENSION: True}).go_through("341602")
    return stage


@pytest.mark.parametrize(("kind", "line", "step", "sent"), STEPS)
def test_each_line_goes_one_step_on(kind: str, line: dict[str, Any], step: str, sent: dict[str, Any]) -> None:
    posts = gone_through(kind, **line).platform.posts(step)
    assert posts
    assert all(sent.items() <= post.items() for post in posts)


def test_nothing_is_done_before_somebody_has_been_written_to_or_a_part_is_due() -> None:
    later = {"state": "demanded", "instalments": PARTS, "next_day": "2025-05-05"}
    for kind, line in (("", {"asked": None}), (IN_PARTS, later), ("", {"answer": "accepted"})):
        assert gone_through(kind, **line).platform.posts("") == []


def test_heirs_come_a_fortnight_later_with_their_papers() -> None:
    town = Town.generate(people=3, seed=2)
    for opened, comes in (("2025-03-01", False), ("2025-02-10", True)):
        stage = a_stage(town)
        line = {"id": "x.resident_pension", "opened": opened}
        stage.platform.answers = {"/v1/owed-to-heirs?": {"items": [line], "next": None}}
        Bookkeepers(stage.scene, ("hrss",), {}).go_through("341602")
        assert bool(stage.platform.posts("/release")) is comes


def test_a_payment_whose_row_was_ruined_is_not_asked_back() -> None:
    run = bereaved()
    diary = run.truth.scene.diary
    diary.paid[0, PENSION, "2025-07"] = 500
    assert HEARD in broken(run)
    (key, written), *_ = diary.files.items()
    diary.files[key] = replace(written, unreadable=frozenset({(0, PENSION, "2025-07")}))
    assert HEARD not in broken(run)
