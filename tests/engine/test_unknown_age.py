"""Nobody has said when somebody was born: what asks of an age is not known, and says nothing against them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.engine.rehearsal.replay import band_of
from chalicelib.engine.rules.conditions import ConditionKind, Term
from chalicelib.engine.rules.policy import Tier
from chalicelib.model import Outcome
from chalicelib.storage.dynamodb.items import decode, encode
from tests.engine.judging import judged
from tests.events import RULES
from tests.people import PENSION, a_person, some_evidence

UNKNOWN = replace(a_person(), born=None)
ON = date(2025, 6, 30)


def test_an_age_that_nobody_knows_is_neither_reached_nor_passed() -> None:
    for word in (ConditionKind.AGED_UNDER, ConditionKind.AGED_AT_LEAST):
        term = Term(when=word, value=60)
        assert term.holds(UNKNOWN, ON) is None
        assert term.lost_on(UNKNOWN, ON, since=date(2020, 1, 1)) == (date(2020, 1, 1), None)


def test_no_tier_of_an_age_concerns_them() -> None:
    assert not Tier(months=6, aged_at_least=80, why="X").covers(UNKNOWN, ON)
    assert Tier(months=12, why="X").covers(UNKNOWN, ON)
    assert RULES.standing(UNKNOWN, ON).months == RULES.standing(a_person(), ON).months


def test_who_was_seen_is_certified_and_a_death_is_verified() -> None:
    seen = judged(some_evidence("counter/certified", "2025-06-01"), person=UNKNOWN)
    assert seen.verdict_for(PENSION).outcome is Outcome.STRONG
    died = judged(some_evidence("cremations/cremated", "2025-06-01"), person=UNKNOWN)
    assert [finding.kind for finding in died.findings] == ["death"]


def test_figures_by_age_have_a_band_of_their_own() -> None:
    assert (band_of(None), band_of(67)) == ("?", "60-69")


def test_they_are_kept_as_they_are() -> None:
    assert decode(type(UNKNOWN), encode(UNKNOWN)) == UNKNOWN
