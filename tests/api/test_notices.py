"""Printed notices: whoever brings them sees to whom and where, and says which were left, and when."""

from __future__ import annotations

from datetime import date

from chalicelib.model import Contact, MessageState
from chalicelib.storage.dynamodb import commits, contacts, outbox, people
from tests.api.conftest import OTHER_VILLAGE, VILLAGE, As
from tests.api.town import somebody_with_everything
from tests.storage.builders import change

LEFT = {"left_on": "2025-07-01"}


def test_the_list_says_to_whom_and_where(as_: As) -> None:
    person = somebody_with_everything()
    put = contacts.update(person, VILLAGE, Contact(address="某村东3号"))
    assert put is not None
    commits.commit_with_retry(
        lambda: people.load(person), lambda _: (commits.Plan(change(), [put.put]), None)
    )
    [line] = as_("grid-worker", VILLAGE).get("/v1/notices").json_body["items"]
    assert line == {
        "id": f"{person}.0123456789abcdef",
        "title": "待遇资格认证告知书",
        "printed": "2025-06-30",
        "state": "sent",
        "left_on": None,
        "person": person,
        "name": line["name"],
        "area": VILLAGE,
        "grid": line["grid"],
        "address": "某村东3号",
    }
    assert "*" in line["name"]
    assert as_("grid-worker", OTHER_VILLAGE).get("/v1/notices").json_body["items"] == []


def test_a_notice_that_was_left_is_delivered_and_off_the_list(as_: As) -> None:
    person = somebody_with_everything()
    place = f"/v1/notices/{person}.0123456789abcdef/delivery"
    worker = as_("grid-worker", VILLAGE, "worker-3")
    answer = worker.post(place, LEFT)
    assert (answer.json_body["state"], answer.json_body["left_on"]) == ("delivered", "2025-07-01")
    assert worker.get("/v1/notices").json_body["items"] == []
    kept = outbox.message_by_id(f"{person}.0123456789abcdef")[1]
    assert (kept.state, kept.left_by) == (MessageState.DELIVERED, "worker-3")
    assert kept.left_on == date(2025, 7, 1)
    assert worker.post(place, LEFT).status_code == 200, "the same again"
    other = as_("grid-worker", VILLAGE, "another").post(place, LEFT)
    assert (other.status_code, other.json_body["code"]) == (409, "already_left")
    [shown] = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body["notices"]
    assert (shown["state"], shown["left_on"]) == ("delivered", "2025-07-01")


def test_a_notice_is_left_between_its_printing_and_today(as_: As) -> None:
    person = somebody_with_everything()
    worker = as_("grid-worker", VILLAGE)
    for day in ("2025-06-29", "2025-07-02"):
        answer = worker.post(f"/v1/notices/{person}.0123456789abcdef/delivery", {"left_on": day})
        assert (answer.status_code, answer.json_body["code"]) == (409, "not_in_range")
    for unknown in (f"{person}.fedcba9876543210", f"{person}.3", person):
        assert worker.post(f"/v1/notices/{unknown}/delivery", LEFT).status_code == 404
