"""A sandbox around the stand-in app, whose functions do what a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sandbox.kernel import Sandbox
from tests.sandbox.kernel.stand_in import app as stand_in

STAND_IN = Path(stand_in.__file__).parent


def new_sandbox(**more: Any) -> Sandbox:
    return Sandbox(app=stand_in, start=date(2026, 1, 1), statemachines=STAND_IN / "statemachines", **more)


@pytest.fixture(autouse=True)
def behaviour() -> Iterator[dict[str, Callable[[Any], Any]]]:
    """What the stand-in's functions do; by default nothing."""
    yield stand_in.behaviour
    stand_in.behaviour.clear()
    stand_in.calls.clear()


@pytest.fixture
def calls() -> list[tuple[str, Any]]:
    """(function, event) of every call of the stand-in's functions."""
    return stand_in.calls


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox, its set-up behind it."""
    with new_sandbox() as running:
        running.run_until_quiet()
        stand_in.calls.clear()
        running.invocations.clear()
        yield running
