"""What a list says again: when the first word stands for it, and when it must be written all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.certification.lazy_renewal import changes_a_word, said_anew, worth_writing
from chalicelib.model import BenefitCode, Evidence
from tests.events import ALL_RULES, RULES
from tests.people import a_person, an_entitlement, day, some_evidence

ON: Final = day("2025-07-01")
CERTIFICATE: Final = "disability_certificates/valid"
POOR: Final = "low_income/listed"
HOME: Final = "care_home/resident"
PENSION: Final = frozenset({BenefitCode("resident_pension")})
LIVING: Final = frozenset({BenefitCode("disability_living_subsidy")})


def listed(what: str, ago: int, **facts: str) -> Evidence:
    return some_evidence(what, ON - timedelta(days=ago), **facts)


def days_written(*items: Evidence, known: tuple[Evidence, ...] = (), stays: bool = True) -> list[int]:
    return [(ON - i.key.day).days for i in said_anew(items, known, RULES, PENSION, stays=stays)]


AGAIN = [
    (CERTIFICATE, 180, False, "half a year later the first word still holds"),
    (CERTIFICATE, 181, True, "then it is said once more, long before the first is too old to be kept"),
    (POOR, 30, False, "nobody asks of a pension how old that word is"),
    (HOME, 90, False, "a list of residents, for half of the days for which a stay is believed"),
    (HOME, 91, True, "long before the stay is believed to be over"),
    (
        "hospital_inpatient/admitted",
        30,
        True,
        "another admission is another stay: its feed tells of departures",
    ),
    ("marriage_registration/married", 30, True, "presence, and another wedding"),
    ("custody/sentence", 30, True, "what speaks against somebody is never a repetition"),
    ("travel_agency/travelled", 30, True, "plain presence: `newest` says which of it counts"),
    ("nobody/declared", 30, True, "nobody knows what it is"),
]


@pytest.mark.parametrize(("what", "later", "is_written", "why"), AGAIN)
def test_what_is_said_again(what: str, later: int, is_written: bool, why: str) -> None:
    first = listed(what, later)
    assert bool(days_written(listed(what, 0), known=(first,))) is is_written, why
    assert days_written(first, listed(what, 0)) == [later, *([0] if is_written else [])], "all at once"


def test_who_draws_what_asks_for_its_age_has_each_word_written() -> None:
    first, again = listed(POOR, 30), listed(POOR, 0)
    assert said_anew([again], [first], RULES, PENSION | LIVING, stays=True) == (again,)


def test_whoever_is_looked_at_before_a_suspension_has_the_last_list_of_residents() -> None:
    assert days_written(listed(HOME, 0), known=(listed(HOME, 30),), stays=False) == [0]


@pytest.mark.parametrize(
    "otherwise", [{"grade": "grade_2"}, {"grade": "grade_1", "until": "2026-01-01"}, {"name": "another"}]
)
def test_what_says_otherwise_is_written_and_so_is_what_returns_to_the_first(
    otherwise: dict[str, str],
) -> None:
    first = listed(CERTIFICATE, 90, grade="grade_1")
    found = [listed(CERTIFICATE, 60, **otherwise), listed(CERTIFICATE, 30, grade="grade_1")]
    assert days_written(*found, known=(first,)) == [60, 30]


def test_a_damaged_number_is_not_the_same_word() -> None:
    recovered = replace(listed(CERTIFICATE, 30), recovered=True)
    assert days_written(listed(CERTIFICATE, 0), known=(recovered,)) == [0]


def test_a_word_repeats_what_stands_before_it_not_behind() -> None:
    later = listed(CERTIFICATE, 0)
    assert days_written(listed(CERTIFICATE, 30), known=(later,)) == [30]


CHANGES = [
    (CERTIFICATE, 30, {"grade": "grade_2"}, True, "what repeats the first may wait in the lake"),
    (CERTIFICATE, 30, {}, False, "it says the same: whatever waits does, too"),
    (CERTIFICATE, -30, {"grade": "grade_2"}, False, "nothing that repeats a later word is older than that"),
    (
        HOME,
        30,
        {"until": "2025-08-01"},
        False,
        "residents are looked up in the lake before anything happens to them",
    ),
    ("travel_agency/travelled", 30, {"until": "2025-08-01"}, False, "no state"),
]


@pytest.mark.parametrize(("what", "ago", "facts", "asks", "why"), CHANGES)
def test_whether_the_lake_is_asked(what: str, ago: int, facts: dict[str, str], asks: bool, why: str) -> None:
    assert changes_a_word([listed(what, 0, **facts)], [listed(what, ago), listed(POOR, 20)], RULES) is asks, (
        why
    )


def test_of_a_state_that_is_new_the_lake_is_not_asked() -> None:
    assert not changes_a_word([listed(CERTIFICATE, 0)], [listed(POOR, 30)], RULES)


def test_what_the_lake_repeats_is_not_written_beside_the_first_word() -> None:
    found = [listed(CERTIFICATE, ago) for ago in (60, 30, 0)]
    decision = decide(a_person(), [an_entitlement()], found, RULES, ON)
    assert worth_writing(found, [], decision, RULES, PENSION, awaited=True) == (found[0],)


# --- the same decision without what is repeated -----------------------------------------------------

WORDS = st.lists(
    st.tuples(
        st.sampled_from([CERTIFICATE, POOR, "disability_appraisal/appraised"]),
        st.integers(0, 500),
        st.sampled_from([{}, {"grade": "grade_1"}, {"grade": "grade_4"}, {"category": "marginal"}]),
        st.sampled_from([None, 30, -100]),
    ),
    max_size=12,
)
DRAWN = ("resident_pension", "disability_living_subsidy", "disability_care_subsidy", "destitute_support")


@pytest.mark.parametrize("pack", ALL_RULES)
@given(words=WORDS, drawn=st.sets(st.sampled_from(DRAWN), min_size=1), ago=st.integers(0, 400))
def test_every_day_is_decided_as_if_each_word_were_written(
    pack: str,
    words: list[tuple[str, int, dict[str, str], int | None]],
    drawn: set[str],
    ago: int,
) -> None:
    """Whatever a list says when, and on whichever day it is asked: who may draw what is the same."""
    rules = ALL_RULES[pack]
    ends = {
        days: {} if days is None else {"until": str(ON - timedelta(days=days))} for days in (None, 30, -100)
    }
    every = {
        i.key: i for i in (listed(what, day, **facts, **ends[until]) for what, day, facts, until in words)
    }
    listens = drawn & rules.benefits.keys()
    entitlements = [an_entitlement(code) for code in sorted(listens)]
    some = said_anew(every.values(), [], rules, {e.benefit for e in entitlements}, stays=True)
    on = ON - timedelta(days=ago)
    whole, less = (decide(a_person(), entitlements, list(e), rules, on) for e in (every.values(), some))
    assert [(v.benefit, v.outcome, v.valid_until) for v in whole.verdicts] == [
        (v.benefit, v.outcome, v.valid_until) for v in less.verdicts
    ]
    assert [(f.kind, f.benefit, f.reason.code) for f in whole.findings] == [
        (f.kind, f.benefit, f.reason.code) for f in less.findings
    ]
