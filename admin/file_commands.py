"""Files, feeds and outcome sheets on the operator's command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib import clock, intake
from chalicelib import visit_sheets as sheets
from chalicelib.cases.freshness import feeds_now
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.model import DroppedFile, FileId, FileState
from chalicelib.storage.dynamodb import files

OPERATOR = "operator"
EMPTY_ROWS = 30
console = Console()


def add_to(subjects: Any) -> None:
    """Add the commands to the command line."""
    verbs = subjects.add_parser("files", help="dropped files").add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="files and what became of them")
    listing.add_argument("--feed")
    listing.add_argument("--state", type=FileState, choices=list(FileState))
    again = verbs.add_parser("redrive", help="put dead files back into the queue")
    again.add_argument("--feed")
    again.add_argument("files", nargs="*", metavar="FILE")
    for verb, says in (("release", "let a held file pass"), ("refuse", "send a held file back")):
        decide = verbs.add_parser(verb, help=says)
        decide.add_argument("file", metavar="FILE")
        decide.add_argument("--reason", required=True, help="names nobody; the department reads it")
        decide.add_argument("--by", default=OPERATOR)
    subjects.add_parser("feeds", help="every feed against its rhythm")
    sheet = subjects.add_parser("sheets", help="the outcome sheet of whoever certifies by hand")
    sheet.add_argument("grid", metavar="GRID", nargs="?", default="")
    sheet.add_argument("--certifier", choices=list(sheets.CERTIFIERS), default="grid")
    sheet.add_argument("--area", default="", help="district code: everybody to be seen below it")
    sheet.add_argument("--rows", type=int, help="empty rows; 30 where nobody is named, else none")
    sheet.add_argument("--out", default="build/outcome-sheet.xlsx")
    sheet.add_argument("--by", default=OPERATOR)


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; 0 if it did what was asked."""
    match (options.subject, getattr(options, "verb", "")):
        case ("feeds", _):
            return list_feeds()
        case ("sheets", _):
            return print_sheet(options)
        case (_, "list"):
            return list_files(options.feed, options.state)
        case (_, "redrive"):
            return redrive_files(options.feed, options.files)
        case (_, verb):
            return decide_file(verb, FileId(options.file), options.reason, options.by)


def _files(feed: str | None, state: FileState | None) -> list[DroppedFile]:
    return [
        f
        for f in files.everything()
        if (feed is None or f.feed == feed) and (state is None or f.state is state)
    ]


def list_files(feed: str | None, state: FileState | None) -> int:
    """Print the files, newest last."""
    names = ("file", "feed", "day", "state", "shards", "rows", "accepted", "rejected", "why")
    table = Table(*names, box=None)
    for f in sorted(_files(feed, state), key=lambda f: f.received):
        counts = (str(f.counts.rows), str(f.counts.accepted), str(f.counts.rejected))
        table.add_row(f.id, f.feed, f.day.isoformat(), f.state, _shards(f), *counts, f.code)
    show(console, table, "file", "feed", "why")
    return 0


def _shards(file: DroppedFile) -> str:
    """How far a file has come that is applied shard by shard: "5/32, 212500 rows, failed: a c"."""
    now = intake.progress(file)
    if now is None:
        return ""
    failed = f", failed: {' '.join(now.failed)}" if now.failed else ""
    return f"{now.shards}/{now.of}, {now.rows} rows{failed}"


def redrive_files(feed: str | None, names: Sequence[str]) -> int:
    """Put dead files (or the named ones, whatever their state) back into the queue."""
    wanted = [f for f in _files(feed, None) if f.id in names or (not names and f.state is FileState.DEAD)]
    for f in wanted:
        console.print(
            f"{f.id} {f.feed}: {'queued' if intake.redrive(f.feed, f.id) else 'finished, left alone'}"
        )
    console.print(f"{len(wanted)} file(s)")
    return 0 if wanted or not names else 1


def decide_file(verb: str, file: FileId, reason: str, by: str) -> int:
    """Release or refuse a held file; 1 if that cannot be done."""
    decide = intake.release if verb == "release" else intake.refuse
    try:
        decided = decide(file, by=by, reason=reason)
    except (NotFoundError, RefusedError) as error:
        console.print(error.en if isinstance(error, RefusedError) else "no such file")
        return 1
    console.print(f"{decided.id} {decided.feed}: {decided.state}")
    return 0


def list_feeds() -> int:
    """Print every feed with its state, its newest data and what is due."""
    table = Table("feed", "state", "newest data", "due", "days late", "rows", "rejected", box=None)
    for now in feeds_now(clock.today()):
        fresh, counts = now.freshness, now.loaded.counts if now.loaded else None
        days = [day.isoformat() if day else "–" for day in (fresh.last, fresh.next_due)]
        rows = (str(counts.rows), str(counts.rejected)) if counts else ("–", "–")
        table.add_row(now.feed.id, fresh.state, *days, str(fresh.days_late), *rows)
    show(console, table, "feed")
    return 0


def print_sheet(options: argparse.Namespace) -> int:
    """Write an outcome sheet: of a grid or an area with the people to see there, else an empty one."""
    wanted = bool(options.grid or options.area)
    lines = list(sheets.lines_of(options.grid, options.area, options.by)) if wanted else []
    empty = (0 if wanted else EMPTY_ROWS) if options.rows is None else max(0, options.rows)
    if not lines and not empty:
        console.print("nobody is to be visited there")
        return 1
    certifier = sheets.CERTIFIERS[options.certifier]
    grid = f"网格{options.grid}" if options.grid else ""
    place = "　".join(word for word in (options.area, grid) if word)
    out = Path(options.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(sheets.sheet_of(sheets.sheet_feed(), certifier, lines, place=place, empty=empty))
    console.print(f"{len(lines)} people, {empty} empty rows: {options.out}")
    return 0
