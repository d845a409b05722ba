"""待遇版本 · A new version written into a pack's folder, as the difference; what holds, and where it is said.

    python -m admin rules amend FOLDER old_age_allowance --from 2027-01-01 --authority "…" \\
        --reviewed-by "…" --reviewed-on 2026-11-20 --source "[pub] …" cutoff_day=20
    python -m admin rules benefit FOLDER old_age_allowance --on 2027-01-01
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Column, Table

from chalicelib import clock
from chalicelib.jurisdiction import amendment as amendments
from chalicelib.jurisdiction import load_folder
from chalicelib.jurisdiction.amendment import POLICY, Amendment
from chalicelib.model import BenefitCode

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

console = Console()


def add_to(verbs: Subparsers) -> None:
    """Add `amend` and `benefit` to the verbs of `rules`."""
    amending = verbs.add_parser("amend", help="write another version into a folder: what differs, no more")
    amending.add_argument("folder", type=Path, help="a pack: policy.yaml, feeds/, benefits/")
    amending.add_argument("what", help=f"a benefit's code; `{POLICY}`: what most benefits share")
    amending.add_argument("--from", dest="from_", type=date.fromisoformat, required=True)
    amending.add_argument("--authority", required=True, help="the document on which it stands")
    amending.add_argument("--reviewed-by", required=True, help="office and post")
    amending.add_argument("--reviewed-on", type=date.fromisoformat, required=True)
    amending.add_argument("--source", required=True, help="beside each value: [pub] …, [choice] why, …")
    amending.add_argument("values", nargs="+", metavar="KEY=VALUE", help="as YAML, such as cutoff_day=20")
    showing = verbs.add_parser(
        "benefit", help="all that holds for a benefit, and in which file and line it stands"
    )
    showing.add_argument("folder", type=Path)
    showing.add_argument("what", help="a benefit's code")
    showing.add_argument("--on", type=date.fromisoformat, help="on this day (default: today)")


def amend(options: argparse.Namespace) -> None:
    """Write a version that says what differs; the file stays as it was where that does not hold."""
    amendment = Amendment(
        options.what,
        options.from_,
        options.authority,
        options.reviewed_by,
        options.reviewed_on,
        options.source,
        dict(_value(word) for word in options.values),
    )
    path, added = amendments.amend(options.folder, amendment)
    console.print(f"{path}\n{added}", highlight=False, markup=False, soft_wrap=True, end="")


def _value(word: str) -> tuple[str, str]:
    key, _, value = word.partition("=")
    return key, value.strip()


def show(options: argparse.Namespace) -> None:
    """Print every value of the version in force on a day, and in which file and line it is said."""
    pack, code, on = load_folder(options.folder), BenefitCode(options.what), options.on or clock.today()
    table = Table(*(Column(word, overflow="fold") for word in ("value", "", "where")), box=None)
    for value in amendments.values_of(options.folder, pack, code, on):
        table.add_row(value.key, value.value, f"{value.file}:{value.line}")
    title = pack.rules.benefit(code).title
    console.print(f"“{title.zh}” {title.en}, {on}", highlight=False)
    console.print(table)
