"""A roster that says somebody twice: a person looks at it, nothing is merged, nobody is lost silently."""

from __future__ import annotations

from chalicelib.sources.doubles import Double, DoubleKind
from tests.sources.builders import faults, number
from tests.sources.test_reading import entry, read_roster


def test_two_people_under_one_number_and_the_later_row_goes_back() -> None:
    reading = read_roster(
        entry(1, 姓名="王建国"),
        entry(1, 姓名="李四", 待遇项目="门诊慢性病", 月标准=""),
        entry(1, 姓名="王?国", 待遇项目="城乡居民基本养老保险"),
        entry(2, 姓名="甲", 手机号码=""),
    )
    assert faults(reading) == [(3, "身份证号码", "number_of_another")]
    assert [e.line for e in reading.entries] == [2, 4, 5]
    assert reading.doubles == [Double(DoubleKind.TWO_PEOPLE_ONE_NUMBER, (2, 3))]
    assert "李四".encode() in reading.rejected_csv()


def test_a_lost_character_makes_no_second_person() -> None:
    reading = read_roster(entry(1, 姓名="王建国"), entry(1, 姓名="王?国", 待遇项目="门诊慢性病", 月标准=""))
    assert (reading.counts.accepted, reading.doubles) == (2, [])


def test_one_person_under_two_numbers_is_reported_and_both_are_loaded() -> None:
    reading = read_roster(
        entry(1, 姓名="王建国"),
        entry(2, 姓名="王建国"),
        entry(3, 姓名="王建国", 区划代码="341621001001"),
        entry(4, 姓名="王建国", 区划代码="341622001001", 手机号码=""),
        entry(5, 姓名="李四", 手机号码=""),
        entry(6, 姓名="李四", 手机号码="", 身份证号码=number(6, "19500204")),
    )
    assert reading.counts.accepted == 6
    assert reading.doubles == [
        Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, (2, 3)),
        Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, (2, 3, 4)),
    ]


def test_the_old_and_the_new_form_of_one_number_are_one_person_and_reported() -> None:
    short = number(1)[:6] + number(1)[8:17]
    reading = read_roster(
        entry(1), entry(1, 身份证号码=short, 待遇项目="门诊慢性病", 月标准=""), entry(2, 姓名="乙")
    )
    assert {e.number for e in reading.entries} == {number(1), number(2)}
    assert reading.doubles == [Double(DoubleKind.OLD_AND_NEW_FORM, (2, 3))]
    assert reading.repairs == {"fifteen_digits": 1}


def test_a_roster_none_of_whose_rows_is_sound_says_nobody_twice() -> None:
    reading = read_roster(entry(1, 身份证号码="x"))
    assert (reading.counts.rejected, reading.doubles) == (1, [])
