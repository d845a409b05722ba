"""Every answer that the tests of the API receive is held against the document that describes it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from chalice.test import HTTPResponse
from openapi_schema_validator import OAS31Validator

from chalicelib import api


@cache
def document() -> dict[str, Any]:
    return api.described()


def check(method: str, address: str, answer: HTTPResponse) -> None:
    """AssertionError where a route answers with a status, a type or a shape that is not described."""
    operation = _operation(method, address.partition("?")[0])
    if operation is None:
        return  # an unknown address or method belongs to no operation
    status = str(answer.status_code)
    assert status in operation["responses"], f"{method} answers {status}: openapi does not say so"
    described = _resolved(operation["responses"][status])
    content = described.get("content", {})
    if not content:
        assert not answer.body
        return
    [(kind, told)] = content.items()
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    if kind != "text/html":
        whole = {"components": document()["components"], **told["schema"]}
        OAS31Validator(whole).validate(answer.json_body)
    for name in ("ETag", "Retry-After"):
        assert name not in answer.headers or name in described["headers"], name


def _resolved(words: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    place: Any = document()
    if "$ref" not in words:
        return words
    for name in words["$ref"].removeprefix("#/").split("/"):
        place = place[name]
    return dict(place)


def _operation(method: str, address: str) -> dict[str, Any] | None:
    for path, operations in document()["paths"].items():
        pattern = "[^/]+".join(re.escape(part) for part in path.split("{id}"))
        if re.fullmatch(pattern, address) and method.lower() in operations:
            return dict(operations[method.lower()])
    return None
