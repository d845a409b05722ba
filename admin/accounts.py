"""Accounts of those who work here, on the operator's command line: the first ones are made here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib import clock
from chalicelib.api.tokens import AREA, AUTHORITY, SUBJECT, Role
from chalicelib.cases import user_accounts as cases
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import AreaCode, UserAccount, UserAccountState
from chalicelib.observability import mask
from chalicelib.sources.formats.csv_writing import csv_of
from chalicelib.storage.dynamodb import user_accounts

SOON = 30  # days
COLUMNS = ("subject", "post", "role", "area", "authority", "since", "until", "state", "granted_by")
console = Console()


def add_to(subjects: Any) -> None:
    """Add the commands to the command line."""
    verbs = subjects.add_parser("accounts", help="accounts of those who work here").add_subparsers(
        dest="verb", required=True
    )
    grant = verbs.add_parser("grant", help="grant an account: the first of a city, or in an emergency")
    grant.add_argument("--subject", dest="who", required=True, help="whom the issuer's tokens name (sub)")
    grant.add_argument("--post", required=True, help="the post that it belongs to")
    roles = [role.value for role in Role if role is not Role.CITIZEN]
    grant.add_argument("--role", required=True, choices=roles)
    grant.add_argument("--area", required=True, help="2, 4, 6, 9 or 12 digits")
    grant.add_argument("--authority", help="the office's own, of whom decides for benefits or sends files")
    grant.add_argument("--until", type=date.fromisoformat, help="its last day")
    end = verbs.add_parser("end", help="end an account: refused everywhere within a minute")
    end.add_argument("--subject", dest="who", required=True)
    end.add_argument("--because", required=True)
    for verb in (grant, end):
        verb.add_argument("--by", default=cases.OPERATOR)
    listing = verbs.add_parser("list", help="accounts of an area and below")
    export = verbs.add_parser("export", help="the same as CSV")
    for verb in (listing, export):
        verb.add_argument("--area", required=True)
    listing.add_argument("--ending", action="store_true", help=f"only those that end within {SOON} days")


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; 0 if it did what was asked."""
    try:
        match options.verb:
            case "grant":
                return _grant(options)
            case "end":
                by = cases.Grantor(options.by)
                return _told(cases.end_account(options.who, by, options.because))
            case "export":
                return _export(options.area)
            case _:
                return _list(options)
    except RefusedError as error:
        console.print(f"{error.zh} {error.en}", highlight=False)
    except NotFoundError:
        console.print("没有这个账号。 There is no such account.")
    return 1


def _grant(options: argparse.Namespace) -> int:
    shapes = ((SUBJECT, options.who), (AREA, options.area), (AUTHORITY, options.authority or "none"))
    if not all(shape.fullmatch(word) for shape, word in shapes) or mask(options.who) != options.who:
        console.print(
            "标识、区划代码或部门代码的格式不正确。 A subject, an area or an authority has another shape."
        )
        return 1
    wanted = cases.Wanted(
        options.who,
        options.post,
        options.role,
        AreaCode(options.area),
        options.authority,
        clock.today(),
        options.until,
    )
    return _told(cases.grant_account(wanted, cases.Grantor(options.by)))


def _told(account: UserAccount) -> int:
    until = f", until {account.until}" if account.until else ""
    said = f"{account.subject}: {account.state}, {account.role} of {account.area}{until}"
    console.print(f"{said}; everywhere within a minute", highlight=False)
    return 0


def _list(options: argparse.Namespace) -> int:
    table = Table(*COLUMNS, box=None)
    for account in user_accounts.listed(options.area):
        if not options.ending or _ends_soon(account):
            table.add_row(*_row(account))
    show(console, table, *COLUMNS)
    return 0


def _ends_soon(account: UserAccount) -> bool:
    today = clock.today()
    ends = account.until is not None and account.until <= today + timedelta(SOON)
    return account.state is UserAccountState.GRANTED and ends


def _export(area: str) -> int:
    rows = [tuple(_row(account)) for account in user_accounts.listed(area)]
    sys.stdout.write(csv_of(COLUMNS, rows).decode("utf-8-sig"))
    return 0


def _row(account: UserAccount) -> Iterator[str]:
    for name in COLUMNS:
        value = getattr(account, name)
        yield "" if value is None else str(value)
