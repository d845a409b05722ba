"""The API as a client meets it: signed tokens, Chalice's test client, people of an invented town."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from io import StringIO
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.test import Client, HTTPResponse

from chalicelib import api, clock
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Change,
    Entitlement,
    EntitlementStatus,
    Identity,
    KeyGroup,
    Person,
    PersonId,
)
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import people
from sandbox.rights import Judge
from sandbox.tokens import APP, Issuer
from tests.api import described
from tests.judged import judging

CITY, COUNTY, TOWNSHIP, VILLAGE = "3416", "341602", "341602001", "341602001001"
OTHER_COUNTY, OTHER_TOWNSHIP, OTHER_VILLAGE = "341621", "341602002", "341602001002"

NUMBER, NAME, PHONE = "34160219500101123X", "孟晓华", "13800001111"
OTHER_NUMBER = "341602194803054321"

ISSUER = Issuer.new(issuer="https://issuer.invalid/")
APP_KEY = Issuer.new()  # of the app that checks faces


@cache
def _app() -> Chalice:
    app = Chalice("tests-of-the-api")
    api.register(app)
    return app


def a_number(body: str) -> str:
    """A number whose check character fits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def a_token(
    role: str,
    area: str | None = None,
    subject: str = "",
    *,
    person: str | None = None,
    authority: str | None = None,
) -> str:
    return ISSUER.issue(
        role,
        area,
        subject or f"{role}-{area or 'self'}",
        now=clock.now(),
        person=person,
        authority=authority,
    )


def an_assertion(person: str, method: str = "face", **other: Any) -> str:
    """What the app signs that it has just seen."""
    return APP_KEY.assertion(APP, person, method, now=clock.now(), **other)


@dataclass
class Caller:
    """Somebody with a token, and what came back to them."""

    http: Any
    token: str | None
    judge: Judge
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> HTTPResponse:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        return self.call("POST", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        raw = b""
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        with self.judge.acting("APIHandler"):
            answer: HTTPResponse = self.http.request(method, path, headers=sent, body=raw)
        described.check(method, path, answer)
        return answer


As = Callable[..., Caller]


@pytest.fixture
def as_(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """`as_("officer", "341602").get("/v1/files")`: a request by somebody."""
    monkeypatch.setenv("WUGAN_TOKEN_JWKS", ISSUER.jwks())
    monkeypatch.setenv("WUGAN_EVENT_HOSTS", "app.example.org.cn")
    monkeypatch.setenv("WUGAN_ASSERTION_JWKS", json.dumps({"keys": [APP_KEY.registered(APP)]}))
    settings.cache_clear()
    with judging() as judge, Client(_app()) as client:
        http = client.http

        def caller(
            role: str | None, area: str | None = None, subject: str = "", **claims: str | None
        ) -> Caller:
            return Caller(http, None if role is None else a_token(role, area, subject, **claims), judge)

        yield caller


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the platform's own logger writes, as an operator would read it."""
    handlers = [h for h in logging.getLogger("wugan").handlers if type(h) is logging.StreamHandler]
    text = StringIO()
    before = [handler.setStream(text) for handler in handlers]
    assert before, "nothing writes the log"
    yield text
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


def a_person(
    number: str = NUMBER,
    *,
    name: str = NAME,
    area: str = VILLAGE,
    until: date = date(2025, 8, 31),
    benefits: tuple[str, ...] = ("resident_pension",),
    status: EntitlementStatus = EntitlementStatus.ACTIVE,
    key_groups: frozenset[KeyGroup] = frozenset(),
    born: date = date(1950, 1, 1),
) -> PersonId:
    """Somebody on the roster, certified through a day."""
    number = a_number(number[:17])
    entitlements = tuple(
        Entitlement(
            BenefitCode(benefit),
            status,
            21_500,
            date(2015, 1, 1),
            until,
            until,
            f"payee-{benefit}-{number[14:17]}",
        )
        for benefit in benefits
    )
    person = Person(PersonId(""), AreaCode(area), "03", born, True, key_groups)
    return people.create(Identity(number, name, PHONE), person, entitlements, clock.now(), "roster").person


def given(person: PersonId, **items: Any) -> None:
    """Put items on somebody's record, as if a step had done so."""
    people.change(person, lambda _: Change("given", "test", clock.now(), **items))


def looks_at(person: PersonId) -> list[tuple[str, str]]:
    """Who looked at what."""
    return [
        (entry.actor, str(entry.details["what"]))
        for entry in people.audit_trail(person)
        if entry.action == "looked"
    ]
