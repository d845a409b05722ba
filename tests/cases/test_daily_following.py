"""What goes on by itself every day goes shard by shard; a slice that is done twice has done it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib import clock as our_clock
from chalicelib import passes
from chalicelib.cases import daily_following
from chalicelib.errors import ConflictError, UnfinishedError
from chalicelib.model import BenefitCode, Instruction, InstructionKind, InstructionState, Month, PersonId
from chalicelib.passes.slices import Function
from chalicelib.passes.table import PASSES
from chalicelib.runs import run
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import people, shards, tables
from chalicelib.storage.dynamodb.tables import Work
from tests.conftest import StoppedClock
from tests.judged import judging
from tests.storage.builders import known, put
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

SUSPEND = Instruction(
    BenefitCode("resident_pension"),
    InstructionKind.SUSPEND,
    Month("2025-04"),
    19_500,
    "",
    InstructionState.ISSUED,
    date(2025, 4, 1),
)
RECOVER = replace(SUSPEND, kind=InstructionKind.RECOVER, month=Month("2025-03"))


@pytest.fixture
def folk() -> list[PersonId]:
    """Four people: of two no pay run has shown what was told, of one something is recovered."""
    found = sorted(known(number=number_of(700 + n)) for n in range(4))
    for person in found[:2]:
        put(person, instructions=(SUSPEND,))
    put(found[2], instructions=(RECOVER,))
    return found


def states(of: list[PersonId]) -> list[list[InstructionState]]:
    return [[told.state for told in people.load(person).instructions] for person in of]


LISTED = [[InstructionState.LISTED]] * 2


def test_one_slice_after_another_and_again_whoever_lost_the_answer(folk: list[PersonId]) -> None:
    slices, after = 0, ""
    while True:
        for _ in range(2):
            with run("tests") as each:
                done = daily_following.follow_some(
                    shards.EVERYBODY, our_clock.today(), each, after, lambda: True
                )
        slices += 1
        if done[1] is None:
            break
        after = done[1]
    assert slices >= 2
    assert states(folk[:2]) == LISTED
    again = people.load(folk[0])
    with run("tests") as each:
        daily_following.follow_some(shards.EVERYBODY, our_clock.today(), each)
    assert people.load(folk[0]) == again


def test_a_shard_follows_its_own(folk: list[PersonId]) -> None:
    with run("tests") as each:
        daily_following.follow_some(folk[0][:2], our_clock.today(), each)
    expected = [
        [InstructionState.LISTED if p[:2] == folk[0][:2] else InstructionState.ISSUED] for p in folk[:2]
    ]
    assert states(folk[:2]) == expected


def test_one_record_that_cannot_be_read_stops_nobody_else(folk: list[PersonId]) -> None:
    tables.put(tables.People(f"P#{folk[0]}", "ENT#resident_pension", body='{"nobody knows": "this"}'))
    with pytest.raises(UnfinishedError, match="1 left out"), run("tests") as each:
        daily_following.follow_some(shards.EVERYBODY, our_clock.today(), each)
    assert [told.state for told in people.load(folk[1]).instructions] == [InstructionState.LISTED]


def test_a_busy_record_is_left_for_tomorrow(folk: list[PersonId], monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise ConflictError("somebody else was first")

    monkeypatch.setattr(people, "change_with_outcome", busy)
    with run("tests") as each:
        assert daily_following.follow_some(shards.EVERYBODY, our_clock.today(), each)[1] is None


def test_it_is_a_pass_by_the_rights_of_those_that_write(
    folk: list[PersonId], clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WUGAN_SHARD_CHARACTERS", "1")
    settings.cache_clear()
    clients.forget()
    tables.delete(Work("SHARDS", "0"))
    tables.put(Work("SHARDS", "1", body="{}"))
    assert PASSES["follow"].is_wanted(our_clock.today())
    said = {"pass": "follow", "day": our_clock.today().isoformat(), "about": "day"}
    functions = {each.value: f"pass_{each.value}" for each in Function}
    plan = passes.run_pass({"state": "Plan", "execution": "follow-1", "functions": functions, "input": said})
    with judging() as judge, judge.acting("PassWrite"):
        done = [passes.run_pass({"state": "Do", "shard": shard}) for shard in plan["shards"]]
    assert not any(shard["more"] for shard in done)
    assert states(folk[:2]) == LISTED


def test_where_nothing_is_to_be_followed_no_execution_starts() -> None:
    assert not PASSES["follow"].is_wanted(our_clock.today())
