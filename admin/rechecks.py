"""Checks on those who certify by hand: a month's random sample, refuted authors, signals."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from chalicelib import cases, clock
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.suspicion import rechecks
from chalicelib.engine.suspicion.rechecks import ByHand, Listed
from chalicelib.jurisdiction import current
from chalicelib.model import Evidence, Month, Visit
from chalicelib.storage.dynamodb import people

console = Console()
WHY: Final = {
    "drawn": "随机抽查 drawn",
    "refuted": "已被推翻 refuted",
    "of_a_refuted_author": "同一经办人近期所办 of a refuted author",
    "seconds_apart": "两次上门间隔过短 seconds apart",
}


def add_to(subjects: Any) -> None:
    """Its place on the command line."""
    parser = subjects.add_parser("rechecks", help="checks on certificates by hand")
    parser.add_argument("--month", help="of the sample: 2025-06 (default: the month before this one)")
    parser.add_argument("--area", default="", help="the first digits of its area code")
    parser.add_argument("--seed", help="of the draw (default: the jurisdiction)")
    parser.add_argument("--order", action="store_true", help="send somebody else to whoever is drawn")


def run(options: argparse.Namespace) -> int:
    """Print the sample with its confidence and the review list; 0."""
    book = current().rules
    values, seed = book.policy.rechecks, options.seed or book.policy.jurisdiction
    month = Month(options.month) if options.month else month_before(month_of(clock.today()))
    known: list[ByHand] = []
    wrong: list[ByHand] = []
    for record in people.everyone(Evidence, Visit):
        if not record.person.area.startswith(options.area):
            continue
        mine = list(rechecks.by_hand(record, book))
        known += mine
        wrong += rechecks.refuted(record, mine)
    drawn = rechecks.sample(known, month, seed, values)
    console.print(
        f"{month}：人工认证{drawn.of}件，抽查{len(drawn.drawn)}件；如有{drawn.worst}件以上有误，"
        f"抽中其一的把握为{values.confidence_percent:g}%（种子 {seed}）。",
        f"{month}: {len(drawn.drawn)} of {drawn.of} certificates by hand are drawn; were {drawn.worst} wrong "
        f"one would be in it with {values.confidence_percent:g} % confidence (seed {seed}).",
        sep="\n",
    )
    _show("抽查名单 · sample", [(each, "drawn") for each in drawn.drawn])
    listed = [*rechecks.listed_again(known, wrong, clock.today(), values), *rechecks.strange(known, values)]
    _show("复核名单 · review list", [(each.certificate, each.why.value) for each in _once(listed)])
    if options.order:
        for each in drawn.drawn:
            cases.recheck(each.person, about=f"recheck#{month}")
        console.print(f"已派复核上门{len(drawn.drawn)}次。 {len(drawn.drawn)} visits ordered.")
    return 0


def _once(listed: Sequence[Listed]) -> list[Listed]:
    """Each certificate under its first reason."""
    first: dict[ByHand, Listed] = {}
    for each in listed:
        first.setdefault(replace(each.certificate, at=None), each)
    return sorted(first.values(), key=lambda each: (each.certificate.author, each.certificate.day))


def _show(title: str, rows: Sequence[tuple[ByHand, str]]) -> None:
    table = Table("day", "author", "grid", "feed", "person", "why", title=title, box=None)
    for each, why in rows:
        table.add_row(
            each.day.isoformat(), each.author, each.grid, str(each.feed), str(each.person), WHY[why]
        )
    console.print(table)
