"""A manifest beside a file: what a department says of it is held against what came."""

from __future__ import annotations

import json

import pytest

from chalicelib import intake
from chalicelib.intake import file_outcome, loading
from chalicelib.model import DroppedFile, FileState
from chalicelib.storage.s3 import objects
from tests.workflow.village import NEW_YEAR, Recipient, Village

ONE = Recipient(980)
KEY = "medical_insurance/hospital_inpatient/20250101/h.csv"
TEXT = f"身份证号码,姓名,医疗机构名称,发生日期,就诊事件\n{ONE.number},甲,乙,{NEW_YEAR},入院\n".encode()


def announced(village: Village, **said: object) -> None:
    village.put(f"{KEY}.manifest.json", json.dumps(said).encode())


def only(village: Village) -> DroppedFile:
    (file,) = [f for f in village.files() if f.feed == "hospital_inpatient"]
    return file


def test_what_was_announced_is_loaded_and_a_manifest_is_no_file(village: Village) -> None:
    village.settle(ONE)
    announced(village, rows=1)
    village.put(KEY, TEXT)
    assert only(village).state is FileState.LOADED


def test_a_file_that_is_not_what_was_announced_waits_until_the_manifest_is_corrected(
    village: Village,
) -> None:
    village.settle(ONE)
    announced(village, rows=2)
    village.put(KEY, TEXT)
    assert (only(village).state, only(village).code) == (FileState.HELD, "manifest_rows")
    announced(village, rows=1)
    assert only(village).state is FileState.LOADED


def test_a_person_s_word_outweighs_the_manifest(village: Village) -> None:
    village.settle(ONE)
    announced(village, rows="two")
    village.put(KEY, TEXT)
    file = only(village)
    assert (file.state, file.code) == (FileState.HELD, "manifest_unreadable")
    intake.release(file.id, by="officer-7", reason="清单填写有误，已电话核实")
    village.sandbox.run_until_quiet()
    assert only(village).state is FileState.LOADED


# --- the manifest comes after its file -------------------------------------------------------------


def reminders(village: Village) -> list[dict[str, object]]:
    s3, bucket = village.sandbox.client("s3"), village.sandbox.settings.outbox_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix="medical_insurance/reminders/hospital_inpatient/")
    bodies = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"] for each in found.get("Contents", [])]
    return [json.loads(body.read()) for body in bodies]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"rows": 500}, "manifest_rows"),
        ({"rows": 1, "sha256": "0" * 64}, "manifest_digest"),
        ({"period": "2025-02"}, "manifest_period"),
        ({"rows": "two"}, "manifest_unreadable"),
    ],
)
def test_what_is_loaded_keeps_counting_and_a_person_sees_the_difference(
    village: Village, said: dict[str, object], code: str
) -> None:
    village.settle(ONE)
    village.put(KEY, TEXT)
    before = village.end_state()
    announced(village, **said)
    announced(village, **said)
    file = only(village)
    assert (file.state, [n.code for n in file.notices]) == (FileState.LOADED, [code])
    assert [(s.state, s.reason) for s in file.steps][-2:] == [("loaded", ""), ("loaded", code)]
    assert village.end_state() == before
    receipt = objects.read_receipt(file.department, file.id)
    assert receipt is not None
    assert [n["code"] for n in json.loads(receipt)["notices"]] == [code]
    (note,) = [n for n in reminders(village) if n.get("file") == file.id]
    assert (note["code"], note["day"]) == (code, "2025-01-01")
    assert "清单" in str(note["zh"])


def test_a_manifest_that_agrees_or_is_corrected_leaves_nothing_to_look_into(village: Village) -> None:
    village.settle(ONE)
    village.put(KEY, TEXT)
    announced(village, rows=1)
    assert len(only(village).steps) == 2, "received and loaded"
    announced(village, rows=2)
    assert only(village).notices
    announced(village, rows=1)
    assert not only(village).notices
    assert only(village).steps[-1].reason == "manifest_agrees"


def test_a_manifest_that_comes_while_its_file_is_read_is_seen_all_the_same(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.settle(ONE)
    load = loading.load

    def and_meanwhile(*arguments: object) -> loading.Loaded:
        client, bucket = village.sandbox.client("s3"), village.sandbox.settings.inbox_bucket
        client.put_object(Bucket=bucket, Key=f"{KEY}.manifest.json", Body=b'{"rows": 9}')
        return load(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(file_outcome.loading, "load", and_meanwhile)
    village.put(KEY, TEXT)
    assert [n.code for n in only(village).notices] == ["manifest_rows"]


def test_read_again_for_somebody_new_it_stays_loaded_whatever_its_manifest_says(village: Village) -> None:
    village.settle(ONE)
    village.put(KEY, TEXT)
    announced(village, rows=2)
    village.settle(ONE, Recipient(981))
    file = only(village)
    assert (file.state, [n.code for n in file.notices]) == (FileState.LOADED, ["manifest_rows"])


def test_a_late_manifest_says_nothing_against_a_person_s_word(village: Village) -> None:
    village.settle(ONE)
    announced(village, rows=2)
    village.put(KEY, TEXT)
    intake.release(only(village).id, by="officer-7", reason="已电话核实")
    village.sandbox.run_until_quiet()
    announced(village, rows=3)
    assert (only(village).state, only(village).notices) == (FileState.LOADED, ())
