"""On the first of a month each grid's sheet and each village's list lie in the township's outbox; filled in
and dropped back, they answer what they asked.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from openpyxl import load_workbook

from chalicelib import cases, clock, monthly_sheets
from chalicelib.model import Counts, FileState, StateName, Verification, VisitOutcome
from chalicelib.runs import run
from chalicelib.storage.dynamodb import access_log, run_ends, worklists
from tests.sources.builders import FEEDS
from tests.workflow.test_everybody import call, executions
from tests.workflow.village import SPRING, TOWNSHIP_OFFICE, Recipient, Village

STARTS = SPRING
ONE, TWO = Recipient(980), Recipient(981)
ELSEWHERE = Recipient(982, area="341602002001")
SHEET = FEEDS["outcome_sheet"]  # type: ignore[index]


@pytest.fixture
def month(village: Village) -> Village:
    """A visit is ordered for each; of the second a crematorium tells besides."""
    village.settle(ONE, TWO, ELSEWHERE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    while village.sandbox.today() < village.record(ONE.number).visits[-1].not_before:
        village.sandbox.advance(days=1)
    return village


def outbox(village: Village) -> dict[str, bytes]:
    s3, bucket = village.sandbox.client("s3"), village.sandbox.settings.outbox_bucket
    found = s3.list_objects_v2(Bucket=bucket, Prefix="townships/").get("Contents", ())
    return {o["Key"]: s3.get_object(Bucket=bucket, Key=o["Key"])["Body"].read() for o in found}


def rows_of(book: Any) -> list[dict[str, Any]]:
    _, _, header, *rows = list(book.active.iter_rows(values_only=True))
    return [dict(zip(header, row, strict=True)) for row in rows]


def tick(book: Any, line: int, **cells: str) -> None:
    places = {cell.value: cell.column for cell in book.active[3]}
    for name, value in cells.items():
        book.active.cell(line, places[name]).value = value


def dropped_back(village: Village, book: Any, name: str) -> Any:
    stream = io.BytesIO()
    book.save(stream)
    village.put(f"hrss/outcome_sheet/{village.sandbox.today():%Y%m%d}/{name}", stream.getvalue())
    return next(f for f in village.files() if f.key.endswith(name))


def test_each_grid_and_each_village_has_its_own_in_the_townships_outbox(month: Village) -> None:
    call(month, "MonthlyQuality")
    assert ("monthly_sheets", "SUCCEEDED") in executions(month)
    assert "monthly_quality" in run_ends.everything()
    today = f"{month.sandbox.today():%Y-%m}"
    assert sorted(outbox(month)) == [
        f"townships/341602001/sheets/{today}/341602001001-G01.xlsx",
        f"townships/341602001/sheets/{today}/341602001001.xlsx",
        f"townships/341602002/sheets/{today}/341602002001-G01.xlsx",
        f"townships/341602002/sheets/{today}/341602002001.xlsx",
    ]
    head = month.sandbox.client("s3").head_object(
        Bucket=month.sandbox.settings.outbox_bucket, Key=sorted(outbox(month))[0]
    )
    assert head["ServerSideEncryption"] == "aws:kms", "they name people"


def test_a_grids_sheet_comes_back_by_the_columns_by_which_it_went(month: Village) -> None:
    """All outcomes, the half of the day and the notice: what was left empty is no row, the rest answers."""
    call(month, "MonthlyQuality")
    [sheet] = [body for key, body in outbox(month).items() if key.endswith("341602001001-G01.xlsx")]
    book = load_workbook(io.BytesIO(sheet))
    rows = rows_of(book)
    assert sorted(row["身份证号码"] for row in rows) == [ONE.number, TWO.number]
    assert {*SHEET.codes_of("event"), "时段", "认证日期", "认证人"} <= rows[0].keys()
    day = month.sandbox.today().isoformat()
    at = {row["身份证号码"]: line for line, row in enumerate(rows, 4)}
    tick(book, at[ONE.number], 未见到已留告知书="☑", 认证日期=day, 时段="晚上", 认证人="李四")
    file = dropped_back(month, book, "G01.xlsx")
    assert (file.state, file.counts) == (FileState.LOADED, Counts(rows=1, accepted=1))
    visit = month.record(ONE.number).visits[0]
    assert (visit.outcome, visit.notice_left, visit.half_day) == (VisitOutcome.NOT_FOUND, True, "evening")
    assert month.record(TWO.number).visits[0].is_pending, "nobody has been there yet"


def test_a_villages_list_says_what_to_verify_and_takes_whom_the_village_reports(month: Village) -> None:
    month.drop(
        "cremations",
        "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n"
        f"{TWO.number},孟庆1,乙,2025-05-22,2025-05-20,火化\n",
    )
    call(month, "MonthlyQuality")
    [listed] = [body for key, body in outbox(month).items() if key.endswith("341602001001.xlsx")]
    book = load_workbook(io.BytesIO(listed))
    rows = rows_of(book)
    known = {row["身份证号码"]: row["应访日期"] for row in rows if row["身份证号码"]}
    assert known.keys() == {ONE.number, TWO.number}
    assert "核实：反映本人已去世" in known[TWO.number]
    assert len(rows) == 2 + monthly_sheets.REPORTED
    assert "村（社区）月度名单" in book.active["A1"].value
    day = month.sandbox.today().isoformat()
    said = {
        "姓名": "孟庆2",
        "身份证号码": ELSEWHERE.number,
        "反映已去世": "☑",
        "认证日期": day,
        "认证人": "王五",
    }
    tick(book, 6, **said)
    file = dropped_back(month, book, "list.xlsx")
    assert file.counts == Counts(rows=1, accepted=1)
    assert [s.kind for s in month.record(ELSEWHERE.number).open_suspicions] == ["death"]


def test_what_was_confirmed_last_month_is_a_sheet_of_its_own_to_be_signed(village: Village) -> None:
    """Who, what, by whom, and whether the benefit has ended; what is only suspected does not stand there."""
    village.settle(ONE, TWO)
    header = "身份证号码,姓名,殡仪馆名称,火化日期,死亡日期,登记状态\n"
    for n, each in enumerate((ONE, TWO)):
        village.drop(
            "cremations", f"{header}{each.number},孟庆{n},乙,2024-12-30,2024-12-28,火化\n", f"{n}.csv"
        )
    (fact,) = village.record(ONE.number).suspicions
    for by in ("village-1", "township-1"):
        cases.suspicion_verified(
            village.person(ONE.number),
            fact.kind,
            fact.day,
            confirmed=True,
            by=by,
            verification=Verification.DOCUMENT,
            **TOWNSHIP_OFFICE,
        )
    village.sandbox.run_until_quiet()
    monthly_sheets.write_village(village.record(ONE.number).person.area, clock.today())
    assert not any(key.endswith("confirmed.xlsx") for key in outbox(village)), "the next month tells"
    village.sandbox.advance(days=31)
    assert monthly_sheets.is_anybody_to_be_seen(clock.today())
    call(village, "MonthlyQuality")
    [sheet] = [body for key, body in outbox(village).items() if key.endswith("341602001001-confirmed.xlsx")]
    book = load_workbook(io.BytesIO(sheet))
    [row] = rows_of(book)
    assert f"{SPRING:%Y年}{SPRING.month}月确认名单" in book.active["A1"].value
    assert (row["身份证号码"], row["确认的情况"]) == (ONE.number, "已去世（2024年12月28日）")
    assert row["确认人"] == "village-1、township-1"
    assert row["涉及的待遇"] == "城乡居民基本养老保险：待主管部门批准"
    looks = [look.actor for look in access_log.looks_at(village.person(ONE.number))]
    assert monthly_sheets.BY in looks


def test_whoever_is_named_can_read_so_once_however_often_it_is_made(month: Village) -> None:
    for _ in range(2):
        with run("monthly_sheets") as each:
            assert monthly_sheets.write_some("341602", clock.today(), each, "", lambda: False) is None
    looks = [look.actor for look in access_log.looks_at(month.person(ONE.number))]
    assert looks.count(monthly_sheets.BY) == 1


def test_a_slice_stops_behind_a_village_and_the_next_goes_on_there(month: Village) -> None:
    with run("monthly_sheets") as each:
        first = monthly_sheets.write_some("341602", clock.today(), each, "", lambda: True)
        assert first == "341602001001"
        assert {key.split("/")[1] for key in outbox(month)} == {"341602001"}
        assert monthly_sheets.write_some("341602", clock.today(), each, first, lambda: True) is None
    assert {key.split("/")[1] for key in outbox(month)} == {"341602001", "341602002"}


def test_nothing_is_made_where_nobody_is_to_be_seen(village: Village) -> None:
    village.settle(ONE)
    call(village, "MonthlyQuality")
    assert "monthly_sheets" not in dict(executions(village))
    assert outbox(village) == {}


@pytest.mark.parametrize("grid", ["孟晓华", "../x", "G 01", "15400000001"])
def test_a_grid_that_may_be_anybodys_name_or_number_stands_in_no_key(
    month: Village, monkeypatch: pytest.MonkeyPatch, grid: str
) -> None:
    rows = [replace(row, grid=grid) for row in worklists.visits("341602001001")]
    visits: Callable[..., Any] = lambda area: iter(rows)  # noqa: E731 - one line
    monkeypatch.setattr(worklists, "visits", visits)
    monthly_sheets.write_village(rows[0].area, clock.today())
    guessed = sha256(grid.encode()).hexdigest()[:12]
    assert not any(grid in key or guessed in key for key in outbox(month))
    assert len(outbox(month)) == 2
