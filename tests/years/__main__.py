"""Live the years of several villages; print what does not hold, and how to see it again.

python -m tests.years --villages 20 --months 36 --seed 1
python -m tests.years --village 7 --months 36 --seed 1     # one village of them again
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
from multiprocessing import get_context
from typing import Final

from tests.faults.__main__ import SAME
from tests.years.run import quietly

_PROCESSES: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Print what became of the villages; 1 if anything does not hold."""
    parser = argparse.ArgumentParser(prog="tests.years")
    parser.add_argument("--villages", type=int, default=20)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--village", type=int, help="this village alone")
    chosen = parser.parse_args(arguments)
    began, red, done = time.monotonic(), 0, Counter[str]()
    numbers = range(1, chosen.villages + 1) if chosen.village is None else [chosen.village]
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn"), max_tasks_per_child=4) as pool:
        waiting = [pool.submit(quietly, number, chosen.months, chosen.seed) for number in numbers]
        for each in waiting:
            lived = each.result()
            done += lived.done
            red += bool(lived.broken)
            for found in lived.broken:
                print(f"village {lived.village}: {found}")
            if lived.broken:
                where = f"--village {lived.village} --months {chosen.months} --seed {chosen.seed}"
                print(f"village {lived.village} again: python -m tests.years {where}", flush=True)
    for what, times in sorted(done.items()):
        print(f"{times:7,} {what}")
    minutes = (time.monotonic() - began) / 60
    print(
        f"{len(numbers)} villages, {chosen.months} months, seed {chosen.seed}: {red} red; {minutes:.1f} min"
    )
    return 1 if red else 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in SAME.items()):
        again = [sys.executable, "-m", "tests.years", *sys.argv[1:]]
        sys.exit(subprocess.run(again, env={**os.environ, **SAME}, check=False).returncode)
    sys.exit(main(sys.argv[1:]))
