"""Passes over everybody on their state machine: started by their schedules, shard by shard."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import stats
from chalicelib.errors import UnreadableError
from chalicelib.model import MessageState
from chalicelib.passes.table import PASSES
from chalicelib.storage.dynamodb import case_openings, run_ends
from chalicelib.storage.dynamodb.case_openings import CaseOpenings
from chalicelib.storage.s3 import lake
from sandbox.kernel.events import scheduled_event
from tests.workflow.village import Recipient, Village

STARTS = date(2025, 6, 1)
FOLK = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(3)]


def executions(village: Village) -> list[tuple[str, str]]:
    found = village.sandbox.executions("EverybodyMachine")
    return [(one["name"].partition("-")[0], one["status"]) for one in found]


def call(village: Village, function: str) -> None:
    """As its schedule would, now."""
    village.sandbox.invoke(function, json.loads(scheduled_event(function, village.sandbox.now())))


def test_the_nightly_figures(village: Village) -> None:
    village.settle(*FOLK)
    call(village, "NightlyStatistics")
    assert executions(village) == [("statistics", "SUCCEEDED")]
    figures = stats.latest()
    assert figures is not None
    assert figures["recipients"] == 3
    assert "nightly_statistics" in run_ends.everything()


def test_each_schedule_starts_its_pass_and_the_pass_leaves_word(village: Village) -> None:
    """On the first of a month: figures, results, retention, cases that come due, messages, checks."""
    village.settle(*FOLK)
    village.sandbox.advance(hours=20)
    for function in (
        "NightlyAuditRoots",
        "NightlyStatistics",
        "TidyLake",
        "MonthlyQuality",
        "MonthlyRechecks",
        "AskInterfaces",
        "PushEvents",
    ):
        call(village, function)  # here once a year, or on another day
    scheduled = {name: each.ends for name, each in PASSES.items() if each.ends is not None}
    for_nobody = {"monthly_sheets", "push"}  # nobody is to be seen, and no app told
    assert set(executions(village)) == {(name, "SUCCEEDED") for name in scheduled.keys() - for_nobody}
    ends = set(scheduled.values())
    assert ends <= run_ends.everything().keys()
    assert all(village.record(each.number).open_case for each in FOLK)
    sent = [m for each in FOLK for m in village.record(each.number).messages]
    assert {m.state for m in sent} == {MessageState.SENT}
    assert run_ends.months("results written") == ["2025-06"]
    village.sandbox.advance(days=1)
    call(village, "TidyLake")
    assert run_ends.everything()["tidy_lake"].reached == village.sandbox.now(), "no first of a month: no pass"


def test_no_more_cases_a_day_than_are_said(village: Village) -> None:
    village.settle(*FOLK)
    case_openings.say(CaseOpenings(STARTS, a_day=2))
    opened = []
    for _ in range(2):
        village.days(1)
        opened.append(sum(village.record(each.number).open_case is not None for each in FOLK))
    assert opened == [2, 3]


def test_where_nobody_waits_a_run_reaches_its_end_without_a_pass(village: Village) -> None:
    village.settle(Recipient(until=date(2026, 6, 30)))
    village.days(15)  # whoever is new is looked at, and told; then nobody has heard of the message
    before = executions(village)
    village.days(1)
    begun = {name for name, _ in executions(village)[len(before) :]} - {"ask"}  # on a Monday
    assert begun == set(), "neither anybody due, nor a date, nor a message"
    ends = run_ends.everything()
    for name in ("daily_run", "send_messages"):
        assert village.sandbox.now() - ends[name].reached < timedelta(days=1)
    before = executions(village)
    village.settle(Recipient(705))
    village.days(1)
    assert set(executions(village)[len(before) :]) == {("open_cases", "SUCCEEDED"), ("send", "SUCCEEDED")}


def test_the_same_retry_of_a_schedule_starts_nothing_more(village: Village) -> None:
    village.settle(*FOLK)
    for _ in range(2):
        call(village, "DailyRun")
    assert executions(village) == [("open_cases", "SUCCEEDED")]


def test_a_shard_that_fails_is_tried_again_and_told_in_the_end(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A moment of the lake being out of reach: retries outlast it; longer, and the pass has failed."""
    village.settle(*FOLK)
    broken = [True] * 2

    def sometimes(start: str = "") -> Any:
        if broken and broken.pop():
            raise UnreadableError("the lake cannot be read")
        return iter(())

    monkeypatch.setattr(lake, "everything", sometimes)
    call(village, "NightlyStatistics")
    assert executions(village) == [("statistics", "RUNNING")]
    village.sandbox.advance(hours=1)
    assert executions(village) == [("statistics", "SUCCEEDED")]
    broken[:] = [True] * 99
    village.sandbox.advance(days=1)
    call(village, "NightlyStatistics")
    village.sandbox.advance(hours=2)
    assert executions(village)[-1] == ("statistics", "FAILED")
    figures = stats.latest()
    assert figures is not None
    assert figures["as_of"] == str(STARTS), "those of the night before"
    village.sandbox.last_errors.clear()
