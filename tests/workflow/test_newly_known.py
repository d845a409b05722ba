"""Somebody new on a roster: of the files that came before, what they say of this person alone is loaded."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import intake
from chalicelib.model import DroppedFile, FileState
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.s3 import lake
from tests.workflow.crashes import each_call
from tests.workflow.village import DUE, ROSTER, Recipient, Village, days_before

STARTS = days_before(10)
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"
KNOWN = [Recipient(700 + n, phone=f"138{n:08d}") for n in range(12)]
NEW = Recipient(990, phone="13900000000")


def file_of(village: Village, feed: str) -> DroppedFile:
    (found,) = (f for f in village.files() if f.feed == feed)
    return found


def seen(village: Village, *recipients: Recipient) -> None:
    village.drop(
        "hospital_inpatient",
        "\n".join(
            [
                HOSPITAL,
                *(f"{r.number},孟庆{r.sequence % 10},乙,{days_before(12)},入院" for r in recipients),
                "",
            ]
        ),
    )


def settle_without_reading(village: Village, *recipients: Recipient) -> None:
    """A roster is taken in; what it asks to be read again stays in the queue."""
    key = f"hrss/roster/{village.sandbox.today():%Y%m%d}/next.csv"
    rows = [line for each in recipients for line in each.lines()]
    village.sandbox.client("s3").put_object(
        Bucket=village.sandbox.settings.inbox_bucket, Key=key, Body="\n".join([ROSTER, *rows, ""]).encode()
    )
    intake.file_dropped(json.dumps({"reread": key}))


def read_again(file: DroppedFile) -> None:
    intake.file_dropped(json.dumps({"reread": file.key}))


def records_read(calls: list[tuple[str, Any]]) -> set[str]:
    return {
        asked["ExpressionAttributeValues"][":pk"]["S"]
        for name, asked in calls
        if name == "dynamodb.Query" and ":pk" in asked["ExpressionAttributeValues"]
    }


def test_only_who_is_new_is_looked_at(village: Village) -> None:
    village.settle(*KNOWN)
    seen(village, *KNOWN, NEW)
    before = file_of(village, "hospital_inpatient")
    assert (before.counts.accepted, before.counts.strangers, before.certified) == (12, 1, 12)
    village.sandbox.advance(hours=1)
    settle_without_reading(village, NEW)
    made: list[tuple[str, Any]] = []
    with each_call(lambda name, asked: made.append((name, asked))):
        read_again(before)
    assert records_read(made) == {f"P#{village.person(NEW.number)}"}, "nobody else's record is read"
    file = file_of(village, "hospital_inpatient")
    assert (file.state, file.counts.accepted, file.counts.strangers) == (FileState.LOADED, 13, 0)
    assert file.certified == 13, "also who was certified when it was loaded"
    assert file.changed == 13
    assert village.record(NEW.number).entitlements[0].valid_until > DUE
    assert [item.file for item in lake.evidence_of(village.person(NEW.number))] == [file.id]
    village.sandbox.run_until_quiet()  # what the queue asks changes nothing more
    assert replace(file_of(village, "hospital_inpatient"), finished=None) == replace(file, finished=None)


def test_payments_too(village: Village) -> None:
    village.settle(*KNOWN)
    rows = [f"{r.number},{r.benefit},2025-05,{r.yuan},2025-05-10" for r in (*KNOWN, NEW)]
    village.drop("payments", "\n".join([PAID, *rows, ""]))
    village.sandbox.advance(hours=1)
    settle_without_reading(village, NEW)
    village_file = file_of(village, "payments")
    written: list[Any] = []
    with each_call(lambda name, asked: written.append(asked) if name.endswith(".PutItem") else None):
        read_again(village_file)
    places = [asked["Item"]["pk"]["S"] for asked in written]
    beginning = f"PAID#{village.person(NEW.number)[:3]}"
    assert [place for place in places if place.startswith("PAID#")] == [beginning]
    assert len(people.payments_of(village.person(NEW.number))) == 1


@pytest.mark.parametrize("number", range(3))
def test_whoever_dies_while_loading_loads_all_of_it_again(village: Village, number: int) -> None:
    """Who is new stands in the file's list before they are loaded: the list alone does not say it is done."""
    village.settle(*KNOWN[:2])
    seen(village, *KNOWN[:2], NEW)
    village.sandbox.advance(hours=1)
    settle_without_reading(village, NEW)
    file = file_of(village, "hospital_inpatient")

    class Died(BaseException):
        pass

    left = [number]

    def die(name: str, asked: Any) -> None:
        if name in ("dynamodb.TransactWriteItems", "s3.PutObject"):
            if not left[0]:
                raise Died
            left[0] -= 1

    with each_call(die), pytest.raises(Died):
        read_again(file)
    read_again(file)
    assert village.record(NEW.number).entitlements[0].valid_until > DUE
    assert file_of(village, "hospital_inpatient").certified == 3
    village.sandbox.run_until_quiet()


def test_who_asks_leaves_out_files_that_name_nobody_new(village: Village) -> None:
    """Files in which everybody was known, and what nothing may be kept of any more."""
    village.settle(*KNOWN[:2])
    seen(village, *KNOWN[:2])
    village.sandbox.advance(hours=1)
    asked: list[str] = []

    def note(name: str, parameters: Any) -> None:
        if name == "sqs.SendMessage":
            asked.append(parameters["MessageBody"])

    with each_call(note):
        settle_without_reading(village, NEW)
        row = f"{NEW.number},孟庆0,乙,{days_before(12)},入院"
        village.drop("hospital_inpatient", f"{HOSPITAL}\n{row}\n", "n.csv")
        file = file_of_name(village, "n.csv")
        assert (file.state, file.counts.strangers, file.counts.rejected) == (FileState.LOADED, 0, 0)
        long_ago = file.received.replace(year=2015)
        strangers = replace(file.counts, strangers=1)
        files.put(replace(file, counts=strangers, day=long_ago.date(), received=long_ago))
        settle_without_reading(village, Recipient(991, phone="13900000001"))
    assert asked == []


def file_of_name(village: Village, name: str) -> DroppedFile:
    return next(f for f in village.files() if f.key.endswith(name))
