"""The document for app developers says of every route what the route does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.test import Client
from openapi_spec_validator import validate

from chalicelib import api
from chalicelib.api import middleware, openapi
from chalicelib.api.bodies import Body
from chalicelib.api.policy import POLICIES
from tests.api.conftest import COUNTY, As, _app
from tests.api.described import document
from tests.api.test_authorization import MAY
from tests.api.test_reach import AGREED, ANY_LEVEL

ADDRESS = "/v1/openapi.json"
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in api.described()["paths"].items()
    for method, operation in operations.items()
}


def test_it_is_an_openapi_document() -> None:
    validate(document())


def test_it_describes_every_route_of_the_app_and_no_other() -> None:
    assert set(OPERATIONS) == {f"{m} {path}" for path, methods in _app().routes.items() for m in methods}


@pytest.mark.parametrize("name", MAY)
def test_it_says_who_may_call(name: str) -> None:
    operation = OPERATIONS[name]
    assert sorted(operation["x-roles"]) == sorted(MAY[name])
    assert all(role in operation["description"] for role in MAY[name])
    assert ("Only with an area of" in operation["description"]) == (AGREED[name].levels != ANY_LEVEL)
    assert "security" not in operation, "a token, as everywhere"


def test_every_route_says_in_one_sentence_what_it_is_for() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["summary"].endswith("."), name
        assert len(operation["summary"]) < 120, name


def test_every_body_is_described_by_the_model_that_reads_it() -> None:
    schemas = document()["components"]["schemas"]
    models = {model.__name__: model for model in Body.__subclasses__() if model.__module__.endswith("bodies")}
    named = set()
    for name, operation in OPERATIONS.items():
        assert ("requestBody" in operation) == name.startswith("POST"), name
        if "requestBody" in operation:
            if operation.get("security") == []:
                continue  # a form that a gateway has signed
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            named.add(reference.rpartition("/")[2])
    within = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps([schemas[name] for name in named])))
    assert named | (within & set(models)) == set(models)
    for name, model in models.items():
        assert set(schemas[name]["properties"]) == set(model.model_fields), name
        assert schemas[name]["additionalProperties"] is False


def test_every_answer_is_bound_to_a_schema_that_says_what_stands_in_it() -> None:
    for name, operation in OPERATIONS.items():
        [(kind, told)] = operation["responses"]["200"]["content"].items()
        if kind == "application/json":
            assert told["schema"]["$ref"].rpartition("/")[2] in document()["components"]["schemas"], name
    vague = [where for where, words in objects(document()["components"]["schemas"], "") if is_vague(words)]
    assert vague == []


def objects(words: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that is described anywhere, with where it stands."""
    if isinstance(words, dict):
        if words.get("type") == "object":
            yield where, words
        for name, inner in words.items():
            yield from objects(inner, f"{where}/{name}")
    elif isinstance(words, list):
        for number, inner in enumerate(words):
            yield from objects(inner, f"{where}/{number}")


def is_vague(words: dict[str, Any]) -> bool:
    """An object of which neither the fields are named nor what its values are."""
    return not words.get("properties") and words.get("additionalProperties") in (None, True)


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("GET /v1/openapi.json", {200, 304, 422, 429, 500}),
        ("GET /v1/stats", {200, 401, 403, 404, 422, 429, 500, 503}),
        ("GET /v1/persons/{id}/status", {200, 304, 401, 403, 404, 422, 429, 500, 503}),
        ("GET /v1/visits", {200, 401, 403, 404, 422, 429, 500, 503}),
        ("POST /v1/persons:lookup", {200, 401, 403, 404, 413, 415, 422, 429, 500, 503}),
        (
            "POST /v1/suspension-proposals/{id}/approve",
            {200, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503},
        ),
    ],
)
def test_the_statuses_are_those_that_can_come(name: str, statuses: set[int]) -> None:
    assert {int(status) for status in OPERATIONS[name]["responses"]} == statuses


def parameters(name: str) -> dict[str, Any]:
    return {p["name"]: p["schema"] for p in OPERATIONS[name]["parameters"] if "name" in p}


def test_what_an_id_and_a_list_take() -> None:
    assert parameters("GET /v1/persons/{id}/status") == {
        "id": {"type": "string", "pattern": "^(?:[a-z2-7]{26})$"}
    }
    assert set(parameters("GET /v1/visits")) == {"area", "limit", "cursor"}
    assert set(parameters("GET /v1/files")) == {"feed", "state", "limit", "cursor"}
    assert set(parameters("GET /v1/recoveries")) == {"area", "stands", "overdue", "limit", "cursor"}
    known = {"area", "limit", "cursor", "feed", "state", "stands", "overdue", "month"}
    known |= {"benefit", "status", "route", "ends_from", "ends_until", "account_state", "authority", "as_of"}
    known |= {"on"}
    assert all(set(parameters(name)) <= known | {"id"} for name in OPERATIONS)


def test_it_is_served_without_a_token_and_again_only_once_it_has_changed(as_: As) -> None:
    answer = as_(None).get(ADDRESS)
    assert answer.json_body == json.loads(json.dumps(document()))
    tag = answer.headers["ETag"]
    again = as_(None).get(ADDRESS, If_None_Match=tag)
    assert (again.status_code, again.body) == (304, b"")
    assert as_("app", COUNTY).get(ADDRESS, If_None_Match='"another"').status_code == 200
    assert as_(None).get(f"{ADDRESS}?number=1").json_body["code"] == "invalid"


def test_nothing_else_is_open_to_all() -> None:
    assert not any(path == ADDRESS for _, path in POLICIES)
    assert [name for name, operation in OPERATIONS.items() if operation.get("security") == []] == [
        "GET /v1/sign-in",
        "POST /v1/carrier-reports",  # signed by the gateway
        f"GET {ADDRESS}",
    ]
    with pytest.raises(KeyError):
        api.AUDIENCES[0].open_to_all("/v1/stats")


def test_it_is_built_when_it_is_asked_for_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    monkeypatch.setattr(openapi, "document", lambda audiences: {"built": built.append(audiences)})
    app = Chalice("describing")
    app.register_middleware(middleware.around, "http")
    app.register_blueprint(openapi.describing(()).blueprint())
    assert built == [], "an app starts without it"
    with Client(app) as client:
        assert {client.http.get(ADDRESS).status_code for _ in range(2)} == {200}
    assert len(built) == 1
