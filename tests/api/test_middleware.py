"""What surrounds every request: names, headers, unknown ways in, failures, and what is written down."""

from __future__ import annotations

import json
import re
import threading
from io import StringIO
from pathlib import Path

import pytest
from chalice.app import Chalice
from chalice.config import Config
from chalice.local import LocalGateway

from chalicelib import api, cases, stats
from chalicelib.api import middleware, status
from chalicelib.api.middleware import Audience
from chalicelib.api.policy import OPEN_TO_ALL, POLICIES
from chalicelib.errors import ConflictError, UnreadableError
from chalicelib.model import PersonId
from chalicelib.storage.dynamodb import people
from tests.api.conftest import (
    COUNTY,
    NAME,
    NUMBER,
    OTHER_NUMBER,
    PHONE,
    As,
    _app,
    a_number,
    a_person,
    a_token,
    an_assertion,
)
from tests.api.town import ENDPOINTS
from tests.conftest import StoppedClock

ROOT = Path(__file__).parents[2]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RIGHT = a_number(NUMBER[:17])


def routes() -> set[str]:
    return {f"{method} {path}" for path, methods in _app().routes.items() for method in methods}


class TestTheTable:
    def test_every_route_has_a_policy_and_every_policy_a_route(self) -> None:
        with_a_token = {f"{method} {path}" for method, path in POLICIES}
        assert routes() == with_a_token | {f"{method} {path}" for method, path in OPEN_TO_ALL}
        assert with_a_token == set(ENDPOINTS)

    def test_a_route_without_a_policy_cannot_be_made(self) -> None:
        with pytest.raises(KeyError):
            Audience(__name__).route("GET", "/v1/everything")

    def test_the_api_can_be_put_on_a_second_app(self) -> None:
        second = Chalice("second")
        api.register(second)
        assert {f"{m} {p}" for p, methods in second.routes.items() for m in methods} == routes()

    def test_every_route_is_documented_with_an_example_and_no_other(self) -> None:
        text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
        sections = {part.partition("`")[0]: part for part in text.split("\n### `")[1:]}
        assert set(sections) == routes()
        assert [name for name, section in sections.items() if "curl" not in section] == []


class TestEveryAnswer:
    def test_bears_a_name_and_the_headers_that_keep_it_private(self, as_: As) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        for answer in (
            app.get("/v1/stats"),
            app.get("/v1/files"),
            as_(None).get(f"/v1/persons/{person}/status"),
        ):
            assert UUID.fullmatch(answer.headers["X-Request-Id"])
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        kept = app.get(f"/v1/persons/{person}/status").headers["Cache-Control"]
        assert kept == "private, no-cache"

    def test_the_caller_may_name_a_request_by_a_uuid_and_by_nothing_else(self, as_: As) -> None:
        app = as_("app", COUNTY)
        mine = "0b7e6f3c-8f8e-4a53-9d6b-2f1f6f0a7c11"
        assert app.get("/v1/stats", X_Request_Id=mine).headers["X-Request-Id"] == mine
        problem = app.get("/v1/files", X_Request_Id=mine)
        assert problem.json_body["instance"] == f"urn:uuid:{mine}"
        for odd in (RIGHT, NAME, "x" * 4000, mine.upper(), f"{mine} "):
            answer = app.get("/v1/files", X_Request_Id=odd)
            assert UUID.fullmatch(answer.headers["X-Request-Id"])
            assert odd not in json.dumps(answer.headers) + answer.body.decode()

    def test_an_unknown_method(self, as_: As) -> None:
        for method in ("PUT", "DELETE", "PATCH", "TRACE", "HEAD", "X" * 50):
            answer = as_("app", COUNTY).call(method, "/v1/stats")
            assert (answer.status_code, answer.json_body["code"]) == (405, "method_not_allowed")
            assert answer.headers["Allow"] == "GET"

    def test_an_unknown_address_as_a_server_should_answer_it(self) -> None:
        answer = api.unknown_route()
        assert answer["statusCode"] == 404
        assert answer["headers"]["Content-Type"] == "application/problem+json"
        assert json.loads(answer["body"])["code"] == "not_found"

    def test_an_event_that_is_no_request(self) -> None:
        assert _app()({}, None)["statusCode"] == 404


