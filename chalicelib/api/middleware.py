"""请求中间层 · The outermost edge of the HTTP API: what every request passes before and after its endpoint.

before   token → caller, not too often, policy → allowed, body → model, reach → area and authority
         (else a `Problem`)
after    request id, security headers, one line in the log: route and status, never the address

An endpoint is a function `(call, id…) -> answer`; it is registered with `Audience.route`, which
looks its policy up in `policy.POLICIES` and refuses to register one that has none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, TypeVar
from uuid import uuid4

from chalice.app import Blueprint, Request, Response

from chalicelib import clock
from chalicelib.api import access_log, bodies, pages, rates
from chalicelib.api.answers import Answer
from chalicelib.api.idempotency import answered_once
from chalicelib.api.policy import OPEN_TO_ALL, POLICIES, Policy
from chalicelib.api.problems import (
    PROBLEM_JSON,
    HeadersType,
    Problem,
    not_found,
    problem_of,
    problem_of_status,
)
from chalicelib.api.reach import Reached, admitted
from chalicelib.api.routes import Route
from chalicelib.api.tokens import Caller, caller_of
from chalicelib.errors import WuganError
from chalicelib.model import AreaCode, DroppedFile, PersonRecord, UserAccount
from chalicelib.observability import count, logger
from chalicelib.storage.clients import is_out_of_reach
from chalicelib.storage.dynamodb import callers

# No cache may keep what is said about a person, no browser may make something else of it.
SECURITY_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
_REFUSALS: Final = frozenset({401, 403, 429})  # by a caller's token: counted, and watched
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Chalice keeps the current request on the app object, which threads share: one caller's token would
# open another's record in the sandbox's threaded server. A context variable belongs to one request.
_request: ContextVar[Request] = ContextVar("request")
_request_id: ContextVar[str] = ContextVar("request_id")

B = TypeVar("B", bound=bodies.Body)
Endpoint = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request that has passed the edge: who asks, when, and what with."""

    caller: Caller
    at: datetime
    headers: Mapping[str, str]
    query: Mapping[str, str]
    _body: bodies.Body | None = None
    _reached: Reached | None = None

    @property
    def reach(self) -> Reached:
        """What the request is about, within the caller's area and authority."""
        if self._reached is None:
            raise TypeError("the edge has not looked yet")
        return self._reached

    @property
    def area(self) -> AreaCode:
        """The area to list: the caller's own, or a narrower one that was asked for."""
        if self.reach.area is None:
            raise TypeError("the route is no list of an area")
        return self.reach.area

    @property
    def record(self) -> PersonRecord:
        """The person whom the request is about, who is within the caller's reach; not a look yet."""
        if self.reach.record is None:
            raise TypeError("the route is not about a person")
        return self.reach.record

    @property
    def file(self) -> DroppedFile:
        """The file that the request is about, which is within the caller's reach."""
        if self.reach.file is None:
            raise TypeError("the route is not about a file")
        return self.reach.file

    @property
    def account(self) -> UserAccount:
        """The account that the request is about, which is within the caller's reach."""
        if self.reach.account is None:
            raise TypeError("the route is not about an account")
        return self.reach.account

    @property
    def today(self) -> date:
        """The civil date of the request."""
        return clock.civil_date(self.at)

    def body(self, model: type[B]) -> B:
        """The request's body, which the edge has read as this model."""
        if not isinstance(self._body, model):
            raise TypeError("the route declares another body")
        return self._body

    def page(self, scope: str) -> pages.Page:
        """The page of a list that is wanted; `scope` names the list and its filters."""
        return pages.page_of(scope, self.query.get("limit"), self.query.get("cursor"))


