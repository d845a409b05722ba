"""The whole platform in this process, fresh for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.storage.dynamodb import worklists
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.workflow.village import HOUSEKEEPING, NEW_YEAR, Village


@pytest.fixture
def village(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    monkeypatch.setattr(worklists, "SHARDS", 1)  # a handful of people: a quarter of the queries per day
    with Sandbox(start=NEW_YEAR, seed=1, schedules=HOUSEKEEPING) as sandbox, short_way(ACCOUNT):
        sandbox.run_until_quiet()
        yield Village(sandbox)
        assert not sandbox.last_errors, sandbox.last_errors[:3]
