"""Objections: taken down for anybody, told to the person, decided by somebody who had no part in it."""

from __future__ import annotations

from typing import Any

from chalicelib.model import ProposalState
from chalicelib.storage.dynamodb import people
from tests.api.conftest import COUNTY, TOWNSHIP, VILLAGE, As
from tests.api.town import somebody_with_everything


def test_raised_for_somebody_listed_and_decided_by_another(as_: As) -> None:
    person = somebody_with_everything()
    sent = {"person": person, "about": "suspension"}
    raised = as_("officer", TOWNSHIP, "zhou").post("/v1/objections", sent).json_body
    assert (raised["raised_by"], raised["state"], raised["level"]) == ("zhou", "open", 1)
    assert (raised["raised"], raised["decide_by"]) == ("2025-07-01", "2025-07-22")
    lines = as_("officer", COUNTY).get("/v1/objections").json_body["items"]
    assert [line["id"] for line in lines] == [f"{person}.1", raised["id"]]  # by the day to be decided
    assert lines[1] == {**raised, "name": "孟*华", "area": VILLAGE}
    verdict = {"upheld": True, "reason": "本人在外地就医，已视频核实"}
    address = f"/v1/objections/{raised['id']}/decision"
    refused = as_("officer", TOWNSHIP, "zhou").post(address, verdict)
    assert (refused.status_code, refused.json_body["code"]) == (409, "involved")
    decided = as_("officer", COUNTY, "wu").post(address, verdict).json_body
    assert (decided["state"], decided["decided_by"], decided["decided"]) == ("upheld", "wu", "2025-07-01")
    again = as_("officer", COUNTY, "li").post(address, verdict)
    assert (again.status_code, again.json_body["code"]) == (409, "decided")
    states = [proposal.state for proposal in people.load(person).proposals]
    assert states == [ProposalState.LAPSED] * 3
    told = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body["notices"][0]
    assert told["template"] == "answered"


def test_raised_again_it_holds_nothing_and_goes_to_the_county(as_: As) -> None:
    person = somebody_with_everything()
    citizen, sent = as_("citizen", person=person), {"person": person, "about": "suspension"}
    verdict = {"upheld": False, "reason": "两次上门均未见到本人"}
    first = citizen.post("/v1/objections", sent).json_body
    as_("officer", TOWNSHIP, "li").post(f"/v1/objections/{first['id']}/decision", verdict)
    again = citizen.post("/v1/objections", sent).json_body
    assert (first["holds"], again["holds"], again["level"]) == (True, False, 2)
    where = f"/v1/objections/{again['id']}/decision"
    assert as_("officer", TOWNSHIP, "wang").post(where, verdict).json_body["code"] == "level_not_allowed"
    assert as_("officer", COUNTY, "li").post(where, verdict).json_body["code"] == "involved"
    assert as_("officer", COUNTY, "wang").post(where, verdict).json_body["state"] == "rejected"


def test_the_person_sees_what_is_open_and_by_when_it_is_answered(as_: As) -> None:
    person = somebody_with_everything()
    citizen = as_("citizen", person=person)
    (open_one,) = citizen.get(f"/v1/persons/{person}/status").json_body["objections"]
    assert (open_one["about"], open_one["decide_by"], open_one["holds"]) == (
        "recovery",
        "2025-07-11",
        True,
    )
    assert "2025年7月11日" in open_one["what_happens"]["zh"]
    verdict = {"upheld": False, "reason": "金额核对无误"}
    as_("officer", COUNTY, "wu").post(f"/v1/objections/{person}.1/decision", verdict)
    assert citizen.get(f"/v1/persons/{person}/status").json_body["objections"] == []


def test_whose_recovery_is_said_only_of_a_recovery(as_: As) -> None:
    person = somebody_with_everything()
    citizen = as_("citizen", person=person)
    sent = {"person": person, "about": "suspension", "benefit": "resident_pension"}
    answer = citizen.post("/v1/objections", sent)
    assert (answer.status_code, answer.json_body["errors"][0]["pointer"]) == (422, "/benefit")
    raised = citizen.post("/v1/objections", {**sent, "about": "recovery"}).json_body
    assert (raised["about"], raised["benefit"]) == ("recovery", "resident_pension")
    other = citizen.post("/v1/objections", {**sent, "about": "recovery", "benefit": "none_of_hers"})
    assert (other.status_code, other.json_body["code"]) == (409, "not_drawn")


def test_an_objection_that_does_not_exist(as_: As) -> None:
    person = somebody_with_everything()
    verdict = {"upheld": True, "reason": "核实"}
    assert as_("officer", COUNTY).post(f"/v1/objections/{person}.7/decision", verdict).status_code == 404


def test_what_is_overdue_goes_up_a_level(as_: As, clock: Any) -> None:
    somebody_with_everything()
    clock.advance(days=11)  # to be decided by 11 July
    (line,) = as_("officer", COUNTY).get("/v1/objections").json_body["items"]
    assert (line["decide_by"], line["level"]) == ("2025-07-11", 2)
