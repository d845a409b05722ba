"""Passes over everybody: killed after each slice, or in it, they end as if nothing had been; and a shard that
fails is named: what is put together says of how many it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import boto3
import pytest

from chalicelib import clock as our_clock
from chalicelib import passes, pay_reconciliation, stats
from chalicelib.cases import daily_run, executions
from chalicelib.errors import UnfinishedError, UnreadableError
from chalicelib.intake import by_shards
from chalicelib.jurisdiction import drafts
from chalicelib.model import BenefitCode, FeedId, FileId, Month, Payment, PersonId
from chalicelib.passes.running import STEPS
from chalicelib.passes.slices import Function
from chalicelib.passes.table import PASSES
from chalicelib.settings import settings
from chalicelib.storage.dynamodb import files, people, recheck_rows, run_ends, shards, tables, worklists
from chalicelib.storage.s3 import lake, objects, statistics_table
from infra.template import ROOT
from sandbox.rights import Judge
from tests.judged import judging
from tests.storage.builders import entitlement, evidence, key, known, message, put
from tests.storage.test_files import dropped
from tests.workflow.crashes import Died, When, dying_at, each_call, outline
from tests.workflow.village import number_of

pytestmark = pytest.mark.usefixtures("aws")

ON = date(2025, 7, 1)
FUNCTIONS = {each.value: each.value for each in Function}


ABOUT: Final = {"reconciliation": "2025-06", "rechecks": "2025-06"}  # else the day alone
TRIED_ELSEWHERE: Final = (by_shards.APPLY, drafts.REHEARSAL, "ask", "follow", "monthly_sheets", "push")
"""In test_by_shards, api/test_rules, test_asking, cases/test_daily_following, workflow/test_monthly_sheets,
test_event_push."""
OF_EVERYBODY: Final = [name for name in PASSES if name not in TRIED_ELSEWHERE]
JUDGE: Final[list[Judge]] = []  # by whose policies each step acts


@dataclass
class Hearsay:
    """What went out into the world: messages, and executions that were started."""

    published: list[str]
    started: set[str]


@pytest.fixture
def world(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hearsay]:
    heard = Hearsay([], set())
    boto3.client("sns").create_topic(Name="messages")
    monkeypatch.setattr(executions, "_start", lambda machine, name, data: heard.started.add(name))

    def note(name: str, asked: Mapping[str, Any]) -> None:
        if name == "sns.Publish":
            heard.published.append(json.dumps(asked, sort_keys=True, default=str))

    with judging() as judge, each_call(note):
        JUDGE.append(judge)
        yield heard


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A watch by which each slice has time for one person."""
    monkeypatch.setattr(daily_run, "AT_ONCE", 1)
    seconds = [0.0]

    def watch() -> float:
        seconds[0] += 401.0
        return seconds[0]

    our_clock.set_watch(watch)
    yield
    our_clock.set_watch(None)


def payment(fen: int) -> Payment:
    return Payment(BenefitCode("resident_pension"), Month("2025-06"), fen, date(2025, 6, 10))


def folk() -> list[PersonId]:
    """Four people: due within weeks, with old and new evidence, a message that waits, a visit."""
    found = []
    for n in range(4):
        mine = entitlement(payee=f"P{n}", certified_until=date(2025, 7, 20), valid_until=date(2025, 7, 20))
        person = known(mine, number=number_of(700 + n))
        put(person, evidence=[evidence("2020-01-0" + str(n + 1)), evidence("2020-02-02")])
        put(person, messages=[replace(message(person), words={"deadline": "2025-07-31", "code": "000001"})])
        found.append(person)
    seen = replace(evidence(by="grid-1"), key=key("2025-06-10", "home_visits", "seen"))
    put(found[-1], evidence=[seen])
    people.put_payments((person, payment(fen=19_500 + n)) for n, person in enumerate(found))
    pay_reconciliation.wanted([Month(ABOUT["reconciliation"])])
    pay_reconciliation.begin()
    told = {"2025-06#resident_pension": 3}
    files.put(dropped(feed=FeedId("payments"), stranger_rows=told, stranger_fen=told))
    lake.put_evidence(key().feed, FileId("f1"), {person: [evidence("2025-06-20")] for person in found[:1]})
    return sorted(found)


def planned(name: str) -> dict[str, Any]:
    said = {"pass": name, "day": ON.isoformat(), "about": ABOUT.get(name, "day")}
    return passes.run_pass({"state": "Plan", "execution": f"{name}-1", "functions": FUNCTIONS, "input": said})


