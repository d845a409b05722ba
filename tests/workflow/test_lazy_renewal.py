"""Plain presence waits in the lake until the certificate nears its end; nothing else does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib import cases, clock, messages
from chalicelib.cases import daily_run, retention
from chalicelib.errors import UnfinishedError, UnreadableError
from chalicelib.model import (
    DroppedFile,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    StateName,
    StepOutcome,
    SuspicionKind,
    Template,
    Verification,
)
from chalicelib.runs import run
from chalicelib.steps import certification
from chalicelib.steps.walking import run_step
from chalicelib.storage.dynamodb import people, worklists
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.s3 import lake
from tests.in_one_go import apply_retention, let_go
from tests.workflow.crashes import each_call
from tests.workflow.test_crash_points import ready_to_suspend
from tests.workflow.village import AUTHORITY, DUE, NEW_YEAR, Recipient, Village, days_before

ONE = Recipient(980)
OTHER = Recipient(981, phone="13800000002")
TRAVEL = FeedId("travel_agency")


def travels(village: Village, number: str, day: date) -> DroppedFile:
    village.drop(
        "travel_agency",
        f"身份证号码,姓名,旅行社名称,线路名称,出行日期\n{number},孟庆{number[16]},甲,乙,{day}\n",
        f"{day}.csv",
    )
    return next(f for f in village.files() if f.feed == TRAVEL and f.key.endswith(f"/{day}.csv"))


def in_the_lake(
    village: Village, number: str, *days: date, feed: FeedId = TRAVEL, event: str = "travelled"
) -> None:
    """What another process has put there, and died before it wrote the record or woke anybody."""
    items = [Evidence(EvidenceKey(day, feed, event), FileId("f"), 2) for day in days]
    lake.put_evidence(feed, FileId(f"f{days[0]}"), {village.person(number): items})


@contextmanager
def unreadable() -> Iterator[None]:
    def unreachable(name: str, _: Mapping[str, Any]) -> None:
        if name == "s3.ListObjectsV2":
            raise ConnectTimeoutError(endpoint_url="https://aws.invalid/")

    with each_call(unreachable):
        yield


def test_it_waits_and_certifies_as_a_case_would_open(village: Village) -> None:
    """Far from the end nothing is written; on the day a case would open, one renewal and one message."""
    village.settle(ONE, OTHER)
    village.until(NEW_YEAR)
    dropped = [travels(village, ONE.number, NEW_YEAR - timedelta(days=d)) for d in (40, 3, 20)]
    assert [(f.state, f.certified, f.kept) for f in dropped] == [(FileState.LOADED, 0, 1)] * 3
    outbox = village.sandbox.settings.outbox_bucket
    key = f"culture_tourism/receipts/{dropped[0].id}.json"
    receipt = json.loads(village.sandbox.client("s3").get_object(Bucket=outbox, Key=key)["Body"].read())
    assert (receipt["people_certified"], receipt["people_kept_for_later"]) == (0, 1)
    before = village.record(ONE.number)
    assert not before.evidence
    assert not before.messages
    assert before.entitlements[0].valid_until == DUE
    apply_retention()
    village.until(days_before(46))
    assert village.record(ONE.number) == before
    village.until(days_before(45))
    for message in village.record(ONE.number).messages:
        messages.carrier_reported({"message": message.id, "status": "delivered"})
    record = village.record(ONE.number)
    assert [item.key.day for item in record.evidence] == [NEW_YEAR - timedelta(days=3)]
    assert record.entitlements[0].valid_until == date(2025, 12, 28)
    assert [m.template for m in record.messages] == [Template.CERTIFIED]
    assert not record.cases
    assert village.state(OTHER.number) is StateName.REMIND
    village.until(days_before(40))
    assert village.record(ONE.number) == record


def test_near_the_end_it_is_written_at_once(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(90))
    dropped = travels(village, ONE.number, days_before(95))
    assert (dropped.certified, dropped.kept) == (1, 0)
    assert village.record(ONE.number).open_case is None


def test_a_day_that_has_moved_on_costs_no_write(village: Village) -> None:
    """Filed under an earlier day, far from the end by what the record says: the lake may keep the rest."""
    village.settle(ONE)
    village.until(NEW_YEAR)
    village.hospital(ONE.number, NEW_YEAR - timedelta(days=2))
    village.until(days_before(95))
    assert travels(village, ONE.number, days_before(100)).kept == 1
    before = village.record(ONE.number)
    village.until(days_before(44))
    after = village.record(ONE.number)
    assert (after.evidence, after.entitlements) == (before.evidence, before.entitlements)
    assert [day for day, _ in worklists.due_in(date.max)] == [date(2025, 12, 29)], "filed under the later day"
    village.until(date(2025, 12, 5))
    assert village.record(ONE.number).entitlements[0].valid_until == date(2026, 3, 21), "when it is needed"


# --- weak evidence while a case is open ------------------------------------------------------------


def rides(village: Village, *days: date) -> DroppedFile:
    lines = "".join(f"{ONE.number},{day}\n" for day in days)
    village.drop("bus_rides", f"身份证号码,乘车日期\n{lines}", f"{days[0]}.csv")
    return next(f for f in village.files() if f.key.endswith(f"/{days[0]}.csv"))


def buys(village: Village, day: date) -> DroppedFile:
    village.drop(
        "pharmacy_purchases", f"身份证号码,药店名称,购药日期\n{ONE.number},甲,{day}\n", f"bought-{day}.csv"
    )
    return next(f for f in village.files() if f.key.endswith(f"/bought-{day}.csv"))


def test_weak_evidence_that_completes_nothing_waits_and_is_read_with_what_does(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(40))
    assert village.state(ONE.number) is StateName.REMIND
    before = village.record(ONE.number)
    first = rides(village, days_before(45), days_before(42))
    assert (first.state, first.certified, first.kept) == (FileState.LOADED, 0, 1)
    assert village.record(ONE.number) == before
    second = buys(village, days_before(41))
    assert (second.certified, second.kept) == (1, 0)
    record = village.record(ONE.number)
    assert {item.key.feed for item in record.evidence} == {"bus_rides", "pharmacy_purchases"}
    assert len(record.evidence) == 3
    assert record.open_case is None, "the case was woken"


@pytest.mark.parametrize(("before", "waits"), [(77, True), (74, False)])
def test_weak_evidence_that_completes_long_before_a_case_may_open_waits(
    village: Village, before: int, waits: bool
) -> None:
    """A month before: what joins it later carries further, and whoever opens cases reads the lake."""
    village.settle(ONE)
    village.until(days_before(before))
    rides(village, days_before(before + 6), days_before(before + 3))
    told = buys(village, days_before(before + 4))
    assert (told.certified, told.kept) == ((0, 1) if waits else (1, 0))
    record = village.record(ONE.number)
    assert (bool(record.evidence), record.messages == ()) == (not waits, waits)
    village.until(days_before(25))  # whoever has left a trace is first spoken to as late as this
    record = village.record(ONE.number)
    assert record.entitlements[0].valid_until > DUE
    assert len(record.evidence) == 3
    assert not record.cases


def test_without_the_lake_weak_evidence_is_written_as_it_comes(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(40))
    with unreadable():
        first = rides(village, days_before(45), days_before(42))
    assert (first.state, first.certified) == (FileState.LOADED, 0)
    assert len(village.record(ONE.number).evidence) == 2
    assert buys(village, days_before(41)).certified == 1


def test_weak_evidence_of_which_only_the_lake_knows_prevents_a_suspension(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(40))
    rides(village, days_before(45), days_before(42))
    assert not village.record(ONE.number).evidence
    in_the_lake(village, ONE.number, days_before(41), feed=FeedId("pharmacy_purchases"), event="bought")
    assert call(village, StateName.LAST_LOOK, DUE) is StepOutcome.CERTIFIED


def test_without_the_lake_no_case_opens_and_the_next_day_goes_on(village: Village) -> None:
    village.settle(ONE, OTHER)
    village.until(days_before(46))
    travels(village, ONE.number, NEW_YEAR)
    with unreadable():
        village.sandbox.advance(days=1)
        with pytest.raises(UnfinishedError):
            apply_retention()
    assert {f.function for f in village.sandbox.last_errors} == {"PassWrite"}
    village.sandbox.last_errors.clear()
    assert village.record(OTHER.number).open_case is None
    village.until(days_before(44))
    assert village.record(ONE.number).cases == ()
    assert village.state(OTHER.number) is StateName.REMIND


def test_without_the_lake_what_walks_is_restarted_all_the_same(village: Village) -> None:
    village.settle(ONE)
    village.until(days_before(44))
    states = village.sandbox.client("stepfunctions")
    arn = village.sandbox.settings.certification_arn
    (running,) = states.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]
    states.stop_execution(executionArn=running["executionArn"])
    village.settle(ONE, replace(OTHER, until=days_before(30)))
    with unreadable(), pytest.raises(UnreadableError):
        daily_run.daily_run()
    case = village.record(ONE.number).open_case
    assert case is not None
    assert case.generation == 2
    assert village.record(OTHER.number).open_case is None


# --- the looks before money ------------------------------------------------------------------------


def call(village: Village, state: StateName, due: date) -> StepOutcome:
    event = {
        "state": state.value,
        "contract": 1,
        "person": village.person(ONE.number),
        "due": due.isoformat(),
        "generation": 1,
    }
    return StepOutcome(run_step(certification.STEPS, event)["outcome"])


def test_without_the_lake_nobody_is_suspended_that_day(village: Village) -> None:
    due = date(2024, 11, 30)
    village.settle(replace(ONE, until=due))
    people.change(village.person(ONE.number), lambda record: ready_to_suspend(record, due))
    with unreadable():
        assert call(village, StateName.LAST_LOOK, due) is StepOutcome.HELD
        assert call(village, StateName.SUSPEND, due) is StepOutcome.CHANGED
    assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.ACTIVE
    assert call(village, StateName.SUSPEND, due) is StepOutcome.SUSPENDED, "the next day goes on"


def test_what_only_the_lake_knows_prevents_a_suspension(village: Village) -> None:
    due = date(2024, 11, 30)
    village.settle(replace(ONE, until=due))
    people.change(village.person(ONE.number), lambda record: ready_to_suspend(record, due))
    in_the_lake(village, ONE.number, date(2024, 12, 24))
    assert call(village, StateName.SUSPEND, due) is StepOutcome.CHANGED
    assert call(village, StateName.LAST_LOOK, due) is StepOutcome.CERTIFIED
    assert village.record(ONE.number).entitlements[0].valid_until == date(2025, 12, 23)


def test_match_data_looks_into_the_lake_and_goes_on_without_it(village: Village) -> None:
    due = date(2025, 2, 10)
    village.settle(replace(ONE, until=due))
    village.until(NEW_YEAR + timedelta(days=1))
    with unreadable():
        assert call(village, StateName.MATCH_DATA, due) is StepOutcome.INSUFFICIENT
    in_the_lake(village, ONE.number, date(2024, 12, 24))
    assert call(village, StateName.MATCH_DATA, due) is StepOutcome.CERTIFIED


# --- what is taken back ----------------------------------------------------------------------------


def test_a_withdrawal_that_arrives_first_holds_for_the_lake(village: Village) -> None:
    village.settle(ONE)
    key = EvidenceKey(NEW_YEAR, TRAVEL, "travelled")
    cases.evidence_withdrawn(village.person(ONE.number), [key], actor="feed:test")
    village.until(NEW_YEAR)
    assert travels(village, ONE.number, NEW_YEAR).kept == 1
    village.until(days_before(44))
    assert not village.record(ONE.number).evidence
    assert village.state(ONE.number) is StateName.REMIND


def test_after_a_withdrawal_the_certificate_falls_back_on_what_the_lake_holds(village: Village) -> None:
    village.settle(ONE)
    village.until(NEW_YEAR)
    travels(village, ONE.number, NEW_YEAR)
    travels(village, ONE.number, NEW_YEAR - timedelta(days=10))
    village.until(days_before(45))
    key = EvidenceKey(NEW_YEAR, TRAVEL, "travelled")
    for moved in (1, 0):
        arrival = cases.evidence_withdrawn(village.person(ONE.number), [key], actor="feed:test")
        assert len(arrival.moved) == moved, "the same again changes nothing"
    assert village.record(ONE.number).entitlements[0].valid_until == date(2025, 12, 21)
    told = {m.template for m in village.record(ONE.number).messages}
    assert told == {Template.CERTIFIED, Template.CORRECTED}, "whoever was told a later day hears of it"


# --- what never waits ------------------------------------------------------------------------------


def dies(village: Village, day: date) -> None:
    text = f"身份证号码,姓名,殡仪馆名称,死亡日期,火化日期,登记状态\n{ONE.number},甲,乙,{day},{day},火化\n"
    village.drop("cremations", text)


def kinds(village: Village) -> set[SuspicionKind]:
    return {s.kind for s in village.record(ONE.number).suspicions}


def test_a_death_is_written_and_the_lake_is_searched_for_what_contradicts_it(village: Village) -> None:
    village.settle(ONE)
    village.until(NEW_YEAR)
    travels(village, ONE.number, NEW_YEAR)
    dies(village, NEW_YEAR - timedelta(days=5))
    assert kinds(village) == {SuspicionKind.DEATH, SuspicionKind.CONTRADICTION}


def test_without_the_lake_people_verify_all_the_same(village: Village) -> None:
    village.settle(ONE)
    with unreadable():
        dies(village, NEW_YEAR - timedelta(days=5))
    assert kinds(village) == {SuspicionKind.DEATH}
    assert [v.about for v in village.record(ONE.number).visits] == [f"death#{NEW_YEAR - timedelta(days=5)}"]


def test_presence_after_a_confirmed_death_is_written_at_once(village: Village) -> None:
    day = NEW_YEAR - timedelta(days=5)
    village.settle(ONE)
    dies(village, day)
    cases.suspicion_verified(
        village.person(ONE.number),
        SuspicionKind.DEATH,
        day,
        confirmed=True,
        by="officer",
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.second_word(ONE.number)
    village.until(NEW_YEAR)
    assert travels(village, ONE.number, NEW_YEAR).kept == 0
    assert kinds(village) == {SuspicionKind.DEATH, SuspicionKind.CONTRADICTION}


# --- retention -------------------------------------------------------------------------------------


def test_what_is_too_old_goes_unless_something_rests_on_it(village: Village) -> None:
    village.settle(ONE, OTHER)
    day = date(2023, 6, 1)  # more than eighteen months before New Year
    one, other = village.person(ONE.number), village.person(OTHER.number)

    def some(feed: str, event: str, on: date) -> Evidence:
        return Evidence(EvidenceKey(on, FeedId(feed), event), FileId("f"), 2)

    old, older = some("travel_agency", "travelled", day), some("travel_agency", "travelled", date(2023, 5, 1))
    death = some("cremations", "cremated", date(2021, 6, 1))
    new = some("travel_agency", "travelled", date(2024, 6, 1))
    cases.evidence_arrived(one, [old, older, new], actor="test")
    cases.evidence_arrived(other, [old, death], actor="test")
    lake.put_evidence(TRAVEL, FileId("f"), {one: [old, older, new]})
    on = clock.today()
    with run("tidy_lake") as each:
        with village.sandbox.judge.acting("TidyLake"):
            assert retention.tidy_lake(on, each), "it is the first of a month"
        with village.sandbox.judge.acting("PassWrite"):
            assert let_go(on, retention.oldest_days(on), each) == 2
    assert [e.key for e in people.load(one).evidence] == [new.key]
    assert [e.key for e in people.load(other).evidence] == [death.key, old.key], "suspicions rest on them"
    assert [e.key for e in lake.evidence_of(one)] == [new.key]
    assert people.audit_trail(one)[-1].details["evidence"] == [str(older.key), str(old.key)]
    assert not findings_about(one)
    assert apply_retention() == 0
