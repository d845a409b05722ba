"""The outcome sheet: printed for a grid, filled in by hand, dropped back; it answers the visits there."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from admin.__main__ import main as admin
from chalicelib import clock
from chalicelib import visit_sheets as printing
from chalicelib.engine.calendar.periods import zh_day
from chalicelib.intake import outcome_sheets, receipts
from chalicelib.model import (
    Change,
    Channel,
    Counts,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    FileState,
    Message,
    MessageState,
    PersonId,
    StateName,
    VisitOutcome,
)
from chalicelib.sources.formats.xlsx_forms import PAGE_WIDTH
from chalicelib.storage.dynamodb import people
from tests.sources.builders import FEEDS, number, read, roster
from tests.workflow.village import SPRING, Recipient, Village

STARTS = SPRING
ONE = Recipient(980)
SHEET = FEEDS[FeedId("outcome_sheet")]


def told(village: Village, event: str, day: date) -> Mapping[PersonId, list[Evidence]]:
    key = EvidenceKey(day, FeedId("outcome_sheet"), event)
    return {village.person(ONE.number): [Evidence(key, FileId("f" * 16), 2, {"certified_by": "李四"})]}


@pytest.fixture
def ordered(village: Village) -> Village:
    """A visit has been ordered."""
    village.settle(ONE)
    village.until_state(ONE.number, StateName.DISPATCH_HOME_VISIT)
    visit = village.record(ONE.number).visits[-1]
    while village.sandbox.today() < visit.not_before:
        village.sandbox.advance(days=1)
    return village


def test_seen_answers_the_visit_and_ends_the_case(ordered: Village) -> None:
    rows = told(ordered, "seen", ordered.sandbox.today())
    assert outcome_sheets.visits_reported(rows) == 1
    ordered.sandbox.run_until_quiet()
    record = ordered.record(ONE.number)
    assert record.visits[-1].outcome is VisitOutcome.SEEN
    assert record.visits[-1].by == f"sheet:{'f' * 16}:2", "no name stands in the audit chain"
    assert record.open_case is None
    assert outcome_sheets.visits_reported(rows) == 0, "the same again answers nothing"


def test_a_row_whose_number_was_cut_answers_no_visit(ordered: Village) -> None:
    """By 15 digits and a name nobody is certified, by whatever way."""
    [(person, [item])] = told(ordered, "seen", ordered.sandbox.today()).items()
    assert outcome_sheets.visits_reported({person: [replace(item, recovered=True)]}) == 0
    assert ordered.record(ONE.number).visits[-1].is_pending


def test_not_met_tells_the_case_and_death_is_left_to_a_person(ordered: Village) -> None:
    assert outcome_sheets.visits_reported(told(ordered, "reported_dead", ordered.sandbox.today())) == 0
    early = told(ordered, "not_met", date(2025, 1, 2))
    assert outcome_sheets.visits_reported(early) == 0, "a day before the visit was ordered"
    assert outcome_sheets.visits_reported(told(ordered, "not_met", ordered.sandbox.today())) == 1
    ordered.sandbox.run_until_quiet()
    visit = ordered.record(ONE.number).visits[0]
    assert (visit.outcome, visit.notice_left) == (VisitOutcome.NOT_FOUND, False)


def test_a_box_says_who_left_the_printed_notice_and_a_suspension_may_rest_on_it(ordered: Village) -> None:
    """With a visit or without one; a row whose number was cut tells of nobody."""
    person, today = ordered.person(ONE.number), ordered.sandbox.today()
    reminder = ordered.record(ONE.number).messages[-1]
    printed = replace(
        reminder, id=f"{person}.0123456789abcdef", channel=Channel.NOTICE, state=MessageState.SENT
    )
    printed = replace(printed, changed=clock.now())
    put = Change("printed", "test", clock.now(), messages=(printed,))
    people.change(person, lambda _: put)
    [(_, [cut])] = told(ordered, "notice_left", today).items()
    assert outcome_sheets.visits_reported({person: [replace(cut, recovered=True)]}) == 0
    assert notice(ordered).is_to_be_brought
    assert outcome_sheets.visits_reported(told(ordered, "notice_left", today)) == 0, "nobody was visited"
    left = notice(ordered)
    assert (left.state, left.left_on, left.left_by) == (
        MessageState.DELIVERED,
        today,
        f"sheet:{'f' * 16}:2",
    )
    assert outcome_sheets.visits_reported(told(ordered, "not_met_notice_left", today)) == 1
    visit = ordered.record(ONE.number).visits[0]
    assert (visit.outcome, visit.notice_left) == (VisitOutcome.NOT_FOUND, True)


def notice(village: Village) -> Message:
    return next(m for m in village.record(ONE.number).messages if m.channel is Channel.NOTICE)


def rows_of(path: Path) -> tuple[Any, dict[str, int], list[dict[str, Any]]]:
    """A sheet's book, its columns by header, and its rows below the header."""
    book = load_workbook(path)
    _, _, header, *rows = list(book.active.iter_rows(values_only=True))
    places = {name: place for place, name in enumerate(header, 1)}
    return book, places, [dict(zip(header, row, strict=True)) for row in rows]


