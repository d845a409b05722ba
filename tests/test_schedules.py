"""Every scheduled run, daily or monthly, of today or to come, is missed by somebody when it does not come."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import CloudWatchEvent

import app
from chalicelib.cron import next_after
from chalicelib.schedules import LATE, missing_runs, scheduled
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import run_ends
from infra.template import ROOT
from sandbox.kernel.resolver import Made, Resolver
from sandbox.kernel.resource_makers import ACCOUNT, PARTITION, REGION
from sandbox.kernel.template import deployed_template
from tests.conftest import StoppedClock

EVENT: Any = None


def as_deployed() -> dict[str, str]:
    """What a deployment tells its functions, with nothing chosen by an operator."""
    template = deployed_template(app.app, ROOT)
    pseudo = {"AWS::AccountId": ACCOUNT, "AWS::Partition": PARTITION, "AWS::Region": REGION}
    makers = {resource["Type"]: lambda name, _: Made(name) for resource in template["Resources"].values()}
    said = template["Resources"]["DailyRun"]["Properties"]["Environment"]["Variables"]["WUGAN_SCHEDULES"]
    schedules: dict[str, str] = json.loads(Resolver(template, makers, pseudo, {}).resolve(said))
    return schedules


SCHEDULES = as_deployed()


@pytest.fixture(autouse=True)
def told(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    say(monkeypatch, SCHEDULES)


def say(monkeypatch: pytest.MonkeyPatch, schedules: dict[str, str]) -> None:
    monkeypatch.setenv("WUGAN_SCHEDULES", json.dumps(schedules))
    settings.cache_clear()


def reach(name: str, at: datetime) -> None:
    run_ends.put(name, run_ends.End(SCHEDULES[name], at))


def test_a_run_that_does_not_come_is_missed_until_it_does(
    clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = clock.instant
    for name, schedule in SCHEDULES.items():
        due = next_after(schedule, begun)
        for other in SCHEDULES:
            reach(other, due + timedelta(days=400))
        reach(name, begun)
        clock.instant = due + LATE - timedelta(seconds=1)
        assert missing_runs() == [], name
        clock.instant = due + LATE
        assert missing_runs() == [name]
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["RunsMissing"] == [1.0]
        reach(name, due + timedelta(minutes=1))
        assert missing_runs() == [], name


def test_a_run_that_was_never_seen_is_waited_for(clock: StoppedClock) -> None:
    assert missing_runs() == []
    clock.advance(days=32)
    assert missing_runs() == sorted(SCHEDULES), "a month later none of them has come"


def test_whoever_changes_a_rhythm_is_not_told_of_the_days_before(
    monkeypatch: pytest.MonkeyPatch, clock: StoppedClock
) -> None:
    reach("monthly_quality", clock.instant - timedelta(days=9))
    say(monkeypatch, {"monthly_quality": "cron(0 20 * * ? *)"})
    assert missing_runs() == []
    clock.advance(days=2)
    assert missing_runs() == ["monthly_quality"]


def test_only_who_returns_has_reached_the_end(clock: StoppedClock) -> None:
    @scheduled
    def monthly_results(event: CloudWatchEvent | None) -> None:
        if clock.instant.day == 1:
            raise ValueError

    with pytest.raises(ValueError):
        monthly_results(None)
    assert run_ends.everything() == {}
    clock.advance(days=1)
    monthly_results(None)
    assert run_ends.everything() == {
        "monthly_results": run_ends.End(SCHEDULES["monthly_results"], clock.instant),
    }


def test_every_function_of_a_schedule_leaves_word_under_its_name() -> None:
    """`@scheduled` stands below `@app.schedule`."""
    kept = scheduled(lambda _: None).__code__
    for name in SCHEDULES:
        handler: Any = getattr(app, name).func
        assert handler.__code__ is kept, name
        assert handler.__name__ == name
