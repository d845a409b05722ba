"""The whole platform in this process, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.workflow.village import HOUSEKEEPING, NEW_YEAR, Village


@pytest.fixture
def village(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village on New Year's Day, or on the day that the module calls `STARTS`: the eve of its story."""
    starts: date = getattr(request.module, "STARTS", NEW_YEAR)
    with Sandbox(start=starts, seed=1, schedules=HOUSEKEEPING) as sandbox, short_way(ACCOUNT):
        sandbox.run_until_quiet()
        yield Village(sandbox)
        assert not sandbox.last_errors, sandbox.last_errors[:3]
