"""Tokens: what is trusted, and everything that is not."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib import clock
from chalicelib.api import tokens
from chalicelib.api.problems import Problem
from chalicelib.api.tokens import Caller, Role, caller_of
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import revocations
from sandbox.tokens import Issuer
from tests.api.conftest import COUNTY, NUMBER, PHONE, a_number

HERE = "https://issuer.invalid/"
EC, RSA = Issuer.new(issuer=HERE), Issuer.new("RS256", issuer=HERE)
PERSON = "a" * 26

Trust = Callable[..., None]


@pytest.fixture(autouse=True)
def nothing_is_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about tokens alone, without AWS; `test_revoked` is about the rest."""
    monkeypatch.setattr(revocations, "standing", lambda _: ())


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch) -> Trust:
    """Trust these issuers and nobody else."""

    def trusting(*issuers: Issuer, jwks: str | None = None) -> None:
        keys = [key for issuer in issuers for key in json.loads(issuer.jwks())["keys"]]
        monkeypatch.setenv("WUGAN_TOKEN_JWKS", json.dumps({"keys": keys}) if jwks is None else jwks)
        settings.cache_clear()

    trusting(EC, RSA)
    return trusting


def claims(**other: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    usual = {
        "iss": HERE,
        "aud": "wugan",
        "sub": "clerk-7",
        "iat": now,
        "exp": now + 600,
        "role": "officer",
        "area": COUNTY,
    }
    return {name: value for name, value in {**usual, **other}.items() if value is not ...}


def signed(issuer: Issuer = EC, *, headers: dict[str, Any] | None = None, **other: Any) -> str:
    named = {"kid": issuer.key_id} if headers is None else headers
    return jwt.encode(claims(**other), issuer.key, algorithm=issuer.algorithm, headers=named)


def who(token: str, header: str = "authorization") -> Caller:
    return caller_of({header: f"Bearer {token}" if header == "authorization" else token})


def refused(token: str, header: str = "authorization") -> bool:
    with pytest.raises(Problem) as problem:
        who(token, header)
    assert problem.value.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    return problem.value.status == 401


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class TestTrusted:
    @pytest.mark.parametrize("issuer", [EC, RSA], ids=["ES256", "RS256"])
    @pytest.mark.parametrize("header", ["authorization", "x-wugan-token"])
    def test_a_signed_token_names_the_caller(self, trust: Trust, issuer: Issuer, header: str) -> None:
        token = signed(issuer, authority="hrss")
        assert who(token, header) == Caller("clerk-7", Role.OFFICER, COUNTY, None, "hrss")  # type: ignore[arg-type]

    def test_the_second_header_wins_where_both_stand(self, trust: Trust) -> None:
        both = {"authorization": "AWS4-HMAC-SHA256 Credential=…", "x-wugan-token": signed()}
        assert caller_of(both).subject == "clerk-7"

    def test_a_citizen_has_a_person_and_no_area(self, trust: Trust) -> None:
        caller = who(signed(role="citizen", person=PERSON, area="34"))
        assert (caller.person, caller.area) == (PERSON, "")

    def test_the_platform_s_clock_decides_and_not_the_machine_s(self, trust: Trust, clock: Any) -> None:
        clock.advance(days=3000)
        token = signed()
        assert who(token).subject == "clerk-7"
        clock.advance(seconds=629)
        assert who(token).subject == "clerk-7"
        clock.advance(seconds=2)
        assert refused(token)


class TestRemembered:
    """A token's signature is verified once; whatever can change is looked at every time."""

    def test_the_signature_is_verified_once(self, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
        token, verified = signed(), []
        decode = jwt.decode
        monkeypatch.setattr(jwt, "decode", lambda *a, **k: verified.append(1) or decode(*a, **k))
        assert [who(token).subject, who(token).subject, len(verified)] == ["clerk-7", "clerk-7", 1]

    def test_its_times_are_looked_at_every_time(self, trust: Trust, clock: Any) -> None:
        token = signed()
        assert who(token).subject == "clerk-7"
        clock.advance(seconds=631)
        assert refused(token)

    def test_a_key_that_was_withdrawn_ends_it(self, trust: Trust) -> None:
        token = signed(EC)
        assert who(token).subject == "clerk-7"
        trust(RSA)
        assert refused(token)

    def test_another_key_under_the_same_name_ends_it(self, trust: Trust) -> None:
        token, other = signed(EC), json.loads(Issuer.new(issuer=HERE).jwks())
        assert who(token).subject == "clerk-7"
        other["keys"][0]["kid"] = EC.key_id
        trust(jwks=json.dumps(other))
        assert refused(token)

    def test_another_audience_ends_it(self, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
        token = signed()
        assert who(token).subject == "clerk-7"
        monkeypatch.setenv("WUGAN_TOKEN_AUDIENCE", "another")
        settings.cache_clear()
        assert refused(token)

    def test_other_claims_under_a_good_signature_do_not(self, trust: Trust) -> None:
        token = signed()
        assert who(token).subject == "clerk-7"
        head, _, signature = token.split(".")
        assert refused(f"{head}.{b64(claims(sub='another'))}.{signature}")


class TestRefused:
    @pytest.mark.parametrize(
        "other",
        [
            {"iss": "https://somebody.else/"},
            {"iss": ...},
            {"aud": "another platform"},
            {"aud": ...},
            {"aud": ["another platform"]},
            {"sub": ...},
            {"sub": ""},
            {"sub": 7},
            {"sub": "孟晓华"},
            {"sub": "a b"},
            {"sub": "x" * 65},
            {"sub": a_number(NUMBER[:17])},
            {"sub": f"phone:{PHONE}"},
            {"exp": ...},
            {"exp": 0},
            {"exp": "2099-01-01"},
            {"exp": True},
            {"exp": 10**400},
            {"exp": None},
            {"iat": ...},
            {"iat": 4102444800},
            {"iat": "now"},
            {"nbf": 4102444800},
            {"nbf": [1]},
            {"role": ...},
            {"role": "administrator"},
            {"role": ["officer", "auditor"]},
            {"role": "OFFICER"},
            {"area": ...},
            {"area": ""},
            {"area": "3"},
            {"area": "34160"},
            {"area": "3416020010010"},
            {"area": "*"},
            {"area": "３４"},
            {"area": 341602},
            {"area": ["341602", "341621"]},
            {"authority": "../hrss"},
            {"authority": 1},
            {"jti": 7},
            {"jti": ""},
            {"jti": "孟晓华"},
            {"jti": "x" * 129},
            {"role": "citizen"},
            {"role": "citizen", "person": "A" * 26},
            {"role": "citizen", "person": a_number(NUMBER[:17])},
        ],
        ids=lambda other: str(other)[:40],
    )
    def test_claims(self, trust: Trust, other: dict[str, Any]) -> None:
        assert refused(signed(**other))

    def test_none_lives_longer_than_the_deployment_lets_it(self, trust: Trust) -> None:
        now = int(clock.now().timestamp())
        assert who(signed(iat=now - 43_100, exp=now + 100)).subject
        assert refused(signed(iat=now - 43_100, exp=now + 101))

    def test_expired_and_not_yet_valid(self, trust: Trust) -> None:
        now = int(clock.now().timestamp())
        assert who(signed(exp=now - 29)).subject
        assert refused(signed(exp=now - 30))
        assert who(signed(nbf=now + 30)).subject
        assert refused(signed(nbf=now + 31))

    def test_unsigned(self, trust: Trust) -> None:
        for algorithm in ("none", "None", ""):
            header = b64({"alg": algorithm, "typ": "JWT", "kid": EC.key_id})
            assert refused(f"{header}.{b64(claims())}.")

    def test_signed_with_the_public_key_as_if_it_were_a_secret(self, trust: Trust) -> None:
        public = RSA.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        said = f"{b64({'alg': 'HS256', 'kid': RSA.key_id})}.{b64(claims())}"
        assert refused(f"{said}.{b64(hmac.digest(public, said.encode(), 'sha256'))}")

    def test_signed_by_somebody_else_under_our_key_s_name(self, trust: Trust) -> None:
        stranger = Issuer.new(issuer=HERE)
        assert refused(signed(stranger))
        assert refused(signed(stranger, headers={"kid": EC.key_id}))

    def test_another_algorithm_of_the_same_key(self, trust: Trust) -> None:
        assert refused(jwt.encode(claims(), RSA.key, algorithm="RS512", headers={"kid": RSA.key_id}))
        assert refused(jwt.encode(claims(), RSA.key, algorithm="PS256", headers={"kid": RSA.key_id}))

    @pytest.mark.parametrize(
        "headers", [{}, {"kid": ""}, {"kid": "../../dev/null"}, {"kid": "' OR 1=1"}], ids=str
    )
    def test_keys_that_are_not_named_or_not_known(self, trust: Trust, headers: dict[str, Any]) -> None:
        assert refused(signed(headers=headers))

    def test_a_key_that_the_token_brings_along(self, trust: Trust) -> None:
        stranger = Issuer.new(issuer=HERE)
        public = json.loads(stranger.jwks())["keys"][0]
        for headers in (
            {"jwk": public},
            {"jku": "https://evil.invalid/jwks"},
            {"x5u": "https://evil.invalid/x"},
        ):
            assert refused(signed(stranger, headers={"kid": EC.key_id, **headers}))

    @pytest.mark.parametrize(
        "token",
        [
            "x",
            "a.b.c",
            "....",
            "é.é.é",
            "." * 4000,
            f"{b64(b'[' * 3000)}.e30.x",
            f"{b64([])}.{b64({})}.",
            f"{b64({'alg': ['ES256'], 'kid': EC.key_id})}.{b64({})}.x",
            f"{b64({'alg': {}, 'kid': EC.key_id})}.{b64({})}.x",
            f"{b64({'alg': 'ES256', 'kid': {}})}.{b64({})}.x",
            f"{b64({'alg': 'ES256', 'kid': EC.key_id, 'crit': ['b64'], 'b64': False})}.{b64({})}.x",
            "x" * 5000,
        ],
        ids=range(12),
    )
    def test_what_is_no_token_at_all(self, trust: Trust, token: str) -> None:
        assert refused(token)
        assert refused(token, "x-wugan-token")

    @pytest.mark.parametrize("value", ["", "Bearer", "Basic dXNlcjpwYXNz", "Token x", "bearer"])
    def test_headers_that_bear_none(self, trust: Trust, value: str) -> None:
        with pytest.raises(Problem) as problem:
            caller_of({"authorization": value})
        assert problem.value.status == 401

    def test_a_key_that_is_too_short_to_be_trusted(self, trust: Trust) -> None:
        weak = Issuer(rsa.generate_private_key(public_exponent=65537, key_size=1024), HERE)  # noqa: S505
        trust(weak)
        with pytest.warns(jwt.InsecureKeyLengthWarning):
            token = signed(weak)
        with pytest.raises(Problem):
            who(token)

    def test_a_symmetric_key_among_the_published(self, trust: Trust) -> None:
        secret = {"kty": "oct", "k": b64(b"x" * 32), "kid": "s", "alg": "HS256"}
        trust(jwks=json.dumps({"keys": [secret]}))
        assert refused(jwt.encode(claims(), b"x" * 32, algorithm="HS256", headers={"kid": "s"}))


class TestPublishedKeys:
    """Keys from an https address: cached, asked for again when they rotate, and nobody's fault if away."""

    @pytest.fixture
    def published(self, trust: Trust, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        answers: list[Any] = []

        def fetch(client: jwt.PyJWKClient) -> Any:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            client.jwk_set_cache.put(answer)  # type: ignore[union-attr]
            return answer

        monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", fetch)
        tokens._published.cache_clear()
        trust(jwks="https://issuer.invalid/jwks")
        return answers

    def test_they_are_fetched_once(self, published: list[Any]) -> None:
        published.append(json.loads(EC.jwks()))
        assert who(signed()).subject == who(signed()).subject == "clerk-7"

    def test_a_new_key_is_found_and_an_unknown_one_refused(self, published: list[Any]) -> None:
        published.extend([json.loads(RSA.jwks()), json.loads(EC.jwks()), json.loads(EC.jwks())])
        assert who(signed(EC)).subject == "clerk-7"
        assert refused(signed(Issuer.new(issuer=HERE)))

    def test_an_issuer_that_does_not_answer_makes_nobody_s_token_wrong(self, published: list[Any]) -> None:
        published.append(jwt.PyJWKClientConnectionError("away"))
        with pytest.raises(Problem) as problem:
            who(signed())
        assert (problem.value.status, problem.value.headers) == (503, {"Retry-After": "60"})


class TestSandboxIssuer:
    def test_another_process_issues_with_the_same_key(self, trust: Trust, tmp_path: Path) -> None:
        EC.save(tmp_path / "key.pem")
        assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
        again = Issuer.load(tmp_path / "key.pem", issuer=HERE)
        token = again.issue(
            "grid-worker", "341602001001", "worker-3", now=clock.now(), lifetime=timedelta(hours=1)
        )
        assert who(token).area == "341602001001"

    def test_what_is_published_holds_no_secret(self) -> None:
        for issuer in (EC, RSA):
            (key,) = json.loads(issuer.jwks())["keys"]
            assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}
