"""Read thousands of damaged files, each in a process of its own with bounded memory and time.

python -m tests.fuzz --files 5000 --seed 1
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from tests.fuzz.judging import what_is_wrong
from tests.fuzz.mutations import Mutant, mutants, read_mutant

MEMORY: Final = 2_000_000_000  # address space beyond what the parent has, in bytes
SECONDS: Final = 10
LARGEST_PEAK: Final = 700_000  # kilobytes, of any one file: the budget of reading (docs/benchmarks.md)
_WRONG: Final = 3


def main(arguments: Sequence[str]) -> int:
    """Print what became of the files; 1 if any crashed, hung, did not add up or took too much memory."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    outcomes: Counter[str] = Counter()
    peak, slowest, began = 0, 0.0, time.monotonic()
    for mutant in mutants(chosen.files, chosen.seed):
        started = time.monotonic()
        outcome, memory = _in_a_child(mutant)
        slowest, peak = max(slowest, time.monotonic() - started), max(peak, memory)
        outcomes[outcome.partition(":")[0]] += 1
        if outcome != "fine":
            print(f"{mutant.name}: {outcome}", flush=True)
    shown = ", ".join(f"{name} {outcomes[name]}" for name in ("fine", "crash", "hang", "account"))
    minutes = (time.monotonic() - began) / 60
    print(
        f"{chosen.files} files: {shown}; peak {peak / 1e3:.0f} MB, slowest {slowest:.1f} s, {minutes:.1f} min"
    )
    why = what_fails(outcomes, chosen.files, peak)
    for each in why:
        print(f"failed: {each}", flush=True)
    return 1 if why else 0


def what_fails(outcomes: Mapping[str, int], files: int, peak: int) -> list[str]:
    """Why a run has failed: files not read as they should, or a peak (kilobytes) over the budget."""
    why = []
    if outcomes.get("fine", 0) != files:
        why.append(f"{files - outcomes.get('fine', 0)} of {files} files were not read as they should")
    if peak > LARGEST_PEAK:
        why.append(f"a file took {peak / 1e3:.0f} MB, more than {LARGEST_PEAK / 1e3:.0f} MB")
    return why


def _in_a_child(mutant: Mutant) -> tuple[str, int]:
    """What became of one file, and the child's peak memory in kilobytes."""
    child = os.fork()
    if child == 0:
        os._exit(_read(mutant))
    _, status, usage = os.wait4(child, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return ("hang" if name == "SIGALRM" else f"crash: {name}"), usage.ru_maxrss
    code = os.WEXITSTATUS(status)
    return {0: "fine", _WRONG: "account: see above"}.get(code, "crash: see above"), usage.ru_maxrss


def _read(mutant: Mutant) -> int:
    """Read one file in this process; its exit code."""
    signal.alarm(SECONDS)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115, PTH123
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    try:
        why = what_is_wrong(mutant.feed, read_mutant(mutant))
    except BaseException:
        traceback.print_exc()
        return 2
    if why:
        print(why, flush=True)
        return _WRONG
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
