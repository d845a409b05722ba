"""How single cells are read: days in every shape, money to the fen, codes and nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import KeyGroup
from chalicelib.sources.feeds.columns import name_of
from chalicelib.sources.values.cells import (
    LONGEST,
    Reader,
    clean,
    day_in,
    is_name,
    read_area_code,
    read_day,
    read_day_ahead,
    read_day_from,
    read_money,
    read_month,
    read_phone,
    read_text,
    reader_for,
    says_nothing,
)
from chalicelib.sources.values.row_faults import SENTENCES, Fault
from tests.sources.builders import ON, UNHURRIED

MAY_DAY = date(2023, 5, 1)


@pytest.mark.parametrize(
    "written",
    [
        "2023-05-01", "20230501", "2023/5/1", "2023年5月1日", "2023.5.1", "2023-5-1", "2023/05/01",
        "２０２３－０５－０１",
        " 2023-05-01 ", "'2023-05-01", "2023年05月01", "2023 年 5 月 1 日", "45047", "45047.75",
        "2023-05-01 08:30", "2023-05-01 08:30:59", "2023-05-01T08:30:59.123", "2023/5/1 8:30",
        "20230501083059",
        "2023年5月1日8时30分", "2023年5月1日 8时", "2023-05-01 24:00:00", "2023-05-01T08:30:59+08:00",
        "2023-04-30T16:30:00Z", "2023-04-30T16:30:00+00:00",
    ],
)  # fmt: skip
def test_every_shape_is_the_same_day(written: str) -> None:
    assert read_day(written, ON) == MAY_DAY


@pytest.mark.parametrize(
    ("written", "fault", "why"),
    [
        ("2023-02-30", Fault.DAY_IMPOSSIBLE, "no such day"),
        ("2023-02-29", Fault.DAY_IMPOSSIBLE, "no leap year"),
        ("20231301", Fault.DAY_IMPOSSIBLE, "no such month"),
        ("2025-07-01", Fault.DAY_FUTURE, "tomorrow"),
        ("99999", Fault.DAY_FUTURE, "a serial number far ahead"),
        ("2025-06-30T16:00:00Z", Fault.DAY_FUTURE, "already tomorrow in China"),
        ("1899-12-29", Fault.DAY_TOO_EARLY, "before 1900"),
        ("2200-01-01", Fault.DAY_UNREADABLE, "no year that anybody means"),
        ("不详", Fault.DAY_UNREADABLE, "words"),
        ("2023", Fault.DAY_UNREADABLE, "a year, not a serial number"),
        ("2023-05", Fault.DAY_UNREADABLE, "a month"),
        ("23-5-1", Fault.DAY_UNREADABLE, "two-digit year"),
        ("05/01/2023", Fault.DAY_UNREADABLE, "day or month first? nobody guesses"),
        ("2023-05-01 25:00", Fault.DAY_UNREADABLE, "no such hour"),
        ("2023-05-01 morning", Fault.DAY_UNREADABLE, "words behind"),
        ("1683072000000", Fault.DAY_UNREADABLE, "milliseconds"),
        ("2023年5月1日 08:30Z", Fault.DAY_UNREADABLE, "a zone, and not ISO: nobody guesses"),
        ("1899-12-29T23:00:00Z", Fault.DAY_UNREADABLE, "a zone, before 1900"),
        ("٢٠٢٣-٠٥-٠١", Fault.DAY_UNREADABLE, "Arabic digits"),
    ],
)
def test_days_that_are_sent_back(written: str, fault: Fault, why: str) -> None:
    assert read_day(written, ON) is fault, why


def test_a_period_may_end_ahead() -> None:
    assert read_day_ahead("2026-01-31", ON) == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("202602", date(2026, 2, 1), date(2026, 2, 28)),
        ("2020年1月", date(2020, 1, 1), date(2020, 1, 31)),
        ("2020年01月份", date(2020, 1, 1), date(2020, 1, 31)),
        ("2020.11", date(2020, 11, 1), date(2020, 11, 30)),
        ("2020-01-15", date(2020, 1, 15), date(2020, 1, 15)),
        (
            "2020.1",
            Fault.DAY_UNREADABLE,
            Fault.DAY_UNREADABLE,
        ),  # January, or what a spreadsheet leaves of 2020.10
        ("202013", Fault.DAY_UNREADABLE, Fault.DAY_UNREADABLE),
        ("300001", Fault.DAY_UNREADABLE, Fault.DAY_UNREADABLE),
        ("2020", Fault.DAY_UNREADABLE, Fault.DAY_UNREADABLE),
        ("", Fault.DAY_UNREADABLE, Fault.DAY_UNREADABLE),
    ],
)
def test_a_month_alone_begins_on_its_first_day_and_ends_on_its_last(
    written: str, first: date | Fault, last: date | Fault
) -> None:
    assert (read_day_from(written, ON), read_day_ahead(written, ON)) == (first, last)


SHAPES = ("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}/{0.month}/{0.day}", "{0.year}年{0.month}月{0.day}日",
          "{0.year}.{0.month}.{0.day}", "{0:%Y-%m-%d} 13:14:15", "{0:%Y-%m-%d}T13:14:15+08:00")  # fmt: skip


@UNHURRIED
@given(st.dates(date(1900, 1, 3), ON), st.sampled_from(SHAPES))  # before it stand the placeholders
def test_reading_what_was_written_gives_the_day(day: date, shape: str) -> None:
    assert read_day(shape.format(day), ON) == day


@UNHURRIED
@given(st.dates(date(1927, 5, 18), ON))
def test_reading_a_serial_number_gives_the_day(day: date) -> None:
    assert read_day(str((day - date(1899, 12, 30)) // timedelta(days=1)), ON) == day


@UNHURRIED
@given(
    st.text(max_size=24)
    | st.from_regex(r"[0-9]{4}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}.{0,12}", fullmatch=True)
)
def test_any_text_is_a_day_up_to_today_or_a_fault(text: str) -> None:
    day = read_day(text, ON)
    assert isinstance(day, Fault) or date(1900, 1, 1) <= day <= ON


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2023-05", "2023-05"), ("202305", "2023-05"), ("2023年5月", "2023-05"), ("2023/5", "2023-05"),
        ("2023-05-01", "2023-05"), ("45047", "2023-05"), ("2025-06", "2025-06"),
        ("2025-07", Fault.MONTH_FUTURE),
        ("2023-13", Fault.MONTH_UNREADABLE), ("0000-05", Fault.MONTH_UNREADABLE),
        ("五月", Fault.MONTH_UNREADABLE), ("2023年05月份", "2023-05"), ("2023.5", "2023-05"),
        ("2023.1", Fault.MONTH_UNREADABLE), ("2023.10", "2023-10"),
    ],
)  # fmt: skip
def test_months(written: str, value: str | Fault) -> None:
    assert read_month(written, ON) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1234.5", 123450), ("1,234.50", 123450), ("￥1234.50元", 123450), ("¥ 0.1", 10), ("180.30", 18030),
        ("１２．３４", 1234), ("0", 0), ("-0.00", 0), ("1234.500", 123450), ("79722.20", 7972220),
        ("1.005", Fault.MONEY_FRACTION), ("-5", Fault.MONEY_NEGATIVE), ("约100", Fault.MONEY_UNREADABLE),
        ("1,23", Fault.MONEY_UNREADABLE), ("1e3", Fault.MONEY_UNREADABLE),
        ("12345678901", Fault.MONEY_UNREADABLE),
    ],
)  # fmt: skip
def test_money(written: str, value: int | Fault) -> None:
    assert read_money(written, ON) == value


@UNHURRIED
@given(st.integers(0, 10**11))
def test_reading_what_was_written_gives_the_fen(fen: int) -> None:
    assert read_money(f"{fen // 100:,}.{fen % 100:02d}", ON) == fen


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("13805580001", "13805580001"), ("138 0558 0001", "13805580001"), ("+86-138-0558-0001",
        "13805580001"),
        ("8613805580001", "13805580001"), ("１３８０５５８０００１", "13805580001"),
        ("0558-5123456", Fault.PHONE_UNREADABLE), ("1380558000", Fault.PHONE_UNREADABLE),
        ("12805580001", Fault.PHONE_UNREADABLE), ("13805580001.0", "13805580001"),
        ("1.3805580001E+10", "13805580001"), ("1.38056E+10", Fault.PHONE_UNREADABLE),
        ("13805580001/13905580002", "13805580001"), ("0558-5123456、13905580002", "13905580002"),
        ("13805580001 13905580002", "13805580001"), ("13805580001(子) 13905580002", "13905580002"),
        ("13805580001或8613905580002", "13805580001"), ("0", Fault.CELL_EMPTY),
    ],
)  # fmt: skip
def test_phones(written: str, value: str | Fault) -> None:
    assert read_phone(written, ON) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [("341602001001", "341602001001"), (" ３４１６０２００１００１", "341602001001"),
    ("341602", Fault.AREA_UNREADABLE),
     ("3.41602E+11", Fault.AREA_UNREADABLE), ("041602001001", Fault.AREA_UNREADABLE)],
)  # fmt: skip
def test_area_codes(written: str, value: str | Fault) -> None:
    assert read_area_code(written, ON) == value


def test_text_keeps_rare_characters_and_makes_one_middle_dot() -> None:
    assert read_text(" 买买提•𬎆□? \u200b", ON) == "买买提·𬎆□?"
    assert read_text("甲" * 200, ON) == "甲" * 200
    assert read_text("甲" * 201, ON) is Fault.TEXT_TOO_LONG


def test_codes_are_known_or_faults() -> None:
    read = reader_for(Reader.CODE, {"入院": "admitted", "01": "admitted", "（转）": "moved"})
    assert read(" 入 院 ", ON) == "admitted"
    assert read("０１", ON) == "admitted"
    assert read("(转)", ON) == "moved"
    assert read("1", ON) is Fault.CODE_UNKNOWN


def test_key_groups_are_separated_as_people_do() -> None:
    read = reader_for(Reader.KEY_GROUPS, {"高龄": "very_old", "残疾": "disabled"})
    assert read("高龄、残疾", ON) == read("残疾; 高龄；", ON) == f"{KeyGroup.DISABLED},{KeyGroup.VERY_OLD}"
    assert read("、", ON) == ""
    assert read("高龄、富裕", ON) is Fault.CODE_UNKNOWN


def test_a_plain_reader_needs_no_codes() -> None:
    assert reader_for(Reader.DATE, {}) is read_day


def test_clean_takes_off_what_does_not_show() -> None:
    assert clean("  ＡＢ c\u200b ") == "AB c"
    assert clean("  ＡＢ c\u200b ", inside=True) == "ABc"


def test_every_fault_has_its_sentences() -> None:
    assert set(SENTENCES) == set(Fault)


@pytest.mark.parametrize("sign", [",", "*", "：", "0", " ", "年", "-", "x", '"'])
def test_a_cell_of_any_length_is_read_at_once(sign: str) -> None:
    """Patterns that try every place would take hours: whoever sent such a cell would stop its reader."""
    for cell in (f"2025{sign * 100_000}x", f"{sign * 100_000}x", f"x{sign * 100_000}1"):
        assert day_in(cell) is Fault.DAY_UNREADABLE
        assert read_month(cell, ON) is Fault.MONTH_UNREADABLE
        assert not says_nothing(cell)
        assert is_name(cell)
        assert len(name_of(cell)) > LONGEST or sign == " "


def test_a_long_line_of_marks_says_nothing_and_is_no_day() -> None:
    assert says_nothing("-" * 100_000)
    assert day_in("-" * 100_000) is Fault.CELL_EMPTY
    assert day_in(" " * 100_000) is Fault.CELL_EMPTY
