"""Recipients without a number of 18 characters: another document, kept as said, matched with nothing else."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import Counts, FeedId
from chalicelib.sources.feeds.feed import Feed, load_feeds
from chalicelib.sources.people.identity_numbers import birth_in, borne, pack, unpack
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.file_holds import HoldCode
from chalicelib.sources.values.identity_documents import FIRST, Document, is_document, kind_of, plain
from chalicelib.sources.values.row_faults import Fault
from tests.sources.builders import (
    FEEDS,
    ON,
    PACK,
    UNHURRIED,
    faults,
    feed,
    lines,
    number,
    person,
    read,
    workbook,
)
from tests.sources.test_reading import ROSTER, entry, read_roster

PACKS = {name: load_feeds(PACK.parents[1] / name / "feeds") for name in ("anhui", "bozhou", "jining")}
KINDS = (*ROSTER, "证件类型", "出生日期")
PERMIT, PASSPORT, HOME_RETURN = "USA341619500307", "E12345678", "H1234567801"


def read_kinds(*rows: tuple[str, ...]) -> FileReading:
    return read(lines(*rows, header=KINDS), by=FEEDS[FeedId("roster")], known=None)


def bearing(cell: str, kind: str = "", born: str = "") -> tuple[str, ...]:
    return (*entry(身份证号码=cell), kind, born)


@pytest.mark.parametrize("pack", sorted(PACKS))
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx"])
def test_a_recipient_with_another_document_stands_on_the_roster_as_said(pack: str, form: str) -> None:
    by, rest = PACKS[pack][FeedId("roster")], {"待遇项目": next(iter(_benefits(pack)))}
    rows = [entry(i, 身份证号码=cell, **rest) for i, cell in enumerate((PERMIT, PASSPORT, HOME_RETURN), 1)]
    header = tuple(column for column in (*ROSTER, *by.not_used))
    rows = [(*row, *("" for _ in by.not_used)) for row in [*rows, entry(4, **rest)]]
    data = (
        workbook(*rows, header=header)
        if form == "xlsx"
        else lines(*rows, header=header).decode().encode(form)
    )
    reading = read(data, by=by, known=None)
    assert (reading.hold, faults(reading), reading.counts) == (None, [], Counts(rows=4, accepted=4))
    told = [(e.number, e.born) for e in reading.entries]
    assert told == [(PERMIT, None), (PASSPORT, None), (HOME_RETURN, None), (number(4), date(1950, 2, 1))]
    noted = [(n.line, n.code) for n in reading.notes if n.code == Fault.NUMBER_OF_ANOTHER_DOCUMENT]
    assert noted == [(2, "number_of_another_document"), (3, "number_of_another_document"),
                     (4, "number_of_another_document")]  # fmt: skip
    assert not reading.repairs


def _benefits(pack: str) -> dict[str, str]:
    return dict(PACKS[pack][FeedId("roster")].codes_of("benefit"))


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("USA341619500307", "USA341619500307"), ("ｕｓａ3416 1950 0307", "USA341619500307"),
        ("'E12345678", "E12345678"),
        ("M12345678", "M12345678"), ("H12345678(01)", "H1234567801"), ("TR1234567", "TR1234567"),
        ("C01X00T47", "C01X00T47"), ("12AB34567", "12AB34567"),
        # 18 characters of foreigners and of Hong Kong, Macao and Taiwan, and the old 15 digits, are numbers.
        (number(1, area="810000"), number(1, area="810000")),
        (number(1, area="830000"), number(1, area="830000")),
        (number(1, area="984031"), number(1, area="984031")), ("341602500203001", number(1)),
    ],
)  # fmt: skip
def test_what_a_roster_takes_for_whose_number(cell: str, said: str) -> None:
    reading = read_roster(entry(身份证号码=cell))
    assert [e.number for e in reading.entries] == [said]
    assert is_document(said) == any(n.code == Fault.NUMBER_OF_ANOTHER_DOCUMENT for n in reading.notes)


@pytest.mark.parametrize(
    "cell",
    ["34160219500203", "12345678", "123456789", "HR-0931", "19500203X", "34I602195002031234",
     "3416O2500203001",
     "USA34161950030", "军字第1234567号", "AB12", "ABCDEFGH", "A1234567890123"],
)  # fmt: skip
def test_what_only_looks_damaged_goes_back_as_before(cell: str) -> None:
    [(line, field, code)] = faults(read_roster(entry(身份证号码=cell)))
    assert (line, field) == (2, "身份证号码")
    assert code in (Fault.NUMBER_LENGTH, Fault.NUMBER_CHARACTERS)


@pytest.mark.parametrize(
    ("cell", "kind", "said"),
    [
        ("12345678", "台湾居民来往大陆通行证", "12345678"),
        ("123456789", "护照", "123456789"),
        ("0012345678", " 台胞证 ", "0012345678"),
        (
            "E12345678",
            "军官证",
            "E12345678",
        ),  # a word that nobody agreed is noted: the number tells by itself
        ("E12345678", "居民身份证", None),
        ("12345678", "居民身份证", None),
        ("1234", "护照", None),
    ],
)
def test_a_column_of_kinds_says_what_the_number_does_not(cell: str, kind: str, said: str | None) -> None:
    reading = read_kinds(bearing(cell, kind))
    assert [e.number for e in reading.entries] == ([] if said is None else [said])
    assert (Fault.CODE_UNKNOWN in [n.code for n in reading.notes]) == (kind == "军官证")


def test_the_birth_date_comes_from_its_column_only_where_the_number_tells_none() -> None:
    reading = read_kinds(
        bearing(PERMIT, born="1950-03-07"),
        bearing(PASSPORT, born="1900-01-01"),
        bearing(number(3), born="1960-01-01"),
        bearing("TR1234567", born="三月"),
    )
    assert [e.born for e in reading.entries] == [date(1950, 3, 1), None, date(1950, 2, 1), None]
    assert [(n.line, n.field) for n in reading.notes if n.code == Fault.DAY_UNREADABLE] == [(5, "出生日期")]


def test_a_roster_in_which_far_too_many_bear_one_waits() -> None:
    """Payees in the column of numbers, say."""
    rows = [entry(i, 身份证号码=f"HR00{i:05d}") for i in range(10)]
    reading = read_roster(*rows)
    assert reading.hold is not None
    assert reading.hold.code is HoldCode.TOO_MANY_DOUBTFUL


# --- what departments report about them ------------------------------------------------------------

INDEX = RosterIndex.of(
    {PERMIT: person(1), "123456789": person(2), number(3): person(3)},
    {PERMIT: "柏秋兰", "123456789": "JOHN SMITH", number(3): "丙"},
)
HEADER = ("身份证号码", "日期", "类别", "备注", "姓名")
NAMED = feed(
    columns={
        **{name: column.model_dump(exclude_unset=True) for name, column in feed().columns.items()},
        "姓名": {"field": "name", "read": "text", "optional": True},
    },
    not_used=[],
)  # fmt: skip


def seen(cell: str, name: str, by: Feed = NAMED) -> FileReading:
    return read(lines((cell, "2025-05-01", "来", "", name), header=HEADER), by=by, known=INDEX)


@pytest.mark.parametrize(
    ("cell", "name", "recovered"),
    [
        (PERMIT, "柏秋兰", False),
        ("usa-3416-1950-0307", "柏秋兰", False),
        ("123456789", "JOHN SMITH", False),
        (PERMIT, "", True),
        (PERMIT, "别的人", True),  # two countries may give one number
    ],
)
def test_the_same_document_is_its_bearer_s_together_with_the_name(
    cell: str, name: str, recovered: bool
) -> None:
    reading = seen(cell, name)
    [[item]] = reading.evidence.values()
    assert reading.counts == Counts(rows=1, accepted=1)
    assert item.recovered is recovered
    assert (Fault.NAME_OF_ANOTHER in [n.code for n in reading.notes]) == (name == "别的人")


def test_a_feed_without_names_tells_of_no_document_for_certain() -> None:
    [[item]] = seen(PERMIT, "柏秋兰", feed()).evidence.values()
    assert item.recovered


@pytest.mark.parametrize("cell", ["USA341619500308", "34160219500203", "E7654321", "12345678"])
def test_what_nobody_bears_goes_back_as_before(cell: str) -> None:
    reading = seen(cell, "柏秋兰")
    assert (len(faults(reading)), len(reading.evidence)) == (1, 0)


def test_a_number_never_finds_the_bearer_of_another_document() -> None:
    """Not by the digits in it, not by name and birth date."""
    for cell in (number(9, born="19500307", area="341619"), "341619500307001", "341619195003070000"):
        reading = seen(cell, "柏秋兰")
        assert not reading.evidence
        assert not reading.suggestions


# --- how they are kept -----------------------------------------------------------------------------

DOCUMENTS = st.from_regex(r"[A-Z0-9]{6,12}|[A-Z]{3}[0-9]{12}", fullmatch=True)


@given(DOCUMENTS, DOCUMENTS)
@UNHURRIED
def test_a_document_is_one_figure_and_comes_back_as_it_was(one: str, other: str) -> None:
    assert unpack(pack(one)) == one
    assert pack(number()) < FIRST <= pack(one) < 2**63
    assert (pack(one) == pack(other)) == (one == other)


def test_what_is_no_document_has_no_figure() -> None:
    with pytest.raises(ValueError, match="no document"):
        pack("A")


@pytest.mark.parametrize(
    ("text", "meant"),
    [(PERMIT, PERMIT), ("e1234-5678", PASSPORT), ("123456", "123456"), (number(), number()),
     ("", Fault.NUMBER_EMPTY), ("12345", Fault.NUMBER_LENGTH), (number()[:-1], Fault.NUMBER_LENGTH)],
)  # fmt: skip
def test_whoever_asks_about_one_person_may_name_any_document(text: str, meant: str | Fault) -> None:
    assert borne(text, ON) == meant


def test_no_document_tells_a_birth_date() -> None:
    cells = pl.DataFrame({"n": [pack(number()), pack(PERMIT), pack("123456789"), 0, None]})
    assert cells.select(birth_in(pl.col("n"))).to_series().to_list() == [19500203, None, None, None, None]
    assert kind_of(" h1234567801") is Document.TRAVEL_PERMIT
    assert plain("（E12 345-678）") == "E12345678"


def test_a_feed_declares_documents_only_where_they_may_stand() -> None:
    number_column = {"field": "number", "read": "identity_number", "documents": ["passport"]}
    columns = {name: column.model_dump(exclude_unset=True) for name, column in feed().columns.items()}
    with pytest.raises(ValueError, match="only a roster"):
        feed(columns={**columns, "身份证号码": number_column})
    with pytest.raises(ValueError, match="column of the number alone"):
        feed(columns={**columns, "备注": {"field": "remark", "read": "text", "documents": ["passport"]}})
    roster = yaml.safe_load((PACK / "roster.yaml").read_text(encoding="utf-8"))
    roster["columns"]["证件类型"]["codes"]["护照"] = "driving_licence"
    with pytest.raises(ValueError, match="documents are"):
        Feed.model_validate(roster)
    for name in ("证件类型", "出生日期"):
        del roster["columns"][name]
    del roster["columns"]["身份证号码"]["documents"]
    told = read(lines(entry(身份证号码=PERMIT), header=ROSTER), by=Feed.model_validate(roster), known=None)
    assert faults(told) == [(2, "身份证号码", "number_characters")]
