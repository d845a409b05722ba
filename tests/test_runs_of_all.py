"""Every run over many people, feeds or departments: one that fails stops no other, and the run fails."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from chalicelib import audit_roots, clock, event_push, intake, stats
from chalicelib.cases import daily_run, rechecks, retention
from chalicelib.errors import ConflictError, UnfinishedError
from chalicelib.intake import feed_watch, interface_queries, quality
from chalicelib.model import Case, Month, PersonId, PersonRecord, StateName
from chalicelib.runs import run
from chalicelib.storage.dynamodb import event_rows, people, recheck_rows, tables
from chalicelib.storage.s3 import objects
from tests.in_one_go import (
    apply_retention,
    ask_interfaces,
    monthly_results,
    nightly_audit_roots,
    nightly_statistics,
)
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

NUMBERS = [f"34160219500101{n:03d}X" for n in range(3)]


ROOT = Path(__file__).parents[1]


def three_people() -> list[PersonId]:
    """Three people; the item of the second's pension says what nobody understands."""
    found = [
        people.create(identity(number), person(), (entitlement(payee=f"P{n}"),), AT, "feed:roster").person
        for n, number in enumerate(NUMBERS)
    ]
    broken = tables.get(tables.People, f"P#{found[1]}", "ENT#resident_pension")
    assert broken is not None
    tables.put(tables.People(broken.pk, broken.sk, body='{"nobody knows": "this"}'))
    return found


@pytest.fixture
def folk() -> list[PersonId]:
    return three_people()


def failing_for(broken: str, function: Callable[..., Any], place: int = 0) -> Callable[..., Any]:
    """The function, but it raises for one of those that it is about."""

    def fails(*args: Any, **named: Any) -> Any:
        if args[place] == broken:
            raise ValueError("broken")
        return function(*args, **named)

    return fails


def test_every_run_is_tried() -> None:
    """Whatever a schedule calls names its run, or is a pass; a test leaves out one of whom it is about."""
    app = (ROOT / "app.py").read_text(encoding="utf-8")
    scheduled = dict(re.findall(r"^@scheduled\ndef (\w+)(.*?)(?=\n\n\n|\Z)", app, re.MULTILINE | re.DOTALL))
    assert scheduled
    code = app + "".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    for name, body in scheduled.items():
        assert f'with run("{name}") as each' in code or "passes.start(" in body, (
            f"{name}: say with run(…) whom one that fails stops: nobody"
        )
        assert re.search(rf"{name}: \d+ left out", tests), f"{name}: tests/test_runs_of_all.py leaves one out"


def outbox(key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket="outbox", Key=key)["Body"].read())


