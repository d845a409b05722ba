"""Corrected numbers and phones that never work: how the town lives with them; what breaks the promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.model import (
    Channel,
    FeedId,
    InstructionKind,
    MessageState,
    PersonId,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
)
from sandbox.checks.privacy_scan import Detector
from sandbox.checks.run_result import Run
from sandbox.town.carrier import Carrier
from sandbox.town.departments import line_of
from sandbox.town.kinds_of_life import NUMBER_CORRECTED, PHONE_FAILS
from sandbox.town.lives import Happening
from sandbox.town.officers import Officers
from sandbox.town.people import Town
from sandbox.town.registers import roster_drop
from sandbox.town.townsperson import Corrected, Townsperson
from tests.people import a_message
from tests.sandbox_town.runs import LAST, PENSION, amend, broken
from tests.sandbox_town.stage import Silent, a_stage

JOINED = "whose number was corrected is one person, and nothing of either number is lost"
TOLD = "whose phone never works is told by a helper or on paper on the day"


@pytest.fixture(scope="module", name="large")
def _large() -> Town:
    return Town.generate(people=2000, seed=1)


def living(town: Town, kind: str) -> list[Townsperson]:
    return [person for person in town.people if person.kind == kind]


# --- what the town does --------------------------------------------------------------------------


def test_the_roster_bears_the_other_number_and_half_of_the_departments_never_hear(
    large: Town, feeds: Any
) -> None:
    person = living(large, NUMBER_CORRECTED)[0]
    assert person.corrected is not None
    on = person.corrected.on
    for day, number in ((on - timedelta(1), person.number), (on, person.corrected.number)):
        data, _ = roster_drop(replace(large, people=(person,)), feeds[FeedId("roster")], day).make()
        assert (number in data.decode("gb18030"), person.number_on(day)) == (True, number)
    late = [
        Happening(on + timedelta(9), name, "x") for name, feed in feeds.items() if feed.kind == "evidence"
    ]
    written = [line_of(feeds[h.feed], person, h).number for h in late]
    assert set(written) == set(person.numbers)
    assert large.by_number[person.number] is large.by_number[person.corrected.number] is person
    assert [leak.what for leak in Detector(large).look(person.corrected.number, "")] == ["an identity number"]


def test_both_numbers_are_hers_and_officers_know_it(large: Town) -> None:
    stage, person = a_stage(large), living(large, NUMBER_CORRECTED)[0]
    assert [stage.scene.person(f"ID{number}") for number in person.numbers] == [person, person]
    line = {"person": stage.scene.id(person), "kind": "two_numbers", "day": "2025-02-10"}
    assert Officers(stage.scene, (), ())._is_true(line)


def test_a_phone_that_never_works_fails_and_a_helper_s_may_not(large: Town) -> None:
    people = living(large, PHONE_FAILS)
    assert {person.helper is None for person in people} == {True, False}
    person = next(person for person in people if person.helper is not None)
    carrier = Carrier(1, Silent(), lambda _: None, frozenset({person.phone or ""}))
    fates = {
        phone: {carrier._fate(f"m{n}", phone) for n in range(60)}
        for phone in (person.phone, person.helper)
        if phone
    }
    assert fates[person.phone or ""] == {"failed"}
    assert "delivered" in fates[person.helper or ""]
    assert large.by_phone[person.helper or ""] == (person,)


# --- what would break the promises ---------------------------------------------------------------


def first(run: Run, **more: Any) -> Townsperson:
    person = replace(run.truth.scene.town.people[0], **more)
    claims = tuple(replace(claim, benefit=PENSION, fen=500) for claim in person.claims[:1])
    person = replace(person, claims=claims)
    people = (person, *run.truth.scene.town.people[1:])
    run.truth.scene.town = replace(run.truth.scene.town, people=people)
    run.truth.scene.learn_ids()
    return person


def a_number(run: Run, **more: Any) -> Run:
    person = first(run, corrected=Corrected("34160219500307980X", date(2025, 2, 10)))
    known = run.truth.scene.id(person) or ""
    day = date(2025, 2, 10)
    reason = Reason("two_numbers", "", "")
    found = Suspicion(SuspicionKind.TWO_NUMBERS, day, day, SuspicionState.CONFIRMED, None, reason)
    of = replace(run.truth.records[0].person, id=PersonId(more.pop("id", known)))
    month = more.pop("paid", "2025-01")
    run = replace(run, paid=lambda _: {(PENSION, month): 500}, reconciled=[])
    given = {"person": of, "suspicions": (replace(found, state=more.pop("state", found.state)),)}
    return amend(run, **given | more)


def test_two_numbers_that_were_joined(run: Run) -> None:
    assert JOINED not in broken(a_number(run))
    assert JOINED not in broken(replace(a_number(run, state=SuspicionState.OPEN), on=date(2025, 3, 1)))


def test_two_numbers_that_were_not(run: Run) -> None:
    assert JOINED in broken(a_number(run, state=SuspicionState.OPEN))
    assert JOINED in broken(a_number(run, id="the one before"))
    assert JOINED in broken(a_number(run, paid="2025-02"))
    told = replace(run.truth.records[0].instructions[0], kind=InstructionKind.SUSPEND)
    assert JOINED in broken(a_number(run, instructions=(told,)))


def a_phone(run: Run, *others: Any, status: str = "failed") -> Run:
    """A reminder that failed on her own phone, and what else was said about the same."""
    person = first(run, kind=PHONE_FAILS, phone="15400000001", helper="15400000002", shares_phone=False)
    own = replace(a_message(on=LAST), id="m.1", template=Template.REMIND, state=MessageState.FAILED)
    handed = run.truth.handed[0]
    own_sent = replace(handed, message="m.1", phone=person.phone or "", status=status)
    run.truth.handed[:] = [own_sent, replace(handed, message="m.2", phone=person.helper or "")]
    messages = [own, *(replace(own, **other) for other in others)]
    return amend(run, messages=tuple(messages))


PAPER = {"id": "m.3", "channel": Channel.NOTICE, "day": date(2025, 5, 2), "state": MessageState.SENT}
HELPER = {"id": "m.2", "channel": Channel.HELPER, "day": date(2025, 5, 2), "state": MessageState.DELIVERED}


def test_who_was_told_by_a_helper_or_on_paper(run: Run) -> None:
    assert TOLD not in broken(a_phone(run, HELPER))
    assert TOLD not in broken(a_phone(run, PAPER))


def test_who_was_not(run: Run) -> None:
    assert TOLD in broken(a_phone(run))
    assert TOLD in broken(a_phone(run, {**PAPER, "day": date(2025, 5, 3)}))
    assert TOLD in broken(a_phone(run, {**PAPER, "template": Template.CERTIFIED}))
    assert TOLD in broken(a_phone(run, HELPER, status="delivered"))