class Audience:
    """The endpoints for one kind of people; a Chalice blueprint, made anew for each app it is put on.

    (Chalice empties a blueprint's route arguments when it registers them: a second app would get
    nothing but GET.)
    """

    def __init__(self, import_name: str) -> None:
        self._import_name = import_name
        self.routes: list[Route] = []

    @property
    def name(self) -> str:
        """What these endpoints are called in the document of the API."""
        return self._import_name.rpartition(".")[2]

    def route(
        self,
        method: str,
        path: str,
        *,
        body: type[bodies.Body] | None = None,
        query: tuple[str, ...] = (),
        once: bool = False,
        tagged: bool = False,
        answer: type[Answer] | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """Add an endpoint; KeyError for a route without a policy.

        `body` is its model (GET has none), `query` the parameters it knows; with `once` a request
        that bears an Idempotency-Key is answered once; `tagged` says that it answers `with_etag`;
        `answer` describes what it says (None: a page to print).
        """
        policy = POLICIES[(method, path)]

        def add(endpoint: Endpoint) -> Endpoint:
            def answered(caller: Caller, ids: Mapping[str, str]) -> Response:
                policy.check(caller)
                call, digest = _read(_request.get(), caller, body, query)
                reach = admitted(caller, policy, ids, call._body, call.query)
                call = replace(call, _reached=reach)
                key = call.headers.get("idempotency-key") if once else None
                same = json.dumps([method, path, ids, digest])
                who = f"{caller.role}:{caller.subject}:{caller.area}:{caller.authority or ''}"
                response = answered_once(who, key, same, lambda: _answer(endpoint, call, ids))
                _told(call, path, response)
                return response

            def view(**ids: str) -> Response:
                try:
                    caller = caller_of(_request.get().headers)
                    rates.asks(caller, clock.now())
                    return _traced(caller, policy, lambda: answered(caller, ids))
                except Exception as error:  # the outermost edge: whatever it is ends here
                    return _failure(error)

            view.__name__, view.__doc__ = endpoint.__name__, endpoint.__doc__
            self.routes.append(Route(method, path, view, answer, body, query, once, tagged))
            return endpoint

        return add

    def open_to_all(
        self, path: str, method: str = "GET", answer: type[Answer] | None = None
    ) -> Callable[[Endpoint], Endpoint]:
        """Add what needs no token: `(request) -> answer`; KeyError unless `policy.OPEN_TO_ALL` names it."""
        if (method, path) not in OPEN_TO_ALL:
            raise KeyError(path)

        def add(endpoint: Endpoint) -> Endpoint:
            def view() -> Response:
                try:
                    _query(_request.get(), ())
                    said: Response = endpoint(_request.get())
                    return said
                except Exception as error:  # as in `route`
                    return _failure(error)

            view.__name__, view.__doc__ = endpoint.__name__, endpoint.__doc__
            self.routes.append(Route(method, path, view, answer, tagged=method == "GET"))
            return endpoint

        return add

    def blueprint(self) -> Blueprint:
        """The endpoints as a blueprint.

        Content types are judged in `_read`, after the token: Chalice would answer before it, and
        repeat the header.
        """
        blueprint = Blueprint(self._import_name)
        for route in self.routes:
            add = blueprint.route(
                route.path, methods=[route.method], content_types=[], name=route.view.__name__
            )
            add(route.view)
        return blueprint


def _traced(caller: Caller, policy: Policy, answer: Callable[[], Response]) -> Response:
    """An answer; that somebody was not found is on record before the caller hears it."""
    try:
        response = answer()
    except WuganError as error:
        response = _failure(error)
    if response.status_code == 404 and policy.about.is_somebody:
        now = clock.now()
        callers.failed_look(caller.role.value, caller.area, caller.subject, now)
        rates.found_nobody(caller, now)
        count(FailedLooks=1)
    return response


def _told(call: Call, path: str, response: Response) -> None:
    """A refusal that says something about a person, and an answer given again, are looks: no step tells."""
    again = "Idempotent-Replayed" in response.headers and response.status_code < 400
    if call.reach.record is not None and (again or response.status_code in (403, 409)):
        access_log.shown_once(call, call.record, f"{path.split('/')[2]}, {'again' if again else 'refused'}")


def _answer(endpoint: Endpoint, call: Call, ids: Mapping[str, str]) -> Response:
    """An endpoint's answer; a refusal is an answer too, and remembered like one."""
    try:
        result = endpoint(call, **ids)
    except WuganError as error:
        return _failure(error)
    return result if isinstance(result, Response) else _json_response(result)


def _read(
    request: Request, caller: Caller, model: type[bodies.Body] | None, known: tuple[str, ...]
) -> tuple[Call, str]:
    """The call, and the digest of its body."""
    query = _query(request, known)
    if model is None:
        return Call(caller, clock.now(), request.headers, query), ""
    try:
        raw = request.raw_body
    except ValueError:  # lone surrogates, or base64 that is none
        raw = b"\xff"
    raw = raw.encode() if isinstance(raw, str) else raw
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and (raw or model is not bodies.NoBody):
        raise Problem("unsupported_media_type")
    body = bodies.read_body(raw, model)
    return Call(caller, clock.now(), request.headers, query, body), hashlib.sha256(raw).hexdigest()


def _query(request: Request, known: tuple[str, ...]) -> dict[str, str]:
    given = request.query_params
    query: dict[str, str] = {}
    if given is None:
        return query
    for name in given:
        if name not in known:
            raise pages.unknown_parameter()
        values = given.getlist(name)
        if len(values) != 1:
            raise pages.repeated_parameter(name)
        query[name] = values[0]
    return query


def _json_response(answer: Mapping[str, Any]) -> Response:
    text = json.dumps(answer, ensure_ascii=False, default=_plain)
    return Response(text, {"Content-Type": "application/json"}, 200)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(clock.CHINA).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not for an answer")


def _failure(error: Exception) -> Response:
    """The problem that an exception becomes; only an unexpected one is worth a traceback."""
    if isinstance(error, WuganError):
        problem = problem_of(error)
    elif is_out_of_reach(error):
        problem = Problem("unavailable", headers={"Retry-After": "30"})
        logger.error("AWS out of reach", extra={"request": _request_id.get(""), "kind": type(error).__name__})
    else:
        problem = Problem("unexpected")
    if problem.status == 500:
        logger.exception("request failed", extra={"request": _request_id.get("")})
    return problem.to_response(_request_id.get(""))


def with_etag(sent: Mapping[str, str], answer: Mapping[str, Any]) -> Response:
    """The answer with an entity tag, or 304 where the caller (by the headers sent) has it already."""
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True, default=_plain)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers: HeadersType = {"ETag": tag, "Cache-Control": "private, no-cache"}
    held = [one.strip().removeprefix("W/") for one in sent.get("if-none-match", "").split(",")]
    if tag in held or "*" in held:
        return Response("", headers, 304)
    return Response(text, {"Content-Type": "application/json", **headers}, 200)


