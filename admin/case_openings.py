"""How a city begins, on the operator's command line: from which day on cases open, and how many on a day."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from datetime import date
from typing import Any

from rich.console import Console

from chalicelib import clock
from chalicelib.storage.dynamodb import case_openings
from chalicelib.storage.dynamodb.case_openings import CaseOpenings

console = Console()


def add_to(subjects: Any) -> None:
    """The command's own words."""
    start = subjects.add_parser("start", help="from which day on cases open, and how many on a day")
    start.add_argument("--from", dest="begins", type=date.fromisoformat, metavar="DAY", help="2026-02-01")
    start.add_argument("--cases-a-day", dest="a_day", type=_some, metavar="N", help="at most; else all")


def _some(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("at least 1: a day on which no case may open is said by --from")
    return int(text)


def run(options: Namespace) -> int:
    """Say what holds, after what is newly said, if anything is; a number alone holds from today on."""
    before = case_openings.said()
    if options.begins is not None or options.a_day is not None:
        begins = options.begins or (before.begins if before is not None else clock.today())
        case_openings.say(CaseOpenings(begins, options.a_day))
    openings = case_openings.said()
    if openings is None:
        console.print("自始即建立个案，不限件数。 Cases open on any day, and as many as come due.")
        return 0
    zh = "不限件数" if openings.a_day is None else f"每天至多{openings.a_day}件"
    en = "as many as come due" if openings.a_day is None else f"{openings.a_day} a day at most"
    console.print(
        f"{openings.begins}起建立个案，{zh}。 Cases open from {openings.begins} on, {en}.", highlight=False
    )
    return 0