class TestFailures:
    def test_an_exception_says_nothing_to_the_caller_and_is_logged_once_and_masked(
        self, as_: As, monkeypatch: pytest.MonkeyPatch, written: StringIO
    ) -> None:
        def broken(*_: object) -> None:
            raise RuntimeError(f"could not read {RIGHT}, phone {PHONE}")

        person = a_person()
        monkeypatch.setattr(status, "status_of", broken)
        answer = as_("app", COUNTY).get(f"/v1/persons/{person}/status")
        assert (answer.status_code, answer.json_body["code"]) == (500, "unexpected")
        assert "RuntimeError" not in answer.body.decode()
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
        (error,) = [line for line in lines if line["level"] == "ERROR"]
        assert error["request"] == answer.headers["X-Request-Id"]
        assert "RuntimeError" in json.dumps(error)
        assert not [secret for secret in (RIGHT, PHONE) if secret in written.getvalue()]

    @pytest.mark.parametrize(
        ("raised", "code", "wait"),
        [(ConflictError("busy"), "busy", "1"), (UnreadableError("lake"), "unavailable", "60")],
    )
    def test_what_can_be_tried_again_says_when(
        self, as_: As, monkeypatch: pytest.MonkeyPatch, raised: Exception, code: str, wait: str
    ) -> None:
        def fail() -> None:
            raise raised

        monkeypatch.setattr(stats, "latest", fail)
        answer = as_("app", COUNTY).get("/v1/stats")
        assert (answer.status_code, answer.json_body["code"], answer.headers["Retry-After"]) == (
            503,
            code,
            wait,
        )

    @pytest.mark.parametrize(
        "failure", [UnreadableError("lake"), ZeroDivisionError()], ids=["said", "unexpected"]
    )
    def test_a_failed_request_is_not_remembered_as_answered(
        self, as_: As, monkeypatch: pytest.MonkeyPatch, clock: StoppedClock, failure: Exception
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise failure

        person = a_person()
        body = {"person": person, "method": "face", "assertion": an_assertion(person)}
        app = as_("app", COUNTY)
        with monkeypatch.context() as broken:
            broken.setattr(cases, "evidence_arrived", fail)
            assert app.post("/v1/self-certifications", body, Idempotency_Key="k").status_code >= 500
        clock.advance(seconds=61)  # whoever had begun to answer is given up
        assert app.post("/v1/self-certifications", body, Idempotency_Key="k").status_code == 200


class TestLog:
    def test_a_request_is_one_line_with_its_route_and_no_id(self, as_: As, written: StringIO) -> None:
        person = a_person()
        app = as_("app", COUNTY)
        app.get(f"/v1/persons/{person}/status")
        app.post("/v1/persons:lookup", {"number": RIGHT, "name": NAME})
        app.get(f"/v1/stats?number={RIGHT}")
        out = written.getvalue()
        lines = [json.loads(line) for line in out.splitlines()]
        assert [(line["route"], line["status"]) for line in lines] == [
            ("/v1/persons/{id}/status", 200),
            ("/v1/persons:lookup", 200),
            ("/v1/stats", 422),
        ]
        assert not [secret for secret in (person, RIGHT, NAME, PHONE, app.token or "?") if secret in out]


def test_threads_do_not_see_each_other_s_requests(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chalice keeps one current request per app: a second caller's would replace the first's."""
    mine, other = a_person(), a_person(OTHER_NUMBER)
    gateway = LocalGateway(_app(), Config.create())  # the test client swaps the environment: not for threads
    inside, go_on = threading.Event(), threading.Event()
    real = middleware.caller_of

    def slow(headers: dict[str, str]) -> object:
        caller = real(headers)
        if threading.current_thread().name == "slow":
            inside.set()
            go_on.wait(5)
        return caller

    def look_up(person: PersonId) -> object:
        headers = {
            "Authorization": f"Bearer {a_token('citizen', person=person)}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"number": people.identity_of(person).number}).encode()
        answer = gateway.handle_request("POST", "/v1/persons:lookup", headers, body)
        return json.loads(answer["body"])

    monkeypatch.setattr(middleware, "caller_of", slow)
    results: list[object] = []
    thread = threading.Thread(name="slow", target=lambda: results.append(look_up(mine)))
    thread.start()
    assert inside.wait(5)
    assert look_up(other) == {"id": other}
    go_on.set()
    thread.join(5)
    assert results == [{"id": mine}]
