"""What the key of a file says: which day a list is of, and when the same content is nothing new."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.cases.freshness import feed_now
from chalicelib.model import DroppedFile, FeedId, FileState
from chalicelib.sources.feeds.freshness import FeedState
from chalicelib.storage.s3 import lake
from tests.workflow.village import ROSTER, Recipient, Village

ONE = Recipient(980)
RESIDENTS = f"身份证号码,姓名,养老机构名称,入住日期\n{ONE.number},甲,乙,2024-01-01\n".encode()


def list_of(folder: str, name: str = "list.csv") -> str:
    return f"civil_affairs/care_home/{folder}/{name}"


def of_feed(village: Village, feed: str = "care_home") -> list[DroppedFile]:
    return sorted((f for f in village.files() if f.feed == feed), key=lambda f: (f.day, f.received))


def test_a_list_that_has_not_changed_says_the_same_of_another_day(village: Village) -> None:
    village.settle(ONE)
    for month in (1, 2, 3):
        village.until(date(2025, month, 1))
        village.put(list_of(f"2025{month:02d}01"), RESIDENTS)
    assert [f.state for f in of_feed(village)] == [FileState.LOADED] * 3
    record = village.record(ONE.number)
    assert [e.key.day for e in record.evidence] == [date(2025, 1, 1)], "the first word stands"
    assert max(e.key.day for e in lake.evidence_of(record.person.id)) == date(2025, 3, 1)
    now = feed_now(FeedId("care_home"), date(2025, 3, 5))
    assert now is not None
    assert (now.freshness.state, now.freshness.last) == (FeedState.ON_TIME, date(2025, 3, 1))


def test_within_one_day_the_same_list_under_another_name_is_nothing_new(village: Village) -> None:
    village.settle(ONE)
    for name in ("list.csv", "again.csv"):
        village.put(list_of("20250101", name), RESIDENTS)
    assert sorted((f.state, f.code) for f in of_feed(village)) == [
        (FileState.LOADED, ""),
        (FileState.REFUSED, "already_loaded"),
    ]


def test_a_list_corrected_away_may_come_again_for_its_day(village: Village) -> None:
    village.settle(ONE)
    without = RESIDENTS.replace(ONE.number.encode(), Recipient(981).number.encode())
    for content in (RESIDENTS, without, RESIDENTS):
        village.put(list_of("20250101"), content)
    (loaded,) = [f for f in of_feed(village) if f.state is FileState.LOADED]
    assert (loaded.counts.accepted, loaded.code) == (1, "")
    assert [e.key.day for e in village.record(ONE.number).evidence] == [date(2025, 1, 1)]


def test_a_roster_that_has_not_changed_is_delivered_every_month(village: Village) -> None:
    roster = "\n".join([ROSTER, *ONE.lines(), ""]).encode()
    for month in (1, 2):
        village.until(date(2025, month, 1))
        village.put(f"hrss/roster/2025{month:02d}01/r.csv", roster)
    assert [f.state for f in of_feed(village, "roster")] == [FileState.LOADED] * 2


def test_new_rows_that_came_before_are_nothing_new_on_any_day(village: Village) -> None:
    village.settle(ONE)
    stay = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{ONE.number},甲,乙,2025-01-01,入院\n".encode()
    for folder in ("20250101", "20250201"):
        village.put(f"medical_insurance/hospital_inpatient/{folder}/h.csv", stay)
    assert [f.code for f in of_feed(village, "hospital_inpatient")] == ["", "already_loaded"]


@pytest.mark.parametrize(
    "key",
    [
        list_of("202409"),
        list_of("2024-W35-7"),
        list_of("20240931"),
        list_of("２０２４０９０１"),
        list_of("九月"),
        "civil_affairs/care_home/list2.csv",
        "civil_affairs/care_home/20240901",
        "civil_affairs/care_home/20240901/",
        "transport/bus_rides/last month/b.csv",
    ],
)
def test_the_day_of_a_file_is_never_guessed(village: Village, key: str) -> None:
    village.settle(ONE)
    village.put(key, RESIDENTS)
    village.put(key, RESIDENTS)
    (file,) = of_feed(village, key.split("/")[1])
    assert (file.state, file.code) == (FileState.REFUSED, "no_day_in_key")
    assert "部门/数据项/日期/文件名" in file.zh
    assert "20250301 or 2025-03-01" in file.en
    assert not village.record(ONE.number).evidence


@pytest.mark.parametrize("folder", ["20240901", "2024-09-01"])
def test_a_day_may_be_written_with_and_without_hyphens(village: Village, folder: str) -> None:
    village.settle(ONE)
    village.put(list_of(folder), RESIDENTS)
    assert [e.key.day for e in village.record(ONE.number).evidence] == [date(2024, 9, 1)]
