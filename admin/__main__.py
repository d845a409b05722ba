"""The operator's command line.

    python -m admin files list [--feed FEED] [--state STATE]
    python -m admin files redrive [--feed FEED] [FILE …]     every dead file, or the ones named
    python -m admin audit verify                             every person's audit chain
    python -m admin rules check|diff|replay|propose FOLDER   a changed rule book, rehearsed
    python -m admin rules approve|activate BUNDLE            … by two people, from a day to come
    python -m admin rules list|coverage
    python -m admin county export FOLDER AREA SHEET          what a county may set, as an Excel sheet
    python -m admin county import FOLDER SHEET               … and the filled sheet back into the folder

It acts on the deployment that the environment names (WUGAN_*). Beside a running sandbox it finds the
sandbox by itself, in build/sandbox/settings.env.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

from rich.console import Console
from rich.table import Table

from admin import county_sheets, rules
from chalicelib import clock
from chalicelib.intake import redrive
from chalicelib.model import DroppedFile, FileState
from chalicelib.storage import files, people

SANDBOX = Path("build/sandbox/settings.env")
console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked."""
    options = _parser().parse_args(arguments)
    find_deployment(Path(options.settings))
    match (options.subject, options.verb):
        case ("files", "list"):
            return list_files(options.feed, options.state)
        case ("files", "redrive"):
            return redrive_files(options.feed, options.files)
        case ("rules", _):
            return rules.run(options)
        case ("county", _):
            return county_sheets.run(options)
        case _:
            return verify_audit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m admin", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--settings", default=str(SANDBOX), help="file of lines: export WUGAN_…=…")
    subjects = parser.add_subparsers(dest="subject", required=True)
    verbs = subjects.add_parser("files", help="dropped files").add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="files and what became of them")
    listing.add_argument("--feed")
    listing.add_argument("--state", type=FileState, choices=list(FileState))
    again = verbs.add_parser("redrive", help="put dead files back into the queue")
    again.add_argument("--feed")
    again.add_argument("files", nargs="*", metavar="FILE")
    verbs = subjects.add_parser("audit", help="audit chains").add_subparsers(dest="verb", required=True)
    verbs.add_parser("verify", help="recompute every chain")
    rules.add_to(subjects)
    county_sheets.add_to(subjects)
    return parser


def find_deployment(settings_file: Path) -> None:
    """Take WUGAN_* from a file, unless the environment has them already."""
    if "WUGAN_PACK" in os.environ or not settings_file.exists():
        return
    for word in shlex.split(settings_file.read_text(encoding="utf-8")):
        name, equals, value = word.partition("=")
        if equals:
            os.environ.setdefault(name, value)
    if (url := os.environ.get("WUGAN_CLOCK_URL")) is not None:
        instant = _now_in_the_sandbox(url)
        clock.set_source(lambda: instant)


def _now_in_the_sandbox(url: str) -> datetime:
    """What the sandbox's jumping clock says: tokens and days to come are counted by it."""
    with urlopen(f"{url}/now") as response:  # noqa: S310 - loopback
        return datetime.fromisoformat(json.loads(response.read())["now"])


def _files(feed: str | None, state: FileState | None) -> list[DroppedFile]:
    return [
        f
        for f in files.everything()
        if (feed is None or f.feed == feed) and (state is None or f.state is state)
    ]


def list_files(feed: str | None, state: FileState | None) -> int:
    """Print the files, newest last."""
    table = Table("file", "feed", "day", "state", "rows", "accepted", "rejected", "why", box=None)
    for f in sorted(_files(feed, state), key=lambda f: f.received):
        counts = (str(f.counts.rows), str(f.counts.accepted), str(f.counts.rejected))
        table.add_row(f.id, f.feed, f.day.isoformat(), f.state, *counts, f.code)
    console.print(table)
    return 0


def redrive_files(feed: str | None, names: Sequence[str]) -> int:
    """Put dead files (or the named ones, whatever their state) back into the queue."""
    wanted = [f for f in _files(feed, None) if f.id in names or (not names and f.state is FileState.DEAD)]
    for f in wanted:
        console.print(f"{f.id} {f.feed}: {'queued' if redrive(f.feed, f.id) else 'finished, left alone'}")
    console.print(f"{len(wanted)} file(s)")
    return 0 if wanted or not names else 1


def verify_audit() -> int:
    """Recompute every person's audit chain; 1 if one does not hold."""
    broken = [record.person.id for record in people.everyone() if not people.verify_chain(record.person.id)]
    for person in broken:
        console.print(f"{person}: the chain does not hold")
    console.print(f"{len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
