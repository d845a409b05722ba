"""A few seeds of the fault machine; a seed replays, and nothing fails unless it is asked to."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.run import quietly

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails_nobody_is_harmed_and_everything_drains(seed: int) -> None:
    outcome = quietly(seed)
    assert not outcome.broken
    assert outcome.faults.total() > 10


def test_a_seed_gives_the_same_run_again() -> None:
    """Every call and every fault, in another process."""
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.faults", "--seed", "3", "--trace"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert re.search(r"seed 3: \d+ faults in \d+ calls, run [0-9a-f]{12}", told[0])


def test_without_faults_nothing_is_disturbed() -> None:
    outcome = quietly(4, rate=0)
    assert (outcome.faults, outcome.broken) == (Counter(), ())
