"""Who may do what to whom: every role, every relation of areas, every endpoint."""

from __future__ import annotations

import pytest

from chalicelib.model import ProposalState
from chalicelib.storage import people
from tests.api.conftest import (
    CITY,
    COUNTY,
    NUMBER,
    OTHER_COUNTY,
    OTHER_NUMBER,
    OTHER_TOWNSHIP,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    As,
    a_person,
)
from tests.api.town import ENDPOINTS, HRSS, body_for, somebody_with_everything

ROLES = ("citizen", "app", "grid-worker", "officer", "auditor")
# Written out once more, and not taken from the code: this is what was agreed.
MAY = {
    "POST /v1/persons:lookup": ("citizen", "app", "grid-worker", "officer"),
    "GET /v1/persons/{id}/status": ("citizen", "app", "grid-worker", "officer", "auditor"),
    "GET /v1/persons/{id}/certificate": ("citizen", "app", "grid-worker", "officer"),
    "GET /v1/persons/{id}/audit": ("citizen", "auditor"),
    "POST /v1/self-certifications": ("citizen", "app", "officer"),
    "GET /v1/visits": ("grid-worker", "officer"),
    "POST /v1/visits/{id}/outcome": ("grid-worker", "officer"),
    "GET /v1/suspension-proposals": ("officer",),
    "POST /v1/suspension-proposals/{id}/confirm": ("officer",),
    "POST /v1/suspension-proposals/{id}/approve": ("officer",),
    "POST /v1/suspension-proposals/{id}/refuse": ("officer",),
    "GET /v1/suspension-limits": ("officer",),
    "POST /v1/suspension-limits/{id}/lift": ("officer",),
    "GET /v1/suspicions": ("officer",),
    "POST /v1/suspicions": ("officer",),
    "POST /v1/suspicions/{id}/outcome": ("officer",),
    "POST /v1/suspicions/{id}/approve": ("officer",),
    "POST /v1/objections": ("citizen", "app", "grid-worker", "officer"),
    "GET /v1/objections": ("officer",),
    "POST /v1/objections/{id}/decision": ("officer",),
    "GET /v1/instructions": ("officer",),
    "POST /v1/instructions/{id}/acknowledge": ("officer",),
    "GET /v1/files": ("officer", "auditor"),
    "GET /v1/files/{id}": ("officer", "auditor"),
    "GET /v1/files/{id}/suggestions": ("officer",),
    "POST /v1/files/{id}/release": ("officer",),
    "POST /v1/files/{id}/refuse": ("officer",),
    "GET /v1/feeds": ("app", "officer", "auditor"),
    "GET /v1/stats": ("app", "officer", "auditor"),
}
OF_NO_AREA = (  # about departments and counts, not about people
    "POST /v1/suspension-limits/{id}/lift",  # a county's; of another city it does not exist
    "GET /v1/files",
    "GET /v1/files/{id}",
    "GET /v1/files/{id}/suggestions",  # a file is of no area; its people are left out line by line
    "POST /v1/files/{id}/release",
    "POST /v1/files/{id}/refuse",
    "GET /v1/feeds",
    "GET /v1/stats",
)
AREAS = {"own": VILLAGE, "township": TOWNSHIP, "county": COUNTY, "city": CITY}
OUTSIDE = {"village beside": OTHER_VILLAGE, "township beside": OTHER_TOWNSHIP, "county beside": OTHER_COUNTY}
LEVELS = {  # which of the areas above may do it
    "POST /v1/suspension-proposals/{id}/confirm": ("own", "township"),
    "POST /v1/suspension-proposals/{id}/approve": ("county", "city"),
    "POST /v1/suspension-limits/{id}/lift": ("city",),
    "POST /v1/files/{id}/release": ("county", "city"),
    "POST /v1/files/{id}/refuse": ("county", "city"),
}


def test_the_agreed_table_covers_every_endpoint() -> None:
    assert set(MAY) == set(ENDPOINTS)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_nobody_without_a_token(as_: As, name: str) -> None:
    person = somebody_with_everything()
    endpoint = ENDPOINTS[name]
    answer = as_(None).call(endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json_body["code"] == "token_required"


@pytest.mark.parametrize("name", ENDPOINTS)
def test_other_roles_may_not(as_: As, name: str) -> None:
    person = somebody_with_everything()
    endpoint = ENDPOINTS[name]
    before = people.load(person)
    for role in ROLES:
        if role in MAY[name]:
            continue
        who = as_("citizen", person=person) if role == "citizen" else as_(role, COUNTY)
        answer = who.call(endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person))
        assert (role, answer.status_code, answer.json_body["code"]) == (role, 403, "role_not_allowed")
    assert people.load(person) == before


@pytest.mark.parametrize("name", [name for name in ENDPOINTS if name not in OF_NO_AREA])
def test_people_of_other_areas_do_not_exist(as_: As, name: str) -> None:
    person = somebody_with_everything()
    endpoint = ENDPOINTS[name]
    before = people.load(person)
    nobody = as_("officer", COUNTY).get(f"/v1/persons/{'a' * 26}/status").json_body | {"instance": ""}
    for role in MAY[name]:
        if role == "citizen":
            continue
        for where, area in OUTSIDE.items():
            if (name.endswith("/confirm") and len(area) < 9) or (name.endswith("/approve") and len(area) > 6):
                continue  # refused for the level of office already
            who = as_(role, area, authority=HRSS)
            answer = who.call(endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person))
            assert (role, where, answer.status_code) == (role, where, 404)
            assert answer.json_body | {"instance": ""} == nobody
    assert people.load(person) == before


