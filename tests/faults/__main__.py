"""Live many seeds in a village whose calls to AWS fail; print what does not hold, and how to see it again.

python -m tests.faults --faults 10000 --seeds 500
python -m tests.faults --seed 17 --trace     # one seed again, with every fault in its order
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Final

from tests.faults.machine import Fault
from tests.faults.run import RATE, Outcome, quietly

_PROCESSES: Final = 2
_MOST_SEEDS: Final = 4  # times as many as asked for, until the faults are as many
# The same run on any machine: sets in the same order, tables by one thread.
SAME: Final = {"PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1"}


def main(arguments: Sequence[str]) -> int:
    """Print what became of the seeds; 1 if anything does not hold."""
    parser = argparse.ArgumentParser(prog="tests.faults")
    parser.add_argument("--faults", type=int, default=10_000, help="at least as many faults")
    parser.add_argument("--seeds", type=int, default=500, help="at least as many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--rate", type=float, default=RATE, help="of calls that fail")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument(
        "--until", action="append", default=[], help="stop once this promise is broken; red only then"
    )
    parser.add_argument("--trace", action="store_true", help="print every fault")
    chosen = parser.parse_args(arguments)
    if chosen.until:
        return _until(set(chosen.until), range(chosen.first, chosen.first + chosen.seeds), chosen.rate)
    if chosen.seed is not None:
        return _one(chosen.seed, chosen.rate, trace=chosen.trace)
    began, faults, calls, red, lived = time.monotonic(), Counter[Fault](), 0, list[int](), 0
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        last = chosen.first + chosen.seeds * _MOST_SEEDS
        for first in range(chosen.first, last, chosen.seeds):
            seeds = range(first, first + chosen.seeds)
            for outcome in pool.map(quietly, seeds, [chosen.rate] * len(seeds)):
                lived, calls, faults = lived + 1, calls + outcome.calls, faults + outcome.faults
                if outcome.broken:
                    red.append(outcome.seed)
                    _tell(outcome, chosen.rate)
            if faults.total() >= chosen.faults:
                break
    for fault in Fault:
        print(f"{faults[fault]:>8} {fault}")
    minutes = (time.monotonic() - began) / 60
    print(f"{faults.total()} faults in {calls} calls over {lived} seeds: {len(red)} red; {minutes:.1f} min")
    return 1 if red or faults.total() < chosen.faults else 0


def _until(promises: set[str], seeds: Sequence[int], rate: float) -> int:
    """1 once some seeds have broken all these promises; whatever else they break is not asked about."""
    for seed in seeds:
        outcome = quietly(seed, rate)
        found = [each for each in outcome.broken if each.partition(":")[0] in promises]
        _tell(replace(outcome, broken=tuple(found)), rate)
        promises -= {each.partition(":")[0] for each in found}
        if not promises:
            return 1
    print(f"not broken in {len(seeds)} seeds: {', '.join(sorted(promises))}")
    return 0


def _one(seed: int, rate: float, *, trace: bool) -> int:
    outcome = quietly(seed, rate)
    for line in outcome.trace if trace else ():
        print(line)
    _tell(outcome, rate)
    print(f"seed {seed}: {outcome.faults.total()} faults in {outcome.calls} calls, run {outcome.digest}")
    return 1 if outcome.broken else 0


def _tell(outcome: Outcome, rate: float) -> None:
    for found in outcome.broken:
        print(f"seed {outcome.seed}: {found}")
    if outcome.broken:
        again = "" if rate == RATE else f" --rate {rate}"
        print(
            f"seed {outcome.seed} again: python -m tests.faults --seed {outcome.seed} --trace{again}",
            flush=True,
        )


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in SAME.items()):
        again = [sys.executable, "-m", "tests.faults", *sys.argv[1:]]
        sys.exit(subprocess.run(again, env={**os.environ, **SAME}, check=False).returncode)
    sys.exit(main(sys.argv[1:]))
