"""What a program costs: CPU seconds of the process and all its children, wall time, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


class FailedError(RuntimeError):
    """A measured program did not end well."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost; `peak_mb` is the largest single process (a server's shared memory included)."""

    cpu: float
    wall: float
    peak_mb: float


def run(module: str, *arguments: str | Path) -> Cost:
    """Run `python -m module …` as a child and count it with its own children; raises FailedError."""
    begun = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, stdout=sys.stderr)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise FailedError(f"{module} ended with {child.returncode}")
    wall = time.perf_counter() - begun
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1000)


def best(runs: Sequence[Cost]) -> Cost:
    """Of several runs of one program the cheapest: everything else is the machine's other work."""
    return min(runs, key=lambda cost: cost.cpu)
