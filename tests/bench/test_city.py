"""What `make city` counts is what the sandbox counts; memory, calls and slices do not grow with people."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import boto3
import pytest

from bench.city import assumptions, invoking, memory, steps, yearly
from bench.city import aws as city_aws
from bench.city import tables as city_tables
from bench.city.capacity import Units, units_of
from bench.city.conditions import holds, updated
from bench.city.counting import Tally, counted
from bench.city.deployment import deployed
from bench.city.invoking import QUEUES, Lambda
from bench.city.kept import Kept
from bench.city.scaling import Path as Path_
from bench.city.table import Row
from chalicelib import clock
from chalicelib.passes import running

T = TypeVar("T")

TOWN = 200
WALKED = (
    "first_roster",
    "monthly_roster",
    "evidence_awaited",
    "evidence_waiting",
    "payments",
    "statistics",
    "audit_roots",
    "open_cases",
    "send",
)
ENDS = datetime(2026, 2, 1, tzinfo=UTC)
S3 = {
    "GetObject": "GET",
    "PutObject": "PUT",
    "ListObjectsV2": "LIST",
    "HeadObject": "HEAD",
    "DeleteObject": "DELETE",
}


@pytest.fixture
def year(tmp_path: Path) -> Path:
    (tmp_path / "year.json").write_text(json.dumps({"now": ENDS.isoformat()}))
    return tmp_path


class OverSandbox(Lambda):
    """The same calls, answered by the sandbox's AWS and counted from outside."""

    def __init__(self, here: Any, tally: Tally) -> None:
        super().__init__(here)
        self.tally = tally
        self.is_running = False

    def counted(self) -> Tally | None:
        return self.tally if self.is_running else None

    def invoke(self, function: str, step: str, act: Callable[[], T]) -> T:
        self.is_running = True
        try:
            return act()
        finally:
            self.is_running = False

    def drop(self, key: str, data: bytes) -> None:
        boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=data)
        told = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}
        self.invoke("intake", "file", lambda: QUEUES["inbox"][1](json.dumps(told)))

    def follow(self) -> None:
        """Nothing waits: files of so few people are taken in at once."""


def over_sandbox(year: Path) -> Tally:
    boto3.client("sns").create_topic(Name="messages")
    pause = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    for name in ("certification", "suspicion"):
        boto3.client("stepfunctions").create_state_machine(
            name=f"wugan-{name}", definition=pause, roleArn="arn:aws-cn:iam::123456789012:role/states"
        )
    here: Any = SimpleNamespace(go_to=go_to)
    played = OverSandbox(here, Tally())
    with counted(played.counted):
        for name in WALKED:
            steps.STEPS[name](steps.Scene(here, played, TOWN, year))
    return played.tally


def go_to(day: date, hour: int = 10) -> None:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=clock.CHINA)
    clock.set_source(lambda: at)


def over_memory(year: Path) -> tuple[Counter[str], Units]:
    with Kept() as kept, deployed(kept, ENDS.date(), people_at_once="2000", lake_characters="0") as here:
        played = Lambda(here)
        for name in WALKED:
            steps.STEPS[name](steps.Scene(here, played, TOWN, year))
    calls, units = Counter[str](), Units()
    for each in played.done:
        calls += each.counted.calls
        units += each.counted.units
    return calls, units


