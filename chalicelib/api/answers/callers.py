"""答复 · About whoever asks: how to sign in, and what one may do."""

from __future__ import annotations

from datetime import date

from chalicelib.api.answers.shared import Answer


class SignIn(Answer):
    """How screens sign somebody in, by OpenID Connect (code flow with PKCE)."""

    issuer: str
    client_id: str
    audience: str
    scope: str


class Operation(Answer):
    """A method of an address."""

    method: str
    path: str


class Myself(Answer):
    """Whoever asks, as the platform takes them, and which operations are open to them at all."""

    subject: str
    role: str
    area: str | None
    authority: str | None
    person: str | None
    account_until: date | None
    account_days_left: int | None
    may: list[Operation]
