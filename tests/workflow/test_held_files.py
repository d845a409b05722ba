"""A held file changes nothing until a person has looked; then it does, or goes back."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from chalicelib import intake
from chalicelib.intake import loading
from chalicelib.model import DroppedFile, EvidenceKey, FeedId, FileState
from tests.workflow.village import NEW_YEAR, Recipient, Village

ONE = Recipient(980)
DAY = NEW_YEAR - timedelta(days=2)
HEADER = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件"
BROKEN = [f"341602195001010{n:02d},甲,乙,{DAY},入院" for n in range(10)]  # a digit is missing
KEY = "medical_insurance/hospital_inpatient/20250101/h.csv"


def held(village: Village) -> DroppedFile:
    village.settle(ONE)
    lines = [HEADER, f"{ONE.number},甲,乙,{DAY},入院", *BROKEN, ""]
    village.put(KEY, "\n".join(lines).encode())
    file = next(f for f in village.files() if f.feed == "hospital_inpatient")
    assert (file.state, file.code) == (FileState.HELD, "too_many_rejected")
    assert not village.record(ONE.number).evidence
    return file


def receipt_of(village: Village, file: DroppedFile) -> dict[str, Any]:
    key = f"{file.department}/receipts/{file.id}.json"
    found = village.sandbox.client("s3").get_object(Bucket=village.sandbox.settings.outbox_bucket, Key=key)
    receipt: dict[str, Any] = json.loads(found["Body"].read())
    return receipt


def now(village: Village) -> DroppedFile:
    return next(f for f in village.files() if f.feed == "hospital_inpatient")


def test_released_it_is_read_again_and_loaded(village: Village) -> None:
    file = held(village)
    intake.release(file.id, by="officer-7", reason="其余各行无法更正")
    village.sandbox.run_until_quiet()
    loaded = now(village)
    assert [s.state for s in loaded.steps] == ["received", "held", "released", "loaded"]
    assert len(village.record(ONE.number).evidence) == 1
    receipt = receipt_of(village, loaded)
    told = {name: receipt[name] for name in ("accepted", "rejected", "strangers", "superseded")}
    assert told == {"accepted": 1, "rejected": 10, "strangers": 0, "superseded": 0}
    assert receipt["rows"] == sum(told.values()) == 11
    assert sum(receipt["rejections_by_code"].values()) == 10
    assert [(s["state"], s["by"]) for s in receipt["stages"]][2] == ("released", "officer-7")
    before = village.end_state()
    intake.release(file.id, by="officer-7", reason="其余各行无法更正")
    village.put(*village.dropped[-1])
    assert (village.end_state(), now(village)) == (before, loaded), "twice is once"


def test_refused_it_stays_out_and_the_same_again_as_well(village: Village) -> None:
    file = held(village)
    intake.refuse(file.id, by="officer-7", reason="请更正证件号码")
    village.put(*village.dropped[-1])
    assert (now(village).state, now(village).code) == (FileState.REFUSED, "refused_by_a_person")
    assert "请更正证件号码" in receipt_of(village, file)["zh"]
    assert not village.record(ONE.number).evidence


def test_a_corrected_file_relieves_the_held_one(village: Village) -> None:
    file = held(village)
    village.put(KEY, f"{HEADER}\n{ONE.number},甲,乙,{DAY},入院\n".encode())
    states = {f.id: f.state for f in village.files() if f.feed == "hospital_inpatient"}
    assert states.pop(file.id) is FileState.SUPERSEDED
    assert list(states.values()) == [FileState.LOADED]
    assert receipt_of(village, file)["state"] == "superseded"


def test_a_corrected_file_that_is_held_too_takes_the_place_of_the_held_one(village: Village) -> None:
    file = held(village)
    village.put(KEY, "\n".join([HEADER, *BROKEN, ""]).encode())
    states = {f.id: f.state for f in village.files() if f.feed == "hospital_inpatient"}
    assert states.pop(file.id) is FileState.SUPERSEDED
    assert list(states.values()) == [FileState.HELD]


def test_a_file_s_own_withdrawals_void_what_it_or_an_earlier_one_said(village: Village) -> None:
    village.settle(ONE)
    died = date(2025, 1, 10)
    village.until(date(2025, 1, 30))
    village.drop(
        "cremations",
        f"身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n{ONE.number},甲,乙,{died},{died},火化\n",
    )
    key = EvidenceKey(died, FeedId("cremations"), "cremated")
    person = village.person(ONE.number)
    (file,) = [f for f in village.files() if f.feed == "cremations"]
    assert loading.withdraw(file, {person: [key, key]}, actor="feed:cremations").withdrawn == 1
    village.sandbox.run_until_quiet()
    assert not village.record(ONE.number).open_suspicions
    assert key in village.record(ONE.number).withdrawn


CREMATED = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态"


def test_who_is_found_again_in_a_cut_file_of_cremations_is_not_accused(village: Village) -> None:
    """Held; released; and what 15 digits and a name tell of a death opens nothing."""
    village.settle(ONE)
    others = [f"3416221951{month:02d}032000,某甲,乙,{DAY},{DAY},火化" for month in range(1, 8)]
    cut = f"{ONE.number[:15]}000,孟庆0,乙,{DAY},{DAY},火化"
    village.drop("cremations", "\n".join([CREMATED, cut, *others, ""]))
    [file] = [f for f in village.files() if f.feed == "cremations"]
    assert (file.state, file.code) == (FileState.HELD, "numbers_damaged")
    intake.release(file.id, by="officer-7", reason="无法重新导出")
    village.sandbox.run_until_quiet()
    [file] = [f for f in village.files() if f.feed == "cremations"]
    assert (file.state, file.counts.accepted, file.counts.strangers) == (FileState.LOADED, 1, 7)
    record = village.record(ONE.number)
    assert [(item.key.event, item.recovered) for item in record.evidence] == [("cremated", True)]
    assert not record.suspicions
    assert record.person.deceased_on is None