def walked(
    name: str, *, again_after: int | None = None, dies: tuple[int, int, When] | None = None
) -> tuple[str, int]:
    """Walk a pass as the state machine does; what it says in the end, and how many slices there were.

    `again_after`: the answer of this slice is lost, it is done once more. `dies`: (slice, call to AWS, when).
    """
    plan = planned(name)

    def run(event: dict[str, Any]) -> dict[str, Any]:
        with JUDGE[-1].acting(f"Pass{PASSES[name].does.title()}"):
            return passes.run_pass(event)

    number, done = 0, []
    for first in plan["shards"]:
        shard = first
        while shard["more"]:
            event = {"state": "Do", "shard": json.loads(json.dumps(shard))}
            if dies is not None and dies[0] == number:
                with dying_at(dies[1], dies[2]), pytest.raises(Died):
                    run(event)
            shard = run(event)
            if again_after == number:
                shard = run(event)
            number += 1
        done.append(shard)
    return put_together(name, {**plan, "done": done}), number


def put_together(name: str, said: dict[str, Any]) -> str:
    """What the last step says, or raises."""
    end = {"state": "Put together", "execution": f"{name}-1", "input": json.loads(json.dumps(said))}
    try:
        with JUDGE[-1].acting(f"Pass{PASSES[name].does.title()}"):
            return str(passes.run_pass(end)["of"])
    except UnfinishedError as unfinished:
        return str(unfinished)


def outbox() -> dict[str, bytes]:
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="outbox").get("Contents", ())
    return {each["Key"]: s3.get_object(Bucket="outbox", Key=each["Key"])["Body"].read() for each in found}


def end_of(mine: list[PersonId], world: Hearsay) -> Mapping[str, Any]:
    """Everything that a pass may have changed."""
    return {
        "people": [outline(people.load(person)) for person in mine],
        "outbox": outbox(),
        "published": sorted(world.published),
        "started": world.started,
        "due": sorted(worklists.due_in(date(2099, 1, 1))),
        "outgoing": worklists.outgoing(date(2099, 1, 1)),
        "ends": sorted(run_ends.everything()),
        "drawn": [recheck_rows.draw_of(Month("2025-06")), *recheck_rows.lines_of(Month("2025-06"))],
        "months": [run_ends.months(name) for name in ("results written", "reconciliation begun")],
        "figures": sorted(statistics_table.below(ON, "34", 12) or ()),
    }


def undisturbed(name: str, world: Hearsay) -> tuple[Mapping[str, Any], int]:
    mine = folk()
    answer, slices = walked(name)
    assert answer == "1 of 1 shards"
    return end_of(mine, world), slices


@contextmanager
def a_town_of_its_own(world: Hearsay) -> Iterator[None]:
    """The same town again, as nothing had happened: tables and buckets are emptied."""
    for name in ("people", "work", "files", "audit"):
        dynamodb = boto3.client("dynamodb")
        for item in dynamodb.scan(TableName=name)["Items"]:
            if item["pk"]["S"] in ("AREA", "SHARDS"):  # written once in the life of a process
                continue
            dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    s3 = boto3.client("s3")
    for bucket in ("outbox", "lake"):
        for each in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
            s3.delete_object(Bucket=bucket, Key=each["Key"])
    world.published.clear()
    world.started.clear()
    yield


@pytest.mark.parametrize("name", OF_EVERYBODY)
def test_an_answer_that_is_lost_after_any_slice_changes_nothing(name: str, world: Hearsay) -> None:
    expected, slices = undisturbed(name, world)
    assert slices >= 4, "a slice for each person"
    for number in range(slices):
        with a_town_of_its_own(world):
            mine = folk()
            walked(name, again_after=number)
            assert end_of(mine, world) == expected, f"slice {number} of {slices}"


@pytest.mark.parametrize("name", [name for name in OF_EVERYBODY if name != "send"])
def test_killed_at_any_writing_call_of_a_slice_it_ends_the_same(name: str, world: Hearsay) -> None:
    """Sending is another matter: what was claimed by one who died is never sent again (rule 9)."""
    expected, _ = undisturbed(name, world)
    with a_town_of_its_own(world), dying_at(None) as calls:
        folk()
        calls.clear()
        walked(name)
    first = [
        n for n, call in enumerate(calls, 1) if call.split(".")[1].startswith(("Put", "Trans", "Delete"))
    ]
    assert first
    for when in When:
        with a_town_of_its_own(world):
            mine = folk()
            with dying_at(None) as plan:
                planned(name)
            walked(name, dies=(0, first[0] - len(plan), when))
            assert end_of(mine, world) == expected, when


