"""The operator's command line.

    python -m admin files list [--feed FEED] [--state STATE]
    python -m admin files redrive [--feed FEED] [FILE …]     every dead file, or the ones named
    python -m admin files release|refuse FILE --reason WHY   decide about a held file
    python -m admin feeds                                    every feed against its rhythm
    python -m admin sheets [GRID] [--area AREA] [--out F]    the outcome sheet of a grid or an area
    python -m admin sheets --certifier bank [--rows N]       … of a bank, employer, post, other_region
    python -m admin rechecks [--month M] [--order]           what people and data certified, checked
    python -m admin audit verify [--night DAY]               every record, chain and signed root
    python -m admin audit prove PERSON --out F [--night DAY] what a third party needs to check one record
    python -m admin audit nights|key                         nights that have a root; its public key
    python -m admin audit failed-looks [--days N]            who failed to find somebody, and how often
    python -m admin tokens revoke|restore --jti|--subject S  a token, or all of somebody, hold no longer
    python -m admin tokens list                              what is revoked, until when, by whom
    python -m admin accounts grant|end|list|export           the first accounts of those who work here
    python -m admin subscriptions make|end|list|log         apps that are told of events
    python -m admin start [--from DAY] [--cases-a-day N|all] when cases begin to open in a new city
    python -m admin identity status|add|use|rekey|drop       another key of the identity secret, step by step
    python -m admin restore gap|walk --since T --lost T      after a loss: before anything runs, and then
    python -m admin shards status|move                       where everybody's rows lie, and their moving
    python -m admin rules check|diff|replay|propose FOLDER   a changed rule book, rehearsed
    python -m admin rules report BUNDLE [--page FILE]        its report, for whoever approves
    python -m admin rules approve|activate BUNDLE            … by two people, from a day to come
    python -m admin rules list|coverage
    python -m admin rules new-feed BAND=SHARE …              what a new feed of that reach would add
    python -m admin rules decision PERSON [--entry N]        a stored decision, made again and explained
    python -m admin pages write|check                        docs/sheets and docs/openapi.json
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
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from rich.console import Console

from admin import (
    accounts,
    audits,
    case_openings,
    county_sheets,
    file_commands,
    identity_keys,
    rechecks,
    restoring,
    rules,
    shards,
    subscriptions,
    tokens,
)
from chalicelib import clock

SANDBOX = Path("build/sandbox/settings.env")
console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked."""
    options = _parser().parse_args(arguments)
    if options.subject != "pages":  # they are about the declarations, and need no deployment
        find_deployment(Path(options.settings))
    return RUNS[options.subject](options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m admin", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--settings", default=str(SANDBOX), help="file of lines: export WUGAN_…=…")
    subjects = parser.add_subparsers(dest="subject", required=True)
    file_commands.add_to(subjects)
    audits.add_to(subjects)
    rechecks.add_to(subjects)
    shards.add_to(subjects)
    restoring.add_to(subjects)
    identity_keys.add_to(subjects)
    case_openings.add_to(subjects)
    tokens.add_to(subjects)
    accounts.add_to(subjects)
    subscriptions.add_to(subjects)
    rules.add_to(subjects)
    verbs = subjects.add_parser("pages", help="docs/sheets").add_subparsers(dest="verb", required=True)
    verbs.add_parser("write", help="one page per benefit and feed, out of the declarations")
    verbs.add_parser("check", help="1 if a page is not what the declarations say")
    county_sheets.add_to(subjects)
    return parser


def find_deployment(settings_file: Path) -> None:
    """Take WUGAN_* from a file, unless the environment has them; either way ask the sandbox's clock."""
    if "WUGAN_PACK" not in os.environ and settings_file.exists():
        for word in shlex.split(settings_file.read_text(encoding="utf-8")):
            name, equals, value = word.partition("=")
            if equals:
                os.environ.setdefault(name, value)
    if (url := os.environ.get("WUGAN_CLOCK_URL")) is not None:
        try:
            instant = _now_in_the_sandbox(url)
        except URLError as error:
            console.print("沙箱没有运行，请先启动。 No sandbox is running: start one first.")
            raise SystemExit(1) from error
        clock.set_source(lambda: instant)


def _now_in_the_sandbox(url: str) -> datetime:
    """What the sandbox's jumping clock says: tokens and days to come are counted by it."""
    with urlopen(f"{url}/now") as response:  # noqa: S310 - loopback
        return datetime.fromisoformat(json.loads(response.read())["now"])


def write_pages(*, check: bool) -> int:
    """Write docs/sheets and docs/openapi.json, or name what is not current."""
    from admin.pages import writing  # reads every pack: only who asks for pages waits for it

    if not check:
        writing.write_api()
        console.print(f"{writing.write()} pages, and the API")
        return 0
    old = [*writing.stale(), *writing.stale_api()]
    for name in old:
        console.print(f"{name}：请运行 make sheets。 Run make sheets.", highlight=False)
    return 1 if old else 0


RUNS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    **dict.fromkeys(("files", "feeds", "sheets"), file_commands.run),
    "audit": audits.run,
    "county": county_sheets.run,
    "pages": lambda options: write_pages(check=options.verb == "check"),
    "rechecks": rechecks.run,
    "identity": identity_keys.run,
    "restore": restoring.run,
    "rules": rules.run,
    "shards": shards.run,
    "start": case_openings.run,
    "accounts": accounts.run,
    "subscriptions": subscriptions.run,
    "tokens": tokens.run,
}


if __name__ == "__main__":
    sys.exit(main())
