"""The sandbox's command line: `python -m sandbox run | advance | token`.

run       bring up the platform; let a year pass in an invented town; print what became of whom; serve
advance   let days pass in a running sandbox, and return when it is quiet
token     a token of the running sandbox's own issuer, for curl
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # a town's tables are small: to share one out costs more

from sandbox.run import KEY_FILE, TO_LOOK_AT, TO_PROVE, RunOptions, run
from sandbox.tokens import APP, YEAR_LONG, Issuer
from sandbox.town.carrier_links import CarrierProtocol

CLOCK_URL = "http://127.0.0.1:8001"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit code of `run --once` says whether every promise holds."""
    options = _parser().parse_args(arguments)
    match options.command:
        case "run":
            return run(
                RunOptions(
                    pack=options.pack,
                    people=options.people or (TO_PROVE if options.once else TO_LOOK_AT),
                    seed=options.seed,
                    report=options.report,
                    once=options.once,
                    empty=options.empty,
                    carrier=CarrierProtocol(options.carrier),
                )
            )
        case "advance":
            return _advance(options.days)
        case "assertion":
            return _assertion(options)
        case _:
            return _token(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="bring up the platform and let a year pass")
    runs.add_argument("--pack", default="bozhou", help="jurisdiction pack (default: bozhou)")
    runs.add_argument(
        "--people",
        type=int,
        help=f"recipients of the invented town (default: {TO_LOOK_AT}; with --once {TO_PROVE})",
    )
    runs.add_argument("--seed", type=int, default=1, help="the same seed gives the same year")
    runs.add_argument("--report", type=Path, help="write the report as JSON to this file")
    runs.add_argument("--once", action="store_true", help="exit after the tables: 0 if every promise holds")
    runs.add_argument("--empty", action="store_true", help="serve without a town")
    runs.add_argument(
        "--carrier",
        choices=[protocol.value for protocol in CarrierProtocol],
        default=CarrierProtocol.SNS.value,
        help="how messages leave (default: sns)",
    )
    advance = commands.add_parser("advance", help="let days pass in a running sandbox")
    advance.add_argument("--days", type=float, required=True)
    token = commands.add_parser("token", help="issue a token of the running sandbox")
    token.add_argument("--role", required=True, help="citizen, app, grid-worker, officer or auditor")
    token.add_argument("--area", help="area code: 2, 4, 6, 9 or 12 digits (not for citizens)")
    token.add_argument("--person", help="the person's opaque id (citizens only)")
    token.add_argument("--authority", help="the authority whose instructions an officer may see")
    token.add_argument("--subject", help="who that is (default: made from role and area)")
    checked = commands.add_parser("assertion", help="what the sandbox's app signs after a check of a face")
    checked.add_argument("--person", required=True, help="the person's opaque id")
    checked.add_argument("--method", default="face", choices=("face", "video"))
    return parser


def _advance(days: float) -> int:
    body = json.dumps({"days": days}).encode()
    request = Request(f"{CLOCK_URL}/advance", body, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(request) as response:  # noqa: S310 - loopback
            print(response.read().decode())
    except URLError as error:
        print(f"no sandbox is running here: {error.reason}", file=sys.stderr)
        return 1
    return 0


def _now() -> datetime | None:
    """The instant of the running sandbox; None, and a word about it, where none runs."""
    if not KEY_FILE.exists():
        print("no sandbox is running here: its key is missing", file=sys.stderr)
        return None
    with urlopen(f"{CLOCK_URL}/now") as response:  # noqa: S310 - loopback
        return datetime.fromisoformat(json.loads(response.read())["now"])


def _assertion(options: argparse.Namespace) -> int:
    now = _now()
    if now is None:
        return 1
    print(Issuer.load(KEY_FILE).assertion(APP, options.person, options.method, now=now))
    return 0


def _token(options: argparse.Namespace) -> int:
    now = _now()
    if now is None:
        return 1
    subject = options.subject or "-".join(part for part in (options.role, (options.area or "")[:6]) if part)
    print(
        Issuer.load(KEY_FILE).issue(
            options.role,
            options.area,
            subject,
            now=now,
            lifetime=YEAR_LONG,
            person=options.person,
            authority=options.authority,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
