"""What a clerk finds in the outbox beside the JSON: a page and a workbook that bear the file's name, and the
list that leads to them.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import boto3
import openpyxl
import pytest

from chalicelib import intake
from chalicelib.errors import ConflictError
from chalicelib.intake import entry, receipt_index
from chalicelib.model import DroppedFile
from chalicelib.storage import retries
from chalicelib.storage.s3 import objects
from tests.conftest import StoppedClock
from tests.judged import judging
from tests.workflow.village import ROSTER, Recipient, number_of

pytestmark = pytest.mark.usefixtures("aws")
STAYS = "身份证号码,姓名,医疗机构名称,发生日期,就诊事件,序号"
NAME = "六月住院名单（第2批）.csv"


def taken_in(department: str, feed: str, name: str, text: str, day: str = "20250630") -> DroppedFile:
    key = f"{department}/{feed}/{day}/{name}"
    boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=text.encode())
    with judging() as judge, judge.acting("Intake"):
        dropped = entry.take_in(key)
    assert dropped is not None
    return dropped


@pytest.fixture
def stays() -> DroppedFile:
    """A file of three rows, one of which goes back."""
    one = Recipient()
    taken_in("hrss", "roster", "名册.csv", "\n".join([ROSTER, *one.lines(), ""]))
    rows = [
        f"{one.number},孟庆0,市医院,2025-06-20,入院,1",
        f"{one.number},孟庆0,市医院,2025-06-21,出去玩,2",
        f"{number_of(22)},王某,市医院,2025-06-21,入院,3",
    ]
    return taken_in("medical_insurance", "hospital_inpatient", NAME, "\n".join([STAYS, *rows, ""]))


def outbox(key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket="outbox", Key=key)["Body"].read())


def page_of(file: DroppedFile) -> str:
    return outbox(f"{file.department}/receipts/{file.id}.html").decode()


def test_the_page_says_what_the_json_says_in_words_and_names_the_file(stays: DroppedFile) -> None:
    page = page_of(stays)
    assert NAME in page
    assert "住院" in page
    assert "已入库。" in page
    assert "此项的内容不在约定的代码范围内" in page, "why a row came back"
    assert f"medical_insurance/{stays.id}.csv" in page, "where it lies"
    assert "最后四列" in page, "and how to send it again"
    assert [
        re.findall(rf"{word} [A-Za-z ]+</td><td class=\"n\">(\d)", page)
        for word in ("报送行数", "入库", "退回")
    ] == [
        ["3"],
        ["1"],
        ["1"],
    ]
    assert "http" not in page, "it prints without a network"
    told = json.loads(outbox(f"medical_insurance/receipts/{stays.id}.json"))
    assert "name" not in told, "the JSON, which the API shows, does without the name"
    assert NAME not in json.dumps(told, ensure_ascii=False)


def test_the_workbook_says_the_same(stays: DroppedFile) -> None:
    book = openpyxl.load_workbook(io.BytesIO(outbox(f"medical_insurance/receipts/{stays.id}.xlsx")))
    assert book.sheetnames[:2] == ["回执", "退回原因"]
    facts = dict(book["回执"].iter_rows(min_row=2, values_only=True))
    assert (facts["文件名"], facts["报送行数"], facts["退回"]) == (NAME, 3, 1)
    assert book["回执"].column_dimensions["B"].width > 20, "wide enough to be read"
    [[why, rows]] = book["退回原因"].iter_rows(min_row=2, values_only=True)
    assert "代码" in why
    assert rows == 1


def test_the_list_of_a_department_leads_to_its_receipts_newest_first(
    stays: DroppedFile, clock: StoppedClock
) -> None:
    clock.advance(days=1)
    held = taken_in("medical_insurance", "hospital_inpatient", "坏表.csv", "身份证号码\n1\n")
    listed = outbox("medical_insurance/receipts/index.html").decode()
    assert listed.index("坏表.csv") < listed.index(NAME)
    assert [line["state"] for line in receipt_index.lines_of(listed)] == ["refused", "loaded"]
    for file in (stays, held):
        assert f'href="{file.id}.html"' in listed
    assert listed.count('class="to-do"') == 2, "what was refused, and what has rejected rows"
    assert "名册.csv" not in listed, "another department's"


def test_whoever_is_beaten_reads_what_the_quicker_one_has_written(
    stays: DroppedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "pause", lambda _: None)
    mine = receipt_index.lines_of(outbox("medical_insurance/receipts/index.html").decode())[0]
    put = objects.put_receipts_listed

    def beaten(department: str, page: str, version: str | None) -> None:
        monkeypatch.setattr(objects, "put_receipts_listed", put)
        receipt_index.add(department, {**mine, "file": "quicker"})
        put(department, page, version)

    monkeypatch.setattr(objects, "put_receipts_listed", beaten)
    receipt_index.add("medical_insurance", {**mine, "file": "beaten"})
    now = receipt_index.lines_of(outbox("medical_insurance/receipts/index.html").decode())
    assert {line["file"] for line in now} == {stays.id, "quicker", "beaten"}

    def always(*_: object) -> None:
        raise ConflictError("moved on")

    monkeypatch.setattr(objects, "put_receipts_listed", always)
    with pytest.raises(ConflictError):
        receipt_index.add("medical_insurance", mine)


def test_a_name_cannot_write_on_a_page() -> None:
    name = "</script><b>名单.csv"
    file = taken_in("medical_insurance", "hospital_inpatient", name, "身份证号码\n1\n")
    listed = outbox("medical_insurance/receipts/index.html").decode()
    assert "<b>" not in page_of(file) + listed
    assert receipt_index.lines_of(listed)[0]["name"] == name


def test_a_name_outside_of_a_feeds_folder_for_a_day_stands_nowhere() -> None:
    """There it may be anybody's name and number."""
    file = taken_in("medical_insurance", "cremations", "孟晓华.csv", "x\n1\n")
    assert "孟晓华" not in page_of(file) + outbox(f"{file.department}/receipts/index.html").decode()


@pytest.mark.parametrize("decide", [intake.release, intake.refuse])
def test_what_a_person_decides_stands_on_the_page(decide: Callable[..., DroppedFile]) -> None:
    taken_in("hrss", "roster", "名册.csv", "\n".join([ROSTER, *Recipient().lines(), ""]))
    rows = "".join(f"{n},甲,乙,2025-06-20,入院,1\n" for n in range(30))
    file = taken_in("medical_insurance", "hospital_inpatient", NAME, f"{STAYS}\n{rows}")
    assert file.state == "held"
    with judging() as judge, judge.acting("APIHandler"):
        decide(file.id, by="officer", reason="节后补报")
    page = page_of(file)
    assert "节后补报" in page
    assert NAME in page
    assert "此项" in page or "身份证号码" in page, "what the reading said stays"


def test_what_killed_its_reader_is_told_too() -> None:
    key = f"medical_insurance/hospital_inpatient/20250630/{NAME}"
    boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=b"x\n1\n")
    with judging() as judge, judge.acting("IntakeDead"):
        intake.file_died(json.dumps({"reread": key}))
    listed = outbox("medical_insurance/receipts/index.html").decode()
    assert [line["state"] for line in receipt_index.lines_of(listed)] == ["dead"]
