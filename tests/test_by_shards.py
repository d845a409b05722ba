"""A file about many people comes out as if it had been applied at once, whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib import clock as our_clock
from chalicelib.cases import executions
from chalicelib.intake import by_shards
from chalicelib.model import FileState
from chalicelib.settings import settings
from chalicelib.storage import clients, file_shards
from chalicelib.storage.dynamodb import files, people, shards
from tests.applying import Platform, States, end_of, in_bucket
from tests.judged import judging
from tests.workflow.crashes import READING, Died, When, each_call
from tests.workflow.village import ROSTER, Recipient

pytestmark = pytest.mark.usefixtures("aws")

FOLK = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(5)]
KEY = "hrss/roster/20250701/city.csv"
PAYMENTS = "hrss/payments/20250630/june.csv"
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
CREMATIONS = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"


def roster(*folk: Recipient, more: str = "") -> str:
    return "\n".join([ROSTER, *(line for each in folk for line in each.lines())]) + f"\n{more}"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """More than two people are many, a part is one person, a slice a part; 32 shards."""
    states = States()
    real = executions.client
    monkeypatch.setattr(executions, "client", lambda name: states if name == "stepfunctions" else real(name))
    monkeypatch.setattr(by_shards, "PART", 1)
    seconds = [0.0]

    def watch() -> float:
        seconds[0] += 401.0
        return seconds[0]

    our_clock.set_watch(watch)
    set_to(monkeypatch, PEOPLE_AT_ONCE="2", SHARD_CHARACTERS="1")
    with judging() as judge:
        yield Platform(judge, states)
    our_clock.set_watch(None)


def set_to(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"WUGAN_{name}", value)
    settings.cache_clear()
    shards._whole.clear()


def empty() -> None:
    """As nothing had happened."""
    for name in ("people", "work", "files", "audit"):
        dynamodb = boto3.client("dynamodb")
        for item in dynamodb.scan(TableName=name)["Items"]:
            if item["pk"]["S"] not in ("AREA", "SHARDS"):  # written once in the life of a process
                dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    for bucket in ("inbox", "outbox", "rejects", "roster", "lake"):
        for key in in_bucket(bucket):
            boto3.client("s3").delete_object(Bucket=bucket, Key=key)
    clients.forget()


Story = Callable[[Platform], None]


def first_roster(platform: Platform) -> None:
    platform.drop(KEY, roster(*FOLK))
    platform.run()


def at_once(platform: Platform, story: Story, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Any]:
    """What comes of it where so many are not many; then the town is empty again."""
    set_to(monkeypatch, PEOPLE_AT_ONCE="2000")
    story(platform)
    assert not platform.slices
    found = end_of()
    set_to(monkeypatch, PEOPLE_AT_ONCE="2")
    empty()
    return found


def monthly_roster(platform: Platform) -> None:
    """One has left, one is new, one has moved, one has another phone and amount, one stands in two places."""
    first_roster(platform)
    moved, stays, other, twice = FOLK[1:]
    new = Recipient(720, also=("高龄津贴",))
    platform.drop(
        "hrss/roster/20250701/next.csv",
        roster(
            replace(moved, area="341621100201"),
            stays,
            replace(other, phone="13900000000", yuan="210.00"),
            twice,
            replace(twice, area="341622100201"),
            new,
        ),
    )
    platform.run()


def payments(platform: Platform) -> None:
    """Most as due, one otherwise, one in two parts, one not at all; corrected under the same name.

    Then more than the limit lets one file accuse, counted over all shards: one notice, nobody is suspected.
    """
    folk = [*FOLK, *(Recipient(710 + n) for n in range(6))]
    platform.drop(KEY, roster(*folk))
    platform.run()
    june = [paid(each) for each in folk[1:]]
    platform.drop(PAYMENTS, "\n".join([PAID, paid(folk[1], "150.00"), *june[1:], june[1]]) + "\n")
    platform.run()
    platform.drop(PAYMENTS, "\n".join([PAID, *june[:2], paid(folk[3], "180.00")]) + "\n")
    platform.run()
    may = [paid(each, "150.00", "2025-05") for each in folk]
    platform.drop("hrss/payments/20250630/may.csv", "\n".join([PAID, *may]) + "\n")
    platform.run()


def paid(whom: Recipient, yuan: str = "200.00", month: str = "2025-06") -> str:
    return f"{whom.number},{whom.benefit},{month},{yuan},{month}-10"


def evidence(platform: Platform) -> None:
    """Evidence that cannot wait, corrected by a list that leaves some out; deaths, and some taken back."""
    first_roster(platform)
    key = "medical_insurance/hospital_inpatient/20250630/june.csv"
    rows = [f"{each.number},孟庆{each.sequence % 10},乙,2025-06-2{n},入院" for n, each in enumerate(FOLK)]
    for some in (rows, rows[:3]):
        platform.drop(key, "\n".join([HOSPITAL, *some]) + "\n")
        platform.run()
    died = [dead(each) for each in FOLK]
    platform.drop("civil_affairs/cremations/20250629/june.csv", "\n".join([CREMATIONS, *died[:4]]) + "\n")
    platform.run()
    back = [row.replace("火化", "撤销") for row in died[2:]]  # one of them names nothing
    platform.drop("civil_affairs/cremations/20250630/june.csv", "\n".join([CREMATIONS, *back]) + "\n")
    platform.run()


def dead(whom: Recipient) -> str:
    return f"{whom.number},孟庆{whom.sequence % 10},某馆,2025-06-20,2025-06-19,火化"


def test_it_comes_out_the_same(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = at_once(platform, first_roster, monkeypatch)
    assert {file.state for file in expected["files"]} == {FileState.LOADED}
    first_roster(platform)
    assert platform.slices == len(FOLK)
    assert end_of() == expected
    assert set(passes_of(platform).values()) == {"SUCCEEDED"}


def passes_of(platform: Platform) -> dict[str, str]:
    """The executions of the pass, with what became of them."""
    return {name: status for name, status in platform.states.status.items() if name.startswith("apply-")}


@pytest.mark.parametrize("story", [monthly_roster, payments, evidence])
def test_whatever_happens_meanwhile_it_comes_out_the_same(
    platform: Platform, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each slice is killed at another of its writing calls, its answer is lost, and S3 tells of it again.

    Nothing says LOADED until all shards are done, and no second pass begins.
    """
    expected = at_once(platform, story, monkeypatch)
    died = list[str]()

    def disturbed(number: int, do: Callable[[], Any]) -> Any:
        for when in When:
            with suppress(Died), dying_at_writing(number % 3 + 1, when, died):
                do()
        [applied] = [file for file in files.everything() if file.by_shards]
        assert applied.state is FileState.RECEIVED
        do()
        if number % 4 == 0:  # reading it again is what costs
            platform.notify(platform.dropped[-1])
        return do()

    platform.slice_of = disturbed
    story(platform)
    assert len(died) >= platform.slices
    assert any("Transact" in call for call in died)
    assert all(name.endswith("-1") for name in passes_of(platform))
    assert end_of() == expected


