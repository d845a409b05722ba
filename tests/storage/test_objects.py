import json
from datetime import date

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import ConflictError, RefusedError
from chalicelib.model import AreaCode, FileId, Month, PersonId
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.storage import clients, retries
from chalicelib.storage.s3 import objects
from tests.storage import faults

pytestmark = pytest.mark.usefixtures("aws")

FIRST, SECOND = PersonId("a" * 26), PersonId("b" * 26)
NUMBERS = {"110105194912310021": FIRST, "11010519491231002X": SECOND}


def stored(bucket: str, key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_a_dropped_file_is_read_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "transport/bus_rides/20250701/七月.csv"
    boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=b"123")
    assert objects.read_dropped(key) == b"123"
    assert objects.read_dropped("gone") is None
    monkeypatch.setattr(objects, "LARGEST", 2)
    with pytest.raises(RefusedError, match="too_large"):
        objects.read_dropped(key)


def test_a_bucket_that_cannot_be_read_is_no_missing_file(monkeypatch: pytest.MonkeyPatch) -> None:
    boto3.client("s3").delete_bucket(Bucket="inbox")
    with pytest.raises(ClientError):
        objects.read_dropped("any")


def test_everything_goes_where_its_reader_looks() -> None:
    file = FileId("f" * 16)
    objects.put_receipt("transport", file, b"{}")
    objects.put_rejected("transport", file, b"rows")
    objects.put_result("hrss", "instructions", Month("2025-07"), [b"c", b"sv"])
    village, day = AreaCode("341602100201"), date(2025, 7, 1)
    assert objects.notices_version(village, day) is None
    objects.put_notices(village, day, "告知书", None)
    assert stored("outbox", f"transport/receipts/{file}.json") == b"{}"
    assert stored("rejects", f"transport/{file}.csv") == b"rows"
    assert stored("outbox", "hrss/instructions/2025-07.csv") == b"csv"
    assert stored("outbox", "villages/341602100201/notices/2025-07-01.html").decode() == "告知书"
    assert objects.digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_notices_of_a_village_replace_what_their_writer_has_seen_and_nothing_else() -> None:
    """They name people: they lie under the key of the files that do."""
    village, day = AreaCode("341602100201"), date(2025, 7, 1)
    objects.put_notices(village, day, "first", None)
    first = objects.notices_version(village, day)
    with pytest.raises(ConflictError):
        objects.put_notices(village, day, "who saw none", None)
    objects.put_notices(village, day, "second", first)
    with pytest.raises(ConflictError):
        objects.put_notices(village, day, "who saw the first", first)
    key = f"villages/{village}/notices/{day}.html"
    found = boto3.client("s3").get_object(Bucket="outbox", Key=key)
    assert found["Body"].read() == b"second"
    assert found["ServerSideEncryption"] == "aws:kms"


def test_statistics_are_the_last_ones() -> None:
    assert objects.read_statistics() is None
    for n in (1, 2):
        objects.put_statistics(json.dumps({"n": n}).encode())
    assert objects.read_statistics() == b'{"n": 2}'


# --- the roster ------------------------------------------------------------------------------------


def people_in(index: RosterIndex | None) -> list[str]:
    assert index is not None
    return sorted(index.frame["person"].to_list())


def test_the_roster_grows_and_is_read_again_only_when_it_has_changed() -> None:
    assert objects.read_roster() is None
    objects.add_to_roster(RosterIndex.of({"110105194912310021": FIRST}))
    first = objects.read_roster()
    assert people_in(first) == [FIRST]
    assert objects.read_roster() is first
    objects.add_to_roster(RosterIndex.of(NUMBERS))
    assert people_in(objects.read_roster()) == [FIRST, SECOND]
    with faults.at_call("s3", "PutObject", lambda _request: None) as writes:
        objects.add_to_roster(RosterIndex.of(NUMBERS))
    assert writes == [], "nothing new, nothing written"


def test_another_process_sees_what_was_added() -> None:
    objects.add_to_roster(RosterIndex.of({"110105194912310021": FIRST}))
    old = objects.read_roster()
    boto3.client("s3").put_object(
        Bucket="roster", Key="roster.parquet", Body=RosterIndex.of(NUMBERS).to_parquet()
    )
    assert objects.read_roster() is not old
    clients.forget()
    assert people_in(objects.read_roster()) == [FIRST, SECOND]


def test_two_that_add_at_once_both_add() -> None:
    objects.add_to_roster(RosterIndex.of({"110105194912310021": FIRST}))
    done: list[bool] = []

    def meanwhile(_request: object) -> None:
        if not done:
            done.append(True)
            objects.add_to_roster(RosterIndex.of({"11010519491231002X": SECOND}))

    third = {"44052418800101001X": PersonId("c" * 26)}
    with faults.at_call("s3", "PutObject", meanwhile):
        objects.add_to_roster(RosterIndex.of(third))
    assert people_in(objects.read_roster()) == [FIRST, SECOND, "c" * 26]


@pytest.mark.parametrize("known", [False, True], ids=["first", "later"])
def test_a_lost_acknowledgement_is_no_conflict(known: bool) -> None:
    if known:
        objects.add_to_roster(RosterIndex.of({"110105194912310021": FIRST}))
    with faults.at_call("s3", "PutObject", faults.lost_ack, calls={1}) as calls:
        objects.add_to_roster(RosterIndex.of(NUMBERS))
    assert calls == [1, 2]
    assert people_in(objects.read_roster()) == [FIRST, SECOND]


def test_a_snapshot_whose_acknowledgement_was_lost_is_known_by_its_token() -> None:
    with faults.at_call("s3", "PutObject", faults.lost_ack, calls={1}) as calls:
        objects.write_roster(b"1", None)
    assert calls == [1, 2]


def test_a_snapshot_of_an_old_version_does_not_overwrite() -> None:
    objects.write_roster(b"1", None)
    for version in (None, '"0123456789abcdef0123456789abcdef"'):
        with pytest.raises(ConflictError):
            objects.write_roster(b"2", version)
    assert stored("roster", "roster.parquet") == b"1"


def test_a_roster_that_never_rests_is_a_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(*_: object) -> None:
        raise ConflictError("busy")

    monkeypatch.setattr(objects, "write_roster", always)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    with pytest.raises(ConflictError, match="keep writing"):
        objects.add_to_roster(RosterIndex.of(NUMBERS))


def test_an_error_of_the_store_is_no_conflict() -> None:
    boto3.client("s3").delete_bucket(Bucket="roster")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        objects.write_roster(b"1", None)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        objects.read_roster()
