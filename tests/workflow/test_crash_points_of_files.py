"""Whoever takes in a roster, payments or a correction dies at each call to AWS; again, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from chalicelib import intake
from chalicelib.model import DroppedFile, FileState
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.identity_numbers import pack
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.s3 import file_contents, lake, objects
from tests.workflow.crashes import each_call, end_of_record, same, sweep, townsfolk
from tests.workflow.village import DEPARTMENT, NEW_YEAR, ROSTER, Recipient, Village, days_before

HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
TRAVEL = "身份证号码,姓名,旅行社名称,线路名称,出行日期"
PAID = "身份证号码,待遇项目,发放月份,实发金额,发放日期"


def key_of(feed: str, name: object) -> str:
    return f"{DEPARTMENT[feed]}/{feed}/20250101/{name}.csv"


def put(village: Village, key: str, lines: Sequence[str]) -> Callable[[], object]:
    """A file in the inbox, and what takes it in; a notification, so that again it is a duplicate."""
    bucket = village.sandbox.settings.inbox_bucket
    village.sandbox.client("s3").put_object(Bucket=bucket, Key=key, Body="\n".join([*lines, ""]).encode())
    event = {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}
    return lambda: intake.file_dropped(json.dumps(event))


def asked_again(village: Village) -> set[str]:
    """Which files the queue asks to read again; the queue is empty after that."""
    sqs, url = village.sandbox.client("sqs"), village.sandbox.settings.inbox_queue_url
    keys: set[str] = set()
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            keys |= {each for each in [json.loads(message["Body"]).get("reread")] if each}
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return keys


def told(file: DroppedFile) -> dict[str, Any]:
    """What a department is told of a file, and what is filed of it."""
    body = objects.read_receipt(file.department, file.id)
    assert body is not None
    receipt = json.loads(body)
    names = ("state", "code", "rows", "accepted", "changed", "changed_nothing", "people_certified",
             "people_kept_for_later", "withdrawn")  # fmt: skip
    assert receipt["state"] == file.state
    assert (receipt["people_certified"], receipt["withdrawn"]) == (file.certified, file.withdrawn)
    return {
        **{name: receipt[name] for name in names},
        "steps": [step.state for step in file.steps],
        "is marked": files.loaded_as(file.feed, file.digest, file.day) == file.id
        or files.loaded_as(file.feed, file.digest) == file.id,
        "notices": [notice.code for notice in file.notices],
    }


def under(village: Village, key: str) -> Iterator[DroppedFile]:
    """Every file that came under a key, the first one first."""
    return iter(sorted((f for f in village.files() if f.key == key), key=lambda f: f.received))


def test_dying_while_a_roster_is_taken_in(village: Village) -> None:
    """Also who has died for the platform before: what was loaded is read again for whoever is new."""
    folk = townsfolk(30)
    village.settle(Recipient(50))
    seen_before = key_of("travel_agency", "before")
    put(village, seen_before, [TRAVEL, *(f"{each.number},甲,乙,丙,{NEW_YEAR}" for each in folk)])
    village.sandbox.run_until_quiet()

    def take_in(recipient: Recipient) -> Callable[[], object]:
        asked_again(village)
        return put(village, key_of("roster", recipient.sequence), [ROSTER, *recipient.lines()])

    def end(recipient: Recipient) -> dict[str, Any]:
        (file,) = under(village, key_of("roster", recipient.sequence))
        is_owed = seen_before in asked_again(village)
        return {**end_of_record(recipient), "file": told(file), "others are read again": is_owed}

    def accepted(end: Any, expected: Any) -> bool:
        return end == expected and end["others are read again"]

    everybody = list(folk)
    assert sweep(take_in, end, accepted, folk) >= 12
    intake.file_dropped(json.dumps({"reread": seen_before}))
    known = [each for each in everybody if people.person_id_of(each.number) is not None]
    assert len(known) >= 12
    assert all(lake.evidence_of(village.person(each.number)) for each in known)
    village.sandbox.run_until_quiet()


def test_dying_while_payments_are_taken_in(village: Village) -> None:
    folk = townsfolk()
    village.settle(*folk)

    def take_in(recipient: Recipient) -> Callable[[], object]:
        row = f"{recipient.number},{recipient.benefit},2024-12,150.00,2024-12-20"
        return put(village, key_of("payments", recipient.sequence), [PAID, row])

    def end(recipient: Recipient) -> dict[str, Any]:
        (file,) = under(village, key_of("payments", recipient.sequence))
        record = people.find(recipient.number)
        return {
            **end_of_record(recipient),
            "file": told(file),
            "payments": [(p.month, p.fen) for p in people.payments_of(record.person.id)],
            "suspicions": [(s.name, s.state) for s in record.suspicions],
        }

    assert sweep(take_in, end, same, list(folk)) >= 10
    village.sandbox.run_until_quiet()
    assert all(s.waiting for row in folk[:5] for s in people.find(row.number).open_suspicions)


def test_dying_while_a_correction_is_taken_in(village: Village) -> None:
    """The first file told of a stay on another day."""
    folk = townsfolk(40)
    village.settle(*folk)

    def take_in(recipient: Recipient) -> Callable[[], object]:
        key = key_of("hospital_inpatient", recipient.sequence)
        for day in (days_before(10, NEW_YEAR), days_before(5, NEW_YEAR)):
            last = put(village, key, [HOSPITAL, f"{recipient.number},甲,乙,{day},入院"])
            if day == days_before(10, NEW_YEAR):
                last()
        return last

    def end(recipient: Recipient) -> dict[str, Any]:
        found = list(under(village, key_of("hospital_inpatient", recipient.sequence)))
        record = people.find(recipient.number)
        (earlier,) = (f for f in found if f.state is FileState.SUPERSEDED)
        (corrected,) = (f for f in found if f.state is FileState.LOADED)
        file_contents.forget(
            corrected.feed, corrected.day, corrected.id
        )  # else every later correction looks into it
        return {
            **end_of_record(recipient),
            "earlier": told(earlier),
            "corrected": told(corrected),
            "corrects": corrected.corrects == earlier.id,
            "withdrawn": sorted(map(str, record.withdrawn)),
        }

    assert sweep(take_in, end, same, folk) >= 15
    village.sandbox.run_until_quiet()


def test_dying_while_corrected_payments_are_taken_in(village: Village) -> None:
    folk = townsfolk(40)
    village.settle(*folk)

    def take_in(recipient: Recipient) -> Callable[[], object]:
        key = key_of("payments", recipient.sequence)
        first, second = (
            f"{recipient.number},{recipient.benefit},{month},150.00,2024-12-20"
            for month in ("2024-11", "2024-12")
        )
        put(village, key, [PAID, first])()
        return put(village, key, [PAID, second])

    def end(recipient: Recipient) -> dict[str, Any]:
        found = list(under(village, key_of("payments", recipient.sequence)))
        record = people.find(recipient.number)
        (earlier,) = (f for f in found if f.state is FileState.SUPERSEDED)
        (corrected,) = (f for f in found if f.state is FileState.LOADED)
        file_contents.forget(
            corrected.feed, corrected.day, corrected.id
        )  # else every later correction looks into it
        return {
            **end_of_record(recipient),
            "earlier": told(earlier),
            "corrected": told(corrected),
            "payments": [(p.month, p.fen) for p in people.payments_of(record.person.id)],
            "suspicions": [(s.name, s.state) for s in record.suspicions],
        }

    assert sweep(take_in, end, same, folk) >= 15
    village.sandbox.run_until_quiet()


@pytest.mark.parametrize("written", ["roster.parquet", "listed.parquet"])
def test_two_rosters_at_once_both_stand(village: Village, written: str) -> None:
    """The other one is taken in just before the first writes the snapshot, or the lines of all rosters."""
    village.settle(Recipient(50))
    first, second = Recipient(51, phone="13800000051"), Recipient(52, phone="13800000052")
    one, two = (
        put(village, key_of("roster", each.sequence), [ROSTER, *each.lines()]) for each in (first, second)
    )
    done: list[bool] = []

    def meanwhile(name: str, parameters: Mapping[str, Any]) -> None:
        if not done and name in ("s3.PutObject", "s3.UploadPart") and written in parameters["Key"]:
            done.append(True)
            two()

    with each_call(meanwhile):
        one()
    assert done
    index, (data, _) = objects.read_roster(), objects.read_listed()
    numbers = [each.number for each in (Recipient(50), first, second)]
    assert index is not None
    assert index.has_all(pl.Series([pack(each) for each in numbers]))
    assert set(roster_lines.standing(roster_lines.kept(data))["person"]) == {
        village.person(n) for n in numbers
    }
    assert {f.state for f in village.files()} == {FileState.LOADED}
