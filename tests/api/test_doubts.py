"""An authority's officer doubts a result: who may, about what, and what everybody reads of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.model import PersonId, SuspicionKind
from chalicelib.storage.dynamodb import people
from tests.api.conftest import COUNTY, TOWNSHIP, VILLAGE, As, a_person
from tests.api.town import HRSS

DOUBT = "/v1/suspicions"


def sent(person: PersonId, **more: Any) -> dict[str, Any]:
    return {"person": person, "benefit": "resident_pension", "reason": "在册信息与户籍登记不一致", **more}


def test_it_is_listed_told_and_verified_like_any_other(as_: As) -> None:
    person = a_person(benefits=("resident_pension", "old_age_allowance"))
    before = people.load(person)
    raised = as_("officer", COUNTY, "zhou", authority=HRSS).post(DOUBT, sent(person)).json_body
    assert (raised["kind"], raised["benefit"], raised["raised_by"]) == ("doubted", "resident_pension", "zhou")
    assert (raised["day"], raised["verify_by"]) == ("2025-07-01", "2025-07-04")
    after = people.load(person)
    assert (after.entitlements, after.messages, after.instructions) == (before.entitlements, (), ())
    (listed,) = as_("officer", TOWNSHIP).get(f"{DOUBT}?area={VILLAGE}").json_body["items"]
    assert listed == {**raised, "name": "孟*华", "area": VILLAGE}
    status = as_("citizen", person=person).get(f"/v1/persons/{person}/status").json_body
    (told,) = status["verifying"]
    assert "人力资源和社会保障部门对城乡居民基本养老保险的认证结果提出疑问" in told["why"]["zh"]
    assert {b["status"] for b in status["benefits"]} == {"active"}
    page = as_("citizen", person=person).get(f"/v1/persons/{person}/certificate").body.decode()
    assert "请求核实" in page
    assert "认证证明" not in page
    entry = next(e for e in people.audit_trail(person) if e.action == "result doubted")
    assert (entry.actor, entry.details["reason"]) == ("zhou", "在册信息与户籍登记不一致")


def test_the_same_again_changes_nothing(as_: As) -> None:
    person = a_person()
    officer = as_("officer", COUNTY, authority=HRSS)
    first = officer.post(DOUBT, sent(person), Idempotency_Key="one")
    again = officer.post(DOUBT, sent(person), Idempotency_Key="one")
    anew = officer.post(DOUBT, sent(person, reason="另有线索"), Idempotency_Key="two")
    assert first.json_body == again.json_body == anew.json_body
    assert len(people.load(person).suspicions) == 1


def test_found_wrong_it_leaves_everything_as_it_was(as_: As) -> None:
    person = a_person()
    before = people.load(person)
    raised = as_("officer", COUNTY, "zhou", authority=HRSS).post(DOUBT, sent(person)).json_body
    answer = {"confirmed": False, "verification": "visit"}
    cleared = as_("officer", TOWNSHIP, "wu").post(f"{DOUBT}/{raised['id']}/outcome", answer).json_body
    assert cleared["state"] == "cleared"
    assert people.load(person).entitlements == before.entitlements
    same = as_("officer", COUNTY, "zhou", authority=HRSS).post(DOUBT, sent(person))
    assert (same.status_code, same.json_body["code"]) == (409, "already_ended")


def test_found_right_by_one_it_waits_for_another_who_did_not_raise_it(as_: As) -> None:
    person = a_person()
    zhou = as_("officer", COUNTY, "zhou", authority=HRSS)
    where = f"{DOUBT}/{zhou.post(DOUBT, sent(person)).json_body['id']}"
    found = {"confirmed": True, "verification": "document"}
    assert zhou.post(f"{where}/outcome", found).json_body["code"] == "involved"
    assert as_("officer", TOWNSHIP, "wu").post(f"{where}/outcome", found).json_body["state"] == "open"
    assert zhou.post(f"{where}/approve").json_body["code"] == "involved"
    assert as_("officer", TOWNSHIP, "wu").post(f"{where}/approve").json_body["code"] == "same_person"
    li = as_("officer", COUNTY, "li", authority=HRSS)
    assert li.post(f"{where}/approve").json_body["state"] == "confirmed"
    assert people.load(person).suspicions[0].kind is SuspicionKind.DOUBTED


@pytest.mark.parametrize(
    ("authority", "more", "status", "code"),
    [
        (None, {}, 403, "authority_required"),
        ("civil_affairs", {}, 404, "not_found"),
        (HRSS, {"benefit": "old_age_allowance"}, 404, "not_found"),
        (HRSS, {"benefit": "none_of_ours"}, 404, "not_found"),
        ("civil_affairs", {"benefit": "old_age_allowance"}, 409, "not_drawn"),
        (HRSS, {"since": "2025-07-02"}, 422, "invalid"),
        (HRSS, {"reason": "34160219500101123X"}, 422, "invalid"),
    ],
)
def test_an_authority_doubts_what_it_runs_and_the_person_draws(
    as_: As, authority: str | None, more: dict[str, Any], status: int, code: str
) -> None:
    person = a_person()
    answer = as_("officer", COUNTY, authority=authority).post(DOUBT, sent(person, **more))
    assert (answer.status_code, answer.json_body["code"]) == (status, code)
    assert people.load(person).suspicions == ()


def test_it_may_reach_back(as_: As) -> None:
    person = a_person()
    officer = as_("officer", COUNTY, authority=HRSS)
    assert officer.post(DOUBT, sent(person, since="2025-03-02")).json_body["day"] == "2025-03-02"
    assert people.load(person).suspicions[0].day == date(2025, 3, 2)