def test_the_results_of_the_month_leave_out_one_person(folk: list[PersonId]) -> None:
    with pytest.raises(UnfinishedError, match="monthly_results: 1 left out"):
        monthly_results()
    rows = list(csv.reader(io.StringIO(outbox("hrss/results/2025-07.csv").decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["P0", "P2"]


def test_one_list_that_cannot_be_written_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    people.create(identity(), person(), (entitlement(),), AT, "feed:roster")
    monkeypatch.setattr(objects, "put_result", failing_for("results", objects.put_result, 1))
    with pytest.raises(UnfinishedError):
        monthly_results()
    assert outbox("hrss/instructions/2025-07.csv")


def test_the_figures_of_the_night_leave_out_one_person(folk: list[PersonId]) -> None:
    with pytest.raises(UnfinishedError, match="nightly_statistics: 1 left out"):
        nightly_statistics()
    told = stats.latest()
    assert told is not None
    assert told["recipients"] == 2


def test_the_root_of_the_night_leaves_out_one_person(folk: list[PersonId]) -> None:
    """Whoever has no end of a chain; what else of a record cannot be read changes nothing."""
    profile = tables.get(tables.People, f"P#{folk[2]}", "PROFILE")
    assert profile is not None
    tables.put(tables.People(profile.pk, profile.sk, body=profile.body))
    with pytest.raises(UnfinishedError, match="nightly_audit_roots: 1 left out"):
        nightly_audit_roots()
    signed = {person for of in audit_roots.chains_of(clock.today()).values() for person in of}
    assert signed == set(folk[:2])


def test_the_daily_run_goes_on_to_the_next(monkeypatch: pytest.MonkeyPatch, folk: list[PersonId]) -> None:
    seen: list[PersonId] = []

    def due(who: PersonId, *_: Any) -> bool:
        seen.append(who)
        if who == folk[0]:
            raise KeyError("broken")
        return False

    monkeypatch.setattr(daily_run.worklists, "due_in", lambda *_: [(date(2025, 9, 30), who) for who in folk])
    monkeypatch.setattr(daily_run, "open_if_due", due)
    restarted: list[str] = []
    monkeypatch.setattr(daily_run, "restart_cases", lambda _: restarted.append("cases") or 1 // 0)
    monkeypatch.setattr(daily_run, "restart_suspicions", lambda _: restarted.append("suspicions") or 0)
    with pytest.raises(UnfinishedError, match="daily_run: 2 left out"):
        daily_run.daily_run()
    assert seen == folk
    assert restarted == ["cases", "suspicions"]


def test_what_cannot_be_restarted_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, folk: list[PersonId]
) -> None:
    tried: list[PersonId] = []
    monkeypatch.setattr(daily_run.executions, "running", lambda _: [])
    monkeypatch.setattr(daily_run.worklists, "open_cases", lambda: [(who, date(2025, 9, 30)) for who in folk])
    monkeypatch.setattr(
        daily_run.worklists, "open_suspicions", lambda: [(who, "death#2025-06-01") for who in folk]
    )
    monkeypatch.setattr(daily_run.worklists, "due_in", lambda *_: [])
    monkeypatch.setattr(people, "load", lambda who: tried.append(who) or {}[who])
    with pytest.raises(UnfinishedError, match="daily_run: 6 left out"):
        daily_run.daily_run()
    assert tried == [*folk, *folk]


def test_a_busy_record_is_come_back_to_when_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch, folk: list[PersonId]
) -> None:
    tried: list[PersonId] = []

    def restart(person: PersonId, _: object) -> None:
        tried.append(person)
        if tried == folk[:1]:
            raise ConflictError("busy")

    monkeypatch.setattr(daily_run.executions, "running", lambda _: [])
    monkeypatch.setattr(daily_run.worklists, "open_cases", lambda: [(who, date(2025, 9, 30)) for who in folk])
    monkeypatch.setattr(daily_run.worklists, "open_suspicions", list)
    monkeypatch.setattr(daily_run.worklists, "due_in", lambda *_: [])
    monkeypatch.setattr(daily_run, "_restart_case", restart)
    case = Case(date(2025, 9, 30), date(2025, 7, 2), 1, StateName.REMIND)
    monkeypatch.setattr(people, "load", lambda who: PersonRecord(person(), cases=(case,)))
    assert daily_run.daily_run().restarted == len(folk)
    assert tried == [*folk, folk[0]]


def test_an_event_that_cannot_be_read_stops_no_other() -> None:
    tables.put(tables.Work("EVENT#_", "a#certified", body="{}"))
    at, about = AT.isoformat(), {"person": "b", "kind": "due", "sequence": 1, "area": "341602"}
    tables.put(tables.Work("EVENT#_", "b#due", body=json.dumps({**about, "at": at})))
    with pytest.raises(UnfinishedError, match="push_events: 1 left out"), run("push_events") as each:
        event_push.push_some("_", each)
    assert [waits.place for waits in event_rows.waiting("_")] == ["a#certified"]


def test_tidying_goes_on(monkeypatch: pytest.MonkeyPatch, folk: list[PersonId]) -> None:
    done: list[str] = []
    monkeypatch.setattr(retention.lake, "tidy", lambda *_, **__: 1 // 0)
    monkeypatch.setattr(retention.file_contents, "let_go", lambda _: done.append("said"))
    with pytest.raises(UnfinishedError, match="tidy_lake: 2 left out"):  # the lake, and the broken record
        apply_retention()
    assert done == ["said"]


def test_one_feed_that_cannot_be_looked_at_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(feed_watch, "feed_now", failing_for("cremations", feed_watch.feed_now))
    with pytest.raises(UnfinishedError, match="watch_feeds: 1 left out"):
        intake.watch_feeds()
    figures = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any("FeedsMissing" in each for each in figures), "the others are counted"


def test_the_month_s_checks_leave_out_one_person(folk: list[PersonId]) -> None:
    with pytest.raises(UnfinishedError, match="monthly_rechecks: 1 left out"):
        rechecks.monthly_rechecks()
    assert recheck_rows.draw_of(Month("2025-06")) is not None, "drawn of all others"
    assert rechecks.monthly_rechecks() == 0


def test_one_department_without_a_page_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "_write", failing_for("civil_affairs", quality._write))
    with pytest.raises(UnfinishedError, match="monthly_quality: 1 left out"):
        intake.monthly_quality()
    assert outbox("medical_insurance/quality/2025-06.csv")


def test_one_interface_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def connected(feed: Any) -> None:
        tried.append(feed.id)
        raise KeyError("no such secret")

    monkeypatch.setattr(interface_queries, "connected", connected)
    feeds = {name: SimpleNamespace(id=name, interface=object()) for name in ("one", "two")}
    monkeypatch.setattr(interface_queries, "current", lambda: SimpleNamespace(feeds=feeds))
    with pytest.raises(UnfinishedError, match="ask_interfaces: 2 left out"):
        ask_interfaces()
    assert tried == ["one", "two"]


def test_a_person_who_cannot_be_read_is_not_asked_about(
    monkeypatch: pytest.MonkeyPatch, folk: list[PersonId]
) -> None:
    def due() -> list[PersonId]:
        with run("ask_interfaces") as each:
            found.extend(who for _, who in interface_queries._due("_", date(2025, 12, 31), "", each))
        return found

    found: list[PersonId] = []
    monkeypatch.setattr(
        interface_queries.worklists, "due_in", lambda *_: [(date(2025, 9, 30), who) for who in folk]
    )
    with pytest.raises(UnfinishedError, match="1 left out"):
        due()
    assert sorted(found) == sorted([folk[0], folk[2]])
