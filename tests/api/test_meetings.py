"""Seen is face to face, with a document or the grid leader's word, never by a relative; at any time."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.model import VisitOutcome
from chalicelib.storage.dynamodb import people
from tests.api.conftest import OTHER_VILLAGE, VILLAGE, As, a_person
from tests.api.town import REPORT, somebody_with_everything

MET = {"made_at": "2025-07-01T09:30:00+08:00"}
SEEN = {**MET, "outcome": "seen", "notice_left": False}


def test_seen_at_a_visit_that_had_another_outcome_is_a_visit_of_its_own(as_: As) -> None:
    person = somebody_with_everything()
    worker = as_("grid-worker", VILLAGE)
    assert worker.post(f"/v1/visits/{person}.3/outcome", REPORT).status_code == 200
    answer = worker.post(f"/v1/visits/{person}.3/outcome", SEEN)
    assert (answer.status_code, answer.json_body["outcome"]) == (200, "seen")
    assert answer.json_body["id"] == f"{person}.4"
    assert worker.post(f"/v1/visits/{person}.3/outcome", SEEN).json_body["id"] == f"{person}.4"
    made = [v.outcome for v in people.load(person).visits[2:]]
    assert made == [VisitOutcome.NOT_FOUND, VisitOutcome.SEEN]


def test_met_without_a_visit_by_whoever_works_there(as_: As) -> None:
    person = a_person()
    assert as_("grid-worker", OTHER_VILLAGE).post("/v1/visits", {"person": person, **MET}).status_code == 404
    answer = as_("grid-worker", VILLAGE).post("/v1/visits", {"person": person, **MET}).json_body
    assert answer["id"] == f"{person}.1"
    assert answer["benefits"][0]["valid_until_at_least"] > "2026"


@pytest.mark.parametrize(
    ("more", "field", "code"),
    [
        ({"is_relative": True}, "/is_relative", "a_relative"),
        ({"document_seen": False}, "/document_seen", "no_document"),
        ({"document_seen": False, "countersigned_by": "worker-1"}, "/countersigned_by", "not_by_oneself"),
        ({"made_at": "2025-07-02T09:30:00+08:00"}, "/made_at", "not_in_range"),
    ],
)
def test_what_certifies_nobody(as_: As, more: dict[str, Any], field: str, code: str) -> None:
    person = somebody_with_everything()
    before = people.load(person)
    worker = as_("grid-worker", VILLAGE, "worker-1")
    for where, body in (("/v1/visits", {"person": person, **MET}), (f"/v1/visits/{person}.3/outcome", SEEN)):
        answer = worker.post(where, {**body, **more})
        (error,) = answer.json_body["errors"]
        assert (answer.status_code, error["pointer"], error["code"]) == (422, field, code)
    assert people.load(person) == before


def test_the_grid_leader_may_countersign_where_no_document_was_seen(as_: As) -> None:
    person = a_person()
    sent = {"person": person, **MET, "document_seen": False, "countersigned_by": "leader-1"}
    assert as_("grid-worker", VILLAGE).post("/v1/visits", sent).status_code == 200
    (seen,) = people.load(person).evidence
    assert seen.facts["document"] == "leader-1"
