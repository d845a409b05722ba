"""答复 · Accounts of those who work with the platform."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import JsonValue

from chalicelib.api.answers.shared import Answer, Next
from chalicelib.model import UserAccountState


class Account(Answer):
    """An account: whose, for which post, what it may do, how long, and who granted it."""

    id: str
    subject: str
    post: str
    role: str
    area: str
    authority: str | None
    since: date
    until: date | None
    days_left: int | None
    state: UserAccountState
    holds: bool
    granted_by: str
    granted_at: datetime
    approved_by: str | None
    ended_by: str | None
    ended_at: datetime | None
    because: str | None


class Accounts(Answer):
    """A page of accounts."""

    items: list[Account]
    next: Next


class AccountChange(Answer):
    """One change of an account."""

    sequence: int
    at: datetime
    action: str
    actor: str
    details: dict[str, JsonValue]


class AccountWithChanges(Account):
    """An account with every change of it, oldest first."""

    changes: list[AccountChange]
    chain_holds: bool
