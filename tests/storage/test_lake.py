from datetime import date

import boto3
import pytest

from chalicelib.errors import UnreadableError
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId
from chalicelib.storage import lake, objects
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

BUS, CARE = FeedId("bus_rides"), FeedId("care_home")
ONE, OTHER = PersonId("a" * 26), PersonId("b" * 26)


def ride(day: str, feed: FeedId = BUS, file: str = "f1", **facts: str) -> Evidence:
    return Evidence(EvidenceKey(date.fromisoformat(day), feed, "ride"), FileId(file), 3, facts)


def put(*evidence: Evidence, of: PersonId = ONE) -> None:
    first = evidence[0]
    objects.put_evidence(
        first.key.feed, date(2025, 7, 1), first.file, {of: evidence, OTHER: [ride("2025-01-01")]}
    )


def test_what_the_lake_holds_about_one_person() -> None:
    assert objects.lake_evidence_of(ONE) == []
    put(ride("2025-06-02", until="2025-06-09"), ride("2025-06-01"))
    put(ride("2025-05-01", CARE, "f2"))
    assert objects.lake_evidence_of(ONE) == [
        ride("2025-05-01", CARE, "f2"),
        ride("2025-06-01"),
        ride("2025-06-02", until="2025-06-09"),
    ]
    assert objects.lake_evidence_of(ONE, [CARE]) == [ride("2025-05-01", CARE, "f2")]
    assert objects.lake_evidence_of(PersonId("c" * 26)) == []


def test_objects_are_filed_by_feed_and_month() -> None:
    put(ride("2025-06-02"))
    (stored,) = boto3.client("s3").list_objects_v2(Bucket="lake")["Contents"]
    assert stored["Key"] == "evidence/feed=bus_rides/2025-07/f1.parquet"


@pytest.mark.parametrize("kept", [8_000_000, 0], ids=["in memory", "file by file"])
def test_new_and_replaced_files_are_seen(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "_KEPT", kept)
    put(ride("2025-06-01"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01")]
    put(ride("2025-06-02", file="f2"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01"), ride("2025-06-02", file="f2")]
    put(ride("2025-06-01"), ride("2025-06-03"))
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [1, 2, 3]
    put(ride("2025-06-03"))
    assert [item.key.day.day for item in lake.evidence_of(ONE)] == [2, 3]


def test_the_same_fact_of_two_files_is_one_fact() -> None:
    put(ride("2025-06-01"))
    put(ride("2025-06-01", file="f2"))
    assert lake.evidence_of(ONE) == [ride("2025-06-01")]


def test_what_is_in_memory_is_not_fetched_again() -> None:
    put(ride("2025-06-01"))
    lake.evidence_of(ONE)
    put(ride("2025-06-02", file="f2"))
    with faults.at_call("s3", "GetObject", lambda _request: None) as fetched:
        lake.evidence_of(ONE)
        lake.evidence_of(OTHER)
    assert fetched == [1]


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject"])
def test_a_lake_that_cannot_be_reached_says_so(operation: str) -> None:
    put(ride("2025-06-01"))
    with faults.at_call("s3", operation, faults.unreachable), pytest.raises(UnreadableError):
        lake.evidence_of(ONE)


def test_a_lake_that_cannot_be_read_says_so() -> None:
    boto3.client("s3").put_object(
        Bucket="lake", Key="evidence/feed=bus_rides/2025-07/x.parquet", Body=b"junk"
    )
    with pytest.raises(UnreadableError):
        lake.evidence_of(ONE)
    boto3.client("s3").delete_object(Bucket="lake", Key="evidence/feed=bus_rides/2025-07/x.parquet")
    boto3.client("s3").delete_bucket(Bucket="lake")
    with pytest.raises(UnreadableError):
        lake.evidence_of(ONE)
