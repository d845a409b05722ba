"""A city begins: no case before the backlog is read, and not everybody's on one day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from rich.console import Console

from admin import case_openings as command
from admin.__main__ import main as admin
from chalicelib.cases import daily_run, executions
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import case_openings, people, worklists
from chalicelib.storage.dynamodb.case_openings import CaseOpenings
from tests.conftest import StoppedClock
from tests.storage.builders import entitlement, known
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
DUE = ON + timedelta(days=10)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[PersonId]:
    """Who was started on the state machine."""
    found: list[PersonId] = []
    monkeypatch.setattr(executions, "start_certification", lambda person, *_: found.append(person))
    monkeypatch.setattr(executions, "running", lambda _machine: frozenset())
    return found


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(record=True, width=200)
    monkeypatch.setattr(command, "console", console)
    return console


def some_people(number: int) -> list[PersonId]:
    drawn = entitlement(certified_until=DUE, valid_until=DUE)
    return [known(drawn, number=number_of(900 + n)) for n in range(number)]


def with_cases() -> int:
    return sum(record.open_case is not None for record in people.everyone())


def test_nobody_gets_a_case_before_the_day(clock: StoppedClock, started: list[PersonId]) -> None:
    some_people(2)
    assert admin(["start", "--from", "2025-07-02"]) == 0
    assert (daily_run.daily_run().opened, started) == (0, [])
    assert {day for day, _ in worklists.due_in(DUE)} == {DUE}, "who waits is looked at again"
    clock.advance(days=1)
    assert (daily_run.daily_run().opened, with_cases()) == (2, 2)


def test_so_many_a_day_and_the_others_on_the_days_after(clock: StoppedClock) -> None:
    some_people(5)
    case_openings.say(CaseOpenings(ON, a_day=2))
    opened = []
    for _ in range(4):
        opened.append(daily_run.daily_run().opened)
        clock.advance(days=1)
    assert opened == [2, 2, 1, 0]
    assert with_cases() == 5


def test_a_run_that_is_called_again_opens_no_more_on_that_day() -> None:
    some_people(3)
    case_openings.say(CaseOpenings(ON, a_day=2))
    assert [daily_run.daily_run().opened for _ in range(2)] == [2, 0]


def test_what_is_said_is_said_back(printed: Console) -> None:
    assert admin(["start"]) == 0
    assert admin(["start", "--cases-a-day", "300"]) == 0
    assert admin(["start", "--from", "2025-08-01"]) == 0
    assert admin(["start", "--cases-a-day", "all"]) == 0
    lines = printed.export_text().splitlines()
    assert "不限件数" in lines[0]
    assert (
        lines[1] == "2025-07-01起建立个案，每天至多300件。 Cases open from 2025-07-01 on, 300 a day at most."
    )
    assert (
        lines[2] == "2025-08-01起建立个案，每天至多300件。 Cases open from 2025-08-01 on, 300 a day at most."
    )
    assert lines[3] == "2025-08-01起建立个案，不限件数。 Cases open from 2025-08-01 on, as many as come due."


@pytest.mark.parametrize("said", [["--cases-a-day", "0"], ["--cases-a-day", "many"], ["--from", "tomorrow"]])
def test_what_nobody_can_mean_is_refused(said: list[str]) -> None:
    with pytest.raises(SystemExit):
        admin(["start", *said])
    assert case_openings.said() is None
