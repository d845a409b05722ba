"""How a city begins, on the operator's command line: from which day on cases open, and how many on a day."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentTypeError, Namespace
from datetime import date
from typing import Any, Final

from rich.console import Console

from chalicelib import clock
from chalicelib.storage.dynamodb import case_openings
from chalicelib.storage.dynamodb.case_openings import CaseOpenings

ALL: Final = "all"
console = Console()


def add_to(subjects: Any) -> None:
    """The command's own words."""
    start = subjects.add_parser("start", help="from which day on cases open, and how many on a day")
    start.add_argument("--from", dest="begins", type=date.fromisoformat, metavar="DAY", help="2026-02-01")
    start.add_argument(
        "--cases-a-day", dest="a_day", type=_number, default=SUPPRESS, metavar="N|all", help="at most"
    )


def _number(text: str) -> int | None:
    if text == ALL:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a number, or all: a day on which no case may open is said by --from")
    return int(text)


def run(options: Namespace) -> int:
    """Say what holds, after what is newly said, if anything is: what is not said again stays as it was."""
    before = case_openings.said() or CaseOpenings(clock.today())
    if options.begins is not None or "a_day" in options:
        begins = options.begins or before.begins
        case_openings.say(CaseOpenings(begins, getattr(options, "a_day", before.a_day)))
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
