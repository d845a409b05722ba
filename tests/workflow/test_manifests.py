"""A manifest beside a file: what a department says of it is held against what came."""

from __future__ import annotations

import json

from chalicelib import intake
from chalicelib.model import DroppedFile, FileState
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
