"""账号核验 · Which account stands behind a token: each process asks DynamoDB once a minute and subject.

Where a deployment requires accounts, the token says who somebody is, and the account alone what they may:
role, area and authority that a token claims count for nothing. An account that was ended is refused within a
minute, also by processes that have just let it in. Citizens have none: their token names the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.model import UserAccount, UserAccountState
from chalicelib.settings import settings
from chalicelib.storage.clients import on_forget
from chalicelib.storage.dynamodb import user_accounts

KEPT: Final = timedelta(seconds=60)
MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """What DynamoDB said last of a subject, and when."""

    asked: datetime
    account: UserAccount | None


_known: Final[dict[str, _Known]] = {}
on_forget(_known.clear)


def are_required() -> bool:
    """Whether the deployment takes nobody's word but that of an account."""
    return settings().accounts_required == "true"


def account_of(subject: str, now: datetime) -> UserAccount | None:
    """The account by which a subject may act now; None without one that holds today."""
    account = _last_known(subject, now)
    return account if account is not None and account.holds_on(clock.civil_date(now)) else None


def was_ended(subject: str, now: datetime) -> bool:
    """Whether somebody has ended a subject's account: left, or lost what they signed in with."""
    account = _last_known(subject, now)
    return account is not None and account.state is UserAccountState.ENDED


def _last_known(subject: str, now: datetime) -> UserAccount | None:
    known = _known.get(subject)
    if known is None or not timedelta() <= now - known.asked < KEPT:
        if len(_known) >= MANY:
            _known.clear()
        known = _known[subject] = _Known(now, user_accounts.find(subject))
    return known.account
