"""Adding an endpoint: route, policy, what was agreed, and three documents; each is asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.app import Chalice

from admin.pages import writing
from chalicelib import api
from chalicelib.api import middleware, openapi
from chalicelib.api import policy as policies
from chalicelib.api.answers import files as answers
from tests.api import test_middleware, town
from tests.recipes.walking import Project, complaining, recipe

ENDPOINT, POLICY, AGREED, DOCUMENT = recipe("Adding an endpoint")
DESCRIBED = "chalicelib/api/examples.json"


def registered(project: Project) -> None:
    """The API with the endpoint of the copy in place of the project's own."""
    feeds = project.load("chalicelib/api/feeds.py").feeds
    own = [audience for audience in api._ENDPOINTS if audience.routes[0].path != "/v1/feeds"]
    project.monkeypatch.setattr(api, "AUDIENCES", (*own, feeds, openapi.describing((*own, feeds))))
    app = Chalice("with one more")
    api.register(app)
    project.monkeypatch.setattr(test_middleware, "_app", lambda: app)


def complaints(project: Project) -> set[str]:
    described = project.folder / "docs/openapi.json"

    def document_is_current() -> None:
        assert writing.stale_api(described) == [], "run make sheets"

    table = test_middleware.TestTheTable()
    agreed = project.load("tests/api/test_reach.py")
    return complaining(
        agreed.test_the_agreed_table_covers_every_route_and_no_other,
        table.test_every_route_has_a_policy_and_every_policy_a_route,
        table.test_every_route_is_documented_with_an_example_and_no_other,
        document_is_current,
    )


def test_the_guards_complain_until_the_last_step_is_done(project: Project) -> None:
    project.has("docs/openapi.json", DESCRIBED, "docs/api.md", "tests/api/test_reach.py", "tests/api/town.py")
    project.monkeypatch.setattr(test_middleware, "ROOT", project.folder)
    project.monkeypatch.setattr(openapi, "EXAMPLES", project.folder / DESCRIBED)
    assert complaints(project) == set()

    project.do(ENDPOINT)
    described = project.load("chalicelib/api/answers/files.py")
    project.monkeypatch.setattr(answers, "Benefits", described.Benefits, raising=False)
    with pytest.raises(KeyError, match="/v1/benefits"):
        project.load("chalicelib/api/feeds.py")

    project.do(POLICY)
    table = project.load("chalicelib/api/policy.py").POLICIES
    for place in (policies, middleware, test_middleware):
        project.monkeypatch.setattr(place, "POLICIES", table)
    registered(project)
    in_no_document = {
        "test_every_route_is_documented_with_an_example_and_no_other",
        "document_is_current",
    }
    not_agreed = {
        "test_the_agreed_table_covers_every_route_and_no_other",
        "test_every_route_has_a_policy_and_every_policy_a_route",
    }
    assert complaints(project) == in_no_document | not_agreed

    project.do(AGREED)
    endpoints = project.load("tests/api/town.py").ENDPOINTS
    for place in (town, test_middleware):
        project.monkeypatch.setattr(place, "ENDPOINTS", endpoints)
    assert complaints(project) == in_no_document

    project.do(DOCUMENT)
    assert complaints(project) == {"document_is_current"}

    examples: dict[str, Any] = json.loads((project.folder / DESCRIBED).read_text(encoding="utf-8"))
    examples["GET /v1/benefits"] = {"items": [{"benefit": "resident_pension", "authority": "hrss"}]}
    (project.folder / DESCRIBED).write_text(json.dumps(examples), encoding="utf-8")
    writing.write_api(project.folder / "docs/openapi.json")
    assert complaints(project) == set()
