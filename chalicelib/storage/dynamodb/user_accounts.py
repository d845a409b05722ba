"""工作账号 · Accounts of those who work with the platform, each with the chain of its changes.

    People   ACCOUNT#<subject> / ACCOUNT          the account as it stands; sequence and head of its chain
    Audit    ACCOUNT#<subject> / ~A#<sequence>    one change, sealed by the one before it (`audit`)
    Work     ACCOUNTS#<province> / <area>#<subject>   where it is listed

An account and its change are written together or not at all; two who change one at the same time cannot both
succeed. Nothing is deleted: whoever did something is known as long as what they did.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.model import UserAccount
from chalicelib.storage.dynamodb import audit, tables
from chalicelib.storage.dynamodb.audit import AuditEntry
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.tables import Delete, People, Put, Work, Write

_ACCOUNT: Final = "ACCOUNT"
_PROVINCE_DIGITS: Final = 2


def find(subject: str) -> UserAccount | None:
    """The account of a subject as it stands; None for whoever never had one."""
    item = tables.get(People, _key(subject), _ACCOUNT)
    return None if item is None else decode(UserAccount, item.body)


def put(
    account: UserAccount, at: datetime, action: str, actor: str, details: Mapping[str, object]
) -> UserAccount:
    """Write an account with its change; ConflictError where somebody else was first.

    `account.sequence` and `head` are those that were read: 0 and "" for a new one.
    """
    before = find(account.subject) if account.sequence else None
    entry = audit.sealed(AuditEntry(account.sequence + 1, at, action, actor, details), account.head)
    after = replace(account, sequence=entry.sequence, head=entry.hash)
    pk = _key(account.subject)
    same = People.sequence == account.sequence if account.sequence else tables.absent(People)
    standing = People(pk, _ACCOUNT, body=encode(after), sequence=after.sequence, head=after.head)
    writes: list[Write] = [
        Put(standing, same),
        audit.appended(pk, entry.sort_key, entry.text),
        Put(Work(*_listed(after), body="{}")),
    ]
    if before is not None and _listed(before) != _listed(after):
        writes.append(Delete(Work(*_listed(before))))
    tables.write_together(writes, str(uuid.uuid4()))
    return after


def history(subject: str) -> tuple[AuditEntry, ...]:
    """Every change of an account, oldest first."""
    found = audit.standing(_key(subject), audit.PREFIX)
    return tuple(audit.from_text(text) for _, text in found)


def chain_holds(account: UserAccount) -> bool:
    """Whether the chain of an account's changes is whole and ends where the account says."""
    return audit.holds(history(account.subject), account.sequence, account.head)


def listed(area: str, after: str = "") -> Iterator[UserAccount]:
    """The accounts of an area and of all below it, by area, then subject, behind `<area>#<subject>`."""
    first = max(area, after)
    for row in tables.query(Work, _listing(area), Work.sk.between(first, f"{area}~")):
        if row.sk > after:
            found = find(row.sk.partition("#")[2])
            if found is not None:
                yield found


def place_of(account: UserAccount) -> str:
    """Behind which a listing goes on."""
    return _listed(account)[1]


def _key(subject: str) -> str:
    return f"ACCOUNT#{subject}"


def _listing(area: str) -> str:
    return f"ACCOUNTS#{area[:_PROVINCE_DIGITS]}"


def _listed(account: UserAccount) -> tuple[str, str]:
    return _listing(account.area), f"{account.area}#{account.subject}"
