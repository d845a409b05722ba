"""Sign-in of the sandbox: an OpenID Connect issuer whose passwords are a click on a demo person.

    GET  /.well-known/openid-configuration   what is where
    GET  /jwks                               the key that signs
    GET  /authorize                          a page that lists the demo people; a click signs in
    POST /token                              a code, and the verifier that belongs to it (PKCE), for tokens
    GET  /end-session                        back to where one came from

For a browser on this machine only: whoever asks gets in, and is sent back to this machine. A deployment names
the government's own issuer instead; the platform verifies the tokens of both alike.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from sandbox.tokens import USUAL_LIFETIME, YEAR_LONG, Issuer

CLIENT: Final = "wugan-console"
SCOPE: Final = "openid wugan"
CODES_KEPT: Final = 1000
_LOOPBACK: Final = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?(?:/[^\s#]*)?")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_TITLES: Final = {
    "officer": "经办人 · Officers",
    "grid-worker": "网格员 · Grid workers",
    "citizen": "群众 · Citizens",
    "auditor": "审计 · Auditors",
    "app": "应用 · Apps",
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody as whom one may sign in."""

    subject: str
    title: str
    role: str
    area: str | None = None
    authority: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What is answered: status, headers, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A code that was given out: to whom, and what must come with it."""

    who: DemoPerson
    redirect: str
    challenge: str
    nonce: str | None


@dataclass
class SignIn:
    """The issuer. people: who may be clicked, asked for each page. url: where it is reached."""

    issuer: Issuer
    now: Callable[[], datetime]
    people: Callable[[], Sequence[DemoPerson]]
    url: str = ""
    _codes: dict[str, _Asked] = field(default_factory=dict)

    def answer(self, method: str, path: str, body: bytes = b"") -> Said:
        """One request; the address with its query."""
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        match method, parts.path:
            case "OPTIONS", _:
                return Said(204, [*_CORS, ("Access-Control-Allow-Headers", "content-type, authorization")])
            case "GET", "/.well-known/openid-configuration":
                return _json(200, self._described())
            case "GET", "/jwks":
                return _json(200, json.loads(self.issuer.jwks()))
            case "GET", "/authorize":
                return self._authorize(asked)
            case "POST", "/token":
                return self._token({n: v[0] for n, v in parse_qs(body.decode("utf-8", "replace")).items()})
            case "GET", "/end-session":
                return _back(asked.get("post_logout_redirect_uri", ""), {"state": asked.get("state")})
            case _:
                return _json(404, {"error": "not_found"})

    def _described(self) -> Mapping[str, object]:
        return {
            "issuer": self.issuer.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "end_session_endpoint": f"{self.url}/end-session",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self.issuer.algorithm],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": SCOPE.split(),
        }

    def _authorize(self, asked: Mapping[str, str]) -> Said:
        """The people to click; with `as` (whom somebody has clicked) the way back with a code."""
        redirect = asked.get("redirect_uri", "")
        if asked.get("client_id") != CLIENT or not _LOOPBACK.fullmatch(redirect):
            return _json(400, {"error": "invalid_request", "error_description": "client_id or redirect_uri"})
        challenge = asked.get("code_challenge", "")
        is_sound = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if not is_sound or not _CHALLENGE.fullmatch(challenge):
            return _back(redirect, {"error": "invalid_request", "state": asked.get("state")})
        people = self.people()
        if "as" not in asked:
            return _page(people, asked)
        who = next((one for one in people if one.subject == asked["as"]), None)
        if who is None:
            return _back(redirect, {"error": "access_denied", "state": asked.get("state")})
        code = secrets.token_urlsafe(24)
        if len(self._codes) >= CODES_KEPT:
            self._codes.clear()
        self._codes[code] = _Asked(who, redirect, challenge, asked.get("nonce"))
        return _back(redirect, {"code": code, "state": asked.get("state"), "iss": self.issuer.issuer})

    def _token(self, sent: Mapping[str, str]) -> Said:
        """Tokens for a code, once, and only with the verifier of which the challenge was made."""
        asked = self._codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or sent.get("grant_type") != "authorization_code"
            or sent.get("client_id") != CLIENT
            or sent.get("redirect_uri") != asked.redirect
            or not secrets.compare_digest(proved, asked.challenge)
        ):
            return _json(400, {"error": "invalid_grant"})
        who, now = asked.who, self.now()
        # The clock of a sandbox may jump over weeks while somebody looks at a screen.
        access = self.issuer.issue(
            who.role,
            who.area,
            who.subject,
            now=now,
            lifetime=YEAR_LONG,
            person=who.person,
            authority=who.authority,
        )
        claims = {
            "iss": self.issuer.issuer,
            "aud": CLIENT,
            "sub": who.subject,
            "name": who.title,
            "role": who.role,
            "iat": int(now.timestamp()),
            "exp": int((now + USUAL_LIFETIME).timestamp()),
            **({"nonce": asked.nonce} if asked.nonce else {}),
        }
        identity = jwt.encode(
            claims,
            self.issuer.key,
            algorithm=self.issuer.algorithm,
            headers={"kid": self.issuer.key_id},
        )
        return _json(
            200,
            {
                "access_token": access,
                "id_token": identity,
                "token_type": "Bearer",
                "expires_in": int(USUAL_LIFETIME.total_seconds()),
                "scope": SCOPE,
            },
        )


_CORS: Final = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "no-store")]


def _json(status: int, said: Mapping[str, object]) -> Said:
    text = json.dumps(said, ensure_ascii=False).encode()
    return Said(status, [("Content-Type", "application/json"), *_CORS], text)


def _back(redirect: str, said: Mapping[str, str | None]) -> Said:
    if not _LOOPBACK.fullmatch(redirect):
        return _json(400, {"error": "invalid_request"})
    told = urlencode({name: value for name, value in said.items() if value is not None})
    joint = "&" if "?" in redirect else "?"
    return Said(302, [("Location", f"{redirect}{joint}{told}" if told else redirect), *_CORS])


def _page(people: Sequence[DemoPerson], asked: Mapping[str, str]) -> Said:
    """Everybody as whom one may sign in, by role; without script, so that a keyboard is enough."""
    lines = []
    for role, title in _TITLES.items():
        of_role = [one for one in people if one.role == role]
        if of_role:
            links = "".join(_link(one, asked) for one in of_role)
            lines.append(f"<h2>{html.escape(title)}</h2><ul>{links}</ul>")
    page = (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>沙箱登录 · Sign in</title>"
        "<style>body{font:1.1rem/1.6 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
        "li{margin:.4rem 0}small{color:#595959}</style>"
        "<main><h1>沙箱登录 · Sign in to the sandbox</h1>"
        "<p>点击一位演示人员即可登录，无需密码。Click whom you want to be; there is no password.</p>"
        + "".join(lines)
        + "</main></html>"
    )
    return Said(200, [("Content-Type", "text/html; charset=utf-8"), *_CORS], page.encode())


def _link(one: DemoPerson, asked: Mapping[str, str]) -> str:
    address = html.escape(f"/authorize?{urlencode({**asked, 'as': one.subject})}")
    about = " · ".join(part for part in (one.area, one.authority) if part)
    return (
        f'<li><a href="{address}" data-subject="{html.escape(one.subject)}" data-role="{one.role}">'
        f"{html.escape(one.title)}</a> <small>{html.escape(about)}</small></li>"
    )
