"""Asking that a benefit stop, over the API: only the person asks, whoever serves them may undo it."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import NUMBER, OTHER_NUMBER, TOWNSHIP, VILLAGE, As, a_person

PENSION = "resident_pension"


def ask(as_: As, person: str, benefit: str = PENSION) -> Any:
    return as_("citizen", person=person).post("/v1/stop-requests", {"person": person, "benefit": benefit})


def test_a_citizen_asks_sees_how_it_stands_and_undoes_it(as_: As) -> None:
    person = a_person()
    citizen = as_("citizen", person=person)
    asked = ask(as_, person)
    assert asked.status_code == 200, asked.body
    assert (asked.json_body["state"], asked.json_body["may_be_undone"]) == ("asked", True)
    (shown,) = citizen.get(f"/v1/persons/{person}/status").json_body["stop_requests"]
    assert shown == asked.json_body

    officer = as_("officer", TOWNSHIP, "wu")
    (row,) = officer.get("/v1/suspicions").json_body["items"]
    assert (row["kind"], row["benefit"], row["undo_until"]) == ("stop_asked", PENSION, None)
    report = {"confirmed": True, "verification": "statement"}
    spoken = officer.post(f"/v1/suspicions/{row['id']}/outcome", report).json_body
    assert (spoken["state"], spoken["undo_until"]) == ("open", "2025-07-08")
    second = as_("officer", "341602", "li", authority="hrss").post(f"/v1/suspicions/{row['id']}/approve")
    assert (second.status_code, second.json_body["code"]) == (409, "may_be_undone")

    (shown,) = citizen.get(f"/v1/persons/{person}/status").json_body["stop_requests"]
    assert (shown["state"], shown["undo_until"]) == ("spoken_about", "2025-07-08")
    undone = citizen.post(f"/v1/stop-requests/{row['id']}/undo")
    assert (undone.status_code, undone.json_body["state"]) == (200, "undone")
    assert officer.get("/v1/suspicions").json_body["items"] == []


def test_a_grid_worker_may_undo_it_and_may_not_ask_for_it(as_: As) -> None:
    person = a_person()
    worker = as_("grid-worker", VILLAGE)
    refused = worker.post("/v1/stop-requests", {"person": person, "benefit": PENSION})
    assert (refused.status_code, refused.json_body["code"]) == (403, "role_not_allowed")
    request = ask(as_, person).json_body["id"]
    assert worker.post(f"/v1/stop-requests/{request}/undo").json_body["state"] == "undone"


def test_nobody_asks_for_somebody_else(as_: As) -> None:
    mine, other = a_person(), a_person(OTHER_NUMBER)
    asked = as_("citizen", person=mine).post("/v1/stop-requests", {"person": other, "benefit": PENSION})
    assert asked.status_code == 404


def test_whoever_takes_it_down_at_a_counter_is_not_who_speaks_with_the_person(as_: As) -> None:
    person = a_person(NUMBER)
    clerk = as_("officer", TOWNSHIP, "clerk")
    request = clerk.post("/v1/stop-requests", {"person": person, "benefit": PENSION}).json_body["id"]
    report = {"confirmed": True, "verification": "statement"}
    own = clerk.post(f"/v1/suspicions/{request}/outcome", report)
    assert (own.status_code, own.json_body["code"]) == (409, "involved")


def test_only_a_request_is_undone_here(as_: As) -> None:
    person = a_person()
    assert (
        as_("citizen", person=person).post(f"/v1/stop-requests/{person}.death.20250620/undo").status_code
        == 404
    )
