"""The jumping clock: cases walk, time out and end in virtual time, the same way every time."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock as chalicelib_clock
from sandbox.kernel import Sandbox
from sandbox.kernel.clock import Clock, ClockError, Order
from tests.sandbox.kernel.cases import DAY, last_event, start, states, status, tokens
from tests.sandbox.kernel.conftest import new_sandbox
from tests.sandbox.kernel.stand_in.app import token_refused

UNANSWERED = ["Match data", "Remind", "Remind again", "Home visit", "Last look", "Suspend", "Close case"]


def test_a_case_nobody_answers_walks_to_its_end_in_no_time(sandbox: Sandbox, calls: list[Any]) -> None:
    arn = start(sandbox, "Zhang", wait=30 * DAY)
    sandbox.advance(days=89)
    assert states(calls, "Zhang") == UNANSWERED[:4]
    assert status(sandbox, arn) == "RUNNING"
    sandbox.advance(days=1)
    assert states(calls, "Zhang") == UNANSWERED
    assert status(sandbox, arn) == "SUCCEEDED"
    assert sandbox.strands.alive == 0


def test_an_answer_ends_the_wait_at_once(sandbox: Sandbox, calls: list[Any]) -> None:
    arn = start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    assert not token_refused(tokens(calls)["Zhang", "Remind"])
    sandbox.run_until_quiet()
    assert states(calls, "Zhang") == ["Match data", "Remind", "Close case"]
    assert status(sandbox, arn) == "SUCCEEDED"


def test_a_step_may_answer_its_own_token(
    sandbox: Sandbox, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    behaviour["certification_step"] = lambda event: "token" in event and token_refused(event["token"])
    arn = start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    assert states(calls, "Zhang") == ["Match data", "Remind", "Close case"]
    assert status(sandbox, arn) == "SUCCEEDED"


def test_a_token_is_refused_after_its_time(sandbox: Sandbox, calls: list[Any]) -> None:
    start(sandbox, "Zhang", wait=3 * DAY)
    sandbox.advance(days=4)
    assert token_refused(tokens(calls)["Zhang", "Remind"])
    assert not token_refused(tokens(calls)["Zhang", "Remind again"])


def test_a_failing_step_is_tried_again_in_virtual_time(
    sandbox: Sandbox, calls: list[Any], behaviour: dict[str, Any]
) -> None:
    tried: list[datetime] = []

    def step(event: Any) -> None:
        if event["state"] == "Match data":
            tried.append(sandbox.now())
            if len(tried) < 3:
                raise RuntimeError("not yet")

    behaviour["certification_step"] = step
    start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    assert len(tried) == 1
    sandbox.advance(hours=1)
    # 30 s, then 60 s, each shortened by jitter.
    assert timedelta(0) < tried[1] - tried[0] <= timedelta(seconds=30)
    assert timedelta(0) < tried[2] - tried[1] <= timedelta(seconds=60)
    assert states(calls, "Zhang")[-1] == "Remind"
    assert [str(failure.error) for failure in sandbox.last_errors] == ["not yet", "not yet"]


def test_a_step_that_keeps_failing_is_parked(sandbox: Sandbox, behaviour: dict[str, Any]) -> None:
    def step(event: Any) -> None:
        raise RuntimeError("never")

    behaviour["certification_step"] = step
    arn = start(sandbox, "Zhang")
    sandbox.advance(days=1)
    assert status(sandbox, arn) == "FAILED"
    assert sandbox.invocations["CertificationStep"] == 3


def test_an_execution_times_out_as_a_whole(sandbox: Sandbox, calls: list[Any]) -> None:
    arn = start(sandbox, "Zhang", wait=4 * DAY, machine="SuspicionMachine")
    sandbox.advance(days=9)
    assert status(sandbox, arn) == "RUNNING"
    assert states(calls, "Zhang") == ["Verify"] * 3
    sandbox.advance(days=2)
    assert (status(sandbox, arn), last_event(sandbox, arn)) == ("TIMED_OUT", "ExecutionTimedOut")
    assert sandbox.strands.alive == 0


@pytest.mark.parametrize("begun", [True, False])
def test_an_execution_can_be_stopped(sandbox: Sandbox, begun: bool) -> None:
    arn = start(sandbox, "Zhang")
    if begun:
        sandbox.run_until_quiet()
    sandbox.client("stepfunctions").stop_execution(executionArn=arn)
    sandbox.run_until_quiet()
    assert status(sandbox, arn) == "ABORTED"
    assert not begun or last_event(sandbox, arn) == "ExecutionAborted"
    assert sandbox.strands.alive == 0


def test_sixty_cases_in_a_hundred_and_eight_days(sandbox: Sandbox, calls: list[Any]) -> None:
    for number in range(60):
        start(sandbox, f"p{number}", wait=30 * DAY + number % 7 * DAY)
    sandbox.run_until_quiet()
    assert sandbox.strands.parked == sandbox.strands.alive == 60
    for number in range(0, 60, 5):
        assert not token_refused(tokens(calls)[f"p{number}", "Remind"])
    sandbox.advance(days=108)
    walked = Counter(event["state"] for name, event in calls if name == "certification_step")
    assert walked == dict.fromkeys(UNANSWERED, 48) | {"Match data": 60, "Remind": 60, "Close case": 60}
    assert len(sandbox.executions("CertificationMachine", "SUCCEEDED")) == 60
    assert sandbox.invocations["DailyRun"] == 108


def test_the_same_town_lives_the_same_year_twice(calls: list[Any], behaviour: dict[str, Any]) -> None:
    def year() -> list[Any]:
        told: list[Any] = []
        with new_sandbox(seed=7) as running:

            def step(event: Any) -> None:
                told.append((running.now(), event["person"], event["state"]))
                if len(told) % 9 == 0:
                    raise RuntimeError("now and then")

            behaviour["certification_step"] = step
            for number in range(20):
                start(running, f"p{number}", wait=DAY * (1 + number % 3))
            running.advance(days=30)
            told.append(
                running.client("secretsmanager").get_secret_value(SecretId=running.names["IdentitySecret"])[
                    "SecretString"
                ]
            )
        return told

    assert year() == year()


def test_the_functions_see_the_jumping_clock(sandbox: Sandbox) -> None:
    assert chalicelib_clock.today() == sandbox.today() == date(2026, 1, 1)
    sandbox.advance(days=45)
    assert chalicelib_clock.today() == date(2026, 2, 15)


def test_people_act_at_their_instant(sandbox: Sandbox, calls: list[Any]) -> None:
    start(sandbox, "Zhang")
    sandbox.run_until_quiet()
    answered: list[datetime] = []

    def act() -> None:
        answered.append(sandbox.now())
        assert not token_refused(tokens(calls)["Zhang", "Remind"])

    sandbox.at(sandbox.now() + timedelta(days=10, hours=3), act)
    sandbox.advance(days=11)
    assert answered == [datetime(2025, 12, 31, 16, tzinfo=UTC) + timedelta(days=10, hours=3)]
    assert states(calls, "Zhang")[-1] == "Close case"


def test_what_people_do_takes_no_time(sandbox: Sandbox) -> None:
    sandbox.at(sandbox.now(), lambda: sandbox.advance(days=1))
    with pytest.raises(RuntimeError, match="takes no time"):
        sandbox.advance(days=1)


def test_at_one_instant_timeouts_come_first_then_schedules_then_people() -> None:
    clock, done = Clock(date(2026, 1, 1)), list[str]()
    noon = clock.now() + timedelta(hours=12)
    clock.at(noon, lambda: done.append("second person"))
    clock.at(noon, lambda: done.append("schedule"), Order.SCHEDULE)
    clock.at(noon, lambda: done.append("timeout"), Order.TIMEOUT)
    clock.at(noon, lambda: done.append("third person"))
    clock.move(noon)
    while timer := clock.pop_due():
        timer.act()
    assert done == ["timeout", "schedule", "second person", "third person"]


def test_a_civil_date_starts_at_its_midnight_in_china() -> None:
    assert Clock(date(2026, 1, 1)).now() == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_time_does_not_go_back() -> None:
    clock = Clock(date(2026, 1, 1))
    for wrong in (clock.move, lambda instant: clock.at(instant, print)):
        with pytest.raises(ClockError):
            wrong(clock.now() - timedelta(seconds=1))
        with pytest.raises(ClockError, match="no time zone"):
            wrong(datetime(2027, 1, 1))
