"""Put small faults into the rule book, one at a time, and count how many the tests notice.

python -m tests.mutants --mutants 300 --seed 1
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.mutants.changes import sample, words_of
from tests.mutants.suite import Outcome, measure, outcome

PACKAGE: Final = "chalicelib/engine"
TESTS: Final = ("tests/engine", "tests/scenarios", "chalicelib/engine")
LEAST: Final = 90  # percent killed


def main(arguments: Sequence[str]) -> int:
    """Print who survived and the share killed; 1 if it is too small."""
    parser = argparse.ArgumentParser(prog="tests.mutants")
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", type=Path, default=Path(PACKAGE))
    parser.add_argument("--tests", nargs="+", default=TESTS)
    chosen = parser.parse_args(arguments)
    began = time.monotonic()
    words = words_of(Path(chosen.package.parts[0]))
    tried, every = sample(chosen.package, words, chosen.mutants, chosen.seed)
    measured = measure(chosen.package, chosen.tests)
    outcomes: Counter[Outcome] = Counter()
    for mutant in tried:
        found = outcome(mutant, words, measured)
        outcomes[found] += 1
        if found is not Outcome.KILLED:
            print(f"{found}: {mutant}", flush=True)
    killed = len(tried) - outcomes[Outcome.SURVIVED]
    percent = 100 * killed / len(tried)
    print(
        f"{len(tried)} of {every} mutants (seed {chosen.seed}): killed {killed}"
        f" ({outcomes[Outcome.OUT_OF_TIME]} of them out of time), survived {outcomes[Outcome.SURVIVED]};"
        f" {percent:.1f} % killed, {(time.monotonic() - began) / 60:.1f} min"
    )
    return 0 if percent >= LEAST else 1


if __name__ == "__main__":
    os.nice(10)
    sys.exit(main(sys.argv[1:]))