@contextmanager
def dying_at_writing(which: int, when: When, died: list[str]) -> Iterator[None]:
    """Die at so manieth call that writes."""
    left = [which]

    def hook(name: str, _: Mapping[str, Any]) -> None:
        left[0] -= not name.rsplit(".", 1)[1].startswith(READING)
        if not left[0]:
            died.append(name)
            raise Died

    with each_call(hook, when):
        yield


def test_another_roster_that_comes_meanwhile_is_held_against_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed in both, of which neither had the other before it: whoever is put together last asks."""
    twice = replace(FOLK[0], area="341622100201")

    def other() -> None:
        platform.drop("hrss/roster/20250701/county.csv", roster(twice))

    def both(platform: Platform) -> None:
        first_roster(platform)
        other()

    expected = at_once(platform, both, monkeypatch)
    platform.after_slice = lambda number: other() if number == len(FOLK) - 1 else None
    first_roster(platform)
    found = end_of()
    assert found["listed"] == expected["listed"]
    assert found["suspicions"] == expected["suspicions"]
    assert {file.state for file in found["files"]} == {FileState.LOADED}


def test_a_corrected_file_takes_the_place_of_one_that_is_being_applied(platform: Platform) -> None:
    first_roster(platform)
    june = [paid(each) for each in FOLK]
    corrected = "\n".join([PAID, *(paid(each, "180.00") for each in FOLK[:3])]) + "\n"
    platform.after_slice = lambda number: platform.drop(PAYMENTS, corrected) if number == 7 else None
    platform.drop(PAYMENTS, "\n".join([PAID, *june]) + "\n")
    platform.run()
    assert platform.slices < 2 * len(FOLK) + 3, "the rest of its parts never began"
    platform.take(json.dumps({"reread": PAYMENTS}))  # a minute later
    platform.run()
    by_payments = [file for file in files.everything() if file.feed == "payments"]
    assert sorted(file.state for file in by_payments) == [FileState.LOADED, FileState.SUPERSEDED]
    found = [[each.fen for each in people.payments_of(p)] for p in sorted(end_of()["people"])]
    assert sorted(found) == [[], [], [18_000], [18_000], [18_000]]
    assert not [key for key in in_bucket("rejects") if key.startswith("partial/")]


def deaths(platform: Platform) -> None:
    folk = [Recipient(700 + n) for n in range(12)]
    platform.drop(KEY, roster(*folk))
    platform.run()
    rows = [dead(each) for each in folk]
    platform.drop("civil_affairs/cremations/20250629/june.csv", "\n".join([CREMATIONS, *rows]) + "\n")
    platform.run()


def amounts_and_phones(platform: Platform) -> None:
    folk = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(22)]
    platform.drop(KEY, roster(*folk))
    platform.run()
    others = [replace(each, yuan="300.00", phone="13900000000") for each in folk]
    platform.drop("hrss/roster/20250701/next.csv", roster(*others))
    platform.run()


@pytest.mark.parametrize("story", [deaths, amounts_and_phones])
def test_limits_are_of_the_whole_file_before_any_of_it_is_applied(
    platform: Platform, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = at_once(platform, story, monkeypatch)
    assert sorted(file.state for file in expected["files"]) == [FileState.HELD, FileState.LOADED]
    story(platform)
    assert end_of() == expected
    assert not any(expected["suspicions"])


def test_a_shard_that_failed_is_named_and_a_redrive_goes_on_with_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    expected = at_once(platform, first_roster, monkeypatch)
    shard = sorted(expected["people"])[0][0]
    platform.fails = frozenset({shard})
    first_roster(platform)
    [file] = files.everything()
    cut = file_shards.cut_now(file.id)
    assert file.state is FileState.RECEIVED
    assert cut is not None
    progress = by_shards.progress(file)
    assert progress is not None
    assert (progress.shards, progress.of, progress.failed) == (len(cut.parts) - 1, len(cut.parts), (shard,))
    assert (progress.rows, progress.of_rows) == (len(FOLK) - cut.parts[shard], len(FOLK))
    [told] = [record for record in caplog.records if record.message == "a shard failed"]
    assert vars(told)["shard"] == shard
    done = platform.slices
    platform.take(f'{{"reread": "{KEY}"}}')
    platform.run()
    assert platform.slices - done == len(cut.parts) - 1 + cut.parts[shard], "what is done is only looked at"
    assert list(passes_of(platform).values()) == ["FAILED", "SUCCEEDED"]
    assert end_of() == expected
