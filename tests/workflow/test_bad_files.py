"""A file that cannot be taken in changes nothing, and says what to do."""

from __future__ import annotations

import json

import pytest

from admin.__main__ import main as admin
from chalicelib.intake import entry
from chalicelib.model import FileState
from chalicelib.storage.s3 import objects
from tests.workflow.village import NEW_YEAR, Recipient, Village

ONE = Recipient(980)
HOSPITAL = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
BAD = [
    ("transport/taxi_rides/20250101/a.csv", b"x\n1\n", FileState.REFUSED, "unknown_feed"),
    ("health/hospital_inpatient/20250101/a.csv", f"{HOSPITAL}\n".encode(), FileState.REFUSED, "unknown_feed"),
    ("medical_insurance/hospital_inpatient/20250101/a.csv", b"", FileState.REFUSED, "empty"),
    ("medical_insurance/hospital_inpatient/20250101/a.csv", b"\xff\xfe\x00\x01", FileState.REFUSED, None),
    (
        "medical_insurance/hospital_inpatient/20250101/a.csv",
        "身份证号码\n1\n".encode(),
        FileState.REFUSED,
        "column_missing",
    ),
    (
        "medical_insurance/hospital_inpatient/20250101/a.csv",
        f"{HOSPITAL},血型\n1,2,3,4,5,6\n".encode(),
        FileState.REFUSED,
        "column_unknown",
    ),
]


def test_a_bad_file_is_refused_whole_with_a_receipt_that_says_why(village: Village) -> None:
    village.settle(ONE)
    before = village.end_state()
    outbox = village.sandbox.settings.outbox_bucket
    for number, (key, data, state, code) in enumerate(BAD):
        village.put(key.replace("a.csv", f"{number}.csv"), data)
        file = next(f for f in village.files() if f.key.endswith(f"{number}.csv"))
        assert (file.state, file.code) == (state, code or file.code), key
        receipt = village.sandbox.client("s3").get_object(
            Bucket=outbox, Key=f"{file.department}/receipts/{file.id}.json"
        )
        told = json.loads(receipt["Body"].read())
        assert told["code"] == file.code
        assert told["zh"]
        assert told["en"]
    assert village.end_state() == before


def test_a_file_before_the_first_roster_waits_for_it(village: Village) -> None:
    village.hospital(ONE.number, NEW_YEAR)
    assert [f.code for f in village.files()] == ["no_roster_yet"]
    village.settle(ONE)
    assert {f.state for f in village.files()} == {FileState.LOADED}
    assert village.record(ONE.number).entitlements[0].valid_until.year == 2025
    assert len(village.record(ONE.number).evidence) == 1


def test_a_file_that_kills_its_reader_is_dead_after_its_retries_and_can_be_redriven(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE)

    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("no file was ever like this")

    with monkeypatch.context() as patch:
        patch.setattr(entry, "read_file", dies)
        village.hospital(ONE.number, NEW_YEAR)
        village.sandbox.advance(days=1)
    dead = next(f for f in village.files() if f.feed == "hospital_inpatient")
    assert dead.state is FileState.DEAD
    assert not village.record(ONE.number).evidence
    assert admin(["files", "redrive"]) == 0
    village.sandbox.run_until_quiet()
    assert {f.state for f in village.files()} == {FileState.LOADED}
    assert len(village.record(ONE.number).evidence) == 1


def test_a_department_learns_which_numbers_were_mended(village: Village) -> None:
    village.settle(ONE)
    village.hospital(f" {ONE.number}", NEW_YEAR)
    file = next(f for f in village.files() if f.feed == "hospital_inpatient")
    assert (file.counts.accepted, dict(file.repairs)) == (1, {"blanks": 1})
    s3, told = village.sandbox.client("s3"), village.sandbox.settings
    receipt = s3.get_object(Bucket=told.outbox_bucket, Key=f"{file.department}/receipts/{file.id}.json")
    ledger = json.loads(receipt["Body"].read())["repaired_numbers"]
    rows = s3.get_object(Bucket=told.rejects_bucket, Key=ledger)["Body"].read().decode("utf-8-sig")
    assert rows.splitlines()[1] == f"2,blanks,含有空格，已去除,' {ONE.number}"


def test_whom_a_row_without_a_number_may_be_about_is_kept_for_an_officer(village: Village) -> None:
    village.settle(ONE)
    damaged = f"{ONE.number[:14]}****"
    village.put(
        "bank/bank_business/20250101/a.csv",
        f"证件号码,姓名,业务日期,办理方式,网点名称\n{damaged},孟庆0,2025-01-01,本人,城南\n".encode(),
    )
    file = next(f for f in village.files() if f.feed == "bank_business")
    assert objects.read_suggestions(file.id) == {2: (village.person(ONE.number),)}
    assert not village.record(ONE.number).evidence, "a suggestion is no evidence"
