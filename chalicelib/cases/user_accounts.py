"""工作账号 · Accounts are granted and ended by somebody one level up; those of a city or above by two people.

Villages' accounts by townships, townships' by counties, counties' by the city, or by any level above. Who
names an authority grants its accounts alone, and none of another; villages and townships serve all. The first
ones are an operator's (`python -m admin accounts`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib import clock
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import user_accounts

OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Grantor:
    """Who grants or ends: an officer by area and authority; an operator has no area and may all."""

    subject: str
    area: AreaCode | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The account that is to be: whose, for which post, what it may do, and how long."""

    subject: str
    post: str
    role: str
    area: AreaCode
    authority: str | None
    since: date
    until: date | None


def grant_account(wanted: Wanted, by: Grantor) -> UserAccount:
    """Grant an account, or propose it where two have to; the same again changes nothing. RefusedError."""
    known = user_accounts.find(wanted.subject)
    if known is not None and _is_the_same(known, wanted):
        return known
    now = clock.now()
    account = UserAccount(
        wanted.subject,
        wanted.post,
        wanted.role,
        wanted.area,
        wanted.authority,
        wanted.since,
        wanted.until,
        UserAccountState.GRANTED,
        by.subject,
        now,
        sequence=known.sequence if known else 0,
        head=known.head if known else "",
    )
    _may(account, by)
    if known is not None and known.state is not UserAccountState.ENDED:
        raise RefusedError(
            "has_an_account",
            "该人员已有账号：请先停用原账号，再授予新账号。",
            "that subject has an account: end it first, then grant another",
        )
    if account.needs_two and by.area is not None:
        account = replace(account, state=UserAccountState.PROPOSED)
    action = "proposed" if account.state is UserAccountState.PROPOSED else "granted"
    return _put(account, action, by)


def approve_account(subject: str, by: Grantor) -> UserAccount:
    """A second person approves a proposed account; RefusedError, NotFoundError."""
    account = _found(subject)
    if account.state is UserAccountState.GRANTED and account.approved_by == by.subject:
        return account
    if account.state is not UserAccountState.PROPOSED:
        raise RefusedError("not_proposed", "该账号不在待批准状态。", "the account does not wait for approval")
    _may(account, by)
    if account.granted_by == by.subject:
        raise RefusedError("same_person", "须由另一人批准。", "another person has to approve it")
    return _put(account.approved(by.subject), "approved", by)


def end_account(subject: str, by: Grantor, because: str) -> UserAccount:
    """End an account at once: whoever holds it is refused within a minute. RefusedError, NotFoundError."""
    account = _found(subject)
    if account.state is UserAccountState.ENDED:
        return account
    _may(account, by)
    return _put(account.ended(by.subject, clock.now(), because), "ended", by)


def _found(subject: str) -> UserAccount:
    account = user_accounts.find(subject)
    if account is None:
        raise NotFoundError("no such account")
    return account


def _is_the_same(known: UserAccount, wanted: Wanted) -> bool:
    said = (known.post, known.role, known.area, known.authority, known.since, known.until)
    asked = (wanted.post, wanted.role, wanted.area, wanted.authority, wanted.since, wanted.until)
    return known.state is not UserAccountState.ENDED and said == asked


def _may(account: UserAccount, by: Grantor) -> None:
    """RefusedError unless an account is one that somebody may grant and end."""
    if by.area is None:
        return
    if by.subject == account.subject:
        raise RefusedError("oneself", "不能为本人办理账号。", "nobody grants or ends their own account")
    is_below = len(by.area) < len(account.area) or (account.needs_two and len(by.area) == len(account.area))
    if not (account.area.startswith(by.area) and is_below):
        raise RefusedError(
            "not_one_level_up",
            "账号须由上一级机构的经办人办理。",
            "an account is granted and ended by an officer of a level above",
        )
    if account.authority not in (None, by.authority):
        raise RefusedError(
            "another_authority",
            "只能办理本部门的账号。",
            "an officer grants and ends accounts of their own authority alone",
        )


def _put(account: UserAccount, action: str, by: Grantor) -> UserAccount:
    details = {
        "post": account.post,
        "role": account.role,
        "area": account.area,
        "authority": account.authority,
        "since": account.since.isoformat(),
        "until": account.until.isoformat() if account.until else None,
        "because": account.because,
    }
    said = {name: value for name, value in details.items() if value is not None}
    logger.info("account", extra={"what": action, "subject": account.subject, "by": by.subject})
    return user_accounts.put(account, clock.now(), action, by.subject, said)