def test_nobody_is_told_twice_whoever_dies(world: Hearsay) -> None:
    usually = len(undisturbed("send", world)[0]["published"])
    with a_town_of_its_own(world):
        folk()
        with dying_at(None) as calls:
            walked("send")
    at = calls.index("sns.Publish") + 1
    for when in When:
        with a_town_of_its_own(world):
            folk()
            with dying_at(None) as plan:
                planned("send")
            walked("send", dies=(0, at - len(plan), when))
            assert len(world.published) == len(set(world.published))
            assert len(world.published) >= usually - 1, "the others hear of it all the same"


# --- shards that fail ------------------------------------------------------------------------------


def by_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUGAN_SHARD_CHARACTERS", "1")
    settings.cache_clear()
    shards._whole.clear()
    tables.delete(tables.Work("SHARDS", "0"))
    tables.put(tables.Work("SHARDS", "1", body="{}"))


def some_fail(name: str, failing: str) -> str:
    """As the state machine goes on when one shard has failed after all its tries."""
    plan, done = planned(name), list[dict[str, Any]]()
    for first in plan["shards"]:
        shard = first
        while shard.get("more"):
            if shard["shard"] == failing:
                shard = {"shard": failing, "failed": True}
            else:
                shard = passes.run_pass({"state": "Do", "shard": shard})
        done.append(shard)
    return put_together(name, {**plan, "done": done})


def test_figures_wait_for_a_shard_that_failed(
    world: Hearsay,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    by_letter(monkeypatch)
    mine = folk()
    assert some_fail("statistics", mine[0][0]) == "statistics-1: 31 of 32 shards, 1 left out"
    assert stats.latest() is None, "those of the night before stay"
    assert stats.awaited() == {"as_of": "2025-07-01", "shards": 31, "of": 32}
    assert "nightly_statistics" not in run_ends.everything(), "the daily run will ask for it"
    published = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["ShardsFailed"] for each in published if "ShardsFailed" in each] == [[1.0]]
    [told] = [record for record in caplog.records if record.message == "a shard failed"]
    assert vars(told)["shard"] == mine[0][0]


