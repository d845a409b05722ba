"""The lake: everything by person, tidied without anybody missing a row."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from chalicelib.errors import ConflictError, UnreadableError
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.settings import settings
from chalicelib.storage import clients
from chalicelib.storage.s3 import lake
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

BUS, CARE = FeedId("bus_rides"), FeedId("care_home")
ONE, OTHER = PersonId("a" * 26), PersonId("b" * 26)
BEGINNING = {BUS: date(2020, 1, 1), CARE: date(2020, 1, 1)}


def ride(day: str, feed: FeedId = BUS, file: str = "f1", **facts: str) -> Evidence:
    return Evidence(EvidenceKey(date.fromisoformat(day), feed, "ride"), FileId(file), 3, facts)


def put(*evidence: Evidence, of: PersonId = ONE) -> None:
    first = evidence[0]
    lake.put_evidence(first.key.feed, first.file, {of: evidence, OTHER: [ride("2025-01-01")]})


def keys() -> list[str]:
    return [o["Key"] for o in boto3.client("s3").list_objects_v2(Bucket="lake").get("Contents", ())]


@pytest.fixture(params=[0, 1, 2], ids=["one bucket", "32 buckets", "1024 buckets"])
def characters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    divide(monkeypatch, request.param)
    return int(request.param)


def divide(monkeypatch: pytest.MonkeyPatch, characters: int) -> None:
    monkeypatch.setenv("WUGAN_LAKE_CHARACTERS", str(characters))
    settings.cache_clear()


# --- one person ----------------------------------------------------------------------------------


def test_what_the_lake_holds_about_one_person() -> None:
    assert lake.evidence_of(ONE) == []
    put(ride("2025-06-02", until="2025-06-09"), ride("2025-06-01"))
    put(ride("2025-05-01", CARE, "f2"))
    assert lake.evidence_of(ONE) == [
        ride("2025-05-01", CARE, "f2"),
        ride("2025-06-01"),
        ride("2025-06-02", until="2025-06-09"),
    ]
    assert lake.evidence_of(PersonId("c" * 26)) == []


def test_several_people_at_once() -> None:
    put(ride("2025-06-01"))
    found = lake.evidence_of_many([ONE, OTHER, PersonId("c" * 26)])
    assert [len(found[person]) for person in sorted(found)] == [1, 1, 0]


def test_a_recovered_identity_stays_one() -> None:
    recovered = replace(ride("2025-06-01"), recovered=True)
    put(recovered)
    assert lake.evidence_of(ONE) == [recovered]
    put(ride("2025-06-01", file="f2"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01", file="f2")], "the number that was read counts"


def test_the_same_fact_of_two_files_is_one_fact() -> None:
    put(ride("2025-06-01", file="f2"))
    put(ride("2025-06-01"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01")]
    put(ride("2025-06-01", file="f3", until="2025-06-09"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01", file="f3", until="2025-06-09")]


def test_the_same_file_again_is_the_same_object() -> None:
    put(ride("2025-06-01"))
    once = keys()
    put(ride("2025-06-01"))
    assert keys() == once
    put(ride("2025-06-01"), ride("2025-06-03"))  # read again, for people new on the roster
    assert len(keys()) == 2
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 3]


def test_a_file_about_nobody_is_no_object() -> None:
    lake.put_evidence(BUS, FileId("f1"), {})
    assert keys() == []


def test_a_large_file_is_written_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_LARGE", 1)
    put(ride("2025-06-01"))
    assert [key.partition("/f1")[0] for key in keys()] == [
        "evidence/bucket=a/feed=bus_rides",
        "evidence/bucket=b/feed=bus_rides",
    ]
    assert lake.evidence_of(ONE) == [ride("2025-06-01")]


@pytest.mark.parametrize("kept", [8_000_000, 3_000, 0], ids=["all", "one", "none"])
def test_what_is_in_memory_is_not_fetched_again(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_KEPT", kept)
    put(ride("2025-06-01"))
    lake.evidence_of(ONE)
    put(ride("2025-06-02", file="f2"))
    with faults.at_call("s3", "GetObject", lambda _request: None) as fetched:
        assert len(lake.evidence_of(ONE)) == 2
        lake.evidence_of(OTHER)
    assert len(fetched) == {8_000_000: 1, 3_000: 3, 0: 4}[kept]


def test_one_person_costs_their_own_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever begins with the same letter; also what was divided by another number of letters before."""
    neighbours = {PersonId(f"a{letter}".ljust(26, "a")): [ride("2025-06-01")] for letter in "abcdefgh"}
    lake.put_evidence(BUS, FileId("f1"), neighbours)
    divide(monkeypatch, 2)
    lake.tidy(BEGINNING, always=True)
    monkeypatch.setattr(lake, "_LARGE", 1)
    lake.put_evidence(BUS, FileId("f2"), {ONE: [ride("2025-06-02", file="f2")], OTHER: [ride("2025-06-02")]})
    with faults.at_call("s3", "GetObject", lambda _request: None) as fetched:
        assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2]
    assert len(fetched) == 2, "their bucket, and the part of the large file with their first letter"


