"""令牌 · Who is calling: a signed token (JWT) becomes a `Caller`, or nothing at all.

Verified here and not at a gateway, against the issuer's published keys: signature (RS256 or ES256,
by the key's own algorithm and never by the token's word), issuer, audience, and the times by the
platform's clock, which may jump in the sandbox; and that it was not revoked (`revoked`). The token stands
in `Authorization: Bearer`, or in `X-Wugan-Token` where the first is taken by another signature (AWS China,
SigV4).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import jwt

from chalicelib import clock
from chalicelib.api import account_of, revoked
from chalicelib.api.problems import Problem
from chalicelib.api.subjects import SUBJECT as SUBJECT
from chalicelib.model import AreaCode, PersonId
from chalicelib.observability import mask
from chalicelib.settings import settings
from chalicelib.storage.clients import on_forget

ALGORITHMS: Final = ("RS256", "ES256")
LEEWAY_SECONDS: Final = 30
LONGEST_TOKEN: Final = 4096
TOKENS_KEPT: Final = 1024  # a counter's or an app's token comes a thousand times a day
LATEST: Final = 253_402_300_800  # epoch seconds at the end of the year 9999; NaN is not below it
AREA: Final = re.compile(r"\d{2}(?:\d{2}(?:\d{2}(?:\d{3}(?:\d{3})?)?)?)?")  # 2, 4, 6, 9 or 12 digits
AUTHORITY: Final = re.compile(r"[a-z][a-z_]{1,31}")
TOKEN_ID: Final = re.compile(r"[!-~]{1,128}")
PERSON: Final = re.compile(r"[a-z2-7]{26}")


class Role(StrEnum):
    """What somebody may be to the platform; a token bears exactly one."""

    CITIZEN = "citizen"
    APP = "app"
    GRID_WORKER = "grid-worker"
    OFFICER = "officer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as far as their token says; `area` is empty for a citizen."""

    subject: str
    role: Role
    area: AreaCode
    person: PersonId | None = None
    authority: str | None = None

    @property
    def level(self) -> int:
        """The level of the office: 0 village, 1 township, 2 county or above."""
        return {12: 0, 9: 1}.get(len(self.area), 2)

    def may_see_area(self, area: str) -> bool:
        """Whether an area is the caller's own or lies within it."""
        return bool(self.area) and area.startswith(self.area)

    def may_see(self, person: PersonId, area: str) -> bool:
        """Whether the caller may know of a person: a citizen of oneself, all others by area."""
        if self.role is Role.CITIZEN:
            return self.person == person
        return self.may_see_area(area)


class _BadTokenError(Exception):
    """The token does not hold; why is nobody's business but the log's."""


def caller_of(headers: Mapping[str, str]) -> Caller:
    """The caller that the request's token names; Problem 401 without a valid one, 503 without keys.

    Where accounts are required the token says who, and the account what they may; 403 without one.

    Whether it was revoked is asked of DynamoDB: whatever is raised there is for the edge.
    """
    try:
        claims = _claims(_token(headers))
        caller, token = _caller(claims), _token_id(claims)
    except (_BadTokenError, jwt.InvalidTokenError, ValueError, RecursionError) as error:
        raise _refused(headers) from error
    except jwt.PyJWTError as error:  # the issuer's keys cannot be had: nobody's token is wrong
        raise Problem("unavailable", headers={"Retry-After": "60"}) from error
    if revoked.is_revoked(token, caller.subject, _instant(claims["iat"]), clock.now()):
        raise _refused(headers, "token_revoked")
    if account_of.are_required() and caller.role is not Role.CITIZEN:
        return _by_account(caller.subject)
    return caller


def _by_account(subject: str) -> Caller:
    """The caller that an account makes of a subject; Problem 403 without one that holds today.

    That somebody has ended it is a problem of its own: a phone then forgets what it keeps.
    """
    now = clock.now()
    account = account_of.account_of(subject, now)
    if account is None:
        raise Problem("account_ended" if account_of.was_ended(subject, now) else "no_account")
    return Caller(subject, Role(account.role), account.area, None, account.authority)


def _refused(headers: Mapping[str, str], code: str = "token_required") -> Problem:
    refused = 'Bearer error="invalid_token"' if _has_token(headers) else "Bearer"
    return Problem(code, headers={"WWW-Authenticate": refused})


def _has_token(headers: Mapping[str, str]) -> bool:
    return bool(headers.get("x-wugan-token") or headers.get("authorization"))


def _token(headers: Mapping[str, str]) -> str:
    own = headers.get("x-wugan-token")
    if own is not None:
        token = own
    else:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise _BadTokenError("no bearer token")
    token = token.strip()
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise _BadTokenError("no token, or not one of ours")
    return token


