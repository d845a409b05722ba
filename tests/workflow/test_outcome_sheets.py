"""The outcome sheet: printed for a grid, filled in by hand, dropped back; it answers the visits there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from admin import sheets as printing
from admin.__main__ import main as admin
from chalicelib.intake import receipts, sheets
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, PersonId, StateName, VisitOutcome
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import read_file
from chalicelib.sources.roster_index import RosterIndex
from chalicelib.storage import people
from tests.sources.builders import FEEDS, number, read, roster
from tests.sources.builders import feed as a_feed
from tests.workflow.village import Recipient, Village

ONE = Recipient(980)
WHO = {"网格员": "grid_worker", "银行": "bank"}
CODES = {"上门见到": "seen", "未见到": "not_met", "反映已去世": "reported_dead"}


def sheet() -> Feed:
    """The pack's own, or one as it would be declared."""
    known = FEEDS.get(FeedId("outcome_sheet"))
    if known is not None:
        return known
    return a_feed(
        id="outcome_sheet",
        columns={
            "身份证号码": {"field": "number", "read": "identity_number"},
            "认证日期": {"field": "day", "read": "date"},
            "认证结果": {"field": "event", "read": "code", "codes": CODES},
            "认证人类别": {"field": "certifier", "read": "code", "codes": WHO},
            "认证人": {"field": "certified_by", "read": "text"},
        },
        not_used=["姓名", "住址", "网格编号", "应访日期"],
        events={
            "seen": {
                "zh": "见到", "en": "Seen", "why": "X", "proves": "presence", "strength": "strong",
                "trace": "body",
            },
            "not_met": {"zh": "未见到", "en": "Not met", "why": "X", "proves": "nothing"},
            "reported_dead": {"zh": "去世", "en": "Dead", "why": "X", "proves": "loss", "suspicion": "death"},
        },
    )  # fmt: skip


SHEET = sheet()


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
    assert sheets.visits_reported(rows) == 1
    ordered.sandbox.run_until_quiet()
    record = ordered.record(ONE.number)
    assert record.visits[-1].outcome is VisitOutcome.SEEN
    assert record.visits[-1].by == f"sheet:{'f' * 16}:2", "no name stands in the audit chain"
    assert record.open_case is None
    assert sheets.visits_reported(rows) == 0, "the same again answers nothing"


def test_a_row_whose_number_was_cut_answers_no_visit(ordered: Village) -> None:
    """By 15 digits and a name nobody is certified, by whatever way."""
    [(person, [item])] = told(ordered, "seen", ordered.sandbox.today()).items()
    assert sheets.visits_reported({person: [replace(item, recovered=True)]}) == 0
    assert ordered.record(ONE.number).visits[-1].is_pending


def test_not_met_tells_the_case_and_death_is_left_to_a_person(ordered: Village) -> None:
    assert sheets.visits_reported(told(ordered, "reported_dead", ordered.sandbox.today())) == 0
    early = told(ordered, "not_met", date(2025, 1, 2))
    assert sheets.visits_reported(early) == 0, "a day before the visit was ordered"
    assert sheets.visits_reported(told(ordered, "not_met", ordered.sandbox.today())) == 1
    ordered.sandbox.run_until_quiet()
    visit = ordered.record(ONE.number).visits[0]
    assert (visit.outcome, visit.notice_left) == (VisitOutcome.NOT_FOUND, False)


def test_the_sheet_of_a_grid_is_printed_filled_in_and_read_back(
    ordered: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "sheet_feed", lambda: SHEET)
    path = tmp_path / "sheet.xlsx"
    assert admin(["sheets", "G01", "--out", str(path), "--by", "officer-7"]) == 0
    book = load_workbook(path)
    (header, row) = list(book.active.iter_rows(values_only=True))
    filled: dict[str, Any] = dict(zip(header, row, strict=True))
    assert (filled["姓名"], filled["身份证号码"], filled["认证人类别"]) == ("孟庆0", ONE.number, "网格员")
    assert "第1次上门" in filled["应访日期"]
    assert book.active.cell(1, 1).font.size >= 16
    looks = [e.actor for e in people.audit_trail(ordered.person(ONE.number)) if e.action == "looked"]
    assert looks == ["officer-7"]

    on = ordered.sandbox.today()
    for name, value in (("认证日期", on.isoformat()), ("认证结果", "上门见到"), ("认证人", "李四")):
        book.active.cell(2, header.index(name) + 1).value = value
    book.save(path)
    person = ordered.person(ONE.number)
    roster = RosterIndex.of({ONE.number: person})
    reading = read_file(path.read_bytes(), SHEET, roster, file=FileId("f"), on=on)
    assert (reading.hold, reading.counts.accepted) == (None, 1)
    (item,) = reading.evidence[person]
    assert (item.key.event, item.facts) == ("seen", {"certifier": "grid_worker", "certified_by": "李四"})


def test_a_grid_where_nobody_is_to_be_visited(village: Village, tmp_path: Path) -> None:
    assert admin(["sheets", "G99", "--out", str(tmp_path / "none.xlsx")]) == 1
    assert not list(tmp_path.iterdir())


def test_a_pack_without_a_sheet_says_so(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SHEETS", frozenset())
    with pytest.raises(printing.NoSheetError):
        printing.sheet_feed()


def test_a_sheet_may_come_back_before_everybody_was_visited(tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    printed = [printing.Line(f"甲{i}", number(i), "G01", "2025-07-31前") for i in range(1, 11)]
    printing.write_sheet(SHEET, printed, path)
    book = load_workbook(path)
    header = [cell.value for cell in book.active[1]]
    for line in range(2, 7):
        for name, value in (("认证日期", "2025-06-20"), ("认证结果", "上门见到"), ("认证人", "李四")):
            book.active.cell(line, header.index(name) + 1).value = value
    book.save(path)
    reading = read(path.read_bytes(), by=SHEET, known=roster(*range(1, 11)))
    assert (reading.hold, reading.counts.rows, reading.counts.accepted) == (None, 5, 5)
    told = receipts.told_by(reading)
    assert (told["rows_not_filled_in"], told["rejections_by_code"]) == (5, {})
    assert [note["code"] for note in told["notes"]] == ["rows_not_filled_in"]
    assert "尚未填写" in told["notes"][0]["zh"]
