"""What a program costs: CPU seconds of the process and all its children, wall time, peak memory.

python -m bench.measure bench.ours build/bench/small answer.json
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


class FailedError(RuntimeError):
    """A measured program did not end well, or did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost; `peak_mb` is the largest single process (a server's shared memory included)."""

    cpu: float
    wall: float
    peak_mb: float


def run(module: str, *arguments: str | Path) -> Cost:
    """Run `python -m module …` and count it with its children; raises FailedError."""
    # By way of this small module: a child's peak memory begins with that of the process that forks it.
    command = [sys.executable, "-m", "bench.measure", module, *map(str, arguments)]
    said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if said.returncode:
        raise FailedError(f"{module} ended with {said.returncode}")
    return Cost(**json.loads(said.stdout))


def best(runs: Sequence[Cost]) -> Cost:
    """Of several runs of one program the cheapest: everything else is the machine's other work."""
    return min(runs, key=lambda cost: cost.cpu)


def _main(arguments: Sequence[str]) -> int:
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(used.ru_utime + used.ru_stime, time.perf_counter() - begun, used.ru_maxrss / 1000)
    print(json.dumps(asdict(cost)))
    return child.returncode


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
