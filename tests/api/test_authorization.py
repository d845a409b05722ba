"""Who may do what to whom: every role, every relation of areas, every endpoint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import clock
from chalicelib.model import AreaCode, BenefitCode, Change, ProposalState
from chalicelib.storage.dynamodb import people
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
    given,
)
from tests.api.test_reach import AGREED
from tests.api.town import (
    DUE,
    ENDPOINTS,
    HRSS,
    PENSION,
    SENDER,
    a_file,
    a_proposal,
    authority_for,
    body_for,
    somebody_with_everything,
)

ROLES = ("citizen", "app", "grid-worker", "officer", "auditor")
MAY = {name: tuple(agreed.roles.split()) for name, agreed in AGREED.items()}
NO_AREA = ("county's", "jurisdiction's", "all of it", "oneself", "city account's")
OF_NO_AREA = [name for name, agreed in AGREED.items() if agreed.area in NO_AREA]
AREAS = {"own": VILLAGE, "township": TOWNSHIP, "county": COUNTY, "city": CITY}
OUTSIDE = {"village beside": OTHER_VILLAGE, "township beside": OTHER_TOWNSHIP, "county beside": OTHER_COUNTY}
LEVELS = {  # which of the areas above may do it
    name: tuple(where for where, area in AREAS.items() if len(area) in agreed.levels)
    for name, agreed in AGREED.items()
}


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
            if len(area) not in AGREED[name].levels:
                continue  # refused for the level of office already
            who = as_(role, area, authority=HRSS)
            answer = who.call(endpoint.method, endpoint.address(person, VILLAGE), body_for(endpoint, person))
            assert (role, where, answer.status_code) == (role, where, 404)
            assert answer.json_body | {"instance": ""} == nobody
    assert people.load(person) == before


@pytest.mark.parametrize("name", ENDPOINTS)
def test_own_area_and_every_area_that_contains_it(as_: As, name: str) -> None:
    endpoint = ENDPOINTS[name]
    allowed = LEVELS[name]
    asking = [(role, where) for role in MAY[name] if role != "citizen" for where in AREAS]
    for number, (role, where) in enumerate(asking):
        if number == 0 or endpoint.method == "POST":  # what is done about somebody is done once
            person = somebody_with_everything(f"341602195001011{number:02d}")
        body = body_for(endpoint, person)
        if name.endswith(":lookup"):
            body = {"number": people.identity_of(person).number}
        caller = as_(role, AREAS[where], authority=authority_for(name))
        answer = caller.call(endpoint.method, endpoint.address(person, VILLAGE), body)
        expected = 200 if where in allowed else 403
        assert (role, where, answer.status_code) == (role, where, expected), answer.body


def test_a_village_does_not_see_what_belongs_to_its_whole_township(as_: As) -> None:
    person = a_person(area=TOWNSHIP)
    assert as_("grid-worker", VILLAGE).get(f"/v1/persons/{person}/status").status_code == 404
    assert as_("grid-worker", TOWNSHIP).get(f"/v1/persons/{person}/status").status_code == 200


@pytest.mark.parametrize(
    "name", [name for name, roles in MAY.items() if "citizen" in roles and AGREED[name].area != "oneself"]
)
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
        approved = as_("officer", COUNTY, "wu", authority=HRSS).post(
            f"/v1/suspension-proposals/{person}.1/approve"
        )
        assert (approved.json_body["state"], approved.json_body["approved_by"]) == ("approved", "wu")
        assert approved.json_body["effective"] >= "2025-08"

    def test_the_same_person_with_a_second_office_is_refused(self, as_: As) -> None:
        person = somebody_with_everything()
        as_("officer", TOWNSHIP, "zhou").post(f"/v1/suspension-proposals/{person}.1/confirm")
        again = as_("officer", COUNTY, "zhou", authority=HRSS).post(
            f"/v1/suspension-proposals/{person}.1/approve"
        )
        assert (again.status_code, again.json_body["code"]) == (409, "same_person")
        assert people.load(person).proposals[0].state is ProposalState.CONFIRMED

    def test_nothing_unconfirmed_is_approved(self, as_: As) -> None:
        person = somebody_with_everything()
        early = as_("officer", COUNTY, "wu", authority=HRSS).post(
            f"/v1/suspension-proposals/{person}.1/approve"
        )
        assert early.status_code == 409
        assert people.load(person).proposals[0].state is ProposalState.PROPOSED

    def test_a_county_does_not_confirm_and_a_township_does_not_approve(self, as_: As) -> None:
        person = somebody_with_everything()
        for area, act in (
            (COUNTY, "confirm"),
            (VILLAGE, "confirm"),
            (TOWNSHIP, "approve"),
            (VILLAGE, "approve"),
        ):
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

    def test_another_authority_reads_and_decides_nothing(self, as_: As) -> None:
        person = somebody_with_everything()
        before = people.load(person)
        school = as_("officer", COUNTY, authority="education")
        assert school.get(f"/v1/persons/{person}/status").status_code == 404
        assert school.get(f"/v1/persons/{person}/certificate").status_code == 404
        assert school.post(f"/v1/suspension-proposals/{person}.2/approve").status_code == 404
        for path in ("suspension-proposals", "visits", "suspicions", "objections", "suspension-limits"):
            assert school.get(f"/v1/{path}").json_body["items"] == [], path
        assert people.load(person) == before

    def test_who_draws_of_two_authorities_is_shown_and_stopped_by_each_for_itself(self, as_: As) -> None:
        both = (PENSION, BenefitCode("old_age_allowance"))
        person = a_person(until=DUE, benefits=both)
        line = replace(a_proposal(1, ProposalState.CONFIRMED, "zhou"), benefits=both)
        given(person, proposals=(replace(line, judged=dict.fromkeys(both, DUE)),))
        pensions, relief = (as_("officer", COUNTY, who, authority=who) for who in (HRSS, "civil_affairs"))
        shown = relief.get(f"/v1/persons/{person}/status").json_body["benefits"]
        assert [each["benefit"] for each in shown] == ["old_age_allowance"]
        where = f"/v1/suspension-proposals/{person}.1/approve"
        assert pensions.post(where).json_body["state"] == "confirmed"  # the other has not said a word
        assert people.load(person).proposals[0].signed == {PENSION: HRSS}
        assert pensions.post(where).json_body["state"] == "confirmed"
        again = as_("officer", COUNTY, "li", authority=HRSS).post(where)
        assert (again.status_code, again.json_body["code"]) == (409, "already_approved")
        approved = relief.post(where).json_body
        assert (approved["state"], approved["approved_by"]) == ("approved", "civil_affairs")

    def test_an_office_of_none_serves_all_and_approves_nothing(self, as_: As) -> None:
        person = somebody_with_everything()
        counter = as_("officer", COUNTY)
        assert counter.get(f"/v1/persons/{person}/status").json_body["benefits"] != []
        answer = counter.post(f"/v1/suspension-proposals/{person}.2/approve")
        assert (answer.status_code, answer.json_body["code"]) == (403, "authority_required")
        township = as_("officer", TOWNSHIP, "wang", authority="civil_affairs")
        assert len(township.get("/v1/suspension-proposals").json_body["items"]) == 3
        assert township.post(f"/v1/suspension-proposals/{person}.1/confirm").status_code == 200

    def test_files_are_their_sender_s_and_of_this_jurisdiction(self, as_: As) -> None:
        held = a_file()
        others = [
            as_("officer", COUNTY, authority="education"),
            as_("officer", "110101", authority=SENDER),
            as_("officer", "11", authority=SENDER),
        ]
        for officer in others:
            assert officer.get(f"/v1/files/{held.id}").status_code == 404
            for act in ("release", "refuse"):
                answer = officer.post(f"/v1/files/{held.id}/{act}", {"reason": "数据无误"})
                assert answer.status_code == 404
        assert others[0].get("/v1/files").json_body["items"] == []
        assert others[1].get("/v1/files").status_code == 404
        assert as_("auditor", "11").get("/v1/files").status_code == 404
        (seen,) = as_("auditor", CITY).get("/v1/files").json_body["items"]
        assert (seen["id"], seen["state"]) == (held.id, "held")

    def test_an_answer_is_not_given_again_to_whoever_has_changed_office(self, as_: As) -> None:
        person = somebody_with_everything()
        where, key = f"/v1/suspension-proposals/{person}.2/approve", {"Idempotency_Key": "k-1"}
        assert as_("officer", COUNTY, "wu", authority=HRSS).post(where, **key).status_code == 200
        again = as_("officer", COUNTY, "wu", authority=HRSS).post(where, **key)
        assert again.headers["Idempotent-Replayed"] == "true"
        for area, authority in ((OTHER_COUNTY, HRSS), (COUNTY, "education")):
            moved = as_("officer", area, "wu", authority=authority).post(where, **key)
            assert (moved.status_code, "Idempotent-Replayed" in moved.headers) == (404, False)

    def test_an_answer_is_not_given_again_about_who_has_moved_away(self, as_: As) -> None:
        person = somebody_with_everything()
        where, key = f"/v1/suspension-proposals/{person}.2/approve", {"Idempotency_Key": "k-1"}
        officer = as_("officer", COUNTY, "wu", authority=HRSS)
        assert officer.post(where, **key).status_code == 200
        record = people.load(person)
        moved = replace(record.person, area=AreaCode("341621001001"))
        people.change(person, lambda _: Change("moved", "roster", clock.now(), person=moved))
        assert officer.post(where, **key).status_code == 404