@pytest.mark.parametrize("name", ENDPOINTS)
def test_own_area_and_every_area_that_contains_it(as_: As, name: str) -> None:
    endpoint = ENDPOINTS[name]
    allowed = LEVELS.get(name, tuple(AREAS))
    asking = [(role, where) for role in MAY[name] if role != "citizen" for where in AREAS]
    for number, (role, where) in enumerate(asking):
        if number == 0 or endpoint.method == "POST":  # what is done about somebody is done once
            person = somebody_with_everything(f"341602195001011{number:02d}")
        body = body_for(endpoint, person)
        if name.endswith(":lookup"):
            body = {"number": people.identity_of(person).number}
        caller = as_(role, AREAS[where], authority=HRSS)
        answer = caller.call(endpoint.method, endpoint.address(person, VILLAGE), body)
        expected = 200 if where in allowed else 403
        assert (role, where, answer.status_code) == (role, where, expected), answer.body


def test_a_village_does_not_see_what_belongs_to_its_whole_township(as_: As) -> None:
    person = a_person(area=TOWNSHIP)
    assert as_("grid-worker", VILLAGE).get(f"/v1/persons/{person}/status").status_code == 404
    assert as_("grid-worker", TOWNSHIP).get(f"/v1/persons/{person}/status").status_code == 200


@pytest.mark.parametrize("name", [name for name, roles in MAY.items() if "citizen" in roles])
def test_citizens_act_for_themselves_only(as_: As, name: str) -> None:
    me, other = somebody_with_everything(NUMBER), somebody_with_everything(OTHER_NUMBER)
    endpoint = ENDPOINTS[name]
    own = as_("citizen", person=me).call(
        endpoint.method, endpoint.address(me, VILLAGE), body_for(endpoint, me)
    )
    assert own.status_code == 200
    body = body_for(endpoint, me)
    foreign = as_("citizen", person=other).call(endpoint.method, endpoint.address(me, VILLAGE), body)
    assert foreign.status_code == 404


class TestTwoPeople:
    """Rule 10 f: the township confirms, the authority approves, and they are two people."""

    def test_confirmed_by_a_township_and_approved_by_a_county(self, as_: As) -> None:
        person = somebody_with_everything()
        confirmed = as_("officer", TOWNSHIP, "zhou").post(f"/v1/suspension-proposals/{person}.1/confirm")
        assert (confirmed.json_body["state"], confirmed.json_body["confirmed_by"]) == ("confirmed", "zhou")
        approved = as_("officer", COUNTY, "wu").post(f"/v1/suspension-proposals/{person}.1/approve")
        assert (approved.json_body["state"], approved.json_body["approved_by"]) == ("approved", "wu")
        assert approved.json_body["effective"] >= "2025-08"

    def test_the_same_person_with_a_second_office_is_refused(self, as_: As) -> None:
        person = somebody_with_everything()
        as_("officer", TOWNSHIP, "zhou").post(f"/v1/suspension-proposals/{person}.1/confirm")
        again = as_("officer", COUNTY, "zhou").post(f"/v1/suspension-proposals/{person}.1/approve")
        assert (again.status_code, again.json_body["code"]) == (409, "same_person")
        assert people.load(person).proposals[0].state is ProposalState.CONFIRMED

    def test_nothing_unconfirmed_is_approved(self, as_: As) -> None:
        person = somebody_with_everything()
        early = as_("officer", COUNTY, "wu").post(f"/v1/suspension-proposals/{person}.1/approve")
        assert early.status_code == 409
        assert people.load(person).proposals[0].state is ProposalState.PROPOSED

    def test_a_county_does_not_confirm_and_a_township_does_not_approve(self, as_: As) -> None:
        person = somebody_with_everything()
        for area, act in ((COUNTY, "confirm"), (TOWNSHIP, "approve"), (VILLAGE, "approve")):
            answer = as_("officer", area).post(f"/v1/suspension-proposals/{person}.1/{act}")
            assert (answer.status_code, answer.json_body["code"]) == (403, "level_not_allowed")


class TestAuthorities:
    def test_an_officer_of_no_authority_sees_no_instructions(self, as_: As) -> None:
        person = somebody_with_everything()
        officer = as_("officer", COUNTY)
        acknowledge = f"/v1/instructions/{person}.2025-07.resident_pension.suspend/acknowledge"
        for answer in (officer.get("/v1/instructions"), officer.post(acknowledge)):
            assert (answer.status_code, answer.json_body["code"]) == (403, "authority_required")

    def test_another_authority_s_instruction_does_not_exist(self, as_: As) -> None:
        person = somebody_with_everything()
        veterans = as_("officer", COUNTY, authority="veterans")
        assert veterans.get("/v1/instructions").json_body["items"] == []
        acknowledge = f"/v1/instructions/{person}.2025-07.resident_pension.suspend/acknowledge"
        assert veterans.post(acknowledge).status_code == 404
