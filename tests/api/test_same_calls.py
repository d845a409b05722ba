"""Nobody learns who draws something: nothing tells a stranger, somebody elsewhere and a wrong name apart.

Neither by the answer nor by the calls to AWS, whether the process is new or knows everything already.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from chalice.test import HTTPResponse

from chalicelib.model import PersonId
from chalicelib.storage import clients
from tests.api.conftest import (
    COUNTY,
    NAME,
    NUMBER,
    OTHER_NUMBER,
    TOWNSHIP,
    VILLAGE,
    As,
    Caller,
    a_number,
    a_person,
)
from tests.api.test_reach import AGREED
from tests.api.town import ENDPOINTS, HRSS, body_for, somebody_with_everything
from tests.workflow.crashes import each_call

FAR_AWAY = "110101001001"
STRANGER = PersonId("a" * 26)
STRANGERS_NUMBER = a_number("34160219480305434")
ABOUT_SOMEBODY = [name for name, agreed in AGREED.items() if agreed.area == "person's"]
OFFICES = {12: VILLAGE, 9: TOWNSHIP, 6: COUNTY, 4: "3416", 2: "34"}
Seen = tuple[Any, ...]


def know_nothing() -> None:
    """As a new process; the clients stay, which take long to make."""
    for clear in clients._caches:
        if clear != clients._made.cache_clear:
            clear()


def observed(caller: Caller, method: str, address: str, body: Any, *, cold: bool) -> Seen:
    """All that a caller can learn: the answer, and the calls to AWS with the tables they are about."""
    if cold:
        know_nothing()
    calls: list[Any] = []

    def note(name: str, parameters: Any) -> None:
        calls.append((name, re.findall(r"'TableName': '(\w+)'", str(parameters))))

    with each_call(note):
        answer: HTTPResponse = caller.call(method, address, body)
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    return answer.status_code, answer.json_body | {"instance": ""}, headers, calls


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_the_same_is_asked_and_answered_about_whomever_the_caller_may_not_know_of(
    as_: As, cold: bool
) -> None:
    as_("auditor", COUNTY).get(f"/v1/persons/{STRANGER}/status")  # whatever is asked once
    here, elsewhere = somebody_with_everything(NUMBER), somebody_with_everything(OTHER_NUMBER, FAR_AWAY)
    differing = []
    for name in ABOUT_SOMEBODY:
        endpoint, agreed = ENDPOINTS[name], AGREED[name]
        for role in {*agreed.roles.split()} - {"app", "grid-worker"}:  # as officers, without authority
            me = as_("citizen", person="b" * 26)
            who = me if role == "citizen" else as_(role, OFFICES[agreed.levels[0]], authority=HRSS)
            asked = [STRANGER, here if role == "citizen" else elsewhere]
            callers = [who, who]
            if role == "officer" and agreed.authority in ("own", "limited"):
                school = as_(role, OFFICES[agreed.levels[0]], "school", authority="education")
                asked, callers = [*asked, STRANGER, here], [*callers, school, school]
            seen = [
                observed(
                    caller, endpoint.method, endpoint.address(p, VILLAGE), body_for(endpoint, p), cold=cold
                )
                for caller, p in zip(callers, asked, strict=True)
            ]
            assert {one[0] for one in seen} == {404}, (name, role)
            differing += [(name, role, a, b) for a, b in zip(seen[::2], seen[1::2], strict=True) if a != b]
    assert differing == []


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
@pytest.mark.parametrize("names", [False, True], ids=["by number", "with a name"])
def test_a_number_is_looked_up_alike_whosever_it_is(as_: As, cold: bool, names: bool) -> None:
    a_person(NUMBER)
    a_person(OTHER_NUMBER, area=FAR_AWAY)
    name = {"name": NAME} if names else {}
    asked = {
        "stranger": {"number": STRANGERS_NUMBER, **name},
        "elsewhere": {"number": a_number(OTHER_NUMBER[:17]), **name},
    }
    if names:
        asked["another's name"] = {"number": a_number(NUMBER[:17]), "name": "别人"}
        asked["elsewhere, another's name"] = {"number": a_number(OTHER_NUMBER[:17]), "name": "别人"}
    for caller in (as_("app", COUNTY), as_("officer", VILLAGE), as_("citizen", person="b" * 26)):
        caller.post("/v1/persons:lookup", {"number": STRANGERS_NUMBER, **name})
        seen = {
            who: observed(caller, "POST", "/v1/persons:lookup", body, cold=cold)
            for who, body in asked.items()
        }
        (first, *others) = seen.values()
        assert first[0] == 404
        assert first[3], "AWS is asked"
        assert others == [first] * len(others), seen
