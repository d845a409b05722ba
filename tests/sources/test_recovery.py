"""Damaged numbers: what is repaired and recorded, who is recovered, who is only suggested."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.model import FeedId, PersonId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.identity_numbers import Repair, repairs_of
from chalicelib.sources.people.recovery import Suggestion
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.file_holds import HoldCode
from chalicelib.sources.values.person_names import same_name
from tests.sources.builders import FEEDS, declared, faults, feed, lines, number, person, read, row, workbook

NAMES = {1: "王建国", 2: "买买提·艾力", 3: "李𬎆"}


def named_feed(**more: Any) -> Feed:
    columns = declared()["columns"]
    columns["姓名"] = {"field": "name", "read": "text"}
    columns.update(more)
    return feed(columns=columns, not_used=[])


def known(*sequences: int) -> RosterIndex:
    people = {number(i): person(i) for i in sequences or NAMES}
    return RosterIndex.of(people, {number(i): NAMES[i] for i in sequences or NAMES})


def cut(sequence: int) -> str:
    return number(sequence)[:15] + "000"


def named(cell: str, name: str, day: str = "2025-05-01") -> tuple[str, ...]:
    return (cell, day, "来", "", name)


# --- repairs ---------------------------------------------------------------------------------------


def test_every_repair_is_recorded_with_its_line_and_the_raw_form() -> None:
    full = number(1)
    cells = (f" {full}", full[:6] + full[8:17], f"'{full}", number(9) + " ", full, f'="{full}"')
    reading = read(lines(*[(cell, f"2025-05-{i + 1:02d}", "来", "", "") for i, cell in enumerate(cells)]))
    assert reading.counts.accepted == 5
    assert reading.repairs == {"apostrophe": 2, "blanks": 1, "fifteen_digits": 1}
    assert reading.repaired_rows.rows() == [
        (2, "blanks", f" {full}"),
        (3, "fifteen_digits", full[:6] + full[8:17]),
        (4, "apostrophe", f"'{full}"),
        (7, "apostrophe", f'="{full}"'),
    ]
    told = reading.repaired_csv().decode("utf-8-sig").split("\r\n")
    assert told[1:4] == [
        f"2,blanks,含有空格，已去除,' {full}",
        f"3,fifteen_digits,15位旧号码，已换算为18位,'{full[:6] + full[8:17]}",
        f"4,apostrophe,含有表格软件的文本标记，已去除,'{full}",
    ]
    assert told[4].endswith(f',"\'=""{full}"""'), "a spreadsheet does not run it"


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("11010519491231002X", []),
        ("１１０１０５１９４９１２３１００２Ｘ", [Repair.FULL_WIDTH]),
        ("11010519491231002x", [Repair.X_FORM]),
        ("11010519491231002×", [Repair.X_FORM]),
        ("11010519491231002\u03a7", [Repair.X_FORM]),
        ("11010519491231002\u2573", [Repair.X_FORM]),
        ("110105 19491231002х", [Repair.X_FORM, Repair.BLANKS]),
        ("\u200b11010519491231002X", [Repair.INVISIBLE]),
        ("‘110105491231002", [Repair.FIFTEEN_DIGITS, Repair.APOSTROPHE]),
    ],
)
def test_the_rules_of_repair_are_told_apart(written: str, rules: list[Repair]) -> None:
    assert repairs_of(written) == rules


