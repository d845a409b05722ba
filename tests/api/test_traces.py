"""Whoever looks leaves a trace, also who finds nobody: without a word of whom they were after."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date

import boto3
import pytest
from rich.console import Console

from admin import __main__ as command_line
from admin import audits
from chalicelib.api.policy import POLICIES
from chalicelib.storage.dynamodb import callers
from tests.api.conftest import COUNTY, NAME, NUMBER, VILLAGE, As, a_number, a_person, looks_at
from tests.api.test_reach import AGREED
from tests.api.town import ENDPOINTS, HRSS, SENDER, body_for
from tests.conftest import StoppedClock
from tests.storage.faults import at_call, unreachable

TODAY = date(2025, 7, 1)
STRANGER = "a" * 26
STRANGERS_NUMBER = a_number("34160219480305434")


def failed(on: date = TODAY) -> dict[str, int]:
    found: Counter[str] = Counter()
    for each in callers.failed_looks(on):
        found[each.subject] += each.times
    return found


def test_each_failure_is_counted_by_caller_and_day(as_: As, clock: StoppedClock) -> None:
    a_person(NUMBER)
    app, officer = as_("app", COUNTY), as_("officer", VILLAGE, "clerk-7")
    app.post("/v1/persons:lookup", {"number": STRANGERS_NUMBER})
    app.post("/v1/persons:lookup", {"number": a_number(NUMBER[:17]), "name": "别人"})
    app.get(f"/v1/persons/{STRANGER}/status", If_None_Match="*")
    officer.get(f"/v1/persons/{STRANGER}/certificate")
    assert failed() == {"app-341602": 3, "clerk-7": 1}
    clock.advance(days=1)
    app = as_("app", COUNTY)
    app.get("/v1/persons/no-id-at-all/status")
    assert failed(date(2025, 7, 2)) == {"app-341602": 1}
    (most,) = (each for each in callers.failed_looks(TODAY) if each.times == 3)
    assert (most.day, most.role, most.area, most.subject) == (TODAY, "app", COUNTY, "app-341602")


def test_whom_they_were_after_is_not_kept(as_: As) -> None:
    person = a_person(NUMBER)
    number = a_number(NUMBER[:17])
    as_("app", "110101").post("/v1/persons:lookup", {"number": number, "name": NAME})
    as_("app", "110101").get(f"/v1/persons/{person}/status")
    (item,) = boto3.client("dynamodb").query(
        TableName="work",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"FAILED#{TODAY}"}},
    )["Items"]
    assert item.keys() == {"pk", "sk", "times", "expires"}
    assert not [secret for secret in (person, number, NAME) if secret in str(item)]
    assert looks_at(person) == [], "nobody elsewhere writes into a person's chain"


def test_no_route_about_a_person_fails_without_a_trace(as_: As) -> None:
    calls: Counter[str] = Counter()
    about_somebody = [each for each in ENDPOINTS if AGREED[each].area in ("person's", "found")]
    for name, role in [(each, role) for each in about_somebody for role in AGREED[each].roles.split()]:
        endpoint, agreed = ENDPOINTS[name], AGREED[name]
        area = {12: VILLAGE, 9: VILLAGE[:9], 6: COUNTY}[agreed.levels[0]]
        who = as_(role, area, role, authority=HRSS, person="b" * 26)
        body = {"number": STRANGERS_NUMBER} if agreed.area == "found" else body_for(endpoint, STRANGER)  # type: ignore[arg-type]
        address = endpoint.path.replace("{id}", STRANGER + endpoint.item.strip("-"))
        assert who.call(endpoint.method, address, body).status_code == 404
        calls[role] += 1
    assert failed() == calls


def test_what_is_about_nobody_leaves_none(as_: As) -> None:
    as_("officer", COUNTY, authority=SENDER).get(f"/v1/files/{'0' * 16}")
    as_("officer", COUNTY, authority=HRSS).get("/v1/visits?area=110101")
    assert failed() == {}
    about = {policy.about for policy in POLICIES.values() if policy.about.is_somebody}
    assert {each.value for each in about} >= {"person", "number", "visit", "suspicion", "instruction"}


def test_failed_looks_and_refusals_are_figures_that_an_alarm_watches(
    as_: As, capsys: pytest.CaptureFixture[str]
) -> None:
    app = as_("app", COUNTY)
    capsys.readouterr()
    app.get(f"/v1/persons/{STRANGER}/status")
    as_(None).get("/v1/stats")
    app.get("/v1/files")
    app.get("/v1/stats")
    figures = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    published = [name for each in figures for name in ("FailedLooks", "Refusals") if name in each]
    assert published == ["FailedLooks", "Refusals", "Refusals"]


@pytest.mark.long_way
def test_a_failure_that_cannot_be_put_on_record_is_not_told(as_: As) -> None:
    with at_call("dynamodb", "UpdateItem", unreachable) as tried:
        answer = as_("app", COUNTY).get(f"/v1/persons/{STRANGER}/status")
    assert tried
    assert (answer.status_code, answer.json_body["code"]) == (503, "unavailable")


def test_to_hear_that_nothing_has_changed_is_a_look(as_: As, clock: StoppedClock) -> None:
    person = a_person()
    where = f"/v1/persons/{person}/status"
    tag = as_("app", COUNTY, "first").get(where).headers["ETag"]
    for subject in ("first", "guesses", "guesses"):
        assert as_("app", COUNTY, subject).get(where, If_None_Match=tag).status_code == 304
    unchanged = "status, unchanged"
    assert looks_at(person) == [("first", "status"), ("first", unchanged), ("guesses", unchanged)]
    clock.advance(days=1)
    tag = as_("app", COUNTY, "first").get(where).headers["ETag"]
    assert as_("app", COUNTY, "guesses").get(where, If_None_Match=tag).status_code == 304
    assert looks_at(person)[3:] == [("first", "status"), ("guesses", unchanged)], "a new day, a new look"


def test_an_operator_reads_who_failed(as_: As, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(record=True, width=120, quiet=False)
    monkeypatch.setattr(audits, "console", console)
    for times, subject in ((1, "clerk-7"), (2, "clerk-8")):
        for _ in range(times):
            as_("officer", VILLAGE, subject).get(f"/v1/persons/{STRANGER}/status")
    clock.advance(days=1)
    assert command_line.main(["audit", "failed-looks", "--days", "1"]) == 0
    assert "clerk-7" not in console.export_text()
    assert command_line.main(["audit", "failed-looks"]) == 0
    lines = [line.split() for line in console.export_text().splitlines() if "clerk" in line]
    assert lines == [
        ["2025-07-01", "officer", VILLAGE, "clerk-8", "2"],
        ["2025-07-01", "officer", VILLAGE, "clerk-7", "1"],
    ]


def test_what_a_refusal_or_a_repeated_answer_tells_is_a_look(as_: As) -> None:
    person = a_person()
    objects = {"person": person, "about": "recovery", "benefit": "old_age_allowance"}
    county = as_("officer", COUNTY)
    for _ in range(2):
        assert county.post("/v1/objections", objects).json_body["code"] == "not_drawn"
    assert looks_at(person) == [("officer-341602", "objections, refused")]
    objects = {"person": person, "about": "suspension"}
    for _ in range(3):
        assert county.post("/v1/objections", objects, Idempotency_Key="k-1").status_code == 200
    assert looks_at(person)[1:] == [("officer-341602", "objections, again")]
    me = as_("citizen", person=person)
    assert (
        me.post("/v1/objections", {**objects, "about": "termination"}, Idempotency_Key="k-2").status_code
        == 200
    )
    assert len(looks_at(person)) == 2, "nobody looks at oneself"
