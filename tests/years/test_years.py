"""Two villages over four months; a failure prints the seed that replays it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def test_whatever_comes_nobody_is_harmed_and_nothing_is_lost() -> None:
    small = ["--villages", "2", "--months", "4", "--seed", "1"]
    told = subprocess.run(
        [sys.executable, "-m", "tests.years", *small], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "2 villages, 4 months, seed 1: 0 red" in told.stdout
