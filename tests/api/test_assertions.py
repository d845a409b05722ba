"""A face or a video certifies by what an app signs: about this person, just now, for us, once (rule 1)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chalicelib import clock
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import people
from sandbox.tokens import APP, Issuer
from tests.api.conftest import APP_KEY, COUNTY, ISSUER, OTHER_NUMBER, As, a_person, a_token, an_assertion
from tests.conftest import StoppedClock

CERTIFY = "/v1/self-certifications"


def body(person: str, assertion: str | None, method: str = "face") -> dict[str, Any]:
    said = {} if assertion is None else {"assertion": assertion}
    return {"person": person, "method": method, **said}


def refused(as_: As, person: str, assertion: str | None, method: str = "face") -> str:
    answer = as_("citizen", person=person).post(CERTIFY, body(person, assertion, method))
    assert answer.status_code == 422
    assert people.load(person).evidence == ()  # type: ignore[arg-type]
    (error,) = answer.json_body["errors"]
    assert error["pointer"] == "/assertion"
    assert error["zh"]
    assert error["en"]
    return str(error["code"])


def test_a_citizen_s_own_word_certifies_nothing(as_: As) -> None:
    person = a_person()
    sent = {"person": person, "method": "face", "reference": "aaaa"}
    answer = as_("citizen", person=person).post(CERTIFY, sent)
    assert (answer.status_code, answer.json_body["errors"][0]["code"]) == (422, "assertion_needed")
    assert refused(as_, person, None) == "assertion_needed"
    counter = as_("officer", COUNTY).post(CERTIFY, {"person": person, "method": "counter"})
    assert (counter.status_code, counter.json_body["errors"][0]["pointer"]) == (422, "/reference")


def test_an_assertion_is_used_once_whoever_brings_it(as_: As) -> None:
    person = a_person()
    signed = an_assertion(person, nonce="check-0001")
    first = as_("citizen", person=person).post(CERTIFY, body(person, signed))
    assert (first.status_code, first.json_body["certified"]) == (200, True)
    (evidence,) = people.load(person).evidence
    assert evidence.facts["app"] == APP
    assert evidence.facts["reference"] == "check-0001"
    again = as_("app", COUNTY).post(CERTIFY, body(person, signed))
    assert (again.status_code, again.json_body["code"]) == (409, "assertion_used")
    other = an_assertion(person, nonce="check-0001", note="another signature")
    assert as_("app", COUNTY).post(CERTIFY, body(person, other)).status_code == 409
    fresh = an_assertion(person)
    assert as_("app", COUNTY).post(CERTIFY, body(person, fresh)).status_code == 200
    assert as_("app", COUNTY).post(CERTIFY, body(person, fresh)).status_code == 409, (
        "though it changed nothing"
    )


def test_it_is_of_the_day_of_the_check(as_: As, clock: StoppedClock) -> None:
    clock.instant = datetime(2025, 6, 30, 16, 1, tzinfo=UTC)  # a minute past midnight in China
    person = a_person()
    signed = APP_KEY.assertion(APP, person, "video", now=clock.instant - timedelta(minutes=5))
    assert as_("app", COUNTY).post(CERTIFY, body(person, signed, "video")).status_code == 200
    (evidence,) = people.load(person).evidence
    assert evidence.key.day == date(2025, 6, 30)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"aud": "another platform"}, "assertion_audience"),
        ({"sub": "a" * 26}, "assertion_person"),
        ({"method": "video"}, "assertion_method"),
        ({"nonce": "short"}, "assertion_malformed"),
        ({"nonce": 12345678}, "assertion_malformed"),
        ({"device": "short"}, "assertion_malformed"),
        ({"device": 12345678}, "assertion_malformed"),
        ({"iat": "now"}, "assertion_malformed"),
        ({"iat": True}, "assertion_malformed"),
        ({"iss": "another-app"}, "assertion_key"),
    ],
)
def test_what_it_says_has_to_fit(as_: As, other: dict[str, Any], code: str) -> None:
    person = a_person()
    claims = {
        "iss": APP,
        "aud": "wugan",
        "sub": person,
        "method": "face",
        "iat": int(clock.now().timestamp()),
        "nonce": "check-0001",
        **other,
    }
    signed = jwt.encode(claims, APP_KEY.key, algorithm="ES256", headers={"kid": APP_KEY.key_id})
    assert refused(as_, person, signed) == code


def test_it_is_fresh(as_: As) -> None:
    person, now = a_person(), clock.now()

    def at(seconds: int) -> str:
        return APP_KEY.assertion(APP, person, "face", now=now + timedelta(seconds=seconds))

    assert refused(as_, person, at(-601)) == "assertion_old"
    assert refused(as_, person, at(31)) == "assertion_early"
    assert as_("app", COUNTY).post(CERTIFY, body(person, at(-600))).status_code == 200


def test_it_is_signed_by_the_app_and_nobody_else(as_: As) -> None:
    person, now = a_person(), clock.now()
    stranger = Issuer.new()
    assert refused(as_, person, stranger.assertion(APP, person, "face", now=now)) == "assertion_key"
    assert refused(as_, person, ISSUER.assertion(APP, person, "face", now=now)) == "assertion_key"
    assert refused(as_, person, a_token("citizen", person=person)) == "assertion_key", "a token is none"
    claims = {"iss": APP, "aud": "wugan", "sub": person, "iat": int(now.timestamp())}
    forged = jwt.encode(claims, stranger.key, algorithm="ES256", headers={"kid": APP_KEY.key_id})
    assert refused(as_, person, forged) == "assertion_signature"
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": APP_KEY.key_id})
    assert refused(as_, person, unsigned) == "assertion_signature"
    secret = jwt.encode(claims, "0" * 32, algorithm="HS256", headers={"kid": APP_KEY.key_id})
    assert refused(as_, person, secret) == "assertion_signature"
    assert refused(as_, person, "neither.of.ours") == "assertion_malformed"
    lacking = jwt.encode({"aud": "wugan"}, APP_KEY.key, algorithm="ES256", headers={"kid": APP_KEY.key_id})
    assert refused(as_, person, lacking) == "assertion_malformed"


def test_of_somebody_else_s_person_it_says_nothing(as_: As) -> None:
    me, other = a_person(), a_person(OTHER_NUMBER)
    assert refused(as_, me, an_assertion(other)) == "assertion_person"


def test_an_app_may_sign_with_ed25519_and_keys_of_no_app_certify_nobody(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, rsa = Ed25519PrivateKey.generate(), Issuer.new("RS256")
    public = {**OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "ed", "app": APP}
    keys = [public, rsa.registered(APP), {**APP_KEY.registered(APP), "app": ""}]
    monkeypatch.setenv("WUGAN_ASSERTION_JWKS", json.dumps({"keys": keys}))
    settings.cache_clear()
    person = a_person()
    assert refused(as_, person, an_assertion(person)) == "assertion_key"
    assert refused(as_, person, rsa.assertion(APP, person, "face", now=clock.now())) == "assertion_key"
    claims = {
        "iss": APP,
        "aud": "wugan",
        "sub": person,
        "method": "face",
        "iat": clock.now().timestamp(),
        "nonce": "check-0001",
    }
    signed = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": "ed"})
    assert as_("app", COUNTY).post(CERTIFY, body(person, signed)).status_code == 200
