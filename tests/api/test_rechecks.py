"""A month's checks as an office sees them: how they were drawn, whom they concern, and why."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib import cases
from chalicelib.cases.home_visits import recheck
from chalicelib.model import AreaCode, FeedId, Month, PersonId
from chalicelib.storage.dynamodb import people, recheck_rows
from chalicelib.storage.dynamodb.recheck_rows import Draw, Drawing, Line
from tests.api.conftest import NUMBER, VILLAGE, As, a_person, an_assertion, looks_at
from tests.api.test_work_lists import CITY, COUNTY, OTHER_COUNTY, everything

JUNE = Month("2025-06")
DRAW = Draw("0123456789abcdef", date(2025, 7, 4), Drawing(40, 8, 2, 36.9), Drawing(300, 3, 15, 14.3))


def a_line(who: PersonId, area: str = VILLAGE, why: str = "drawn", author: str = "grid-7") -> Line:
    return Line(who, AreaCode(area), "03", date(2025, 6, 12), FeedId("home_visits"), author, why)


@pytest.fixture
def listed() -> tuple[PersonId, PersonId]:
    here = a_person(NUMBER)
    there = a_person("34162119500101123X", area=f"{OTHER_COUNTY}001001")
    recheck(here, about="recheck#2025-06")
    recheck_rows.put(
        JUNE, DRAW, [a_line(here), a_line(there, f"{OTHER_COUNTY}001001", "drawn_of_silent", "")]
    )
    return here, there


def test_how_it_was_drawn_and_what_became_of_the_visit(as_: As, listed: tuple[PersonId, PersonId]) -> None:
    here, there = listed
    city = as_("officer", CITY)
    answer = city.get("/v1/rechecks?month=2025-06").json_body
    assert (answer["month"], answer["seed"], answer["by_hand"]["confidence_percent"]) == (
        "2025-06",
        DRAW.seed,
        36.9,
    )
    assert [(i["person"], i["why"]["code"], i["author"]) for i in answer["items"]] == [
        (here, "drawn", "grid-7"),
        (there, "drawn_of_silent", None),
    ]
    (visit,) = people.load(here).visits
    assert answer["items"][0]["visit"]["id"] == f"{here}.{visit.number}"
    assert answer["items"][1]["visit"] is None
    assert "recheck 2025-06" in {what for _, what in looks_at(here)}
    items, pages = everything(city, "/v1/rechecks?month=2025-06", 1)
    assert (len(items), pages) == (2, 2)


def test_a_county_sees_its_own_and_an_authority_its_people(
    as_: As, listed: tuple[PersonId, PersonId]
) -> None:
    county = as_("officer", COUNTY)
    assert [i["person"] for i in county.get("/v1/rechecks").json_body["items"]] == [listed[0]]
    hrss = as_("officer", CITY, authority="hrss").get("/v1/rechecks").json_body
    assert len(hrss["items"]) == 2
    veterans = as_("officer", CITY, authority="veterans").get("/v1/rechecks").json_body
    assert veterans["items"] == []


def test_a_month_that_was_not_drawn_and_one_that_is_none(as_: As) -> None:
    city = as_("officer", CITY)
    answer = city.get("/v1/rechecks?month=2025-01").json_body
    assert (answer["drawn_on"], answer["by_hand"], answer["items"]) == (None, None, [])
    assert city.get("/v1/rechecks?month=2025-13").status_code == 422


def test_of_a_device_nothing_is_kept_but_a_stand_in(as_: As) -> None:
    person = a_person(NUMBER)
    app = as_("app", COUNTY)
    signed = an_assertion(person, device="handset-1234567890")
    body = {"person": person, "method": "face", "assertion": signed}
    assert app.post("/v1/self-certifications", body).status_code == 200
    (item,) = people.load(person).evidence
    assert len(item.facts["device"]) == 32
    assert "handset" not in repr(people.load(person)) + repr(people.audit_trail(person))
    cases.judge(people.load(person), date(2025, 7, 1))