# --- around every request ---------------------------------------------------------------------


def around(request: Request | None, proceed: Callable[[Any], Response]) -> Response:
    """Chalice middleware: name the request, let it pass, make every answer of ours and log it."""
    request_id = _named(request)
    _request_id.set(request_id)
    if request is None:
        return _finished(not_found().to_response(request_id), request_id)
    _request.set(request)
    response = proceed(request)
    content_type = response.headers.get("Content-Type", "")
    if response.status_code >= 400 and content_type != PROBLEM_JSON:
        # Chalice's own words: an unknown method, or an exception that it has caught.
        allow = {"Allow": response.headers["Allow"]} if "Allow" in response.headers else {}
        response = problem_of_status(response.status_code).to_response(request_id)
        response.headers.update(allow)
    _log(request, response, request_id)
    return _finished(response, request_id)


def _named(request: Request | None) -> str:
    """The caller's own request id if it is a UUID (anything else might name somebody), or a new one."""
    given = request.headers.get("x-request-id", "") if request is not None else ""
    return given if _UUID.fullmatch(given) else str(uuid4())


def _finished(response: Response, request_id: str) -> Response:
    response.headers = {**SECURITY_HEADERS, **response.headers, "X-Request-Id": request_id}
    return response


def _log(request: Request, response: Response, request_id: str) -> None:
    if response.status_code in _REFUSALS:
        count(Refusals=1)
    logger.info(
        "request",
        extra={
            "method": request.method if len(request.method) < 10 else "?",
            "route": request.path,  # the resource's pattern, without the id
            "status": response.status_code,
            "request": request_id,
        },
    )


def unknown_route() -> dict[str, Any]:
    """What a server says to an address that matches no route, as API Gateway would put it on the wire."""
    request_id = str(uuid4())
    answer: dict[str, Any] = _finished(not_found().to_response(request_id), request_id).to_dict()
    return answer


def method_not_allowed(methods: Iterable[str]) -> dict[str, Any]:
    """What a server says to a method, OPTIONS too, that the route of an address does not know."""
    request_id = str(uuid4())
    response = problem_of_status(405).to_response(request_id)
    response.headers["Allow"] = ", ".join(methods)
    answer: dict[str, Any] = _finished(response, request_id).to_dict()
    return answer
