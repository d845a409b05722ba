"""A client that others generate out of docs/openapi.json: nothing is skipped, every call is built, and every
answer is read, problems too."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import httpx
import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from admin.pages.writing import API
from chalicelib.model import PersonId
from tests.api.conftest import VILLAGE, As, Caller
from tests.api.test_examples import everything_there_is, somebody_who_may
from tests.api.town import ENDPOINTS, LISTS_BY_AREA, Endpoint, body_for, somebody_with_everything

NAME: Final = "wugan_generated"
DESCRIBED: Final[dict[str, Any]] = json.loads(API.read_text(encoding="utf-8"))
OPERATIONS: Final = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
}
TAGS: Final = sorted({OPERATIONS[name]["tags"][0] for name in ENDPOINTS if name.startswith("POST")})
OPEN: Final = ("GET /v1/openapi.json", "GET /v1/sign-in")


@dataclass
class Bridge(httpx.BaseTransport):
    """Hands what the client sends to the API of the test, as somebody, and hands the answer back."""

    caller: Caller

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = {
            k: v
            for k, v in request.headers.items()
            if k in ("content-type", "idempotency-key", "x-request-id")
        }
        body = request.read() or None
        address = request.url.raw_path.decode()
        answer = self.caller.call(
            request.method, address, body, **{k.replace("-", "_"): v for k, v in sent.items()}
        )
        headers = {"Content-Type": str(answer.headers["Content-Type"])}
        return httpx.Response(answer.status_code, headers=headers, content=answer.body)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package, generated from the document as it stands in docs."""
    folder = tmp_path_factory.mktemp("client")
    config = Config.from_sources(
        ConfigFile(post_hooks=[]), MetaType.NONE, API, "utf-8", overwrite=True, output_path=folder / NAME
    )
    assert [f"{e.header}: {e.detail}" for e in generate(config=config)] == [], "nothing is skipped"
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))
    for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
        del sys.modules[name]


def as_somebody(package: ModuleType, caller: Caller) -> Any:
    """The client with a token of its own, over the bridge."""
    made = package.AuthenticatedClient("http://api.invalid", caller.token, raise_on_unexpected_status=True)
    return made.set_httpx_client(httpx.Client(base_url="http://api.invalid", transport=Bridge(caller)))


def operation(name: str) -> ModuleType:
    said = OPERATIONS[name]
    return importlib.import_module(f"{NAME}.api.{said['tags'][0]}.{said['operationId']}")


def arguments(of: ModuleType, endpoint: Endpoint, person: PersonId) -> dict[str, Any]:
    """What a caller of the operation passes: id, area and body, each in the client's own types."""
    takes = inspect.signature(of._get_kwargs).parameters
    address = endpoint.address(person, VILLAGE).partition("?")[0]
    passed: dict[str, Any] = {}
    if "id" in takes:
        found = re.fullmatch(re.escape(endpoint.path).replace(r"\{id\}", "(.+)"), address)
        assert found is not None, address
        passed["id"] = found[1]
    if endpoint.method == "GET" and endpoint.path in LISTS_BY_AREA:
        passed["area"] = VILLAGE
    body = body_for(endpoint, person)
    if body is not None:
        passed["body"] = takes["body"].annotation.from_dict(body)
    return passed


def called(as_: As, client: ModuleType, name: str, person: PersonId) -> None:
    """Call an operation about somebody, as somebody who may; the answer, read and said again, is the same."""
    caller, endpoint, of = somebody_who_may(as_, name), ENDPOINTS[name], operation(name)
    answer = of.sync_detailed(client=as_somebody(client, caller), **arguments(of, endpoint, person))
    assert answer.status_code == 200, (name, answer.content)
    if isinstance(answer.parsed, str):
        assert answer.parsed == answer.content.decode(), name
    else:
        assert answer.parsed.to_dict() == json.loads(answer.content), f"{name}: nothing is lost in reading"


def test_everything_that_is_asked_is_read(as_: As, client: ModuleType) -> None:
    person = everything_there_is()
    for name in ENDPOINTS:
        if name.startswith("GET") or name.endswith(":lookup"):
            called(as_, client, name, person)


@pytest.mark.parametrize("tag", TAGS)
def test_everything_that_is_done_is_done(as_: As, client: ModuleType, tag: str) -> None:
    """Each about somebody else: what is done about one may be done once."""
    done = [name for name in ENDPOINTS if name.startswith("POST") and OPERATIONS[name]["tags"] == [tag]]
    for number, name in enumerate(name for name in done if not name.endswith(":lookup")):
        called(as_, client, name, somebody_with_everything(f"341602195001011{number:02d}"))


def test_what_needs_no_token_is_called_too(as_: As, client: ModuleType) -> None:
    for name in OPEN:
        answer = operation(name).sync_detailed(client=as_somebody(client, as_(None)))
        assert answer.status_code == 200, (name, answer.content)
        assert answer.parsed.to_dict() == json.loads(answer.content)
    assert set(ENDPOINTS) | {*OPEN, "POST /v1/carrier-reports"} == set(OPERATIONS), "no operation is left out"


def test_a_problem_is_read_as_one(as_: As, client: ModuleType) -> None:
    stranger = as_somebody(client, as_("auditor", VILLAGE))
    answer = operation("GET /v1/suspicions").sync_detailed(client=stranger)
    assert (answer.status_code, answer.parsed.code) == (403, "role_not_allowed")
    assert answer.parsed.detail == "您的角色无权办理此事项。"


def test_a_signed_form_is_built(as_: As, client: ModuleType) -> None:
    of = operation("POST /v1/carrier-reports")
    form = {"account": "a", "timestamp": "1", "reports": "[]", "sign": "0"}
    built = of._get_kwargs(
        body=inspect.signature(of._get_kwargs).parameters["body"].annotation.from_dict(form)
    )
    assert (built["method"], built["url"], built["data"]) == ("post", "/v1/carrier-reports", form)
