"""The counter at which everybody in the town speaks to the platform: its HTTP API, with a token each.

Nothing here reaches past the API. What the platform answers is kept where it was not expected, so that
a run can be held against it afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlencode

# What a polite client meets now and then: somebody was faster (409), or it is not there any more (404).
OVERTAKEN: Final = (404, 409)
FORM: Final = "application/x-www-form-urlencoded"
RENEWED: Final = timedelta(hours=6)  # a badge is exchanged before it expires


class Serve(Protocol):
    """The API: method, path with query, headers, body -> status and body."""

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, /
    ) -> tuple[int, bytes]:
        """Answer one request."""


class Issue(Protocol):
    """The issuer of tokens."""

    def __call__(
        self,
        role: str,
        area: str | None,
        subject: str,
        *,
        now: datetime,
        person: str | None = None,
        authority: str | None = None,
    ) -> str:
        """A token for one role, good from `now` on."""


@dataclass(frozen=True, slots=True)
class Badge:
    """Who somebody is to the platform."""

    role: str
    subject: str
    area: str | None = None
    person: str | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Surprise:
    """An answer that no actor of the town should ever get."""

    request: str
    status: int
    code: str


@dataclass
class Desk:
    """Speaks to the API for everybody; one token per badge, kept."""

    serve: Serve
    issue: Issue
    now: Callable[[], datetime]
    asserts: Callable[[str, str], str]  # what the app signs after a check: of whom, by which method
    surprises: list[Surprise] = field(default_factory=list)
    _tokens: dict[Badge, tuple[str, datetime]] = field(default_factory=dict)

    def get(self, badge: Badge, path: str, **query: str) -> dict[str, Any]:
        """The answer to a question; an empty mapping if it was refused."""
        status, answer = self._ask(badge, "GET", f"{path}?{urlencode(query)}" if query else path, b"")
        return answer if status == 200 else {}

    def lines(self, badge: Badge, path: str, area: str) -> Iterator[dict[str, Any]]:
        """Every line of a list, page by page."""
        query = {"area": area, "limit": "200"}
        while True:
            page = self.get(badge, path, **query)
            yield from page.get("items", ())
            if not page.get("next"):
                return
            query["cursor"] = page["next"]

    def post(self, badge: Badge, path: str, body: Mapping[str, object]) -> dict[str, Any] | None:
        """The answer to a report; None if it was refused or overtaken."""
        status, answer = self._ask(badge, "POST", path, json.dumps(body, ensure_ascii=False).encode())
        return answer if status == 200 else None

    def push(self, path: str, form: bytes) -> bool:
        """Whether the platform has stored a form that bears a signature instead of a token."""
        return self._told("POST", path, {"Content-Type": FORM}, form)[0] == 200

    def _ask(self, badge: Badge, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token(badge)}", "Content-Type": "application/json"}
        return self._told(method, path, headers, body)

    def _told(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        status, raw = self.serve(method, path, headers, body)
        answer: dict[str, Any] = json.loads(raw) if raw else {}
        if status != 200 and status not in OVERTAKEN:
            route = path.partition("?")[0]
            self.surprises.append(Surprise(f"{method} {route}", status, str(answer.get("code", ""))))
        return status, answer

    def _token(self, badge: Badge) -> str:
        token, issued = self._tokens.get(badge, ("", self.now()))
        if not token or self.now() - issued > RENEWED:
            token, issued = self._issue(badge), self.now()
            self._tokens[badge] = token, issued
        return token

    def _issue(self, badge: Badge) -> str:
        return self.issue(
            badge.role,
            badge.area,
            badge.subject,
            now=self.now(),
            person=badge.person,
            authority=badge.authority,
        )
