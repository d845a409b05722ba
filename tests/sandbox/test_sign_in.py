"""Signing in to the sandbox: code flow with PKCE, tokens that the platform takes, nobody sent elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from chalicelib import clock, jurisdiction
from chalicelib.api.tokens import Role, caller_of
from chalicelib.model import PersonId
from chalicelib.settings import settings
from sandbox.demo_people import demo_citizens, demo_people
from sandbox.sign_in import CLIENT, Said, SignIn
from sandbox.tokens import ISSUER, Issuer

BACK = "http://127.0.0.1:8000/console/index.html"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "scope": "openid wugan",
    "state": "s 1",
    "nonce": "n1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
PEOPLE = list(demo_people(jurisdiction.load("bozhou"), "bozhou"))


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> SignIn:
    key = Issuer.new()
    monkeypatch.setenv("WUGAN_TOKEN_JWKS", key.jwks())
    monkeypatch.setenv("WUGAN_TOKEN_ISSUER", ISSUER)
    monkeypatch.setenv("WUGAN_TOKEN_LONGEST_SECONDS", "40000000")
    settings.cache_clear()
    return SignIn(key, clock.now, lambda: PEOPLE, url=ISSUER)


def at(issuer: SignIn, path: str, **asked: str) -> Said:
    return issuer.answer("GET", f"{path}?{urlencode(asked)}")


def code_of(issuer: SignIn, subject: str = PEOPLE[0].subject, **other: str) -> str:
    said = at(issuer, "/authorize", **{**ASKED, **other, "as": subject})
    return parse_qs(urlsplit(dict(said.headers)["Location"]).query)["code"][0]


def exchanged(issuer: SignIn, **other: str) -> tuple[int, Any]:
    sent = {
        "grant_type": "authorization_code",
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **other,
    }
    said = issuer.answer("POST", "/token", urlencode(sent).encode())
    return said.status, json.loads(said.body)


def test_it_describes_itself_where_clients_look(issuer: SignIn) -> None:
    told = json.loads(at(issuer, "/.well-known/openid-configuration").body)
    assert told["issuer"] == ISSUER
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"):
        assert told[name].startswith(ISSUER)
    assert json.loads(at(issuer, "/jwks").body) == json.loads(issuer.issuer.jwks())


def test_a_click_signs_in_and_the_platform_takes_the_token(issuer: SignIn, aws: None) -> None:
    page = at(issuer, "/authorize", **ASKED).body.decode()
    [address] = [
        unescape(one)
        for one, subject in re.findall(r'<a href="([^"]+)" data-subject="([^"]+)"', page)
        if subject == PEOPLE[0].subject
    ]
    back = dict(issuer.answer("GET", address).headers)["Location"]
    told = parse_qs(urlsplit(back).query)
    assert back.startswith(f"{BACK}?")
    assert told["state"] == ["s 1"]
    status, tokens = exchanged(issuer, code=told["code"][0])
    assert (status, tokens["token_type"]) == (200, "Bearer")
    caller = caller_of({"authorization": f"Bearer {tokens['access_token']}"})
    assert (caller.subject, caller.role, caller.area) == (PEOPLE[0].subject, Role.OFFICER, PEOPLE[0].area)
    middle = tokens["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert (claims["aud"], claims["nonce"], claims["name"]) == (CLIENT, "n1", PEOPLE[0].title)


def test_a_code_is_worth_something_once_and_with_its_verifier_alone(issuer: SignIn) -> None:
    code = code_of(issuer)
    assert exchanged(issuer, code=code)[0] == 200
    assert exchanged(issuer, code=code) == (400, {"error": "invalid_grant"})
    for wrong in (
        {"code_verifier": "another"},
        {"redirect_uri": "http://127.0.0.1:8000/elsewhere"},
        {"client_id": "another"},
        {"grant_type": "password"},
    ):
        assert exchanged(issuer, **{"code": code_of(issuer), **wrong})[0] == 400, wrong


def test_nobody_is_sent_to_another_machine(issuer: SignIn) -> None:
    for address in ("https://example.com/", "http://127.0.0.1.example.com/", "javascript:alert(1)", ""):
        assert at(issuer, "/authorize", **{**ASKED, "redirect_uri": address}).status == 400
        assert at(issuer, "/end-session", post_logout_redirect_uri=address).status == 400
    assert dict(at(issuer, "/end-session", post_logout_redirect_uri=BACK).headers)["Location"] == BACK


def test_without_a_challenge_there_is_no_code(issuer: SignIn) -> None:
    for wrong in (
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
    ):
        said = at(issuer, "/authorize", **{**ASKED, **wrong, "as": PEOPLE[0].subject})
        assert "error=invalid_request" in dict(said.headers)["Location"]
    nobody = at(issuer, "/authorize", **{**ASKED, "as": "nobody"})
    assert "error=access_denied" in dict(nobody.headers)["Location"]


def test_another_page_may_ask_for_tokens(issuer: SignIn) -> None:
    assert ("Access-Control-Allow-Origin", "*") in issuer.answer("OPTIONS", "/token").headers
    assert issuer.answer("GET", "/elsewhere").status == 404


def test_somebody_of_every_role_and_two_wherever_two_must_agree() -> None:
    born = {PersonId("a" * 26): date(1940, 1, 1), PersonId("b" * 26): date(1960, 1, 1)}
    citizens = list(demo_citizens(date(2025, 6, 1), born))
    assert [one.title for one in citizens] == ["领取人 1（85岁）", "领取人 2（65岁）"]
    everybody = [*PEOPLE, *citizens]
    assert {one.role for one in everybody} == {role.value for role in Role}
    assert len({one.subject for one in everybody}) == len(everybody)
    offices = Counter((one.area, one.authority) for one in PEOPLE if one.role == "officer")
    assert all(count == 2 for (area, _), count in offices.items() if area and len(area) in (6, 9))
    runs = {benefit.run_by.value for benefit in jurisdiction.load("bozhou").rules.benefits.values()}
    assert runs <= {authority for _, authority in offices}


@pytest.mark.parametrize("pack", ["bozhou", "jining", "anhui"])
def test_every_pack_has_its_people(pack: str) -> None:
    key = Issuer.new()
    for one in demo_people(jurisdiction.load(pack), pack):
        assert key.issue(one.role, one.area, one.subject, now=clock.now(), authority=one.authority)