# --- tidying -------------------------------------------------------------------------------------


def test_tidying_moves_rows_and_loses_none(characters: int, monkeypatch: pytest.MonkeyPatch) -> None:
    put(ride("2025-06-01"))
    monkeypatch.setattr(lake, "_LARGE", 1)
    put(ride("2025-06-02", file="f2"), of=PersonId("ac" + "a" * 24))
    before = lake.evidence_of_many([ONE, OTHER, PersonId("ac" + "a" * 24)])
    assert lake.tidy(BEGINNING, always=True) == 3
    buckets = {0: ["_"], 1: ["a", "b"], 2: ["aa", "ac", "bb"]}[characters]
    assert keys() == [f"evidence/bucket={bucket}/whole.parquet" for bucket in buckets]
    assert lake.evidence_of_many(before) == before
    put(ride("2025-06-03", file="f3"))
    assert lake.tidy(BEGINNING, always=True) == 2
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 3]


def test_little_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_LOOSE", 2)
    for number in range(2):
        put(ride("2025-06-01", file=f"f{number}"))
    assert lake.tidy(BEGINNING) == 0
    put(ride("2025-06-01", file="f3"))
    assert lake.tidy(BEGINNING) == 3
    assert lake.tidy(BEGINNING) == 0


def test_the_number_of_buckets_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    put(ride("2025-06-01"))
    for characters, objects in [(2, 2), (0, 1), (1, 2), (2, 2), (1, 2)]:
        divide(monkeypatch, characters)
        assert lake.evidence_of(ONE) == [ride("2025-06-01")], "read before it is tidied"
        lake.tidy(BEGINNING, always=True)
        assert lake.evidence_of(ONE) == [ride("2025-06-01")]
        assert len(keys()) == objects


def test_what_may_not_be_kept_longer_goes(characters: int) -> None:
    put(ride("2025-06-01"), ride("2025-06-02"))
    put(ride("2025-05-01", CARE, "f2"))
    put(ride("2025-05-01", FeedId("no_longer_declared"), "f3"))
    lake.tidy({BUS: date(2025, 6, 2), CARE: date(2025, 1, 1)}, always=True)
    assert [(i.key.feed, i.key.day.day) for i in lake.evidence_of(ONE)] == [
        (CARE, 1),
        ("no_longer_declared", 1),
        (BUS, 2),
    ]
    assert BUS not in {item.key.feed for item in lake.evidence_of(OTHER)}