def test_aws_in_memory_counts_as_the_sandbox_does(
    year: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call by name, read and write units: within 5 %, counted from within here, from outside there."""
    monkeypatch.setattr(memory, "give_back", lambda: None)
    monkeypatch.setattr(city_aws, "_SECRET", "invented key for tests")  # the same ids for the same people
    mine, units = over_memory(year)
    request.getfixturevalue("aws")
    theirs = over_sandbox(year)
    said = Counter[str]()
    for name, count in theirs.calls.items():
        service, _, operation = name.partition(".")
        said[f"s3.{S3[operation]}" if service == "s3" else name] += count
    for name in mine.keys() | said.keys():
        if not name.startswith(("kms.", "secretsmanager.")):  # once in the life of a process
            assert mine[name] == pytest.approx(said[name], rel=0.05, abs=1), name
    assert units.write == pytest.approx(theirs.units.write, rel=0.05)
    assert units.read == pytest.approx(theirs.units.read, rel=0.05)
    assert units.write > 20 * TOWN


# --- a city is as a village -------------------------------------------------------------------------


class Traced(Lambda):
    """Notes how much memory each step of a pass takes at most, and how often it is called."""

    def invoke(self, function: str, step: str, act: Callable[[], T]) -> T:
        tracemalloc.start()
        try:
            return super().invoke(function, step, act)
        finally:
            self.peaks[step].append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    peaks: dict[str, list[int]]


FEW, MANY = 40, 120
OVER_EVERYBODY = ("statistics", "results", "retention")


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Traced]:
    """Every pass over few people and over ten times as many; a slice has time for some twenty of them."""
    year, found = tmp_path_factory.mktemp("year"), dict[tuple[str, int], Traced]()
    (year / "year.json").write_text(json.dumps({"now": ENDS.isoformat()}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(invoking, "cpu_factor", lambda _: 0.0)  # calls alone tell the time: always the same
        patch.setattr(running, "SLICE", 0.1)
        patch.setattr(memory, "give_back", lambda: None)  # it is not this process's memory that is asked
        patch.setattr(city_tables, "PAGE", 2_000)  # bytes: a page of ids is not the whole shard
        for count in (FEW, MANY):
            with Kept() as kept, deployed(kept, ENDS.date(), people_at_once="2000") as here:
                steps.first_roster(steps.Scene(here, Lambda(here), count, year))
                steps.warm()
                for name in OVER_EVERYBODY:
                    played = Traced(here)
                    played.peaks = defaultdict(list)
                    played.do_pass(name)
                    found[name, count] = played
    return found


@pytest.mark.parametrize("name", OVER_EVERYBODY)
def test_a_pass_over_more_people_has_more_slices_and_none_is_larger(
    name: str, walked: dict[tuple[str, int], Traced]
) -> None:
    few, many = walked[name, FEW], walked[name, MANY]
    assert len(many.peaks["Do"]) >= MANY / FEW / 2 * len(few.peaks["Do"])
    assert max(each.seconds for each in many.done if each.step == "Do") < 0.5
    assert max(many.peaks["Do"]) < 1.5 * max(few.peaks["Do"])
    assert max(many.peaks["Put together"]) < 2 * max(few.peaks["Put together"]) + 500_000


@pytest.mark.parametrize("name", OVER_EVERYBODY)
def test_a_pass_asks_the_same_for_each_of_more_people(
    name: str, walked: dict[tuple[str, int], Traced]
) -> None:
    def queries(count: int) -> int:
        return sum(each.counted.calls["dynamodb.Query"] for each in walked[name, count].done)

    assert (queries(MANY) - queries(FEW)) / (MANY - FEW) < 1.3, "one for each, and some for each slice"
    read = sum(each.counted.units.read for each in walked[name, MANY].done)
    assert read / MANY < 1


# --- what it is made of -----------------------------------------------------------------------------


def test_units_are_those_of_what_is_read_and_written() -> None:
    item = {"pk": {"S": "P#x"}, "sk": {"S": "S"}, "body": {"S": "b" * 1500}}
    key = {"pk": {"S": "P#x"}, "sk": {"S": "S"}}
    assert units_of("PutItem", {"Item": item}, {}).write == 2
    assert units_of("TransactWriteItems", {"TransactItems": [{"Put": {"Item": item}}]}, {}).write == 4
    assert units_of("DeleteItem", {"Key": key}, {}).write == 1
    assert units_of("Query", {"ConsistentRead": False}, {"Items": [item] * 3}).read == 1
    assert units_of("Query", {"ConsistentRead": True}, {"Items": []}).read == 1
    asked = {"RequestItems": {"people": {"Keys": [key, key], "ConsistentRead": True}}}
    assert units_of("BatchGetItem", asked, {"Responses": {"people": [item]}}).read == 2


def test_conditions_and_updates_are_read_as_pynamodb_words_them() -> None:
    asked = {
        "ConditionExpression": "(attribute_not_exists (#0) OR #1 < :1)",
        "ExpressionAttributeNames": {"#0": "pk", "#1": "uses"},
        "ExpressionAttributeValues": {":1": {"N": "3"}, ":2": {"N": "1"}},
    }
    assert holds(asked, None)
    assert holds(asked, {"pk": {"S": "x"}, "uses": {"N": "2"}})
    assert not holds(asked, {"pk": {"S": "x"}, "uses": {"N": "3"}})
    new = {**asked, "ConditionExpression": "(NOT contains (#0, :3))"}
    new["ExpressionAttributeValues"] = {":3": {"S": "a"}}
    assert holds(new, {"pk": {"SS": ["b"]}})
    assert not holds(new, {"pk": {"SS": ["a", "b"]}})
    added = {**asked, "Key": {"pk": {"S": "x"}}, "UpdateExpression": "ADD #1 :2"}
    assert updated(added, {"pk": {"S": "x"}, "uses": {"N": "2"}})["uses"] == {"N": "3"}


def told(seconds: float, **more: Any) -> dict[str, Any]:
    each = {"function": "pass_write", "step": "Do", "count": 1, "seconds": seconds, "longest_gap": 2.0}
    return {
        **each,
        "grown_mb": 10.0,
        "calls": {},
        "read": 0,
        "write": 0,
        "hottest": {},
        "written": {},
        **more,
    }


def test_what_a_slice_does_is_drawn_to_a_shard_and_ends_in_time() -> None:
    sizes = [(1000, told(10.0)), (10_000, told(100.0))]
    measured = [{"subjects": n, "began_mb": 100, "at_once": 8, "invocations": [one]} for n, one in sizes]
    path = Path_.of("x", assumptions.CITY, measured)
    assert path.wall == pytest.approx(4 * 425), "32 shards, 8 at a time, 10 ms each"
    assert path.longest == pytest.approx(402), "a slice, and what it had begun"
    assert path.is_in_slices


def test_units_a_second_are_those_of_one_table_and_of_all_shards_that_run_side_by_side() -> None:
    written = {"people PROFILE": 20_000.0, "people ~A": 30_000.0, "work ALL": 20_000.0}
    sizes = [(1000, told(10.0)), (10_000, told(100.0, written=written, write=70_000))]
    measured = [{"subjects": n, "began_mb": 100, "at_once": 8, "invocations": [one]} for n, one in sizes]
    path = Path_.of("x", assumptions.CITY, measured)
    assert path.writes_a_second == 8 * 500, "of the people table, for each table has its own limit"
    assert path.busiest_table == pytest.approx(50_000 / 9_000)


def test_the_audit_table_is_paid_for_at_its_own_prices() -> None:
    """Dearer to write, cheaper to keep; and no part of the main table."""
    year = yearly.Yearly(20.0, 0.0, 0.0, 7.0, 8.0, 5.0, 0.0, {"people PROFILE": 15.0, "audit ~A": 5.0})
    assert year.lines["writes"] == pytest.approx(15 * assumptions.USD_A_MILLION_WRITES)
    assert year.lines["writes, audit"] == pytest.approx(5 * assumptions.USD_A_MILLION_WRITES_OF_AUDIT)
    assert year.lines["storage and backups"] == pytest.approx(8 * assumptions.USD_A_GB_AND_YEAR)
    assert year.lines["storage and backups, audit"] == pytest.approx(
        5 * assumptions.USD_A_GB_AND_YEAR_OF_AUDIT
    )


def test_what_was_measured_alone_of_more_people_counts_instead() -> None:
    each, alone = told(10.0, function="intake", step="file"), told(30.0, function="intake", step="file")
    some = [{"subjects": n, "began_mb": 100, "at_once": 8, "invocations": [each]} for n in (1000, 10_000)]
    more = [{"subjects": n, "began_mb": 90, "invocations": [alone]} for n in (1000, 100_000)]
    (part,) = Path_.of("x", assumptions.CITY, some, more).parts
    assert [(n, said["seconds"]) for n, said in part.by_size] == [(1000, 30.0), (100_000, 30.0)]


def test_a_row_that_is_missed_is_shown_and_so_is_one_that_is_not_there() -> None:
    missed = Row("x", "9", 3.0, 2, 1, str)
    assert (missed.is_kept, missed.cells[-1]) == (False, "MISSED")
    assert Row("x", "9", 1.0, 2, 1, str).cells[-1] == "sky"
    assert Row("x", "9", None, 2, 1, str).cells[-1] == "not there"
