"""A roster that says somebody twice: a person looks at it, nothing is merged, nobody is lost silently."""

from __future__ import annotations

import polars as pl
import pytest

from chalicelib.model import FeedId, FileState
from chalicelib.sources.people.roster_duplicates import Double, DoubleKind, Standing
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading
from chalicelib.sources.rejects import OUR_COLUMNS
from chalicelib.sources.values.file_holds import HoldCode
from tests.sources.builders import FEEDS, faults, lines, number, person, read
from tests.sources.test_reading import ROSTER, entry, read_roster


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


# --- against the rosters that came before ----------------------------------------------------------

AREA = "341602001001"
BEFORE = Standing(
    RosterIndex.of(
        {number(n): person(n) for n in range(1, 5)},
        {number(1): "王建国", number(2): "买买提·艾力", number(3): "李□", number(4): "周芳"},
    ),
    pl.DataFrame({"person": [person(n) for n in (1, 2, 3, 4, 4)], "area": [AREA] * 4 + ["341621001001"]}),
)


def read_next(*rows: tuple[str, ...], released: bool = False, sent_again: bool = False) -> FileReading:
    header, ours = (*ROSTER, *OUR_COLUMNS), ("2", "身份证号码", "number_known_otherwise", "理由")
    data = (
        lines(*((*row, *ours) for row in rows), header=header) if sent_again else lines(*rows, header=ROSTER)
    )
    return read(data, by=FEEDS[FeedId("roster")], known=None, before=BEFORE, released=released)


def test_a_number_that_somebody_bears_is_nobody_else_s() -> None:
    reading = read_next(
        entry(1, 姓名="李四"),
        entry(1, 姓名="李四", 待遇项目="门诊慢性病", 月标准=""),
        entry(5, 姓名="赵六"),
    )
    assert faults(reading) == [
        (2, "身份证号码", "number_known_otherwise"),
        (3, "身份证号码", "number_known_otherwise"),
    ]
    assert [e.line for e in reading.entries] == [4]
    assert reading.doubles == [Double(DoubleKind.TWO_PEOPLE_ONE_NUMBER, (2, 3), earlier=True)]


@pytest.mark.parametrize(
    ("sequence", "sent", "kept"),
    [
        (1, "王建国", "王建国"),
        (1, "王?国", "王建国"),  # else 王建国, 王?国 and 王丽国 would be one person after three rosters
        (2, "买买提•艾力", "买买提·艾力"),
        (3, "李娜", "李娜"),
        (3, "李?", "李?"),
    ],
)
def test_a_name_is_the_same_with_lost_characters_and_a_whole_one_stays(
    sequence: int, sent: str, kept: str
) -> None:
    reading = read_next(entry(sequence, 姓名=sent))
    assert ([e.name for e in reading.entries], reading.doubles) == ([kept], [])


def test_who_is_only_related_has_no_name_to_compare() -> None:
    before = Standing(RosterIndex.of({number(1): person(1)}, related=True), BEFORE.areas)
    reading = read(lines(entry(1), header=ROSTER), by=FEEDS[FeedId("roster")], known=None, before=before)
    assert (reading.counts.accepted, reading.doubles) == (1, [])


def test_a_changed_name_counts_once_an_officer_has_released_the_row_sent_again() -> None:
    row = entry(1, 姓名="王建军")
    waits = read_next(row, sent_again=True)
    assert waits.hold is not None
    assert (waits.hold.code, waits.hold.state) == (HoldCode.NAMES_CHANGED, FileState.HELD)
    assert not waits.entries
    released = read_next(row, sent_again=True, released=True)
    assert [e.name for e in released.entries] == ["王建军"]
    assert released.doubles == [Double(DoubleKind.TWO_PEOPLE_ONE_NUMBER, (2,), earlier=True)]


def test_rows_sent_again_with_the_known_name_wait_for_nobody() -> None:
    reading = read_next(entry(1, 姓名="王建国"), entry(9, 身份证号码="x"), sent_again=True)
    assert (reading.hold, reading.counts.accepted, reading.counts.rejected) == (None, 1, 1)


def test_a_roster_released_for_another_reason_changes_no_name() -> None:
    reading = read_next(entry(1, 姓名="王建军"), released=True)
    assert [f[2] for f in faults(reading)] == ["number_known_otherwise"]


@pytest.mark.parametrize(
    ("row", "doubles"),
    [
        (entry(6, 姓名="王建国"), 1),
        (entry(6, 姓名="周芳", 区划代码="341621001001"), 1),  # she stands in two areas
        (entry(6, 姓名="王建国", 区划代码="341621001001"), 0),
        (entry(6, 姓名="王建军"), 0),
        (entry(6, 姓名="王建国", 身份证号码=number(6, "19500204")), 0),
    ],
)
def test_one_person_under_a_second_number_is_reported_and_loaded(row: tuple[str, ...], doubles: int) -> None:
    reading = read_next(entry(7, 姓名="孙七"), row)
    assert reading.doubles == [Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, (3,), earlier=True)] * doubles
    assert reading.counts.accepted == 2


def test_who_stands_in_the_file_under_both_numbers_is_reported_once() -> None:
    reading = read_next(entry(1, 姓名="王建国"), entry(6, 姓名="王建国"))
    assert reading.doubles == [Double(DoubleKind.ONE_PERSON_TWO_NUMBERS, (2, 3))]


def test_whoever_is_sent_without_a_name_keeps_the_one_that_is_known() -> None:
    reading = read_next(entry(1, 姓名="NULL"))
    assert [each.name for each in reading.entries] == ["王建国"]
    assert reading.counts.accepted == 1