@pytest.mark.parametrize("number", range(1, 6))
def test_tidying_that_dies_half_way_loses_nothing(number: int, characters: int) -> None:
    put(ride("2025-06-01"))
    lake.tidy(BEGINNING, always=True)
    put(ride("2025-06-02", file="f2"))
    for operation in ("PutObject", "DeleteObject"):
        with (
            contextlib.suppress(faults.Crash),
            faults.at_call("s3", operation, faults.crash, calls={number}),
        ):
            lake.tidy(BEGINNING, always=True)
        assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2]
    lake.tidy(BEGINNING, always=True)
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2]


def meanwhile(work: Callable[[], object]) -> Callable[[Any], None]:
    """Work that another process does at a call, once."""
    done = []

    def fault(_request: Any) -> None:
        if not done:
            done.append(True)
            work()

    return fault


def test_whoever_reads_while_somebody_tidies_sees_every_row(characters: int) -> None:
    put(ride("2025-06-01"))
    lake.tidy(BEGINNING, always=True)
    put(ride("2025-06-02", file="f2"))
    clients.forget()
    tidied = meanwhile(lambda: lake.tidy(BEGINNING, always=True))
    with faults.at_call("s3", "GetObject", tidied):
        assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2]
    put(ride("2025-06-03", file="f3"))
    tidied = meanwhile(lambda: lake.tidy(BEGINNING, always=True))
    with faults.at_call("s3", "ListObjectsV2", tidied):
        assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2, 3]


def test_of_two_who_tidy_the_slower_gives_way(characters: int) -> None:
    put(ride("2025-06-01"))
    with (
        faults.at_call("s3", "PutObject", meanwhile(lambda: lake.tidy(BEGINNING, always=True))),
        pytest.raises(ConflictError),
    ):
        lake.tidy(BEGINNING, always=True)
    put(ride("2025-06-02", file="f2"))
    with (
        faults.at_call("s3", "GetObject", meanwhile(lambda: lake.tidy(BEGINNING, always=True))),
        pytest.raises(ConflictError),
    ):
        lake.tidy(BEGINNING, always=True)
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2]


# --- a lake that cannot be read ------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
def test_a_lake_that_cannot_be_reached_says_so(operation: str) -> None:
    put(ride("2025-06-01"))
    with faults.at_call("s3", operation, faults.unreachable), pytest.raises(UnreadableError):
        lake.evidence_of(ONE)


def test_a_lake_that_cannot_be_read_says_so() -> None:
    junk = "evidence/bucket=_/feed=bus_rides/x.parquet"
    boto3.client("s3").put_object(Bucket="lake", Key=junk, Body=b"junk")
    with pytest.raises(UnreadableError):
        lake.evidence_of(ONE)
    boto3.client("s3").delete_object(Bucket="lake", Key=junk)
    boto3.client("s3").delete_bucket(Bucket="lake")
    with pytest.raises(UnreadableError):
        lake.evidence_of(ONE)


def test_a_lake_that_refuses_says_so() -> None:
    put(ride("2025-06-01"))
    refused = faults.lost_ack(AWSRequest(url="https://lake"))
    refused.status_code = 403
    with faults.at_call("s3", "GetObject", lambda _request: refused), pytest.raises(UnreadableError):
        lake.evidence_of(ONE)


def test_a_lake_that_changes_all_the_time_says_so() -> None:
    put(ride("2025-06-01"))
    s3 = boto3.client("s3")

    def gone(_request: Any) -> None:
        for key in keys():
            s3.delete_object(Bucket="lake", Key=key)
            s3.put_object(Bucket="lake", Key=f"{key}.moved", Body=b"")

    with faults.at_call("s3", "GetObject", gone), pytest.raises(UnreadableError, match="faster"):
        lake.evidence_of(ONE)


def test_a_refusal_to_write_is_no_conflict() -> None:
    put(ride("2025-06-01"))
    refused = faults.lost_ack(AWSRequest(url="https://lake"))
    refused.status_code = 403
    with faults.at_call("s3", "PutObject", lambda _request: refused), pytest.raises(ClientError):
        lake.tidy(BEGINNING, always=True)
