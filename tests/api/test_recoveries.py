"""What officers see and do of recoveries: by authority and level, in the order of the law, over HTTP."""

from __future__ import annotations

import pytest

from tests.api.conftest import COUNTY, TOWNSHIP, VILLAGE, As
from tests.api.town import HRSS, somebody_with_everything


def test_the_list_is_filtered_by_state_and_by_what_waits_for_a_person(as_: As) -> None:
    somebody_with_everything()
    hrss = as_("officer", COUNTY, "li", authority=HRSS)
    lines = hrss.get("/v1/recoveries").json_body["items"]
    assert {line["state"] for line in lines} == {"hearing", "decided", "demanded", "finished"}
    (asked,) = hrss.get("/v1/recoveries?stands=demanded").json_body["items"]
    assert (asked["left_fen"], asked["next_day"], asked["overdue"]) == (40_000, "2025-07-14", False)
    waits = hrss.get("/v1/recoveries?overdue=true").json_body["items"]
    assert [line["id"][-1] for line in waits] == ["3", "5", "1", "2"], "the earliest term first"
    assert as_("officer", TOWNSHIP, "zhou").get("/v1/recoveries").json_body["items"] == lines
    other = as_("officer", COUNTY, "sun", authority="education")
    assert other.get("/v1/recoveries").json_body["items"] == []
    assert other.get("/v1/owed-to-heirs").json_body["items"] == []


@pytest.mark.parametrize("asked", ["stands=gone", "overdue=perhaps"])
def test_a_filter_that_is_none_is_refused(as_: As, asked: str) -> None:
    answer = as_("officer", COUNTY, authority=HRSS).get(f"/v1/recoveries?{asked}")
    assert answer.json_body["errors"][0]["code"] == "not_one_of"


def test_no_step_out_of_order_and_nothing_by_one_person_alone(as_: As) -> None:
    person = somebody_with_everything()
    hrss = as_("officer", COUNTY, "li", authority=HRSS)
    for step, sent, code in (
        ("1/demand", None, "not_in_order"),
        ("4/hearing", {"answer": "accepted"}, "not_in_order"),
        ("3/closing/approve", None, None),
    ):
        number, _, path = step.partition("/")
        answer = hrss.post(f"/v1/recoveries/{person}.{number}/{path}", sent)
        assert answer.json_body.get("code") == code
    late = {"fen": 100, "on": "2025-07-02", "reference": "bank-9"}
    future = hrss.post(f"/v1/recoveries/{person}.4/repayments", late)
    past = hrss.post(f"/v1/recoveries/{person}.4/instalments", {"number": 2, "first": "2025-06-30"})
    for answer in (future, past):
        assert answer.json_body["errors"][0]["code"] == "not_in_range"
    gone = hrss.post(
        f"/v1/owed-to-heirs/{person}.land_loss_pension/release", {"proof": "court", "reference": "f-1"}
    )
    assert gone.status_code == 404
    village = as_("officer", VILLAGE, "wang")
    assert village.post(f"/v1/recoveries/{person}.1/demand").json_body["code"] == "level_not_allowed"
