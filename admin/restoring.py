"""After a loss, on the operator's command line: what must be said before anything runs, and what then."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from datetime import datetime
from typing import Any

from rich.console import Console

from chalicelib.cases import restored
from chalicelib.runs import run as over_many
from chalicelib.storage.dynamodb import outages

console = Console()


def add_to(subjects: Any) -> None:
    """The command's own words."""
    verbs = subjects.add_parser("restore", help="after a loss").add_subparsers(dest="verb", required=True)
    for verb, says in (
        ("gap", "restored tables, before any stack runs on them: nobody is told twice, nobody is hurried"),
        ("walk", "once the stack is up: cases walk on, and the inbox is read again"),
    ):
        said = verbs.add_parser(verb, help=says)
        said.add_argument(
            "--since", type=_instant, required=True, metavar="T", help="to which instant tables were restored"
        )
        said.add_argument(
            "--lost", type=_instant, required=True, metavar="T", help="when the platform was lost"
        )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ArgumentTypeError("with its offset: 2026-12-01T02:10:00+08:00")
    return instant


def run(options: Namespace) -> int:
    """Close the gap, or let everything walk again; 1 where the instants cannot be."""
    try:
        gap = restored.Gap(options.since, options.lost)
    except ValueError as error:
        console.print(f"{error}", highlight=False)
        return 1
    with over_many("restore") as each:
        if options.verb == "gap":
            unknown = restored.close(gap, each)
            console.print(
                f"{unknown} messages may have gone out: UNKNOWN, followed by the next channel after a day"
            )
        else:
            console.print(f"{restored.read_again(gap.since)} files are read again")
            console.print(f"{restored.walk_again(gap, each)} cases and suspicions walk again")
    for outage in outages.said():
        console.print(
            f"outage {outage.lost} to {outage.back}: {outage.days} days are given back", highlight=False
        )
    return 0