def _claims(token: str) -> Mapping[str, Any]:
    key = _key(_key_name(token.partition(".")[0]))
    claims = _signed(token, key, settings().token_audience, settings().token_issuer)
    _check_times(claims)
    return claims


@lru_cache(maxsize=TOKENS_KEPT)
def _key_name(header: str) -> object:
    """What a token's header calls its key, as yet unproved; all else in it is for `_signed` to judge."""
    said = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    return said.get("kid") if isinstance(said, dict) else None


@lru_cache(maxsize=TOKENS_KEPT)
def _signed(token: str, key: jwt.PyJWK, audience: str, issuer: str) -> Mapping[str, Any]:
    """What a token with a good signature claims; remembered, because a token comes with every request.

    The key is asked for each time and the times are checked each time: a key that was withdrawn, and a
    token that has expired, end what is remembered. What does not hold is never remembered.
    """
    claims = jwt.decode(
        token,
        key,
        algorithms=[key.algorithm_name],
        audience=audience,
        issuer=issuer,
        options={
            "require": ["exp", "iat", "iss", "aud", "sub"],
            # PyJWT would ask the machine's clock; the times are checked below.
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
            "enforce_minimum_key_length": True,
        },
    )
    return MappingProxyType(claims)


on_forget(_key_name.cache_clear)
on_forget(_signed.cache_clear)


def _check_times(claims: Mapping[str, Any]) -> None:
    now = clock.now().timestamp()
    expires, issued = _instant(claims["exp"]), _instant(claims["iat"])
    begins = _instant(claims.get("nbf", claims["iat"]))
    if expires <= now - LEEWAY_SECONDS:
        raise _BadTokenError("expired")
    if max(issued, begins) > now + LEEWAY_SECONDS:
        raise _BadTokenError("not yet valid")
    if expires - issued > int(settings().token_longest_seconds):
        raise _BadTokenError("lives longer than any token may")


def _instant(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LATEST:
        raise _BadTokenError("a time is no number")
    return float(value)


def _key(name: object) -> jwt.PyJWK:
    """The issuer's key that the token names by `kid`; a token without one is refused."""
    if not isinstance(name, str) or not name:
        raise _BadTokenError("no key named")
    where = settings().token_jwks
    keys = _published(where).get_signing_keys() if where.startswith("https://") else _written(where)
    key = next((key for key in keys if key.key_id == name), None)
    if key is None and where.startswith("https://"):
        key = _rotated_in(where, name)
    if key is None or key.public_key_use not in ("sig", None) or key.algorithm_name not in ALGORITHMS:
        raise _BadTokenError("unknown key")
    return key


def _rotated_in(url: str, name: str) -> jwt.PyJWK | None:
    """A key published since we last asked; the client keeps a pause between such questions."""
    try:
        return _published(url).get_signing_key(name)
    except jwt.PyJWKClientConnectionError:
        raise
    except jwt.PyJWKClientError:
        return None


@lru_cache(maxsize=4)
def _published(url: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(url, lifespan=3600, timeout=3)


@lru_cache(maxsize=4)
def _written(document: str) -> tuple[jwt.PyJWK, ...]:
    return tuple(jwt.PyJWKSet.from_dict(json.loads(document)).keys)


def _caller(claims: Mapping[str, Any]) -> Caller:
    subject = _matched(SUBJECT, claims, "sub")
    if mask(subject) != subject:
        raise _BadTokenError("a subject must not identify anybody by number or phone")
    if account_of.are_required() and claims.get("role") != Role.CITIZEN:
        return Caller(subject, Role.APP, AreaCode(""))  # what its account makes of it: `_by_account`
    role = Role(_text(claims, "role"))
    if role is Role.CITIZEN:
        return Caller(subject, role, AreaCode(""), PersonId(_matched(PERSON, claims, "person")))
    authority = _matched(AUTHORITY, claims, "authority") if claims.get("authority") is not None else None
    return Caller(subject, role, AreaCode(_matched(AREA, claims, "area")), None, authority)


def _token_id(claims: Mapping[str, Any]) -> str | None:
    """The token's own name, by which it can be revoked; None if its issuer gives none."""
    return _matched(TOKEN_ID, claims, "jti") if claims.get("jti") is not None else None


def _matched(pattern: re.Pattern[str], claims: Mapping[str, Any], name: str) -> str:
    text = _text(claims, name)
    if not pattern.fullmatch(text) or not text.isascii():
        raise _BadTokenError(f"the claim {name} has another shape")
    return text


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise _BadTokenError(f"the claim {name} is missing")
    return value
