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
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from queue import Queue
from typing import Final

from bench.changed_copies import copy_to, put_into, take_out_of
from tests.nets.seeding import Bug, bugs

_OPTIONS: Final = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--tb=short")
_AT_ONCE: Final = 2  # bugs, each in a copy of its own
_SEEDS: Final = 40  # of the fault machine, until all is found broken that must be
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
        copies = Queue[Path]()
        for number in range(_AT_ONCE):
            copies.put(folder := Path(made) / str(number))
            copy_to(folder)
        tests = sorted({test for bug in seeded for test in bug.net})
        code, said = _run(folder, tests) if tests else (0, "")
        if code:
            print(said, "without any bug, a net is red", sep="\n")
            return 1
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            seen = list(pool.map(lambda bug: _seen(bug, copies), seeded))
    missed = [each for each in seen if each is not Seen.CAUGHT]
    print(f"{len(seen) - len(missed)} of {len(seen)} bugs caught")
    return 1 if missed else 0


def _seen(bug: Bug, copies: Queue[Path]) -> Seen:
    """What the nets made of a bug in a copy that nobody else has meanwhile."""
    began, folder = time.monotonic(), copies.get()
    put_into(folder, bug.changes)
    tried = [_run(folder, bug.net)] if bug.net else []
    tried += [_live(folder, bug.faults)] if bug.faults else []
    take_out_of(folder, bug.changes)
    copies.put(folder)
    said = "\n".join(words for _, words in tried)
    codes = {code for code, _ in tried}
    found = Seen.CAUGHT if codes == {1} else Seen.NOT_CAUGHT if codes <= {0, 1} else Seen.BROKEN
    lines = (line for line in said.splitlines() if line.startswith(("FAILED ", "seed ")))
    by = next((line.split(" - ")[0] for line in lines), "")[:110]
    seconds = time.monotonic() - began
    print(f"{found:<11}{bug.name:<36}{seconds:5.0f} s  {by.removeprefix('FAILED ')}", flush=True)
    if found is not Seen.CAUGHT:
        print(said)
    return found


def _run(folder: Path, tests: Sequence[str]) -> tuple[int, str]:
    """What pytest says of some tests of the copy: its code and its words."""
    return _said(folder, "pytest", *_OPTIONS, *tests)


def _live(folder: Path, promises: Sequence[str]) -> tuple[int, str]:
    """What the fault machine says of the copy: 1 once it has found all these promises broken."""
    broken = [word for promise in promises for word in ("--until", promise)]
    return _said(folder, "tests.faults", "--seeds", str(_SEEDS), *broken)


def _said(folder: Path, module: str, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
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
