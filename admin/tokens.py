"""Tokens that are to hold no longer, on the operator's command line: revoked, taken back, listed."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib import clock
from chalicelib.api.tokens import LEEWAY_SECONDS, SUBJECT, TOKEN_ID
from chalicelib.observability import mask
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import revocations
from chalicelib.storage.dynamodb.revocations import Revocation, Revoked

OPERATOR: Final = "operator"
console = Console()


def add_to(subjects: Any) -> None:
    """Add the commands to the command line."""
    verbs = subjects.add_parser("tokens", help="revoked tokens").add_subparsers(dest="verb", required=True)
    revoke = verbs.add_parser("revoke", help="refuse a token, or all tokens of a subject")
    revoke.add_argument("--hours", type=int, help="as long as any token may live, unless said otherwise")
    revoke.add_argument("--old-only", action="store_true", help="of a subject: not those issued from now on")
    revoke.add_argument("--by", default=OPERATOR)
    restore = verbs.add_parser("restore", help="take a revocation back")
    for verb in (revoke, restore):
        which = verb.add_mutually_exclusive_group(required=True)
        which.add_argument("--jti", help="the token's own id")
        which.add_argument("--subject", dest="who", help="whoever the tokens are issued to (sub)")
    verbs.add_parser("list", help="what is revoked, and until when")


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; 0 if it did what was asked."""
    if options.verb == "list":
        return _list()
    kind, name = (Revoked.TOKEN, options.jti) if options.jti else (Revoked.SUBJECT, options.who)
    shape = TOKEN_ID if kind is Revoked.TOKEN else SUBJECT
    if not shape.fullmatch(name) or (kind is Revoked.SUBJECT and mask(name) != name):
        console.print("令牌中不会有这样的标识。 No token bears such a name.")
        return 1
    return _restore(kind, name) if options.verb == "restore" else _revoke(kind, name, options)


def _revoke(kind: Revoked, name: str, options: argparse.Namespace) -> int:
    now = clock.now()
    longest = timedelta(seconds=int(settings().token_longest_seconds) + 2 * LEEWAY_SECONDS)
    until = now + (timedelta(hours=options.hours) if options.hours is not None else longest)
    if until <= now:
        console.print("期限须在今后。 It must stand for some time.")
        return 1
    old_only = options.old_only and kind is Revoked.SUBJECT
    revocations.put(Revocation(kind, name, until, options.by, now, now if old_only else None))
    console.print(f"{kind} {name}: until {_instant(until)}, everywhere within a minute", highlight=False)
    return 0


def _restore(kind: Revoked, name: str) -> int:
    there = revocations.remove(kind, name)
    console.print(f"{kind} {name}: {'holds again' if there else 'was not revoked'}", highlight=False)
    return 0 if there else 1


def _list() -> int:
    table = Table("revoked", "name", "until", "issued until", "by", "at", box=None)
    for each in revocations.standing(clock.now()):
        issued = _instant(each.issued_until) if each.issued_until else "–"
        table.add_row(each.kind, each.name, _instant(each.until), issued, each.by, _instant(each.at))
    show(console, table, "name")
    return 0


def _instant(at: datetime) -> str:
    return at.astimezone(clock.CHINA).isoformat(timespec="minutes")
