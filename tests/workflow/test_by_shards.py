"""A file about many people is applied shard by shard, and comes out as if it had been applied at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.engine.calendar.periods import month_of
from chalicelib.intake import by_shards
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    FileState,
    Instruction,
    InstructionKind,
    InstructionState,
    StateName,
    SuspicionKind,
)
from chalicelib.storage import file_shards
from chalicelib.storage.dynamodb import people
from sandbox.kernel import Sandbox
from sandbox.kernel.resource_makers import ACCOUNT
from sandbox.shortcut import short_way
from tests.workflow.village import HOUSEKEEPING, SPRING, Recipient, Village

FOLK = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(9)]
ISSUED = InstructionState.ISSUED
FEW = {"PeopleAtOnce": "2", "ShardCharacters": "1"}
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
CREMATIONS = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    """A village where more than two people are many, in 32 shards, of which a part is one person."""
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


def test_what_follows_for_each_person_follows_from_the_parts(town: Village) -> None:
    """Waits end, what slept wakes, the dead are asked about, and a list that has gone out is mended."""
    folk = FOLK[:3]
    town.settle(*folk)
    town.until_state(folk[0].number, StateName.REMIND)
    sleeps(town, folk[1])
    day = town.sandbox.today()
    stays = [f"{each.number},孟庆{each.sequence % 10},某医院,{day},入院" for each in folk]
    town.drop("hospital_inpatient", "\n".join([HOSPITAL, *stays]) + "\n")
    assert [town.state(each.number) for each in folk] == [None, None, None]
    assert town.record(folk[1].number).cases[0].generation == 2

    def told(what: str) -> None:
        rows = [f"{each.number},孟庆{each.sequence % 10},某馆,{day},{day},{what}" for each in folk]
        town.drop("cremations", "\n".join([CREMATIONS, *rows]) + "\n", f"{what}.csv")

    town.days(1)
    told("火化")
    asked = [s for each in folk for s in town.record(each.number).open_suspicions]
    assert [(s.kind, s.waiting is not None) for s in asked] == [(SuspicionKind.DEATH, True)] * 3
    dead = folk[2].number

    town.found_so(dead, "officer-1", "officer-2")
    assert town.record(dead).entitlements[0].status is EntitlementStatus.TERMINATED
    town.days(40)  # the month's list has gone out with it
    told("撤销")
    town.found_so(dead, "officer-3", "officer-4")
    [back] = [i for i in town.record(dead).instructions if i.kind is InstructionKind.RESUME]
    assert town.record(dead).entitlements[0].status is EntitlementStatus.ACTIVE
    assert back.state is InstructionState.ISSUED
    assert [key for key in outbox(town) if "/instructions/" in key and str(back.issued) in key]
    assert {status for _, status in applied(town)} == {"SUCCEEDED"}
    assert len(applied(town)) == 4


def test_an_order_whose_writer_died_is_handed_over_with_the_next_file(town: Village) -> None:
    """The month's list has gone out; who wrote the order died before its authority had it."""
    folk = FOLK[:3]
    town.settle(*folk)
    town.days(40)
    today = town.sandbox.today()
    more = Instruction(
        BenefitCode("resident_pension"), InstructionKind.ADJUST, month_of(today), 500, "x", ISSUED, today
    )
    people.change(
        town.person(folk[0].number), lambda _: Change("x", "test", clock.now(), instructions=(more,))
    )
    rows = [f"{each.number},孟庆{each.sequence % 10},某馆,{today},{today},撤销" for each in folk]
    town.drop("cremations", "\n".join([CREMATIONS, *rows]) + "\n")
    assert len(applied(town)) == 2
    assert [key for key in outbox(town) if f"/instructions/{today}/" in key]


def sleeps(town: Village, whom: Recipient) -> None:
    """Somebody's case, as if a year had passed since the suspension."""
    [case] = town.record(whom.number).cases
    dormant = replace(case, state=StateName.GO_DORMANT, waiting=None)
    change = Change("test", "test", town.sandbox.now(), cases=(dormant,))
    people.change(town.person(whom.number), lambda _: change)


def outbox(village: Village) -> list[str]:
    found = village.sandbox.client("s3").list_objects_v2(Bucket=village.sandbox.settings.outbox_bucket)
    return [each["Key"] for each in found.get("Contents", ())]
