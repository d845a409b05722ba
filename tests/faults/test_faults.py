"""A few seeds of the fault machine, and that it is one: a seed replays, and a bug turns it red."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import carriers
from chalicelib.model import Message, MessageState, PersonRecord
from chalicelib.storage.dynamodb import commits, outbox
from tests.faults.run import quietly

pytestmark = pytest.mark.slow
OFTEN = 0.05


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_fails_nobody_is_harmed_and_everything_drains(seed: int) -> None:
    outcome = quietly(seed)
    assert not outcome.broken
    assert outcome.faults.total() > 10


def test_a_seed_gives_the_same_run_again() -> None:
    first, again = quietly(3, OFTEN), quietly(3, OFTEN)
    assert first.trace == again.trace
    assert first.digest == again.digest


def test_without_faults_nothing_is_disturbed() -> None:
    outcome = quietly(4, rate=0)
    assert (outcome.faults, outcome.broken) == (Counter(), ())
