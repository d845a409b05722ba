"""One seed: a village, hours in which calls fail, days in which nothing does; and what does not hold then."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tests.faults.invariants import broken
from tests.faults.machine import Fault, FaultySandbox
from tests.faults.redriving import redrive
from tests.faults.story import FAULTY_HOURS, begun
from tests.workflow.village import NEW_YEAR

RATE: Final = 0.02  # of calls
QUIET_DAYS: Final = 4  # after which everything has drained: retries, stale claims, daily runs


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one seed."""

    seed: int
    faults: Counter[Fault]
    calls: int
    broken: tuple[str, ...]
    trace: tuple[str, ...]
    digest: str  # of the trace and the end: the same seed gives the same


def live(seed: int, rate: float = RATE) -> Outcome:
    """Live one seed to its end."""
    with FaultySandbox(seed, NEW_YEAR) as sandbox:
        story = begun(sandbox, seed)
        sandbox.faults.rate = rate
        sandbox.advance(hours=FAULTY_HOURS)
        sandbox.faults.rate = 0.0
        for _ in range(2):  # what died is put back, and what was put back is seen to
            redrive(sandbox)
            sandbox.advance(days=QUIET_DAYS / 2)
        sandbox.advance_to(sandbox.now() + timedelta(minutes=1))
        found = broken(story)
        said = "\n".join([*sandbox.faults.trace, *found, *map(str, sorted(sandbox.calls.items()))])
        digest = hashlib.sha256(said.encode()).hexdigest()[:12]
        return Outcome(
            seed,
            sandbox.faults.done,
            sandbox.calls.total(),
            tuple(found),
            tuple(sandbox.faults.trace),
            digest,
        )


def quietly(seed: int, rate: float = RATE) -> Outcome:
    """A seed, without what handlers and state machines log of its faults."""
    with silent():
        return live(seed, rate)


@contextmanager
def silent() -> Iterator[None]:
    """Nothing on standard output and error, whoever writes there."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        sys.stdout.flush()
        for number, was in enumerate(kept, 1):
            os.dup2(was, number)
            os.close(was)
        os.close(nowhere)
