"""Each month one sheet per authority, made after a payments file has come, and again when another does."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import boto3
import openpyxl
import polars as pl
import pytest

from chalicelib import pay_reconciliation
from chalicelib.errors import UnfinishedError
from chalicelib.intake.in_progress import InProgress
from chalicelib.intake.payments import apply_payments, put_together, withdraw_payments
from chalicelib.model import (
    BenefitCode,
    DroppedFile,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    Month,
    Payment,
    PersonId,
)
from chalicelib.pay_reconciliation import latest, wanted
from chalicelib.runs import run
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.dynamodb.busy import Left
from chalicelib.storage.s3 import objects
from tests.in_one_go import reconcile, reconcile_month
from tests.storage.builders import AT, entitlement, identity, person
from tests.test_runs_of_all import three_people

pytestmark = pytest.mark.usefixtures("aws")

JUNE = Month("2025-06")
PENSION = BenefitCode("resident_pension")
ELSEWHERE = "341621100201"


def somebody(number: int, area: str = "341602100201", payee: str = "") -> PersonId:
    drawn = entitlement(payee=payee or f"P{number}", since=date(2020, 1, 1))
    who = identity(f"3416021950010100{number}X")
    return people.create(who, person(area=area), (drawn,), AT, "feed:roster").person


def paid(who: PersonId, fen: int = 19_500, month: str = JUNE) -> tuple[PersonId, Payment]:
    return who, Payment(PENSION, Month(month), fen, date(2025, 6, 10))


def load_payments(payments: list[tuple[PersonId, Payment]]) -> None:
    """As a file that pays these people would."""
    months = {(payment.benefit, payment.month): frozenset[str]() for _, payment in payments}
    to = pl.Series([person for person, _ in payments])
    progress, left = InProgress(), Left()
    found = apply_payments(payments, {}, months, progress, left, is_whole=True)
    put_together(found, to, months, progress, left, is_whole=True)


def kinds(sheet: dict[str, Any] | None) -> dict[str, int]:
    assert sheet is not None
    return {kind: of["lines"] for county in sheet["totals"].values() for kind, of in county.items()}


def test_a_file_asks_for_the_sheets_of_its_months_and_a_corrected_one_again() -> None:
    one, other = somebody(1), somebody(2)
    assert reconcile() == 0, "no file has come"
    load_payments([paid(one), paid(other)])
    assert (reconcile(), reconcile()) == (1, 0)
    assert kinds(latest("hrss", JUNE)) == {"as_due": 2}
    assert latest("hrss", JUNE)["lines"] == []  # type: ignore[index]
    key = EvidenceKey(date(2025, 6, 10), FeedId("payments"), f"{JUNE}#{PENSION}")
    withdraw_payments({other: [key]})
    assert reconcile() == 1
    assert kinds(latest("hrss", JUNE)) == {"as_due": 1, "stopped_without_order": 1}
    assert latest("veterans", JUNE) is None


def test_where_no_file_of_a_county_has_come_nothing_follows_from_silence() -> None:
    somebody(1)
    somebody(2, ELSEWHERE)
    load_payments([paid(somebody(3, ELSEWHERE))])
    reconcile()
    sheet = latest("hrss", JUNE)
    assert kinds(sheet) == {"no_file_yet": 1, "as_due": 1, "stopped_without_order": 1}


def test_the_workbook_is_chinese_in_yuan_adds_up_and_never_runs() -> None:
    one = somebody(1, payee="=cmd|' /C calc'!A0")
    load_payments([paid(one, 20_000), paid(somebody(2))])
    reconcile()
    body = boto3.client("s3").get_object(Bucket="outbox", Key=f"hrss/reconciliation/{JUNE}.xlsx")["Body"]
    totals, lines = openpyxl.load_workbook(io.BytesIO(body.read())).worksheets
    assert totals.title == "2025年6月汇总"
    *each, together = list(totals.iter_rows(min_row=2, max_col=6, values_only=True))
    assert together == ("合计", 2, 390, 0, 395, 5)
    assert [sum(row[n] for row in each) for n in range(1, 6)] == list(together[1:])
    (line,) = lines.iter_rows(min_row=2)
    assert [cell.value for cell in line][:7] == [
        "=cmd|' /C calc'!A0", "城乡居民基本养老保险", "差额未解释", 195, 0, 200, 5,
    ]  # fmt: skip
    assert (line[0].data_type, line[0].quotePrefix) == ("s", True)


def test_what_is_paid_to_whom_nobody_knows_is_a_line_of_its_file() -> None:
    said = {f"{JUNE}#{PENSION}": 3, f"2025-05#{PENSION}": 1}
    file = DroppedFile(
        FileId("F1"), "hrss", FeedId("payments"), date(2025, 6, 10), "k", "d", FileState.LOADED, AT,
        stranger_rows=said, stranger_fen={place: rows * 100 for place, rows in said.items()},
    )  # fmt: skip
    files.put(file)
    files.put(replace(file, id=FileId("F2"), state=FileState.SUPERSEDED))
    load_payments([paid(somebody(1))])
    reconcile()
    sheet = latest("hrss", JUNE)
    assert sheet is not None
    (line,) = sheet["lines"]
    assert (line["kind"], line["payee"], line["paid"], line["area"]) == (
        "paid_to_unknown", "文件F1，3笔", 300, "3416",
    )  # fmt: skip
    assert sheet["totals"]["3416"]["paid_to_unknown"]["difference"] == 300


def test_one_that_cannot_be_read_stops_no_other_and_the_sheet_is_made_again() -> None:
    three_people()
    wanted([JUNE])
    with pytest.raises(UnfinishedError, match="reconcile: 1 left out"):
        reconcile()
    assert kinds(latest("hrss", JUNE)) == {"no_file_yet": 2}
    assert pay_reconciliation.begin() == [JUNE], "not finished: the next run begins it again"


def test_a_file_that_comes_while_sheets_are_made_asks_for_them_again() -> None:
    wanted([JUNE])
    assert pay_reconciliation.begin() == [JUNE]
    wanted([JUNE])
    pay_reconciliation.made(JUNE)
    assert pay_reconciliation.begin() == [JUNE]
    pay_reconciliation.made(JUNE)
    assert pay_reconciliation.begin() == []


def test_parts_put_together_are_the_sheet_of_everybody() -> None:
    load_payments([paid(somebody(n), 19_500 + n % 2) for n in range(1, 5)])
    somebody(5)
    whole = reconcile_month(JUNE)
    parts: list[Any] = []
    after: str | None = ""
    with run("a person a part") as each:
        while after is not None:
            some, after = pay_reconciliation.lines_of_some("_", JUNE, each, after, lambda: True)
            parts.append(json.loads(json.dumps(list(pay_reconciliation.to_lines(some)))))
    assert len(parts) == 5
    assert pay_reconciliation.write_sheets(parts, JUNE) == whole


def test_a_sheet_that_cannot_be_written_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    somebody(1)
    monkeypatch.setattr(objects, "put_for_department", lambda *_: 1 // 0)
    wanted([JUNE])
    with pytest.raises(UnfinishedError):
        reconcile()


def test_the_document_holds_what_the_workbook_does() -> None:
    load_payments([paid(somebody(1), 1)])
    sheets = reconcile_month(JUNE)
    (line,) = sheets["hrss"].lines
    said = objects.read_for_department("hrss", f"reconciliation/{JUNE}.json")
    assert said is not None
    assert json.loads(said)["lines"][0]["difference"] == line.difference == 1 - 19_500
