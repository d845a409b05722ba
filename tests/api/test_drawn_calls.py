"""Calls drawn out of the document of the API, right ones and wrong ones, by everybody: never a 5xx, never an
answer that the document does not describe, never one to whoever has no token of ours.

`make test` tries a few; `make api-cases` ten thousand (NIGHT=1: a hundred thousand).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Final

import pytest
import requests
from chalice.test import HTTPResponse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response, openapi
from schemathesis.checks import CHECKS
from schemathesis.schemas import APIOperation

from chalicelib import clock
from chalicelib.model import PersonId
from sandbox.tokens import Issuer
from tests.api.conftest import CITY, COUNTY, ISSUER, OTHER_VILLAGE, TOWNSHIP, VILLAGE, As
from tests.api.described import document
from tests.api.test_examples import everything_there_is
from tests.api.town import ENDPOINTS, HRSS, SENDER

CALLS: Final = int(os.environ.get("API_CALLS", "0"))  # of all operations together
FEW: Final = 3  # of each that `make test` tries
OPERATIONS: Final[dict[str, APIOperation]] = {
    each.ok().label: each.ok() for each in openapi.from_dict(document()).get_all_operations()
}
TRIED: Final = list(OPERATIONS) if CALLS else list(OPERATIONS)[::10]
EACH: Final = -(-CALLS // len(OPERATIONS)) if CALLS else FEW
CHECKED: Final = CHECKS.get_by_names(
    [
        *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
        *("response_headers_conformance", "response_schema_conformance"),
    ]
)
REJECTED: Final = CHECKS.get_by_names(["negative_data_rejection"])
ROLES: Final = ("officer", "grid-worker", "app", "auditor", "citizen")
AREAS: Final = (CITY, COUNTY, TOWNSHIP, VILLAGE, OTHER_VILLAGE)
NOBODY: Final = ("no token", "forged", "too old", "for somebody else", "no token at all")
"""What a caller may bring that opens nothing."""
FORGER: Final = Issuer.new(issuer=ISSUER.issuer)
ELSEWHERE: Final = replace(ISSUER, audience="another platform")

_number: Final = count(1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One call: the case, who makes it, and which of its parts are about what there is."""

    case: Case
    role: str
    area: str
    authority: str | None
    is_about_somebody: bool  # the id, the area and the body of somebody there is, instead of drawn ones
    opens_nothing: str | None


def drawn(name: str) -> st.SearchStrategy[Drawn]:
    """Right and wrong calls of an operation, most of them about somebody there is, by anybody."""
    right, wrong = (OPERATIONS[name].as_strategy(mode) for mode in GenerationMode)
    return st.builds(
        Drawn,
        right | wrong,
        st.sampled_from(ROLES),
        st.sampled_from(AREAS),
        st.sampled_from((HRSS, HRSS, SENDER, None)),
        st.booleans(),
        st.none() | st.none() | st.none() | st.sampled_from(NOBODY),
    )


def token_of(who: Drawn, person: PersonId) -> str | None:
    """The token that the caller shows; everybody is somebody else, so that nobody asks too often."""
    subject, now = f"{who.role}-{next(_number)}", clock.now()
    area = None if who.role == "citizen" else who.area
    mine = person if who.role == "citizen" else None
    authority = who.authority if who.role == "officer" else None
    match who.opens_nothing:
        case "no token":
            return None
        case "no token at all":
            return "x.y.z"
        case "too old":
            now -= timedelta(days=3)
    issuer = {"forged": FORGER, "for somebody else": ELSEWHERE}.get(who.opens_nothing or "", ISSUER)
    return issuer.issue(who.role, area, subject, now=now, person=mine, authority=authority)


def about_somebody(case: Case, name: str, person: PersonId) -> None:
    """Put the person there is, and what is theirs, in the place of what was drawn."""
    endpoint = ENDPOINTS.get(name)
    if endpoint is None:
        return
    address = endpoint.address(person, VILLAGE).partition("?")[0]
    if "id" in case.path_parameters:
        case.path_parameters["id"] = address.split("/")[3]
    if "area" in case.query:
        case.query["area"] = VILLAGE
    if isinstance(case.body, dict) and "person" in case.body:
        case.body["person"] = person


def sent(case: Case) -> requests.PreparedRequest:
    """The request as it goes out."""
    return requests.Request(**case.as_transport_kwargs(base_url="http://api.invalid")).prepare()


def received(request: requests.PreparedRequest, answer: HTTPResponse) -> Response:
    """The answer, as the checks of others take it."""
    headers = {name.lower(): [str(value)] for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, answer.body, request, 0.0, verify=False)


@pytest.mark.parametrize("name", TRIED)
def test_no_call_fails_or_is_answered_otherwise_than_described(as_: As, name: str) -> None:
    person = everything_there_is()
    is_open = OPERATIONS[name].definition.raw.get("security") == []

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        derandomize=not CALLS,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn(name))
    def answered(call: Drawn) -> None:
        case = call.case
        if call.is_about_somebody:
            about_somebody(case, name, person)
        request = sent(case)
        headers = {k: v for k, v in request.headers.items() if k.lower() != "authorization"}
        token = token_of(call, person)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with judged.acting("APIHandler"):
            answer = http.request(case.method, request.path_url, headers=headers, body=_bytes(request.body))
        response = received(request, answer)
        case.validate_response(response, checks=CHECKED)
        if call.opens_nothing is not None and not is_open:
            assert answer.status_code == 401, call.opens_nothing
        if not call.is_about_somebody:
            case.validate_response(response, checks=REJECTED)

    caller = as_(None)
    http, judged = caller.http, caller.judge
    answered()


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()
