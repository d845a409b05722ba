"""Checks on certificates: a month's random samples, refuted authors, signals."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from admin.tables import show
from chalicelib import clock
from chalicelib.cases.rechecks import drawn, monthly_rechecks
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.suspicion.rechecks import Signal
from chalicelib.engine.texts.recheck_texts import WHY
from chalicelib.model import Month
from chalicelib.runs import run as guarded
from chalicelib.storage.dynamodb import recheck_rows
from chalicelib.storage.dynamodb.recheck_rows import Draw, Line

console = Console()


def add_to(subjects: Any) -> None:
    """Its place on the command line."""
    parser = subjects.add_parser("rechecks", help="checks on what people and data certified")
    parser.add_argument("--month", help="2025-06 (default: the month before this one)")
    parser.add_argument("--area", default="", help="the first digits of its area code")
    parser.add_argument(
        "--order", action="store_true", help="draw now, and send somebody to whoever is drawn"
    )


def run(options: argparse.Namespace) -> int:
    """Print a month's draw and lines, as they were drawn or else as they would be now; 0."""
    month = Month(options.month) if options.month else month_before(month_of(clock.today()))
    ordered = monthly_rechecks(month) if options.order else None
    draw, lines = _kept(month) or _as_of_now(month)
    for zh, en, sample in (("人工", "by hand", draw.by_hand), ("静默", "by data", draw.silent)):
        console.print(
            f"{month}：{zh}认证{sample.of}件，抽查{sample.drawn}件；如有{sample.worst}件以上有误，"
            f"抽中其一的把握为{sample.confidence_percent:g}%（种子 {draw.seed}）。",
            f"{month}: {sample.drawn} of {sample.of} certificates {en} are drawn; were {sample.worst} wrong "
            f"one would be in it with {sample.confidence_percent:g} % confidence (seed {draw.seed}).",
            sep="\n",
        )
    _show(line for line in lines if line.area.startswith(options.area))
    if ordered is not None:
        console.print(f"已派复核上门{ordered}次。 {ordered} visits ordered.")
    return 0


def _kept(month: Month) -> tuple[Draw, list[Line]] | None:
    draw = recheck_rows.draw_of(month)
    return None if draw is None else (draw, list(recheck_rows.lines_of(month)))


def _as_of_now(month: Month) -> tuple[Draw, list[Line]]:
    with guarded("rechecks") as each:
        return drawn(month, each)


def _show(lines: Iterable[Line]) -> None:
    table = Table("day", "author", "grid", "feed", "person", "why", title="复核名单 · rechecks", box=None)
    for line in lines:
        why = " ".join(WHY[Signal(line.why)])
        table.add_row(line.day.isoformat(), line.author, line.grid, str(line.feed), str(line.person), why)
    show(console, table, "day", "author", "grid", "feed", "person")
