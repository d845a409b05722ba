"""Apps that are told of events, on the operator's command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib.api.tokens import AREA, SUBJECT
from chalicelib.cases import subscriptions as cases
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, EventKind, Subscription
from chalicelib.observability import mask
from chalicelib.storage.dynamodb import subscriptions
from chalicelib.storage.dynamodb.subscriptions import Pushed

COLUMNS: Final = ("id", "app", "address", "area", "kinds", "made_by", "ended_at", "failures", "rests_until")
LOGGED: Final = ("at", "shard", "delivered", "failed", "given_up", "said")
console = Console()


def add_to(subjects: Any) -> None:
    """Add the commands to the command line."""
    verbs = subjects.add_parser("subscriptions", help="apps that are told of events").add_subparsers(
        dest="verb", required=True
    )
    make = verbs.add_parser("make", help="subscribe an app, at a host that EventHosts lists")
    make.add_argument("--app", required=True, help="whom the issuer's tokens name (sub)")
    make.add_argument("--address", required=True, help="https, without parameters")
    make.add_argument("--area", help="about whom; all of the jurisdiction unless said")
    make.add_argument(
        "--kind", action="append", choices=[kind.value for kind in EventKind], help="all unless said"
    )
    end = verbs.add_parser("end", help="tell an app of nothing more")
    end.add_argument("id")
    end.add_argument("--because", required=True)
    for verb in (make, end):
        verb.add_argument("--by", default=cases.OPERATOR)
    verbs.add_parser("list", help="who is told, and how the receivers answer")
    log = verbs.add_parser("log", help="what one was told of late")
    log.add_argument("id")
    log.add_argument("--lines", type=int, default=50)


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; 0 if it did what was asked."""
    try:
        match options.verb:
            case "make":
                return _make(options)
            case "end":
                ended = cases.end(options.id, options.by, options.because)
                console.print(
                    f"{ended.id}: ended; nothing more is pushed from the next run on", highlight=False
                )
                return 0
            case "log":
                return _log(options)
            case _:
                return _list()
    except RefusedError as error:
        console.print(f"{error.zh} {error.en}", highlight=False)
    except NotFoundError:
        console.print("没有这个订阅。 There is no such subscription.")
    return 1


def _make(options: argparse.Namespace) -> int:
    home = current().rules.policy.area
    area = options.area or home
    if not (SUBJECT.fullmatch(options.app) and AREA.fullmatch(area) and area.startswith(home)) or (
        mask(options.app) != options.app
    ):
        console.print("应用标识或区划代码的格式不正确。 The app or the area has another shape.")
        return 1
    kinds = [EventKind(kind) for kind in options.kind or ()]
    made, key = cases.subscribe(options.app, options.address, AreaCode(area), kinds, options.by)
    console.print(f"{made.id}: {made.app} is told from the next run on", highlight=False)
    console.print(f"key, said this once: {key}", highlight=False, soft_wrap=True)
    return 0


def _list() -> int:
    table = Table(*COLUMNS, box=None)
    for found in subscriptions.listed():
        table.add_row(*_row(found))
    show(console, table, *COLUMNS)
    return 0


def _row(found: Subscription) -> Iterator[str]:
    backoff = subscriptions.backoff_of(found.id)
    yield from (found.id, found.app, found.address, found.area, ",".join(found.kinds) or "all", found.made_by)
    yield found.ended_at.isoformat() if found.ended_at else ""
    yield from (str(backoff.failures), backoff.until.isoformat()) if backoff else ("0", "")


def _log(options: argparse.Namespace) -> int:
    found = subscriptions.find(options.id)
    table = Table(*LOGGED, box=None)
    for part in subscriptions.logged(found.id, options.lines):
        table.add_row(*_line(part))
    show(console, table, *LOGGED)
    return 0


def _line(part: Pushed) -> Iterator[str]:
    return (str(getattr(part, name)) for name in LOGGED)