def fill(book: Any, places: dict[str, int], line: int, **cells: str) -> None:
    for name, value in cells.items():
        book.active.cell(line, places[name]).value = value


def test_the_sheet_of_a_grid_is_printed_ticked_and_dropped_back(ordered: Village, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    assert admin(["sheets", "G01", "--out", str(path), "--by", "officer-7", "--rows", "2"]) == 0
    book, places, (row, *empty) = rows_of(path)
    assert (row["姓名"], row["身份证号码"], row["认证人类别"]) == ("孟庆0", ONE.number, "网格员")
    assert re.fullmatch(r"\d+月\d+日至\d+月\d+日\n第1次上门\n认证6月30日到期，没有新的记录", row["应访日期"])
    said = book.active["A1"].value
    printed = f"{zh_day(ordered.sandbox.today())}印制"
    for fact in ("人工认证结果表（网格员）", "村（社区）341602001001", "网格G01", "共1人", printed):
        assert fact in said
    assert book.active.oddFooter.center.text == "第 &P 页，共 &N 页"
    assert book.active.print_title_rows == "$1:$3"
    assert {row[outcome] for outcome in SHEET.codes_of("event")} == {"☐"}
    assert [each["身份证号码"] for each in empty] == [None, None]
    looks = [e.actor for e in people.audit_trail(ordered.person(ONE.number)) if e.action == "looked"]
    assert looks == ["officer-7"]

    on = ordered.sandbox.today()
    fill(book, places, 4, 认证日期=on.isoformat(), 上门见到="☑", 认证人="李四")
    book.save(path)
    ordered.put(f"hrss/outcome_sheet/{on:%Y%m%d}/G01.xlsx", path.read_bytes())
    [file] = [f for f in ordered.files() if f.feed == "outcome_sheet"]
    assert (file.state, file.counts) == (FileState.LOADED, Counts(rows=1, accepted=1))
    record = ordered.record(ONE.number)
    [item] = [i for i in record.evidence if i.key.feed == "outcome_sheet"]
    assert (item.key.event, item.facts) == ("seen", {"certifier": "grid_worker", "certified_by": "李四"})
    assert record.visits[-1].outcome is VisitOutcome.SEEN
    assert record.open_case is None


@pytest.mark.parametrize(
    ("certifier", "kind"),
    [
        ("grid", "网格员"),
        ("bank", "银行"),
        ("employer", "用人单位"),
        ("post", "邮政"),
        ("other_region", "外地机构"),
    ],
)
def test_everybody_who_certifies_has_the_sheet(
    village: Village, tmp_path: Path, certifier: str, kind: str
) -> None:
    """An empty one: whoever is seen is written in, and what stays empty is no row."""
    village.settle(ONE)
    path = tmp_path / "empty.xlsx"
    assert admin(["sheets", "--certifier", certifier, "--out", str(path), "--rows", "25"]) == 0
    book, places, rows = rows_of(path)
    assert len(rows) == 25
    assert {row["认证人类别"] for row in rows} == {kind}
    day = village.sandbox.today().isoformat()
    fill(book, places, 4, 身份证号码=ONE.number, 姓名="孟庆0", 窗口见到="√", 认证日期=day, 认证人="王五")
    book.save(path)
    village.put(f"hrss/outcome_sheet/{day.replace('-', '')}/{certifier}.xlsx", path.read_bytes())
    [file] = [f for f in village.files() if f.feed == "outcome_sheet"]
    assert (file.state, file.counts) == (FileState.LOADED, Counts(rows=1, accepted=1))


def test_the_sheet_of_an_area_names_who_is_to_be_seen_there(ordered: Village, tmp_path: Path) -> None:
    path = tmp_path / "area.xlsx"
    assert admin(["sheets", "--certifier", "post", "--area", "341602001", "--out", str(path)]) == 0
    _, _, [row] = rows_of(path)
    assert (row["身份证号码"], row["认证人类别"]) == (ONE.number, "邮政")
    assert admin(["sheets", "--certifier", "post", "--area", "341623", "--out", str(path)]) == 1


def test_the_sheet_is_printed_in_large_type_on_one_page_across(village: Village, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    assert admin(["sheets", "--out", str(path)]) == 0
    book, places, rows = rows_of(path)
    sheet = book.active
    assert len(rows) == 30
    assert sum(sheet.column_dimensions[c.column_letter].width for c in sheet[3]) <= PAGE_WIDTH
    assert {sheet.cell(4, place).font.size for name, place in places.items() if name != "应访日期"} == {16}
    choices = {choice.formula1 for choice in sheet.data_validations.dataValidation}
    assert '"☐,☑"' in choices


def test_the_sheet_of_several_villages_says_in_each_line_which() -> None:
    lines = [printing.Line(f"甲{i}", number(i), "G01", "7月10日前", f"34160200100{i}") for i in (1, 2)]
    book = load_workbook(io.BytesIO(printing.sheet_of(SHEET, "grid_worker", lines)))
    assert "村（社区）" not in book.active["A1"].value
    assert [row[3].value for row in book.active.iter_rows(min_row=4)] == [
        "341602001001\n7月10日前",
        "341602001002\n7月10日前",
    ]


def test_a_grid_where_nobody_is_to_be_visited(village: Village, tmp_path: Path) -> None:
    assert admin(["sheets", "G99", "--out", str(tmp_path / "none.xlsx")]) == 1
    assert not list(tmp_path.iterdir())


def test_a_pack_without_a_sheet_says_so(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(printing.NoSheetError):
        printing.sheet_of(SHEET, "hairdresser", [])
    monkeypatch.setattr(printing, "SHEETS", frozenset())
    with pytest.raises(printing.NoSheetError):
        printing.sheet_feed()


def test_a_sheet_may_come_back_before_everybody_was_visited(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    printed = [printing.Line(f"甲{i}", number(i), "G01", "2025-07-31前") for i in range(1, 11)]
    path.write_bytes(printing.sheet_of(SHEET, "grid_worker", printed))
    book, places, _ = rows_of(path)
    for line in range(4, 9):
        fill(book, places, line, 认证日期="2025-06-20", 上门见到="☑", 认证人="李四")
    book.save(path)
    reading = read(path.read_bytes(), by=SHEET, known=roster(*range(1, 11)))
    assert (reading.hold, reading.counts.rows, reading.counts.accepted) == (None, 5, 5)
    told = receipts.told_by(reading)
    assert (told["rows_not_filled_in"], told["rejections_by_code"]) == (5, {})
    says = {note["code"]: note["zh"] for note in told["notes"]}
    assert "尚未填写" in says["rows_not_filled_in"]
