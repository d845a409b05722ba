"""Nobody is suspended while a file that nobody has read lies in the inbox (rules 10 e, 11; promise I3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from chalicelib import clock
from chalicelib.model import (
    DroppedFile,
    EntitlementStatus,
    FeedId,
    FileId,
    FileState,
    InstructionKind,
    Month,
    PersonRecord,
    StateName,
)
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import files
from tests.workflow.village import JULY, Recipient, Village, days_before

STARTS = days_before(48, JULY)
ONE = Recipient(980, until=JULY)
AUGUST = Month("2025-08")
KEY = "medical_insurance/hospital_inpatient/20250731/stays.csv"
STAY = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{ONE.number},孟庆0,乙,2025-07-30,入院\n"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.CHINA)


@pytest.fixture
def eve(village: Village) -> Village:
    """The last minutes before a suspension takes effect that two people have approved."""
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    village.confirm(ONE.number)
    tomorrow = village.sandbox.today() + timedelta(days=1)
    village.sandbox.advance_to(at(tomorrow, 0, 10))  # days are waited for whole: it takes effect at this hour
    village.approve(ONE.number)
    village.sandbox.advance_to(at(date(2025, 7, 31), 23, 58))
    assert status(village.record(ONE.number)) is EntitlementStatus.EXPIRED_STILL_PAID
    return village


def status(record: PersonRecord) -> EntitlementStatus:
    return record.entitlements[0].status_on(clock.today())


def suspended_from(record: PersonRecord) -> list[str]:
    return [i.month for i in record.instructions if i.kind is InstructionKind.SUSPEND]


def test_with_nothing_unread_it_takes_effect(eve: Village) -> None:
    eve.sandbox.advance_to(at(date(2025, 8, 1), 2))
    assert suspended_from(eve.record(ONE.number)) == [AUGUST]


def test_a_stay_that_waits_in_the_queue_is_read_before_anything_is_stopped(eve: Village) -> None:
    s3, bucket = eve.sandbox.client("s3"), eve.sandbox.settings.inbox_bucket
    wired = s3.get_bucket_notification_configuration(Bucket=bucket)
    wired.pop("ResponseMetadata")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key=KEY, Body=STAY.encode())
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=wired)
    inbox_queue.read_again(KEY, after=timedelta(minutes=15))  # behind ten past midnight
    eve.sandbox.advance_to(at(date(2025, 8, 1), 0, 12))
    assert status(eve.record(ONE.number)) is EntitlementStatus.EXPIRED_STILL_PAID
    eve.sandbox.advance_to(at(date(2025, 8, 1), 3))
    record = eve.record(ONE.number)
    assert (status(record), suspended_from(record)) == (EntitlementStatus.ACTIVE, [])
    assert record.entitlements[0].valid_until == date(2026, 7, 29)


def filed(state: FileState, feed: str = "hospital_inpatient", digit: str = "f") -> None:
    """A large file whose shards go on: no message tells of it any more."""
    day = date(2025, 7, 31)
    key = KEY.replace("hospital_inpatient", feed)
    files.put(
        DroppedFile(
            FileId(digit * 16), "medical_insurance", FeedId(feed), day, key, "d" * 64, state, clock.now()
        )
    )


@pytest.mark.parametrize("state", [FileState.RECEIVED, FileState.DEAD])
def test_a_large_file_that_is_being_read_or_could_not_be_is_waited_for_and_not_for_ever(
    eve: Village, state: FileState
) -> None:
    filed(state)
    eve.sandbox.advance_to(at(date(2025, 8, 3), 23))
    record = eve.record(ONE.number)
    assert (status(record), suspended_from(record)) == (EntitlementStatus.EXPIRED_STILL_PAID, [])
    assert record.open_case is not None
    assert record.open_case.state is StateName.AWAIT_EFFECTIVE_DAY
    eve.sandbox.advance_to(at(date(2025, 8, 4), 3))
    assert suspended_from(eve.record(ONE.number)) == [AUGUST], "as two people have approved"


def test_once_it_is_read_the_hour_is_over(eve: Village) -> None:
    filed(FileState.RECEIVED)
    eve.sandbox.advance_to(at(date(2025, 8, 1), 1, 30))
    filed(FileState.LOADED)
    assert suspended_from(eve.record(ONE.number)) == []
    eve.sandbox.advance_to(at(date(2025, 8, 1), 3))
    assert suspended_from(eve.record(ONE.number)) == [AUGUST]


def test_one_among_many_of_a_day_and_one_that_a_person_has_released_are_waited_for(eve: Village) -> None:
    """Each county of a city sends a file of its own, and of those the least is the last."""
    filed(FileState.RELEASED, digit="0")
    for digit in "123456789":
        filed(FileState.LOADED, digit=digit)
    eve.sandbox.advance_to(at(date(2025, 8, 1), 2))
    assert suspended_from(eve.record(ONE.number)) == []


@pytest.mark.parametrize(
    ("state", "feed"),
    [
        (FileState.REFUSED, "hospital_inpatient"),
        (FileState.HELD, "hospital_inpatient"),  # whom it certified last is held by rule 11
        (FileState.RECEIVED, "cremations"),  # shows nobody to be there
    ],
)
def test_what_shows_nobody_or_is_not_being_read_holds_nobody(
    eve: Village, state: FileState, feed: str
) -> None:
    filed(state, feed)
    eve.sandbox.advance_to(at(date(2025, 8, 1), 2))
    assert suspended_from(eve.record(ONE.number)) == [AUGUST]