# --- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("王建国", "王建国", True),
        (" 王 建国", "王建国", True),
        ("王?国", "王建国", True),
        ("王？？国", "王建国", True),
        ("王建国", "王□国", True),
        ("李\ue123", "李𬎆", True),
        ("买买提．艾力", "买买提•艾力", True),
        ("王?", "王建国", False),
        ("王建国", "李建国", False),
        ("???", "王建国", False),
        ("???", "???", False),
        ("王*国", "王建国", False),
        ("", "王建国", False),
        ("王建国", "", False),
    ],
)
def test_a_lost_character_is_a_wildcard(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


# --- recovery --------------------------------------------------------------------------------------


def test_fifteen_digits_that_two_people_share_recover_nobody() -> None:
    assert number(1)[:15] == number(2)[:15]
    rows = (named(cut(1), "王建国"), named(number(2), NAMES[2]))
    reading = read(lines(*rows), by=named_feed(), known=known(1, 2))
    assert faults(reading) == [(2, "身份证号码", "number_cut")]
    assert list(reading.evidence) == [person(2)]


def alone() -> RosterIndex:
    return RosterIndex.of({number(1): person(1), number(2, "19510203"): person(2)}, {number(1): NAMES[1]})


def test_digits_that_fit_one_person_whose_name_this_is() -> None:
    rows = (
        named(cut(1), "王建国"),
        named(cut(1), "王建?", "2025-05-02"),
        named(cut(1), "李四", "2025-05-03"),
        named(cut(1), "", "2025-05-04"),
        named("3.41602195002030E+17", "王建国", "2025-05-05"),
        named("3.41602E+17", "王建国", "2025-05-06"),
        named("370811196002030000", "王建国", "2025-05-07"),
        named(number(2, "19510203")[:15] + "000", "王建国", "2025-05-08"),
    )
    reading = read(lines(*rows), by=named_feed(), known=alone(), released=True)
    evidence = reading.evidence[person(1)]
    assert [(e.line, e.recovered, e.facts) for e in evidence] == [(2, True, {}), (3, True, {}), (6, True, {})]
    assert [(line, code) for line, _, code in faults(reading)] == [
        (4, "number_cut"),
        (5, "number_cut"),
        (7, "number_as_figure"),
        (9, "number_cut"),
    ]
    assert reading.counts.strangers == 1  # these digits are nobody's on the roster
    assert reading.lake is not None
    assert reading.lake["recovered"].to_list() == [True, True, True]


def test_in_a_sound_file_a_number_cut_to_000_goes_back_whoever_it_is_about() -> None:
    nobodys = number(2, "19510203")[:15] + "000"
    reading = read(lines(named(nobodys, "王建国"), named(number(9), "李四")), by=named_feed(), known=alone())
    assert faults(reading) == [(2, "身份证号码", "number_cut")]
    assert reading.counts.strangers == 1  # whose number is whole, and on no roster


def test_without_a_column_of_names_nobody_is_recovered() -> None:
    reading = read(lines(named(cut(1), "王建国")), known=alone())
    assert reading.counts.rejected == 1
    assert reading.suggestions == []


def test_a_row_with_the_whole_number_stands_before_one_that_was_recovered() -> None:
    reading = read(lines((*row(1)[:4], "王建国"), named(cut(1), "王建国")), by=named_feed(), known=alone())
    assert reading.counts.superseded == 1
    assert [(e.line, e.recovered) for e in reading.evidence[person(1)]] == [(2, False)]


def test_a_damaged_file_is_held_and_once_released_its_people_are_recovered() -> None:
    born = [f"195002{day:02d}" for day in range(1, 9)]
    index = RosterIndex.of(
        {number(7, b): person(i) for i, b in enumerate(born)}, {number(7, b): "甲" for b in born}
    )
    rows = [named(number(7, b)[:15] + "000", "甲") for b in born]
    data = lines(*rows, named(number(5), "乙"))
    held = read(data, by=named_feed(), known=index)
    assert held.hold is not None
    assert (held.hold.code, "导出" in held.hold.zh) == (HoldCode.NUMBERS_DAMAGED, True)
    assert dict(held.evidence) == {}
    freed = read(data, by=named_feed(), known=index, released=True)
    assert freed.hold is None
    assert freed.counts.accepted == 8
    assert all(e.recovered for evidence in freed.evidence.values() for e in evidence)
    sheet = workbook(*[named(number(7, b)[:15] + "000", "乙") for b in born])
    assert read(sheet, by=named_feed(), known=index, released=True).counts.rejected == 8


def test_only_a_feed_that_reads_names_promises_to_recover_by_name() -> None:
    rows = [named("3.41602E+17", "甲")] * 9
    for by, promised in ((named_feed(), True), (feed(), False)):
        hold = read(lines(*rows), by=by, known=known()).hold
        assert hold is not None
        assert ("姓名相符" in hold.zh, "name fit" in hold.en) == (promised, promised)
        assert ("无法恢复" in hold.zh, "cannot be recovered" in hold.en) == (not promised, not promised)
        assert "重新导出" in hold.zh
    roster = FEEDS[FeedId("roster")]
    listed = [["3.41602E+17", *[""] * (len(roster.columns) - 1)]] * 9
    hold = read(lines(*listed, header=list(roster.columns)), by=roster, known=None).hold
    assert hold is not None
    assert "无法恢复" in hold.zh, "a roster is what names are compared with"


def test_in_a_damaged_file_a_number_that_ends_in_000_is_nobodys() -> None:
    sound = next(
        n for i in range(1, 99) if (n := number(0, f"19500{i % 9 + 1}{i % 28 + 1:02d}")).endswith("000")
    )
    index = RosterIndex.of({sound: person(1)}, {sound: "甲"})
    rows = [named(f"34160219600{i}013000", "x") for i in range(1, 9)]
    data = lines(named(sound, "乙"), named(f" {sound}", "乙", "2025-05-02"), *rows)
    assert read(data, by=named_feed(), known=index).hold is not None
    freed = read(data, by=named_feed(), known=index, released=True)
    assert (freed.counts.accepted, freed.counts.rejected) == (0, 2)
    assert read(lines(named(sound, "乙")), by=named_feed(), known=index).counts.accepted == 1


# --- suggestions -----------------------------------------------------------------------------------


def test_name_and_birth_date_alone_only_suggest() -> None:
    wrong = number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1")
    born = named_feed(生日={"field": "born", "read": "date"})
    rows = [
        (wrong, "2025-05-01", "来", "", "王建国", ""),
        ("", "2025-05-01", "来", "", "王建国", "1950-02-03"),
        ("", "2025-05-01", "来", "", "王建国", "1950-02-04"),
        ("", "2025-05-01", "来", "", "王建国", "bad"),
        ("不详", "2025-05-01", "来", "", "", "1950-02-03"),
        ("", "2025-05-01", "来", "", "赵六", "1950-02-03"),
    ]
    header = ("身份证号码", "日期", "类别", "备注", "姓名", "生日")
    index = RosterIndex.of({number(1): person(1), number(2): person(2)}, {number(1): "王建国"})
    reading = read(lines(*rows, header=header), by=born, known=index, released=True)
    assert (reading.counts.accepted, reading.counts.rejected) == (0, 6)
    assert reading.suggestions == [Suggestion(2, (person(1),)), Suggestion(3, (person(1),))]
    without = read(lines(named(wrong, "王建国"), named("不详", "王建国")), by=named_feed(), known=index)
    assert without.suggestions == [Suggestion(2, (person(1),))]


def test_a_name_that_half_the_town_bears_suggests_nobody() -> None:
    people = {number(i): PersonId(f"P{i}") for i in range(1, 8)}
    index = RosterIndex.of(people, dict.fromkeys(people, "王伟"))
    wrong = number(1)[:17] + "Y"
    assert read(lines(named(wrong, "王伟")), by=named_feed(), known=index).suggestions == []


def test_the_index_keeps_the_last_name_and_reads_what_was_written_without_names() -> None:
    index = RosterIndex.of({number(1): person(1)}, {number(1): "王建国"})
    assert RosterIndex.from_parquet(index.to_parquet()).frame.equals(index.frame)
    assert RosterIndex(index.frame.drop("name")).frame["name"].to_list() == [None]
