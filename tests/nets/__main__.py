"""Put each seeded bug into a copy of the project and see that its net turns red; `make nets`.

python -m tests.nets               # all, one after the other
python -m tests.nets wrong_month   # these
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.nets.seeding import Bug, bugs, copy_to

_OPTIONS: Final = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=short")
_SECONDS: Final = 600  # a net that hangs has noticed nothing


class Seen(StrEnum):
    """What a net made of a bug."""

    CAUGHT = "caught"
    NOT_CAUGHT = "NOT CAUGHT"
    BROKEN = "BROKEN"  # the tests did not even begin: that is no net


def main(arguments: Sequence[str]) -> int:
    """Print a line for each bug; 1 if a net is red without a bug, or green with it."""
    parser = argparse.ArgumentParser(prog="tests.nets")
    parser.add_argument("bugs", nargs="*", help="names of bugs; all without any")
    chosen = parser.parse_args(arguments).bugs
    seeded = [bug for bug in bugs() if not chosen or bug.name in chosen]
    with tempfile.TemporaryDirectory(prefix="nets-") as made:
        folder = Path(made)
        copy_to(folder)
        code, said = _run(folder, sorted({test for bug in seeded for test in bug.net}))
        if code:
            print(said, "without any bug, a net is red", sep="\n")
            return 1
        seen = [_seen(bug, folder) for bug in seeded]
    missed = [each for each in seen if each is not Seen.CAUGHT]
    print(f"{len(seen) - len(missed)} of {len(seen)} bugs caught")
    return 1 if missed else 0


def _seen(bug: Bug, folder: Path) -> Seen:
    began = time.monotonic()
    bug.put_into(folder)
    code, said = _run(folder, bug.net)
    bug.take_out_of(folder)
    found = {0: Seen.NOT_CAUGHT, 1: Seen.CAUGHT}.get(code, Seen.BROKEN)
    by = next((line.split(" - ")[0] for line in said.splitlines() if line.startswith("FAILED ")), "")
    seconds = time.monotonic() - began
    print(f"{found:<11}{bug.name:<36}{seconds:5.0f} s  {by.removeprefix('FAILED ')}", flush=True)
    if found is not Seen.CAUGHT:
        print(said)
    return found


def _run(folder: Path, tests: Sequence[str]) -> tuple[int, str]:
    """What pytest says of some tests of the copy: its code and its words."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_OPTIONS, *tests],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
