"""Figures by area and authority: with their day, none outside the caller's area, no village for apps."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import stats
from chalicelib.api.answers.figures import Figures
from chalicelib.model import EntitlementStatus
from tests.api.conftest import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    OTHER_NUMBER,
    OTHER_TOWNSHIP,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    As,
    a_person,
)
from tests.conftest import StoppedClock
from tests.in_one_go import nightly_statistics

ELSEWHERE = f"{OTHER_COUNTY}001001"
ALLOWANCE = "old_age_allowance"


def folk() -> None:
    """Two in a village, one beside it, one of another county."""
    a_person(benefits=("resident_pension", ALLOWANCE))
    a_person("34160219500101300X", status=EntitlementStatus.TERMINATED)
    a_person(OTHER_NUMBER, area=f"{OTHER_TOWNSHIP}001")
    a_person("34162119500101123X", area=ELSEWHERE)


@pytest.fixture
def counted(aws: None, as_: As) -> None:
    folk()
    nightly_statistics()


def told(answer: Any) -> dict[str, Any]:
    """The answer, which is as the document of the API says."""
    assert answer.status_code == 200, answer.body
    body: dict[str, Any] = answer.json_body
    Figures.model_validate(body)
    return body


def parts(body: dict[str, Any]) -> dict[str, int]:
    """How many recipients are in each area below."""
    return {part["area"]: part["figures"]["recipients"] for part in body["below"]}


def test_none_before_the_first_night(as_: As) -> None:
    body = told(as_("app", CITY).get("/v1/stats"))
    assert (body["as_of"], body["awaited"], body["figures"], body["area"]) == (None, None, None, CITY)


@pytest.mark.usefixtures("counted")
def test_with_their_day_and_no_county_outside_the_area(as_: As) -> None:
    city = told(as_("officer", CITY).get("/v1/stats"))
    assert (city["as_of"], city["county"]) == ("2025-07-01", {COUNTY: 3, OTHER_COUNTY: 1})
    county = told(as_("officer", COUNTY).get("/v1/stats"))
    assert county["county"] == {COUNTY: 3}
    assert county["paid"] == {COUNTY: {"resident_pension": 2, ALLOWANCE: 1}}
    assert told(as_("officer", TOWNSHIP).get("/v1/stats"))["county"] == {COUNTY: 3}


@pytest.mark.usefixtures("counted")
def test_down_to_the_village(as_: As) -> None:
    counties, townships = {COUNTY: 3, OTHER_COUNTY: 1}, {TOWNSHIP: 2, OTHER_TOWNSHIP: 1}
    for own, asked, area, below in (
        ("34", "", "34", {CITY: 4}),
        (CITY, "", CITY, counties),
        (CITY, f"?area={COUNTY}", COUNTY, townships),
        (COUNTY, "", COUNTY, townships),
        (COUNTY, f"?area={TOWNSHIP}", TOWNSHIP, {VILLAGE: 2}),
        (VILLAGE, "", VILLAGE, {}),
    ):
        body = told(as_("officer", own).get(f"/v1/stats{asked}"))
        assert (body["area"], parts(body)) == (area, below)
        assert body["figures"]["recipients"] == (sum(below.values()) or 2)


@pytest.mark.usefixtures("counted")
def test_of_one_authority(as_: As) -> None:
    body = told(as_("auditor", COUNTY).get("/v1/stats?authority=civil_affairs"))
    assert (body["authority"], body["figures"]["recipients"]) == ("civil_affairs", 1)
    assert [each["authority"] for each in body["by_authority"]] == ["civil_affairs"]
    (of,) = body["by_benefit"]
    assert (of["benefit"], of["figures"]["entitlements"]) == (ALLOWANCE, {"active": 1})
    assert of["title"]["zh"]
    assert of["figures"]["recipients"] is None
    everything = told(as_("auditor", COUNTY).get("/v1/stats"))
    assert everything["figures"]["entitlements"] == {"active": 3, "terminated": 1}
    assert {each["authority"] for each in everything["by_authority"]} == {"civil_affairs", "hrss"}


@pytest.mark.usefixtures("counted")
def test_an_app_is_told_of_nothing_smaller_than_a_county(as_: As) -> None:
    for own, asked in ((COUNTY, ""), (VILLAGE, ""), (COUNTY, f"?area={VILLAGE}")):
        body = told(as_("app", own).get(f"/v1/stats{asked}"))
        assert (body["area"], body["below"], body["figures"]["recipients"]) == (COUNTY, [], 3)
    assert parts(told(as_("app", CITY).get("/v1/stats"))) == {COUNTY: 3, OTHER_COUNTY: 1}


@pytest.mark.usefixtures("counted")
def test_an_area_outside_does_not_exist(as_: As) -> None:
    for role, own, asked in (
        ("officer", COUNTY, OTHER_COUNTY),
        ("officer", TOWNSHIP, COUNTY),
        ("officer", VILLAGE, OTHER_VILLAGE),
        ("auditor", COUNTY, ELSEWHERE),
        ("app", COUNTY, OTHER_COUNTY),
    ):
        answer = as_(role, own).get(f"/v1/stats?area={asked}")
        assert (answer.status_code, answer.json_body["code"]) == (404, "not_found"), (role, own, asked)


def test_what_is_asked_wrongly(as_: As) -> None:
    for query, code in (
        ("area=34160", "shape"),
        ("authority=nobody", "not_one_of"),
        ("as_of=2025-7-1", "shape"),
        ("as_of=2025-02-30", "shape"),
    ):
        answer = as_("officer", CITY).get(f"/v1/stats?{query}")
        assert answer.status_code == 422
        (error,) = answer.json_body["errors"]
        assert (error["parameter"], error["code"]) == (query.partition("=")[0], code)


def test_one_day_beside_another(as_: As, clock: StoppedClock) -> None:
    folk()
    nightly_statistics()
    clock.advance(days=2)
    a_person("34160219500101555X")
    nightly_statistics()
    officer = as_("officer", CITY)

    def of(day: str) -> tuple[str, int, int, int]:
        body = told(officer.get(f"/v1/stats?as_of={day}"))
        return body["as_of"], body["recipients"], body["county"][COUNTY], body["figures"]["recipients"]

    assert of("2025-07-01") == ("2025-07-01", 4, 3, 4)
    assert of("2025-07-02") == ("2025-07-01", 4, 3, 4), "no pass on that day: the last before it"
    assert of("2025-07-03") == ("2025-07-03", 5, 4, 5)
    assert officer.get("/v1/stats?as_of=2025-06-30").status_code == 404


def test_a_night_that_is_not_complete_is_said(as_: As, clock: StoppedClock) -> None:
    folk()
    nightly_statistics()
    clock.advance(days=1)
    stats.figures_are_missing(clock().date(), 31, 32)
    body = told(as_("officer", CITY).get("/v1/stats"))
    assert (body["as_of"], body["awaited"]) == (
        "2025-07-01",
        {"as_of": "2025-07-02", "shards": 31, "of": 32},
    )
    nightly_statistics()
    body = told(as_("officer", CITY).get("/v1/stats"))
    assert (body["as_of"], body["awaited"]) == ("2025-07-02", None), "they are there now"


def test_figures_of_before_the_table(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    folk()
    monkeypatch.setattr(stats.statistics_table, "put", lambda day, lines: list(lines))
    kept = nightly_statistics()
    body = told(as_("officer", CITY).get("/v1/stats"))
    assert (body["recipients"], body["figures"], body["below"]) == (kept["recipients"], None, [])
