"""A whole file: matched first, read then, counted always, held when it is not what it should be."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from chalicelib.errors import MiscountError
from chalicelib.model import Counts, Evidence, EvidenceKey, FeedId, FileState, KeyGroup, Payment
from chalicelib.sources import reading as reading_module
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading
from chalicelib.sources.records import RosterEntry
from chalicelib.sources.values.file_holds import HoldCode
from chalicelib.sources.values.row_faults import SENTENCES, Fault
from tests.sources.builders import (
    FEEDS,
    FILE,
    HEADER,
    ON,
    faults,
    feed,
    lines,
    number,
    person,
    read,
    roster,
    row,
)

ROSTER = ("身份证号码", "姓名", "手机号码", "区划代码", "网格编号", "待遇编号", "待遇项目", "月标准",
          "待遇起始日期", "认证有效期至", "重点人群")  # fmt: skip
PAID = ("身份证号码", "待遇项目", "发放月份", "实发金额", "发放日期", "姓名")


def entry(sequence: int = 1, **changes: str) -> tuple[str, ...]:
    cells = dict(
        zip(
            ROSTER,
            (number(sequence), "甲·乙", "13805580001", "341602001001", "G01", "A-1", "高龄津贴", "60.50",
             "2020-01-01", "2026-01-31", "高龄、残疾"),
            strict=True,
        )
    )  # fmt: skip
    cells.update(changes)
    return tuple(cells.values())


def read_roster(*rows: tuple[str, ...]) -> FileReading:
    return read(lines(*rows, header=ROSTER), by=FEEDS[FeedId("roster")], known=None)


def read_payments(*rows: tuple[str, ...]) -> FileReading:
    return read(lines(*rows, header=PAID), by=FEEDS[FeedId("payments")])


def paid(sequence: int, fen: str, day: str = "2025-05-20", month: str = "2025-05") -> tuple[str, ...]:
    return (number(sequence), "高龄津贴", month, fen, day, "甲")


# --- evidence ----------------------------------------------------------------------------------


def test_rows_about_recipients_become_evidence() -> None:
    reading = read(lines(row(1, remark=" 车站 "), row(9), row(2, "2025-04-30", "走")))
    assert reading.hold is None
    assert reading.counts == Counts(rows=3, accepted=2, strangers=1)
    assert reading.evidence == {
        person(1): [
            Evidence(
                EvidenceKey(date(2025, 5, 1), FeedId("visits_to_town"), "came"), FILE, 2, {"remark": "车站"}
            )
        ],
        person(2): [Evidence(EvidenceKey(date(2025, 4, 30), FeedId("visits_to_town"), "left"), FILE, 4, {})],
    }
    assert reading.lake is not None
    assert reading.lake.columns == ["person", "day", "event", "line", "remark", "recovered"]
    assert reading.lake.height == 2
    assert reading.rejected_csv().count(b"\r\n") == 1  # the header alone


def test_the_same_fact_again_is_superseded_by_its_last_row() -> None:
    reading = read(lines(row(1, remark="a"), row(1, "20250501", remark="b"), row(1, event="走")))
    assert reading.counts == Counts(rows=3, accepted=2, superseded=1)
    assert [(e.line, e.facts) for e in reading.evidence[person(1)]] == [(3, {"remark": "b"}), (4, {})]


def test_two_numbers_of_one_person_lead_to_one_person() -> None:
    index = RosterIndex.of({number(1): person(1), number(2): person(1)})
    reading = read(lines(row(1), row(2)), known=index)
    assert (reading.counts.accepted, reading.counts.superseded) == (1, 1)


def test_a_number_given_to_two_people_makes_no_second_row() -> None:
    frame = pl.DataFrame({"number": [1, 1], "person": ["a", "b"]})
    assert RosterIndex(frame).frame.rows() == [(1, "a", None, False)]
    assert len(roster(1, 2)) == 2
    assert repr(roster(1, 2)) == "RosterIndex(2 numbers)"
    assert RosterIndex.from_parquet(roster(1, 2).to_parquet()).frame.equals(roster(1, 2).frame)


def test_a_row_goes_back_for_its_first_fault_in_the_order_declared() -> None:
    reading = read(
        lines(
            row(1, "bad", "?"), row(2, event=""), row(3, "2025-07-01"), (number(1)[:-1], "bad", "?", "", "")
        )
    )
    assert faults(reading) == [
        (2, "日期", "day_unreadable"),
        (3, "类别", "cell_empty"),
        (4, "日期", "day_future"),
        (5, "身份证号码", "number_length"),
    ]
    assert reading.counts == Counts(rows=4, rejected=4)


def test_of_a_stranger_nothing_but_the_number_is_read() -> None:
    reading = read(lines(row(9, day="bad", event="?"), (number(8)[:-1] + "x", "", "", "", "")))
    assert reading.counts.strangers == 1
    assert faults(reading) == [(3, "身份证号码", "number_check")]


def test_a_cell_that_only_looks_filled_is_empty() -> None:
    assert faults(read(lines(row(1, day="'\u200b ")))) == [(2, "日期", "cell_empty")]


def test_a_list_of_states_is_dated_by_its_folder() -> None:
    care_home = FEEDS[FeedId("care_home")]
    data = lines(
        (number(1), "甲", "春晖", "2020-01-01"), header=("身份证号码", "姓名", "养老机构名称", "入住日期")
    )
    for as_of, day in ((date(2025, 6, 1), date(2025, 6, 1)), (None, ON)):
        [evidence] = read(data, by=care_home, as_of=as_of).evidence[person(1)]
        assert evidence.key == EvidenceKey(day, FeedId("care_home"), "resident")
    hold = read(data, by=care_home, as_of=date(2025, 7, 1)).hold
    assert hold is not None
    assert (hold.code, hold.state) == (HoldCode.AS_OF_FUTURE, FileState.REFUSED)


def test_a_roster_of_a_day_to_come_would_outdate_all_until_then() -> None:
    data = lines(entry(1), header=ROSTER)
    assert code_of(read(data, by=FEEDS[FeedId("roster")], known=None, as_of=ON)) is None
    tomorrow = read(data, by=FEEDS[FeedId("roster")], known=None, as_of=date(2025, 7, 1))
    assert code_of(tomorrow) is HoldCode.AS_OF_FUTURE


def test_the_end_of_a_term_is_a_fact_in_iso() -> None:
    custody = FEEDS[FeedId("custody")]
    header = ("身份证号码", "收押日期", "羁押类别", "刑期截止日期", "姓名")
    reading = read(
        lines((number(1), "2025-01-02", "判刑收监", "2027年1月1日", "甲"), header=header), by=custody
    )
    assert reading.evidence[person(1)][0].facts == {"until": "2027-01-01"}


def test_a_fact_that_cannot_be_read_is_noted_and_costs_no_row() -> None:
    custody = FEEDS[FeedId("custody")]
    header = ("身份证号码", "收押日期", "羁押类别", "刑期截止日期", "姓名")
    reading = read(lines((number(1), "2025-01-02", "判刑收监", "无期", "甲"), header=header), by=custody)
    assert reading.evidence[person(1)][0].facts == {}
    assert [(n.line, n.field, n.code) for n in reading.notes] == [(2, "刑期截止日期", "day_unreadable")]
    assert reading.counts.accepted == 1


# --- roster and payments -------------------------------------------------------------------------


def test_a_roster_needs_no_roster() -> None:
    reading = read_roster(
        entry(1), entry(1, 待遇项目="门诊慢性病", 月标准="", 手机号码="", 网格编号="", 重点人群="")
    )
    assert reading.hold is None
    first, second = reading.entries
    assert first == RosterEntry(
        number=number(1), name="甲·乙", phone="13805580001", area="341602001001", grid="G01",
        born=date(1950, 2, 1),
        benefit="old_age_allowance", fen=6050, since=date(2020, 1, 1), certified_until=date(2026, 1, 31),
        payee="A-1", key_groups=frozenset({KeyGroup.VERY_OLD, KeyGroup.DISABLED}), line=2,
    )  # fmt: skip
    assert (second.phone, second.fen, second.grid, second.key_groups) == (None, 0, "", frozenset())
    assert number(1) not in repr(reading) + repr(first)


def test_a_roster_needs_no_known_number_whatever_its_form() -> None:
    full = number(1)
    written = (f" {full}", full[:6] + full[8:17], number(2))
    reading = read_roster(*(entry(1, 身份证号码=cell) for cell in written))
    assert reading.counts == Counts(rows=3, accepted=2, superseded=1)
    assert [(e.number, e.line) for e in reading.entries] == [(full, 3), (number(2), 4)]


def test_one_benefit_in_two_places_stays_two_rows() -> None:
    places = ({"待遇编号": "A-2"}, {"区划代码": "341621002002"}, {"月标准": "70.00"})
    reading = read_roster(entry(1), *(entry(1, **place) for place in places))
    assert reading.counts == Counts(rows=4, accepted=3, superseded=1)
    assert [e.line for e in reading.entries] == [3, 4, 5]  # another amount is another word about one place


def test_only_a_fee_relief_may_have_no_amount() -> None:
    assert faults(read_roster(entry(1, 月标准=""))) == [(2, "月标准", "cell_empty")]


def test_an_unreadable_phone_costs_nobody_the_place_on_the_roster() -> None:
    reading = read_roster(entry(1, 手机号码="0558-5123456"), entry(2, 手机号码="x", 网格编号="", 待遇编号=""))
    assert [(e.phone, e.line) for e in reading.entries] == [(None, 2)]
    assert [(note.line, note.field, note.code) for note in reading.notes] == [
        (2, "手机号码", "phone_unreadable")
    ]
    assert faults(reading) == [(3, "待遇编号", "cell_empty")]


def test_payments_of_one_month_are_one_sum_and_a_row_twice_is_one_payment() -> None:
    reading = read_payments(
        paid(1, "60.50"), paid(1, "60.50"), paid(1, "39.50", "2025-05-28"), paid(1, "60.50", "2025-06-20",
        "2025年6月"),
        paid(9, "1.00"), paid(2, "-1"),
    )  # fmt: skip
    assert reading.payments == [
        (person(1), Payment("old_age_allowance", "2025-05", 10000, date(2025, 5, 28))),
        (person(1), Payment("old_age_allowance", "2025-06", 6050, date(2025, 6, 20))),
    ]
    assert reading.counts == Counts(rows=6, accepted=3, rejected=1, strangers=1, superseded=1)


# --- files that wait -------------------------------------------------------------------------------


def code_of(reading: FileReading) -> HoldCode | None:
    assert reading.hold is None or not (reading.evidence or reading.entries or reading.payments)
    return reading.hold.code if reading.hold else None


def test_a_file_before_the_first_roster_waits_but_a_wrong_one_goes_back_at_once() -> None:
    early = read(lines(row(1)), known=None)
    assert early.hold is not None
    assert (early.hold.code, early.hold.state) == (HoldCode.NO_ROSTER_YET, FileState.HELD)
    assert code_of(read(b"", known=None)) is HoldCode.EMPTY


def test_a_feed_of_the_platforms_own_takes_no_file() -> None:
    assert code_of(read(lines(row(1)), by=FEEDS[FeedId("counter")])) is HoldCode.NOT_A_FILE_FEED


@pytest.mark.parametrize(
    ("usual", "rows", "held"),
    [(None, 1, False), (19, 1, False), (20, 9, True), (20, 10, False), (21, 10, True)],
)
def test_a_file_far_below_its_usual_rows_waits_for_a_person(usual: int | None, rows: int, held: bool) -> None:
    data = lines(*[row(9)] * rows)
    reading = read(data, usual_rows=usual)
    assert (code_of(reading) is HoldCode.TOO_FEW_ROWS) == held
    if held:
        assert reading.hold is not None
        assert reading.hold.state is FileState.HELD
        assert f"{rows} <" in reading.hold.zh
        assert read(data, usual_rows=usual, released=True).hold is None


def test_a_file_below_its_declared_rows_waits() -> None:
    by = feed(expect={"rows": {"min": 3, "max": 9}, "rejected_share": 0.5})
    assert code_of(read(lines(row(1), row(2)), by=by)) is HoldCode.TOO_FEW_ROWS


def test_more_rows_than_expected_are_read_and_remarked_on() -> None:
    by = feed(expect={"rows": {"min": 1, "max": 2}, "rejected_share": 0.5})
    reading = read(lines(row(1), row(2), row(3)), by=by)
    assert reading.counts.accepted == 3
    assert [note.code for note in reading.notes] == [Fault.TOO_MANY_ROWS]


@pytest.mark.parametrize(("bad", "good", "held"), [(4, 0, False), (5, 5, False), (6, 5, True), (5, 0, True)])
def test_a_file_with_too_many_rejected_rows_waits(bad: int, good: int, held: bool) -> None:
    data = lines(*[row(1, day="bad")] * bad, *[row(9)] * good)
    reading = read(data)
    assert (code_of(reading) is HoldCode.TOO_MANY_REJECTED) == held
    assert reading.counts.rejected == bad == len(reading.rejections)
    assert read(data, released=True).hold is None


@pytest.mark.parametrize(("blank", "filled", "held"), [(4, 0, False), (5, 5, False), (6, 5, True)])
def test_a_column_with_too_many_blanks_waits(blank: int, filled: int, held: bool) -> None:
    by = feed(expect={"rows": {"max": 99}, "rejected_share": 1, "filled": {"remark": 0.5}})
    reading = read(lines(*[row(9)] * blank, *[row(9, remark="x")] * filled), by=by)
    assert (code_of(reading) is HoldCode.TOO_MANY_BLANK) == held
    assert reading.hold is None or "备注" in reading.hold.zh


def test_numbers_that_a_spreadsheet_has_cut_hold_the_file() -> None:
    # 1 in 11 of them still passes the check character, and is somebody else's number.
    cut = [(number(1, f"195002{i + 1:02d}")[:15] + "000", "2025-05-01", "来", "", "甲") for i in range(5)]
    x_only = [row(5)] * 20
    damaged = read(lines(*cut, *x_only))
    assert code_of(damaged) is HoldCode.NUMBERS_DAMAGED
    assert damaged.hold is not None
    assert damaged.hold.state is FileState.HELD
    assert code_of(read(lines(*cut[:4], *x_only))) is None
    assert code_of(read(lines(*cut, *[row(9)] * 96))) is None
    assert code_of(read(lines(*cut[:1] * 9, *x_only))) is None  # one person's own number, day after day
    figures = [(f"3.4160219500{i}E+17", "2025-05-01", "来", "", "甲") for i in range(5)]
    assert code_of(read(lines(*figures, *x_only))) is HoldCode.NUMBERS_DAMAGED


@pytest.mark.parametrize(
    ("figures", "sound", "held"),
    [(200, 0, True), (30, 270, True), (5, 95, True), (5, 96, False), (4, 0, False)],
)
def test_figures_of_six_digits_are_as_many_as_their_rows(figures: int, sound: int, held: bool) -> None:
    # What a spreadsheet shows of a number is the code of the county: a city has four.
    counties = ("3.41602E+17", "3.41621E+17", "3.41622e+17", "3.41623E+17")
    cut = [(counties[i % 4], "2025-05-01", "来", "", "甲") for i in range(figures)]
    reading = read(lines(*cut, *[row(9)] * sound))
    assert (code_of(reading) is HoldCode.NUMBERS_DAMAGED) == held
    assert reading.counts.rejected == figures


def test_rows_that_do_not_add_up_are_a_defect_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = reading_module._settled

    def forgetful(*arguments: object) -> object:
        good, rejected, doubles = honest(*arguments)  # type: ignore[arg-type]
        return good, rejected[:1], doubles

    monkeypatch.setattr(reading_module, "_settled", forgetful)
    with pytest.raises(MiscountError, match="visits_to_town"):
        read(lines(row(1), ("bad", "", "", "", ""), ("bad", "", "", "", "")))


# --- what goes back ---------------------------------------------------------------------------------


def test_the_rejected_rows_open_in_a_spreadsheet_and_run_nothing() -> None:
    hostile = ("=1+1", "＝1", "@x", "-2", "+3")
    reading = read(lines(hostile, row(1, day="bad")))
    data = reading.rejected_csv()
    assert data.startswith(b"\xef\xbb\xbf")
    head, first, second = data.decode("utf-8-sig").split("\r\n")[:3]
    assert head == "身份证号码,日期,类别,备注,姓名,行号,字段,错误码,错误说明"
    assert first.startswith("'=1+1,'＝1,'@x,'-2,'+3,2,身份证号码,number_length,")
    assert second.startswith(f"'{number(1)},bad,来,,甲,3,日期,day_unreadable,")


def test_rows_that_come_back_and_are_rejected_again_bear_our_columns_once() -> None:
    once = read(lines(row(1, day="bad"))).rejected_csv()
    again = read(once).rejected_csv()
    assert again == once
    head, first = again.decode("utf-8-sig").split("\r\n")[:2]
    assert head == "身份证号码,日期,类别,备注,姓名,行号,字段,错误码,错误说明"
    assert first.startswith(f"'{number(1)},bad,来,,甲,2,日期,day_unreadable,")
    ours = head.split(",")[-4:]
    doubled = lines((*row(1), *"2345", *"2345"), header=(*HEADER, *ours, *ours))
    assert read(doubled).counts.accepted == 1, "where they stand twice already, nobody asks which counts"


def test_no_sentence_repeats_what_stood_in_the_cell() -> None:
    secret = "31415926535897"
    cells = (secret, secret, secret, secret, secret)
    reading = read(lines(cells, (number(1), *cells[1:]), (number(1), "2025-05-01", secret, "", "")))
    assert reading.counts.rejected == 3
    assert secret not in repr(reading.rejections)
    assert all("{" not in sentence for pair in SENTENCES.values() for sentence in pair)


# --- rejected rows come back -----------------------------------------------------------------------


def test_rejected_rows_are_read_when_they_come_back_corrected_with_our_columns_still_in_them() -> None:
    first = read(lines(row(1, "2025-13-01"), row(2)))
    assert first.counts == Counts(rows=2, accepted=1, rejected=1)
    sent_back = first.rejected_csv().decode("utf-8-sig")
    assert "错误说明" in sent_back
    again = read(sent_back.replace("2025-13-01", "2025-05-01").encode("utf-8-sig"))
    assert again.hold is None
    assert again.counts == Counts(rows=1, accepted=1)
    assert again.evidence.keys() == {person(1)}
    (item,) = again.evidence[person(1)]
    assert item.key.day == date(2025, 5, 1)


@pytest.mark.parametrize(("load", "held"), [("delta", False), ("full", True)])
def test_a_few_mended_rows_are_no_file_that_is_too_short(load: str, held: bool) -> None:
    """But where each file holds the whole list, a few rows in its place would empty it."""
    by = feed(format={"kind": ["csv"], "load": load})
    first = read(lines(row(1, "2025-13-01"), row(2)), by=by)
    mended = first.rejected_csv().decode("utf-8-sig").replace("2025-13-01", "2025-05-01").encode()
    again = read(mended, by=by, usual_rows=100)
    assert again.sent_again
    assert (code_of(again) is HoldCode.TOO_FEW_ROWS) == held
    assert not first.sent_again
    assert code_of(read(lines(row(1)), by=by, usual_rows=100)) is HoldCode.TOO_FEW_ROWS