def test_lists_wait_too_and_are_made_by_the_next_attempt(
    world: Hearsay, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_letter(monkeypatch)
    mine = folk()
    assert some_fail("results", mine[0][0]) == "results-1: 31 of 32 shards, 1 left out"
    assert not [name for name in outbox() if "/results/" in name]
    assert run_ends.months("results written") == []
    assert walked("results")[0] == "32 of 32 shards"
    (name,) = (name for name in outbox() if "/results/" in name)
    assert outbox()[name].count(b"\r\n") == 1 + len(mine)


def test_checks_are_drawn_of_everybody_or_not_yet(world: Hearsay, monkeypatch: pytest.MonkeyPatch) -> None:
    by_letter(monkeypatch)
    mine = folk()
    assert some_fail("rechecks", mine[0][0]) == "rechecks-1: 31 of 32 shards, 1 left out"
    assert recheck_rows.draw_of(Month("2025-06")) is None
    assert walked("rechecks")[0] == "32 of 32 shards"
    drawn = recheck_rows.draw_of(Month("2025-06"))
    assert drawn is not None
    assert (drawn.by_hand.of, drawn.by_hand.drawn) == (1, 1)
    assert [row.item.about for row in worklists.visits("")] == ["recheck#2025-06"]


@pytest.mark.parametrize(
    ("name", "made"), [("results", "results written"), ("reconciliation", "reconciliation begun")]
)
def test_what_could_not_be_written_is_not_made(
    name: str, made: str, world: Hearsay, monkeypatch: pytest.MonkeyPatch
) -> None:
    folk()
    before = run_ends.months(made)
    with monkeypatch.context() as patch:
        patch.setattr(objects, "put_for_department", lambda *_: 1 // 0)
        patch.setattr(objects, "put_result", lambda *_: 1 // 0)
        assert walked(name)[0] == f"{name}-1: 1 of 1 shards, 1 left out"
    assert run_ends.months(made) == before, "the next run begins again"
    assert walked(name)[0] == "1 of 1 shards"
    assert run_ends.months(made) != before


def test_messages_wait_for_no_other_shard(world: Hearsay, monkeypatch: pytest.MonkeyPatch) -> None:
    by_letter(monkeypatch)
    mine = folk()
    failing = mine[0][0]
    assert some_fail("send", failing) == "send-1: 31 of 32 shards, 0 left out"
    assert len(world.published) == sum(person[0] != failing for person in mine)


def test_whoever_cannot_be_read_is_left_out_and_stops_nobody(world: Hearsay) -> None:
    mine = folk()
    tables.put(tables.People(f"P#{mine[1]}", "ENT#resident_pension", body='{"nobody knows": "this"}'))
    answer, _ = walked("statistics")
    assert answer == "statistics-1: 1 of 1 shards, 1 left out"
    figures = stats.latest()
    assert figures is not None
    assert (figures["recipients"], figures["left_out"]) == (3, 1)


def test_a_lake_that_cannot_be_read_fails_the_slice_and_is_tried_again(
    world: Hearsay, monkeypatch: pytest.MonkeyPatch
) -> None:
    folk()

    def unreadable(start: str = "") -> Iterator[Any]:
        raise UnreadableError("the lake cannot be read")

    monkeypatch.setattr(lake, "everything", unreadable)
    with pytest.raises(UnreadableError):
        walked("statistics")


def test_a_shard_that_never_ends_is_stopped(world: Hearsay) -> None:
    shard = {**planned("statistics")["shards"][0], "slices": 200}
    with pytest.raises(UnfinishedError, match="does not end"):
        passes.run_pass({"state": "Do", "shard": shard})


def test_one_query_for_each_person_and_no_scan(world: Hearsay) -> None:
    """0.5 read units instead of the 3.4 of a scan: neither audit nor payments are read."""
    mine = folk()
    for name in ("statistics", "results", "retention"):
        asked: list[tuple[str, Mapping[str, Any]]] = []
        with each_call(lambda call, words, asked=asked: asked.append((call, words))):
            walked(name)
        reading = [w for call, w in asked if call == "dynamodb.Query" and w["TableName"] == "people"]
        weak = [w["ExpressionAttributeValues"][":pk"]["S"] for w in reading if not w["ConsistentRead"]]
        assert sorted(weak) == [f"P#{person}" for person in mine], name
        assert not [call for call, _ in asked if call == "dynamodb.Scan"], name


def test_a_table_of_before_is_passed_over_whole(world: Hearsay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not everybody has a row yet: the people of each shard are looked for in all of the table."""
    by_letter(monkeypatch)
    mine = folk()
    for person in mine[1:]:
        tables.delete(shards.row_of_everybody(person))
    tables.delete(tables.Work("SHARDS", "1"))
    shards._whole.clear()
    assert walked("statistics")[0] == "32 of 32 shards"
    figures = stats.latest()
    assert figures is not None
    assert figures["recipients"] == len(mine)


# --- started once -----------------------------------------------------------------------------------


def test_a_pass_is_started_once_and_again_where_it_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    status = dict[str, str]()

    class States:
        class exceptions:  # noqa: N801 - botocore's name
            class ExecutionDoesNotExist(Exception):  # noqa: N818
                pass

            class ExecutionAlreadyExists(Exception):  # noqa: N818
                pass

        def describe_execution(self, executionArn: str) -> dict[str, str]:  # noqa: N803
            name = executionArn.rpartition(":")[2]
            if name not in status:
                raise self.exceptions.ExecutionDoesNotExist
            return {"status": status[name]}

        def start_execution(self, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803
            if name == "send-20250701-0700-1":
                raise self.exceptions.ExecutionAlreadyExists
            assert json.loads(input) == {"pass": "statistics", "day": "2025-07-01", "about": "day"}
            status[name] = "RUNNING"

    monkeypatch.setattr(executions, "client", lambda _: States())
    assert passes.start("statistics") == "statistics-20250701-day-1"
    assert passes.start("statistics") is None
    status["statistics-20250701-day-1"] = "FAILED"
    assert passes.start("statistics") == "statistics-20250701-day-2"
    status["statistics-20250701-day-2"] = "SUCCEEDED"
    assert passes.start("statistics") is None
    assert passes.start("send", "0700") is None, "somebody else was first"
    for attempt in range(1, 10):
        status[f"retention-20250701-day-{attempt}"] = "ABORTED"
    assert passes.start("retention") is None
    with pytest.raises(KeyError):
        passes.start("unknown")


def test_states_steps_and_functions_are_the_same_words() -> None:
    definition = json.loads((ROOT / "statemachines" / "everybody.asl.json").read_text(encoding="utf-8"))
    inner = definition["States"]["Each shard"]["ItemProcessor"]["States"]
    tasks = {name for name, state in {**definition["States"], **inner}.items() if state["Type"] == "Task"}
    assert tasks == STEPS.keys()
    assert definition["States"]["Plan"]["Parameters"]["Payload"]["functions"].keys() == set(Function)
    assert {each.does for each in PASSES.values()} == set(Function)
