"""What a cell means: words of nothing, days that cannot be, names of others."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.model import Counts, FeedId
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from chalicelib.sources.values.cells import is_name, read_phone, says_nothing
from chalicelib.sources.values.person_names import is_another, same_name
from chalicelib.sources.values.row_faults import Fault
from chalicelib.sources.values.syllables import syllables_of
from tests.sources.builders import FEEDS, FILE, ON, faults, lines, number, person

ROSTER = (
    "身份证号码", "姓名", "手机号码", "区划代码",
    "网格编号", "待遇编号", "待遇项目", "月标准", "待遇起始日期",
    "认证有效期至", "重点人群",
)  # fmt: skip
DEATHS = ("身份证号码", "姓名", "殡仪馆名称", "火化日期", "死亡日期", "登记状态")
STAYS = ("身份证号码", "姓名", "医疗机构名称", "发生日期", "就诊事件")
NOTHING = (
    "NULL", "null", "\\N", "None", "nan", "NaN", "N/A", "#N/A", "n/a",
    "NA", "-", "--", "—", "／", "/", "?", "？", "无", "空",
    "暂无", "未知", "不详", "不详。", "(null)", "<null>", "undefined", "（无）", " ", "'",
)  # fmt: skip


def listed(**words: str) -> tuple[str, ...]:
    usual = (number(), "王建国", "13800000001", "341602001001", "G01", "P1", "高龄津贴", "60.00",
             "2010-01-01", "2025-12-31", "")  # fmt: skip
    return tuple({**dict(zip(ROSTER, usual, strict=True)), **words}.values())


def roster_of(*rows: tuple[str, ...], encoding: str = "utf-8") -> FileReading:
    data = lines(*rows, header=ROSTER).decode().encode(encoding)
    return read_file(data, ReadingContext(FEEDS[FeedId("roster")], None, FILE, ON, ON))


def read(feed: str, header: tuple[str, ...], *rows: tuple[str, ...], encoding: str = "utf-8") -> FileReading:
    known = RosterIndex.of({number(): person()}, {number(): "王建国"})
    data = lines(*rows, header=header).decode().encode(encoding)
    return read_file(data, ReadingContext(FEEDS[FeedId(feed)], known, FILE, ON, ON))


def death(day: str, name: str = "王建国") -> tuple[str, ...]:
    return (number(), name, "某馆", "2025-05-03", day, "火化")


def stay(name: str) -> tuple[str, ...]:
    return (number(), name, "某院", "2025-05-03", "入院")


def notes(reading: FileReading) -> list[tuple[int, str, str]]:
    return [(note.line, note.field, note.code) for note in reading.notes]


# --- words of nothing ----------------------------------------------------------------------------


@pytest.mark.parametrize("word", NOTHING)
def test_a_word_of_nothing_is_an_empty_cell_wherever_one_may_be_empty(word: str) -> None:
    assert says_nothing(word)
    open_ = dict.fromkeys(("手机号码", "网格编号", "认证有效期至", "重点人群"), word)
    reading = roster_of(listed(**open_))
    [entry] = reading.entries
    assert (entry.phone, entry.grid, entry.certified_until, entry.key_groups) == (None, "", None, frozenset())
    assert notes(reading) == []


@pytest.mark.parametrize("word", NOTHING)
def test_where_a_cell_must_be_filled_the_row_goes_back_with_the_true_reason(word: str) -> None:
    reading = roster_of(listed(待遇编号=word), listed(身份证号码=word))
    codes = [rejection.code for rejection in reading.rejections]
    assert codes == ["cell_empty", "number_empty"]


@pytest.mark.parametrize("word", [*NOTHING, "0", "无名氏", "***"])
def test_no_name_is_none_and_the_true_one_fills_it(word: str) -> None:
    assert not is_name(word)
    reading = roster_of(listed(姓名=word))
    assert [entry.name for entry in reading.entries] == [""]
    assert notes(reading) == [(2, "姓名", "name_missing")]
    both = roster_of(listed(), listed(姓名=word, 待遇编号="P2", 区划代码="341602001002"))
    assert [entry.name for entry in both.entries] == ["王建国", "王建国"]


def test_what_only_resembles_a_word_of_nothing_stays() -> None:
    assert not any(map(says_nothing, ("王建国", "吴娜", "N", "G01", "0558", "空巢")))
    assert read_phone("00000000000", ON) is Fault.CELL_EMPTY


# --- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("1900-01-01", "day_placeholder"),
        ("0000-00-00", "day_placeholder"),
        ("9999-12-31", "day_placeholder"),
        ("1970-01-01", "day_placeholder"),
        ("0", "day_placeholder"),
        ("1950-02-02", "day_before_birth"),
        ("1912-01-01", "day_before_birth"),
        ("2025-07-01", "day_future"),
        ("NULL", "cell_empty"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_death_on_a_day_that_cannot_be_goes_back(day: str, code: str, encoding: str) -> None:
    reading = read("cremations", DEATHS, death(day), death("2025-05-01"), encoding=encoding)
    assert faults(reading) == [(2, "死亡日期", code)]
    assert reading.counts == Counts(rows=2, accepted=1, rejected=1)


def test_a_record_from_before_the_country_goes_back() -> None:
    old = number(born="19300203")
    known = RosterIndex.of({old: person()})
    data = lines((old, "甲", "某院", "1948-01-01", "入院"), header=STAYS)
    reading = read_file(data, ReadingContext(FEEDS[FeedId("hospital_inpatient")], known, FILE, ON, ON))
    assert faults(reading) == [(2, "发生日期", "day_too_early")]


@pytest.mark.parametrize(
    ("until", "stated", "noted"),
    [
        ("2026-06-30", date(2026, 6, 30), []),
        ("2026-07-01", None, ["until_too_far"]),
        ("2052-06-30", None, ["until_too_far"]),
        ("9999-12-31", None, []),
        ("长期", None, ["day_unreadable"]),
    ],
)
def test_a_stated_end_beyond_the_longest_period_counts_as_not_stated(
    until: str, stated: date | None, noted: list[str]
) -> None:
    reading = roster_of(listed(认证有效期至=until))
    assert [entry.certified_until for entry in reading.entries] == [stated]
    assert [note.code for note in reading.notes] == noted


def test_many_ends_that_cannot_be_hold_the_file() -> None:
    rows = [listed(身份证号码=number(n), 认证有效期至="2052-06-30") for n in range(1, 6)]
    assert roster_of(*rows[:4]).hold is None
    held = roster_of(*rows).hold
    assert held is not None
    assert (held.code, held.what) == ("too_many_doubtful", "认证有效期至 5 / 5")


@pytest.mark.parametrize(
    ("since", "code"),
    [("2027-01-01", "day_too_far"), ("1900-01-01", "day_placeholder")],
)
def test_a_benefit_does_not_begin_years_ahead(since: str, code: str) -> None:
    assert faults(roster_of(listed(待遇起始日期=since))) == [(2, "待遇起始日期", code)]


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("李⽂秀", "李文秀"), ("⻢⻓⻰", "马长龙"),
        ("Ｌｉ Wen", "LI WEN"), ("买买提・艾力", "买买提艾力"), ("葛\U000e0100明", "葛明"),
        ("\uf9e1四", "李四"),
    ],
)  # fmt: skip
def test_names_are_compared_by_their_compatibility_form(one: str, other: str) -> None:
    assert same_name(one, other)
    assert not is_another(one, other)


@pytest.mark.parametrize(
    ("one", "other", "another"),
    [
        ("王建国", "李秀英", True),
        ("王建国", "王建军", True),
        ("王建国", "王建", True),
        ("John Smith", "李四", True),
        ("Li Si", "Wang Wu", True),
        ("王建国", "王健国", False),
        ("王婷", "王淼", False),
        ("王?国", "王建国", False),
        ("王??", "王建国", False),
        ("？？", "王建国", False),
        ("王**", "王建国", False),
        ("王jian国", "王建国", False),
        ("Guo Wang jian", "王建国", False),
        ("Li Si", "Si Li", False),
        ("吕芳", "Lǚ Fāng", False),
        ("", "王建国", False),
        ("甲", "王建国", False),
        ("王某", "王国", False),
        ("王某某", "王建国", False),
        ("李某某", "王建国", True),
        ("孟庆0", "李秀英", True),
        ("孟庆0", "孟庆1", False),
        ("Аня", "王建国", False),
        ("王?国", "Wang Jianguo", False),
        ("王某国", "Wang Jianguo", False),
        ("李?国", "Wang Jianguo", True),
        ("王??", "汪?国", False),
        ("王吕", "Lü Wang", False),
        ("?L", "N LJia", True),
    ],
)
def test_what_is_certainly_another_name(one: str, other: str, another: bool) -> None:
    assert is_another(one, other) is another
    assert is_another(other, one) is another


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x" * 70_000, "Wang Jianguo"),
        ("王" * 70_000, "Wang Jianguo"),
        ("??a" * 30 + "b", "a" * 90 + "c"),
        ("王?" * 45, "汪" * 90),
        ("淼" * 90, "xy" * 40),
    ],
)
def test_names_of_any_length_are_compared_at_once(one: str, other: str) -> None:
    """Trying every way of matching lost characters or pinyin takes years, and the memory of the machine."""
    assert not same_name(one, other)
    assert is_another(one, other) is is_another(other, one)


def test_a_character_beyond_the_table_has_no_reading() -> None:
    assert (syllables_of("A"), syllables_of("婷"), syllables_of("😀")) == (frozenset(),) * 3


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_record_under_another_name_is_noted_and_marked(encoding: str) -> None:
    reading = read("hospital_inpatient", STAYS, stay("李秀英"), encoding=encoding)
    assert notes(reading) == [(2, "姓名", "name_of_another")]
    assert [item.is_under_another_name for item in reading.evidence[person()]] == [True]
    both = read("hospital_inpatient", STAYS, stay("王健国"), stay("李秀英"))
    assert [(item.line, item.facts) for item in both.evidence[person()]] == [(2, {})]
    nameless = read("hospital_inpatient", ("身份证号码", "医疗机构名称", "发生日期", "就诊事件"),
                    (number(), "某院", "2025-05-03", "入院"))  # fmt: skip
    assert [item.facts for item in nameless.evidence[person()]] == [{}]


def test_nobody_falls_off_a_roster_for_a_benefit_said_to_begin_before_birth() -> None:
    (entry,) = roster_of(listed(待遇起始日期="1949-12-31")).entries
    assert entry.since == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("born", "faults_found"), [("19040501", []), ("19040430", []), ("19040429", ["day_beyond_life"])]
)
def test_nobody_dies_after_the_hundred_and_twentieth_year(born: str, faults_found: list[str]) -> None:
    """Else the row would be accepted and, for the rule book, be about somebody else: without effect."""
    old = number(born=born)
    data = lines((old, "甲", "某院", "2025-04-29", "入院"), header=STAYS)
    known = RosterIndex.of({old: person()})
    reading = read_file(data, ReadingContext(FEEDS[FeedId("hospital_inpatient")], known, FILE, ON, ON))
    assert [fault for _, _, fault in faults(reading)] == faults_found
