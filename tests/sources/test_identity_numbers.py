"""Every trap of domain section 6 that concerns a single identity number."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from chalicelib.sources.people.identity_numbers import (
    born,
    canonical,
    first_fifteen,
    is_sound,
    pack,
    packed_if_clean,
    unpack,
)
from chalicelib.sources.people.matching import read_numbers
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.values.row_faults import Fault
from tests.sources.builders import ON, UNHURRIED, number

STANDARD = "11010519491231002X"  # the standard's own example
X_NUMBER = number(5)  # ends in X, see the first test
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def short(full: str) -> str:
    return full[:6] + full[8:17]


def test_an_invented_number_ends_in_x() -> None:
    assert X_NUMBER.endswith("X")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (STANDARD, "as it should be"),
        (STANDARD.translate(FULL_WIDTH), "full-width digits and X"),
        (STANDARD[:-1] + "x", "small x"),
        (STANDARD[:-1] + "х", "Cyrillic small ha"),
        (STANDARD[:-1] + "Х", "Cyrillic capital ha"),
        (STANDARD[:-1] + "\u03a7", "Greek capital chi"),
        (STANDARD[:-1] + "\u03c7", "Greek small chi"),
        (STANDARD[:-1] + "×", "multiplication sign"),
        (STANDARD[:-1] + "\u2573", "a cross drawn with lines"),
        (f" {STANDARD}\t", "blanks around"),
        ("110105 19491231 002X", "blanks inside"),
        ("\u3000" + STANDARD, "ideographic blank"),
        (STANDARD[:6] + "\u200b" + STANDARD[6:] + "\ufeff", "zero-width characters"),
        ("'" + STANDARD, "apostrophe that forces text"),
        ("’" + STANDARD, "the same, made typographic"),
        (f'="{STANDARD}"', "a formula that forces text"),
        ("110105491231002", "15 digits of the same person"),
    ],
)
def test_every_form_means_the_same_person(written: str, why: str) -> None:
    assert canonical(written, ON) == STANDARD, why


@pytest.mark.parametrize(
    ("written", "fault", "why"),
    [
        ("", Fault.NUMBER_EMPTY, "blank"),
        (" \u200b'", Fault.NUMBER_EMPTY, "only looks filled"),
        ("3.41602E+17", Fault.NUMBER_AS_FIGURE, "a spreadsheet's notation"),
        ("3.4160219500203e+17", Fault.NUMBER_AS_FIGURE, "a figure read from a workbook"),
        ("341602500203123.0", Fault.NUMBER_AS_FIGURE, "15 digits as a figure"),
        ("341602********1234", Fault.NUMBER_MASKED, "masked"),
        (STANDARD[:-1], Fault.NUMBER_LENGTH, "17 characters"),
        ("不详", Fault.NUMBER_EMPTY, "a word of nothing"),
        ("-" + STANDARD[:-1], Fault.NUMBER_CHARACTERS, "a sign is no digit"),
        ("1101051949123100٣X", Fault.NUMBER_CHARACTERS, "Arabic digits"),
        (STANDARD[:-1] + "1", Fault.NUMBER_CHECK, "one character wrong"),
        (STANDARD[:16] + "3X", Fault.NUMBER_CHECK, "one digit wrong"),
        (number(born="19500230"), Fault.NUMBER_BIRTH, "30 February"),
        (short(number(born="19500230")), Fault.NUMBER_BIRTH, "30 February, 15 digits"),
        (number(born="00000101"), Fault.NUMBER_BIRTH, "the year 0"),
        (number(born="20250701"), Fault.NUMBER_BIRTH_FUTURE, "born tomorrow"),
        (number(born="18950629"), Fault.NUMBER_BIRTH_TOO_OLD, "130 years and a day"),
    ],
)
def test_what_is_sent_back(written: str, fault: Fault, why: str) -> None:
    assert canonical(written, ON) is fault, why


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (number(born="20250630"), "born today"),
        (number(born="18950630"), "130 years old today"),
        (number(born="19480229"), "29 February of a leap year"),
        (number(area="341281"), "an abandoned region: never a reason to reject"),
        (number(area="349999"), "an unknown region"),
        (number(area="012345"), "an impossible region"),
        (number(area="370811", born="19500203"), "a region younger than the person"),
        (number(area="830000"), "a residence permit of Taiwan"),
    ],
)
def test_what_is_never_sent_back(written: str, why: str) -> None:
    assert canonical(written, ON) == written, why


def test_the_standards_example_of_1880_is_read_while_somebody_could_be_that_old() -> None:
    assert canonical("440524188001010014", date(1999, 1, 1)) == "440524188001010014"


def test_born_is_the_date_inside() -> None:
    assert born(STANDARD) == date(1949, 12, 31)


bodies = st.tuples(
    st.integers(0, 999_999), st.dates(date(1896, 1, 1), date(2025, 6, 30)), st.integers(0, 999)
).map(lambda parts: f"{parts[0]:06d}{parts[1]:%Y%m%d}{parts[2]:03d}")
numbers = bodies.map(lambda body: body + mod_11_2.calc_check_digit(body))


@UNHURRIED
@given(numbers, st.sampled_from([" ", "\u200b", "'", "\u3000", "\u00a0", ""]), st.booleans())
def test_reading_what_was_written_gives_the_number(full: str, noise: str, wide: bool) -> None:
    written = noise + (full.translate(FULL_WIDTH) if wide else full) + noise.replace("'", "")
    assert canonical(written, ON) == full


@UNHURRIED
@given(numbers)
def test_packing_and_unpacking_gives_the_number(full: str) -> None:
    packed = pack(full)
    assert unpack(packed) == full
    assert packed < 2**63


@UNHURRIED
@given(
    st.lists(numbers | st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True) | st.text(max_size=20), min_size=1)
)
def test_the_column_judges_like_the_cell(cells: list[str]) -> None:
    packed = packed_if_clean(pl.Series(cells, dtype=pl.String))
    sound = is_sound(packed, ON).fill_null(False)
    for cell, value, credible in zip(cells, packed.to_list(), sound.to_list(), strict=True):
        slow = canonical(cell, ON)
        if value is not None:
            assert unpack(value) == cell
            assert credible == (slow == cell)
        else:
            assert isinstance(slow, Fault) or slow != cell or cell.startswith("0")


@UNHURRIED
@given(st.dates(date(1890, 1, 1), date(2030, 1, 1)), st.integers(0, 999))
def test_the_column_knows_the_calendar(day: date, sequence: int) -> None:
    full = number(sequence, f"{day:%Y%m%d}")
    assert is_sound(pl.Series([pack(full)]), ON)[0] == (canonical(full, ON) == full)


@pytest.mark.parametrize("birth", ["19000229", "20000229", "19500229", "19501301", "19500431", "00010101"])
def test_days_that_only_some_years_have(birth: str) -> None:
    full = number(born=birth)
    assert is_sound(pl.Series([pack(full)]), ON)[0] == (canonical(full, ON) == full)


SPOILS = (
    lambda n: n,
    short,
    lambda n: n.translate(FULL_WIDTH),
    lambda n: n.lower(),
    lambda n: n[:16] + str((int(n[16]) + 1) % 10) + n[17:],
    lambda n: n[:15] + "000",
    lambda n: n[:10] + "A" + n[11:],
    lambda n: n[:6] + "********" + n[14:],
    lambda n: f"{n[0]}.{n[1:15]}E+17",
    lambda n: f"{n[0]}.{n[1:6]}E+17",
    lambda n: n[:17],
    lambda n: "0" + n[1:],
    lambda n: "0" + short(n)[1:],
    lambda n: n[:6] + "1885" + n[10:],
    lambda n: n[:17] + "✕",
    lambda n: n[:17] + "\u03a7",
    lambda n: n[:17] + "\u2573",
)
NOISE = st.sampled_from(["", " ", "'", "\u3000", "\u00a0", "\u200b", "\ufeff", "’", "\x1c", "' '", "+", '="'])
dirty = st.builds(
    lambda full, spoil, before, after: before + spoil(full) + after,
    numbers, st.sampled_from(SPOILS), NOISE, NOISE,
)  # fmt: skip


@UNHURRIED
@given(
    st.lists(dirty | bodies.map(lambda body: body + "X") | st.text(max_size=19), max_size=20), st.booleans()
)
@example(
    [
        "",
        "+",
        ".",
        "null.",
        "+null",
        "+*",
        "×",
        "'",
        "' '" + STANDARD,
        "''",
        "1e5",
        "1.",
        "x",
        "000000000000000",
        "1" * 15,
        "1" * 18,
    ],
    False,
)
def test_the_column_reads_like_the_cell(cells: list[str | None], damaged: bool) -> None:
    packed, faults = read_numbers(pl.Series(cells, dtype=pl.String), ON, damaged=damaged)
    for sent, value, fault in zip(cells, packed.to_list(), faults.to_list(), strict=True):
        cell = sent or ""
        number, fifteen = canonical(cell, ON), first_fifteen(cell)
        if fifteen is not None and (damaged or isinstance(number, Fault)):
            number = Fault.NUMBER_CUT if damaged or number is not Fault.NUMBER_AS_FIGURE else number
        assert fault == (number if isinstance(number, Fault) else None), cell
        assert value == (None if isinstance(number, Fault) else pack(number)), cell


def test_everybody_is_found_among_many_and_nobody_else() -> None:
    bodies = pl.int_range(5_000, eager=True) * 11_003 + pack(STANDARD)
    index = RosterIndex(pl.DataFrame({"number": bodies, "person": bodies.cast(pl.String)}))
    asked = pl.concat([bodies, bodies + 1, pl.Series([None], dtype=pl.Int64)])
    places, people = index.people_of(asked)
    assert places.to_list() == list(range(5_000))
    assert people.to_list() == [str(body) for body in bodies]
    assert index.people_of(bodies + 1)[0].is_empty()
    assert RosterIndex.of({}).people_of(asked)[0].is_empty()
