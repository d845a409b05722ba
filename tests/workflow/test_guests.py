"""People of other regions who are seen here (row A12): told to their region once a month, never kept."""

from __future__ import annotations

import csv
import json
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import results
from chalicelib.model import Counts, DroppedFile, FileState
from chalicelib.storage.dynamodb import people
from chalicelib.storage.s3 import lake
from tests.workflow.village import Recipient, Village, number_of

ONE = Recipient(980)
SHANGHAI, NANJING = number_of(31, area="310112"), number_of(32, area="320106")
HEADER = "身份证号码,姓名,认证日期,认证结果,认证人类别,认证人,待遇发放地"


def sheet(village: Village, *rows: str, name: str = "s.csv") -> DroppedFile:
    day = village.sandbox.today()
    text = "\n".join([HEADER, *(row.replace("DAY", day.isoformat()) for row in rows), ""])
    village.put(f"hrss/outcome_sheet/{day:%Y%m%d}/{name}", text.encode())
    return next(
        f for f in village.files() if f.feed == "outcome_sheet" and f.state is not FileState.SUPERSEDED
    )


def told(village: Village, region: str, month: str = "2025-01") -> list[dict[str, str]]:
    bucket = village.sandbox.settings.rejects_bucket
    try:
        found = village.sandbox.client("s3").get_object(
            Bucket=bucket, Key=f"other_regions/{region}/{month}.csv"
        )
    except ClientError:
        return []
    return list(csv.DictReader(found["Body"].read().decode("utf-8-sig").splitlines()))


def receipt_of(village: Village, file: DroppedFile) -> dict[str, Any]:
    bucket, key = village.sandbox.settings.outbox_bucket, f"{file.department}/receipts/{file.id}.json"
    receipt: dict[str, Any] = json.loads(
        village.sandbox.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    )
    return receipt


def next_month(village: Village) -> None:
    village.until(village.sandbox.today().replace(month=village.sandbox.today().month + 1, day=2))


def test_a_guest_s_certification_goes_to_the_region_that_pays(village: Village) -> None:
    village.settle(ONE)
    stranger, moved = number_of(33), number_of(34)
    file = sheet(
        village,
        f"{ONE.number},孟庆0,DAY,窗口见到,银行,王五,",
        f"{SHANGHAI},申某,DAY,窗口见到,银行,王五,",
        f"{NANJING},宁某,DAY,反映已去世,网格员,李四,",
        f"{moved},迁某,DAY,上门见到,网格员,李四,310115",  # our number, and drawn elsewhere
        f"{number_of(35, area='330106')},杭某,DAY,上门见到,网格员,李四,341602",  # theirs, and drawn here
        f"{stranger},某甲,DAY,上门见到,网格员,李四,",
        f"{number_of(36, area='310112')},未某,DAY,未见到,网格员,李四,",
    )
    assert (file.state, file.counts) == (FileState.LOADED, Counts(rows=7, accepted=1, strangers=6))
    assert receipt_of(village, file)["guests_of_other_regions"] == 3
    assert people.person_id_of(SHANGHAI) is None, "nobody's record is begun"
    assert told(village, "310112") == [], "once a month"
    day = village.sandbox.today().isoformat()
    next_month(village)
    [row] = told(village, "310112")
    assert list(row.values()) == [
        "310112",
        SHANGHAI,
        "申某",
        day,
        "网点、窗口见到本人",
        "银行",
        "王五",
        "bozhou",
    ]
    assert [(r["身份证号码"], r["认证结果"]) for r in told(village, "320106")] == [(NANJING, "反映已去世")]
    assert [r["姓名"] for r in told(village, "310115")] == ["迁某"]
    assert told(village, "330106") == told(village, "341602") == []


def test_a_guest_s_row_that_cannot_be_read_goes_back_to_whoever_filled_it_in(village: Village) -> None:
    village.settle(ONE)
    file = sheet(
        village,
        f"{SHANGHAI},申某,DAY,窗口见到,银行,,",
        f"{NANJING},宁某,,上门见到,网格员,李四,",
        f"{number_of(37)},某乙,DAY,上门见到,网格员,李四,上海",
        f"{number_of(33)},某甲,,上门见到,网格员,,",  # a mere stranger: nobody looks closer
    )
    assert (file.state, file.counts) == (FileState.LOADED, Counts(rows=4, rejected=3, strangers=1))
    assert receipt_of(village, file)["rejections_by_code"] == {"cell_empty": 2, "region_unreadable": 1}
    next_month(village)
    assert told(village, "310112") == []


def test_dropped_twice_told_once_and_what_was_corrected_not_at_all(village: Village) -> None:
    village.settle(ONE)
    wrong = sheet(village, f"{SHANGHAI},申某,DAY,窗口见到,银行,王五,")
    village.put(*village.dropped[-1])
    right = sheet(village, f"{NANJING},宁某,DAY,窗口见到,银行,王五,")
    assert right.corrects == wrong.id
    next_month(village)
    assert told(village, "310112") == []
    assert len(told(village, "320106")) == 1
    results.tell_other_regions()
    assert len(told(village, "320106")) == 1
    next_month(village)
    assert told(village, "320106", "2025-02") == []


def test_a_guest_who_has_come_onto_the_roster_is_no_guest(village: Village) -> None:
    """A later roster reads the file again: what was seen counts here."""
    village.settle(ONE)
    sheet(village, f"{number_of(981)},孟庆1,DAY,窗口见到,银行,王五,310112")
    village.settle(ONE, Recipient(981))
    next_month(village)
    assert told(village, "310112") == []
    [[item]] = lake.evidence_of_many({village.person(number_of(981))}).values()
    assert item.key.event == "seen_at_counter"
