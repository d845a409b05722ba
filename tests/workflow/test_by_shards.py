"""A file about many people is applied shard by shard, and comes out as if it had been applied at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.intake import by_shards
from chalicelib.model import FileState
from chalicelib.storage import file_shards
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.workflow.village import HOUSEKEEPING, SPRING, Recipient, Village

FOLK = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(9)]
FEW = {"PeopleAtOnce": "4", "ShardCharacters": "1"}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village where more than four people are many, in 32 shards, of which a part is one person."""
    monkeypatch.setattr(by_shards, "PART", 1)
    seconds = [0.0]

    def watch() -> float:
        seconds[0] += 401.0
        return seconds[0]

    clock.set_watch(watch)
    with (
        Sandbox(start=SPRING, seed=1, schedules=HOUSEKEEPING, parameters=FEW) as sandbox,
        short_way(ACCOUNT),
    ):
        sandbox.run_until_quiet()
        yield Village(sandbox)
        clock.set_watch(None)
        assert not sandbox.last_errors, [str(each.error) for each in sandbox.last_errors[:3]]


def applied(village: Village) -> list[tuple[str, str]]:
    found = village.sandbox.executions("EverybodyMachine")
    return [(each["name"], each["status"]) for each in found if each["name"].startswith("apply-")]


def left_over(village: Village) -> list[Any]:
    bucket = village.sandbox.settings.rejects_bucket
    found = village.sandbox.client("s3").list_objects_v2(Bucket=bucket, Prefix="partial/")
    return [each["Key"] for each in found.get("Contents", ())]


def test_a_first_roster(town: Village) -> None:
    town.settle(*FOLK)
    [file] = town.files()
    assert (file.state, file.counts.accepted, file.by_shards) == (FileState.LOADED, 9, False)
    [(name, status)] = applied(town)
    assert (name.split("-")[2].partition(".")[0], status) == (file.id, "SUCCEEDED")
    assert town.sandbox.invocations["PassApply"] > 9, "a call for each part, and one that puts together"
    assert len(town.end_state()) == 9
    assert not left_over(town)
    assert file_shards.cut_now(file.id) is None
