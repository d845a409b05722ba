"""认证断言 · What an app says that it has seen: signed by it, about one person, just now, and used once.

A self-certification by face or video rests on the word of the app that made the check, and not on whoever
calls: a JWS in compact form (ES256 or EdDSA) by a key that is registered for the app in the deployment's
`AssertionJwks`, a JSON Web Key Set each of whose keys names its `app`. It claims `iss` (the app), `aud`
(ours), `sub` (the person's opaque id), `method`, `iat` (the instant of the check, in seconds) and `nonce`;
and it may claim the `device` over which it was made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import jwt

from chalicelib import clock
from chalicelib.api.bodies import Method, field_error
from chalicelib.api.problems import Problem, invalid
from chalicelib.model import PersonId
from chalicelib.settings import settings

ALGORITHMS: Final = ("ES256", "EdDSA")
AHEAD_SECONDS: Final = 30  # as far as two clocks may differ
NONCE: Final = re.compile(r"[A-Za-z0-9._:-]{8,64}")
DEVICE: Final = re.compile(r"[A-Za-z0-9._:-]{8,128}")
POINTER: Final = "/assertion"


@dataclass(frozen=True, slots=True)
class Assertion:
    """A check that an app has made of a person: when, and the name under which it is used once."""

    app: str
    at: datetime
    nonce: str
    device: str | None = None  # over which it was made, in the app's own words: only a stand-in is kept

    @property
    def name(self) -> str:
        """What no second assertion may bear: the app's own word is no other app's."""
        return f"{self.app}#{self.nonce}"


def asserted(token: str | None, person: PersonId, method: Method) -> Assertion:
    """What an app's assertion says, if it holds for a person and a method now; Problem 422 naming why not."""
    if token is None:
        raise _wrong("assertion_needed")
    key, app = _key(token)
    claims = _claims(token, key)
    if claims["iss"] != app:
        raise _wrong("assertion_key")
    if claims["sub"] != person:
        raise _wrong("assertion_person")
    if claims.get("method") != method.value:
        raise _wrong("assertion_method")
    nonce, instant = claims.get("nonce"), claims["iat"]
    is_instant = isinstance(instant, int | float) and not isinstance(instant, bool)
    if not isinstance(nonce, str) or not NONCE.fullmatch(nonce) or not is_instant:
        raise _wrong("assertion_malformed")
    device = claims.get("device")
    if device is not None and not (isinstance(device, str) and DEVICE.fullmatch(device)):
        raise _wrong("assertion_malformed")
    age = clock.now().timestamp() - instant
    if not age <= int(settings().assertion_longest_seconds):
        raise _wrong("assertion_old")
    if age < -AHEAD_SECONDS:
        raise _wrong("assertion_early")
    return Assertion(app, datetime.fromtimestamp(instant, UTC), nonce, device)


def _claims(token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=settings().token_audience,
            options={
                "require": ["iss", "aud", "sub", "iat"],
                # PyJWT would ask the machine's clock; the instant is checked above.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError) as error:
        raise _wrong("assertion_signature") from error
    except jwt.InvalidAudienceError as error:
        raise _wrong("assertion_audience") from error
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise _wrong("assertion_malformed") from error


def _key(token: str) -> tuple[jwt.PyJWK, str]:
    """The registered key that an assertion names by `kid`, and whose it is."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise _wrong("assertion_malformed") from error
    found = _registered(settings().assertion_jwks).get(str(name))
    if found is None:
        raise _wrong("assertion_key")
    return found


@lru_cache(maxsize=4)
def _registered(document: str) -> Mapping[str, tuple[jwt.PyJWK, str]]:
    """By their names the keys of apps; one of another algorithm, or of no app, is registered for nothing."""
    found = {}
    for said in json.loads(document)["keys"]:
        key, app = jwt.PyJWK.from_dict(said), said.get("app")
        if key.algorithm_name in ALGORITHMS and key.key_id and isinstance(app, str) and app:
            found[key.key_id] = (key, app)
    return found


def _wrong(code: str) -> Problem:
    return invalid(field_error(POINTER, code))
