"""接口文档 · The API described for machines (OpenAPI 3.1), out of the routes as they are registered.

Built when it is first asked for. Bodies are described by the models that read them. Answers are plain
objects: each is shown by an example (`examples.json`) that a test has received, and bound to no schema
but that of lists and problems. docs/api.md says the same for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from chalice.app import Request, Response
from pydantic.json_schema import models_json_schema

from chalicelib.api import ids
from chalicelib.api.answers.persons import Document
from chalicelib.api.bodies import NoBody
from chalicelib.api.files import FEED
from chalicelib.api.middleware import Audience, with_etag
from chalicelib.api.pages import LARGEST, MONTH, USUAL
from chalicelib.api.policy import About, Policy, Whose
from chalicelib.api.problems import PROBLEM_JSON, SENTENCES
from chalicelib.api.routes import Route
from chalicelib.api.tokens import AREA, Role
from chalicelib.engine.rules.benefits import Authority
from chalicelib.model import EntitlementStatus, FileState, RecoveryState, UserAccountState
from chalicelib.model import Route as CertificationRoute

Json = dict[str, Any]

EXAMPLES: Final = Path(__file__).with_name("examples.json")
_DIGITS: Final = 12  # of the longest area code
_SCHEMA: Final = "#/components/schemas/"
_FORBIDDEN_NOW: Final = "A rule forbids it now: `code` says which. 现在不能办理，原因见 code。"


def describing(others: Sequence[Audience]) -> Audience:
    """The endpoint that describes all others, and itself."""
    developers = Audience(__name__)
    described = cache(lambda: document([*others, developers]))

    @developers.open_to_all("/v1/openapi.json", answer=Document)
    def show_openapi(asked: Request) -> Response:
        """This description of the API; it needs no token."""
        return with_etag(asked.headers, described())

    return developers


def document(audiences: Iterable[Audience]) -> Json:
    """The whole API as an OpenAPI document."""
    routes = [(audience.name, route) for audience in audiences for route in audience.routes]
    examples: Json = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    paths: Json = {}
    for name, route in routes:
        example = examples.get(f"{route.method} {route.path}")
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(name, route, example)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wugan 无感",
            "version": "1",
            "description": "Silent certification of continuing eligibility for pensions and subsidies. "
            "What holds everywhere stands in docs/api.md. A method that an address does not know is answered "
            "with 405, an unknown address with 404, both as problem+json.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"own_header": []}],
        "tags": [{"name": name} for name in dict.fromkeys(name for name, _ in routes)],
        "paths": paths,
        "components": _components([route for _, route in routes]),
    }


def _operation(name: str, route: Route, example: object) -> Json:
    operation: Json = {
        "operationId": route.view.__name__,
        "tags": [name],
        "summary": " ".join((route.view.__doc__ or "").split("\n\n")[0].split()),
        "description": _who(route.policy),
        "parameters": list(_parameters(route)),
        "responses": {"200": _answer(route, example), **_other_answers(route)},
    }
    if route.policy is None:
        operation["security"] = []
        if not route.tagged:
            form = {"application/x-www-form-urlencoded": {"schema": _SIGNED}}
            operation["requestBody"] = {"required": True, "content": form}
    else:
        operation["x-roles"] = [role.value for role in Role if role in route.policy.roles]
    if route.body is not None:
        schema = {"$ref": f"{_SCHEMA}{route.body.__name__}"}
        content = {"application/json": {"schema": schema}}
        operation["requestBody"] = {"required": route.body is not NoBody, "content": content}
    return operation


def _who(policy: Policy | None) -> str:
    if policy is None:
        return "No token: anybody may read it, or it is signed (docs/api.md)."
    said = f"Who: {', '.join(role.value for role in Role if role in policy.roles)}."
    if policy.at_least_digits:
        said += f" Only with an area of {policy.at_least_digits} digits or more (a township or a village)."
    if policy.at_most_digits < _DIGITS:
        said += f" Only with an area of {policy.at_most_digits} digits or fewer."
    return f"{said} {_SERVES[policy.whose]}" if Role.OFFICER in policy.roles else said


_SERVES: Final = {
    Whose.ALL: "Officers of any authority, or of none.",
    Whose.SEEN: "Officers who name an authority: only about those who draw its benefits, and only these.",
    Whose.SEEN_ABOVE: "Above the townships, of an authority: only about who draws these.",
    Whose.OWN: "Only officers of the authority that runs the benefit.",
    Whose.OWN_ABOVE: "Above the townships only officers of the authority that runs the benefit.",
    Whose.SENDER: "Only officers of the department that sent the file.",
}


# --- what is sent --------------------------------------------------------------------------------

_QUERY: Final[Mapping[str, Json]] = {
    "area": {"type": "string", "pattern": f"^(?:{AREA.pattern})$"},
    "limit": {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL},
    "cursor": {"type": "string", "description": "The `next` of the page before."},
    "feed": {"type": "string", "pattern": f"^{FEED.pattern}$"},
    "month": {"type": "string", "pattern": f"^{MONTH.pattern}$"},
    "state": {"type": "string", "enum": [state.value for state in FileState]},
    "stands": {"type": "string", "enum": [state.value for state in RecoveryState]},
    "status": {"type": "string", "enum": [status.value for status in EntitlementStatus]},
    "route": {"type": "string", "enum": [route.value for route in CertificationRoute]},
    "ends_from": {"type": "string", "format": "date"},
    "ends_until": {"type": "string", "format": "date"},
    "account_state": {"type": "string", "enum": [state.value for state in UserAccountState]},
    "overdue": {"type": "string", "enum": ["true", "false"]},
    "authority": {"type": "string", "enum": [authority.value for authority in Authority]},
    "as_of": {
        "type": "string",
        "format": "date",
        "description": "The figures of that day, or the last before.",
    },
}


def _parameters(route: Route) -> Iterable[Json]:
    if "{id}" in route.path:
        shape = ids.SHAPES.get(route.path.split("/")[2])
        pattern = {"pattern": f"^(?:{shape.pattern})$"} if shape else {}
        yield {"name": "id", "in": "path", "required": True, "schema": {"type": "string", **pattern}}
    for name in route.query:
        yield {"name": name, "in": "query", "schema": _QUERY.get(name, {"type": "string"})}
    if route.once:
        yield {"$ref": "#/components/parameters/idempotency_key"}
    if route.tagged:
        yield {"$ref": "#/components/parameters/if_none_match"}
    yield {"$ref": "#/components/parameters/request_id"}


# --- what is answered ----------------------------------------------------------------------------


def _answer(route: Route, example: object) -> Json:
    headers: Json = {"X-Request-Id": {"schema": {"type": "string", "format": "uuid"}}}
    if route.tagged:
        headers["ETag"] = {"schema": {"type": "string"}}
    if route.once:
        headers["Idempotent-Replayed"] = {"schema": {"const": "true"}}
    if route.answer is None:
        return {
            "description": "A page to print.",
            "headers": headers,
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
    content: Json = {"schema": {"$ref": f"{_SCHEMA}{route.answer.__name__}"}}
    if example is not None:
        content["example"] = example
    return {
        "description": "The example is one that a test received."
        if example is not None
        else "See docs/api.md.",
        "headers": headers,
        "content": {"application/json": content},
    }


def _other_answers(route: Route) -> Json:
    """Every other status with which a route may answer: what each depends on stands beside it."""
    policy = route.policy
    is_signed = policy is None and not route.tagged  # by somebody whose secret an operator has entered
    tells_a_key = policy is not None and policy.about is About.SUBSCRIPTIONS and route.body is not None
    statuses = {
        304: route.tagged,
        401: policy is not None or is_signed,
        403: policy is not None,  # at least without an account, where one is required
        404: policy is not None or is_signed,  # for whoever it does not exist for
        409: route.once or is_signed or tells_a_key,  # a key is said once, and kept for nobody to hear again
        413: route.body is not None,
        415: route.body is not None,
        422: True,  # at least for a parameter that it does not know
        429: True,  # from the gateway; by a token also from us
        500: True,
        503: policy is not None or is_signed,
    }
    return {
        str(status): {"$ref": f"#/components/responses/answer_{status}"}
        for status, answered in statuses.items()
        if answered
    }


# --- what stands in several places ----------------------------------------------------------------


def _components(routes: Sequence[Route]) -> Json:
    bodies = sorted({route.body for route in routes if route.body}, key=lambda body: body.__name__)
    answers = sorted({route.answer for route in routes if route.answer}, key=lambda answer: answer.__name__)
    _, defined = models_json_schema(
        [*((body, "validation") for body in bodies), *((answer, "serialization") for answer in answers)],
        ref_template=_SCHEMA + "{model}",
    )
    key = "The same request under the same key is answered once, for 48 hours."
    return {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "own_header": {"type": "apiKey", "in": "header", "name": "X-Wugan-Token"},
        },
        "parameters": {
            "idempotency_key": _header("Idempotency-Key", "^[!-~]{1,128}$", key),
            "if_none_match": _header("If-None-Match", None, "The ETag held: 304 while nothing has changed."),
            "request_id": _header(
                "X-Request-Id", None, "A UUID of your own for this request; it comes back."
            ),
        },
        "responses": {f"answer_{status}": _of_status(status) for status in _STATUSES},
        "schemas": {**defined["$defs"], **_ANSWERS},
    }


_STATUSES: Final = (304, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)


def _header(name: str, pattern: str | None, description: str) -> Json:
    schema: Json = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _of_status(status: int) -> Json:
    if status == 304:
        return {"description": "Nothing has changed since the ETag that was sent."}
    said = [f"`{code}`: {en} {zh}" for code, (of, zh, en) in SENTENCES.items() if of == status]
    answer: Json = {
        "description": "; ".join(said) or _FORBIDDEN_NOW,
        "content": {PROBLEM_JSON: {"schema": {"$ref": f"{_SCHEMA}Problem"}}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
    return answer


def _object(required: Mapping[str, Json], **optional: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


_TEXT: Final[Json] = {"type": "string"}
_SIGNED: Final = _object(dict.fromkeys(("account", "timestamp", "reports", "sign"), _TEXT))
_ANSWERS: Final[Json] = {
    "Problem": _object(
        {
            "type": _TEXT,
            "title": {"type": "string", "description": "In English."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "In Chinese."},
            "code": {"type": "string", "description": "Stable: branch on it."},
            "instance": {"type": "string", "description": "The request id, as a URN."},
        },
        errors={"type": "array", "items": {"$ref": f"{_SCHEMA}FieldError"}},
    ),
    "FieldError": _object(
        {"code": _TEXT, "zh": _TEXT, "en": _TEXT},
        pointer={"type": "string", "description": "A JSON pointer into the body."},
        parameter={"type": "string", "description": "A parameter of the address, or a header."},
    ),
}
