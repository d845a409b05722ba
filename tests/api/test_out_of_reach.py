"""AWS out of reach: every call of every endpoint fails once, and the caller is told to come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from tests.api.conftest import NUMBER, VILLAGE, As
from tests.api.test_authorization import AREAS, LEVELS, MAY
from tests.api.town import ENDPOINTS, HRSS, body_for, somebody_with_everything
from tests.in_one_go import nightly_statistics
from tests.workflow.crashes import each_call

URL = "https://aws.invalid/"


def refusal(code: str, status: int) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "Call",
    )


FAULTS: list[Callable[[], Exception]] = [
    lambda: ConnectTimeoutError(endpoint_url=URL),
    lambda: ReadTimeoutError(endpoint_url=URL),
    lambda: EndpointConnectionError(endpoint_url=URL),
    lambda: refusal("ThrottlingException", 400),
    lambda: refusal("InternalServerError", 500),
]


@contextmanager
def failing_at(number: int, fault: Callable[[], Exception]) -> Iterator[list[str]]:
    """The n-th call to AWS fails, as it does after its last try; yields the names of the calls."""
    calls: list[str] = []

    def hook(name: str, _: Any) -> None:
        calls.append(name)
        if len(calls) == number:
            raise fault()

    with each_call(hook):
        yield calls


ALONE = ("GET /v1/me", "POST /v1/uploads")  # what the token says; what is signed here


@pytest.mark.parametrize("name", ENDPOINTS)
def test_whichever_call_fails_the_caller_is_told_to_come_back(as_: As, name: str) -> None:
    endpoint = ENDPOINTS[name]
    person = somebody_with_everything(NUMBER)
    nightly_statistics()
    role = "officer" if "officer" in MAY[name] else MAY[name][-1]
    caller = as_(role, AREAS[LEVELS.get(name, ("county",))[-1]], authority=HRSS)
    caller.get("/v1/stats")  # whether tokens are revoked is asked once a minute: `test_revoked`
    failed = []
    for number in count(1):
        address, body = endpoint.address(person, VILLAGE), body_for(endpoint, person)
        with failing_at(number, FAULTS[number % len(FAULTS)]) as calls:
            answer = caller.call(endpoint.method, address, body)
        if len(calls) < number:
            assert answer.status_code < 500
            break
        failed.append((calls[number - 1], answer.status_code))
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json_body["code"] == "unavailable"
    assert bool(failed) is (name not in ALONE), "which asks nobody"
    assert not failed or {status for _, status in failed} == {503}, failed
