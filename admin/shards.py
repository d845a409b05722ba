"""分片迁移 · Rows for everybody, work lists and payments, brought to where this deployment looks for them.

The daily run does it by itself, part by part; this is for whoever would rather not wait for it.
"""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from rich.console import Console

from chalicelib.storage.dynamodb import paid, payment_moves, shard_moves, shards

console = Console()


def add_to(subjects: Any) -> None:
    """The command's own words."""
    verbs = subjects.add_parser("shards", help="rows by shard").add_subparsers(dest="verb", required=True)
    verbs.add_parser("status", help="in which layouts rows lie")
    verbs.add_parser("move", help="bring rows and payments of before to where they are looked for")


def run(options: Namespace) -> int:
    """Say how rows and payments lie, or move them; 0 once all lie where this deployment looks for them."""
    if options.verb == "move":
        console.print(f"{shard_moves.move().rows} rows moved")
        console.print(f"{payment_moves.move().rows} payments moved")
    mine, *others = shards.layouts()
    if not others and not paid.all_moved():
        console.print(
            "发放记录迁移尚未完成，每日运行会继续；分片数那么多夜之后再执行 status 核对。 "
            "Payments may still lie as before: the daily run goes on, for as many nights as there are shards."
        )
        return 1
    if not others:
        console.print(
            f"全部行已就位。 All rows lie by {mine} letters of the id, and payments apart from records."
        )
        return 0
    console.print(
        f"迁移尚未完成，一小时后再执行一次 move 核对。 Rows still lie by {', '.join(others)}: "
        "move again in an hour, to see that nobody writes so any more."
    )
    return 1
