"""What an officer may write in a figure: each has a least and most have a greatest; words are never empty."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from chalicelib.declarations import Declaration
from chalicelib.engine.rules import (
    amounts,
    benefits,
    case_times,
    conditions,
    counties,
    limits,
    money_policy,
    policy,
    recheck_policy,
    suspicion_policy,
)

DAYS = (1, 400)
DAY_OF_MONTH = (1, 28)  # every month has it
FIGURES: list[tuple[type[Declaration], str, int, int | None]] = [
    (amounts.Band, "fen", 1, 10_000_000),
    (benefits.BenefitRules, "cutoff_day", *DAY_OF_MONTH),
    (conditions.Term, "within_months", 1, 120),
    (counties.CountyValue, "tier", 1, None),
    (policy.Bounds, "least", 0, None),
    (policy.Bounds, "most", 0, None),
    (policy.Fade, "within_days", *DAYS),
    (policy.Fade, "percent", 0, 100),
    (policy.LazyRenewal, "days_before_end", *DAYS),
    (limits.Limit, "number", 1, None),
    (limits.Limit, "percent", 0, 100),
    (limits.Limits, "days", *DAYS),
    (money_policy.MoneyTerms, "most_instalments", 2, 120),
    (money_policy.MoneyTerms, "months_on_one_word", 0, 12),
    (recheck_policy.Rechecks, "worst_percent", 1, 50),  # any above 0
    (recheck_policy.Rechecks, "silent_worst_percent", 1, 50),
    (recheck_policy.Rechecks, "confidence_percent", 50, 99),  # any below 100
    (recheck_policy.Rechecks, "silent_confidence_percent", 50, 99),
    (recheck_policy.Rechecks, "silent_most_percent", 0, 100),
    (recheck_policy.Rechecks, "people_per_device", 1, None),
    (policy.MessagePolicy, "most_characters", 20, 70),
    (policy.MessagePolicy, "quiet_from", 0, 23),
    (policy.MessagePolicy, "quiet_until", 0, 23),
    (policy.MessagePolicy, "per_person_and_day", 1, None),
    (policy.MessagePolicy, "per_phone_and_day", 1, None),
    (policy.MessagePolicy, "certified_every_months", 1, None),
    (policy.Periods, "weak_months", 1, 12),
    (policy.Periods, "weak_alone_months", 1, 12),
    (policy.Policy, "objection_working_days", *DAYS),
    (policy.Policy, "recovery_working_days", *DAYS),
    (policy.Policy, "pay_runs_until_listed", 1, None),
    (policy.Policy, "results_day", *DAY_OF_MONTH),
    (case_times.Reminder, "days_before", *DAYS),
    (policy.Stay, "assumed_days", *DAYS),
    (limits.SuspensionLimit, "number", 1, None),
    (limits.SuspensionLimit, "times", 1, 10),
    (limits.SuspensionLimit, "months", 1, 24),
    (case_times.SuspensionPolicy, "list_day", *DAY_OF_MONTH),
    (case_times.SuspensionPolicy, "list_open_days", 1, 8),
    (case_times.SuspensionPolicy, "look_again_days", *DAYS),
    (suspicion_policy.Suspicions, "oldest_years", 120, 150),
    (suspicion_policy.Suspicions, "reversal", *DAYS),
    (suspicion_policy.Suspicions, "two_numbers", *DAYS),
    (suspicion_policy.Suspicions, "unlisted", *DAYS),
    (policy.Tier, "months", 1, 12),
    (policy.Tier, "no_strong_within_months", 1, 12),
    (policy.Tier, "aged_at_least", 0, 130),
    (case_times.Timeline, "window_days", *DAYS),
    (case_times.Visits, "first_within_days", *DAYS),
    (case_times.Timeline, "window_part", 1, 12),
    (case_times.Visits, "third_after_days", *DAYS),
    (case_times.Visits, "evening_from", 0, 23),
    (case_times.Visits, "word_holds_days", *DAYS),
    (case_times.Visits, "words_hold_months", 1, 12),
    (policy.WeakPoints, "points", 0, 1000),
    (policy.WeakRules, "threshold", 1, None),
]
WORDS: list[tuple[type[Declaration], str]] = [
    (benefits.BenefitRules, "authority"),
    (benefits.CustodyCode, "authority"),
    (benefits.Entitles, "authority"),
    (benefits.Excludes, "authority"),
    (benefits.Recovery, "authority"),
    (benefits.Together, "authority"),
    (conditions.Clause, "authority"),
    (counties.County, "authority"),
    (counties.CountyValue, "why"),
    (policy.Policy, "authority"),
    (case_times.Reminder, "why"),
    (policy.Reviewed, "by"),
    (policy.Sentence, "zh"),
    (policy.Sentence, "en"),
    (policy.Stay, "why"),
    (policy.Tier, "why"),
]
EVERYBODY = policy.Tier(months=12, why="everybody")
AGED = conditions.Term(when=conditions.ConditionKind.AGED_AT_LEAST, value=60)
LISTS: list[tuple[type[Declaration], str, Any]] = [
    (benefits.BenefitRules, "amount", amounts.Band(fen=1)),
    (benefits.Entitles, "where", AGED),
    (benefits.Recovery, "offset", benefits.Offset.FUNERAL_GRANT),
    (policy.Periods, "tiers", EVERYBODY),
    (policy.WeakRules, "fade", policy.Fade(within_days=1, percent=100)),
]


def may_be(declaration: type[Declaration], name: str, value: object) -> bool:
    """Whether a field may have a value, whatever the others say."""
    field = declaration.model_fields[name]
    kind = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("declaration", "name", "least", "greatest"), FIGURES)
def test_a_figure_lies_within_its_limits(
    declaration: type[Declaration], name: str, least: int, greatest: int | None
) -> None:
    assert may_be(declaration, name, least)
    assert not may_be(declaration, name, least - 1)
    assert may_be(declaration, name, greatest or 10**9)
    assert greatest is None or not may_be(declaration, name, greatest + 1)


@pytest.mark.parametrize(("declaration", "name"), WORDS)
def test_a_reason_may_be_short_but_not_empty(declaration: type[Declaration], name: str) -> None:
    assert may_be(declaration, name, "A")
    assert not may_be(declaration, name, "")


@pytest.mark.parametrize(("declaration", "name", "one"), LISTS)
def test_one_is_enough_and_none_is_not(declaration: type[Declaration], name: str, one: object) -> None:
    assert may_be(declaration, name, (one,))
    assert not may_be(declaration, name, ())


@pytest.mark.parametrize(
    ("average", "paid", "most", "why"),
    [
        (100.0, None, 10, "nobody has counted those paid"),
        (0.0, 100_000, 10, "no month behind it"),
        (6.0, 100_000, 10, "nine are fewer than ten"),
        (8.0, 100_000, 12, "half as many again"),
        (7.7, 100_000, 11, "11.55: no twelfth"),
        (400.0, 100_000, 500, "half a percent of those paid"),
        (400.0, 2_000, 10, "a town"),
    ],
)
def test_the_most_that_a_month_suspends(average: float, paid: int | None, most: int, why: str) -> None:
    assert limits.Limits().suspensions.most(average, paid) == most, why


@pytest.mark.parametrize(
    ("count", "of", "exceeded", "why"),
    [
        (10, 100, False, "the number itself"),
        (11, 100, True, "one more, and more than the share"),
        (20, 1_000, False, "the share itself"),
        (21, 1_000, True, "one more than the share"),
    ],
)
def test_what_one_file_may_cause(count: int, of: int, exceeded: bool, why: str) -> None:
    """Ten people, or two in a hundred if that is more."""
    assert limits.Limit(number=10, percent=2).is_exceeded(count, of) is exceeded, why


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        (
            limits.RosterLimits,
            {"ends": (10, 20), "phones": (10, 20), "payees": (10, 5), "amounts": (10, 20), "areas": (10, 10)},
        ),
        (
            limits.Limits,
            {"wrong_amounts": (10, 2), "deaths": (10, 2), "withdrawals": (10, 2), "revivals": (3, 0.05)},
        ),
    ],
    ids=["rosters", "files"],
)
def test_where_a_pack_says_nothing_these_limits_hold(
    declaration: type[Declaration], said: dict[str, tuple[int, float]]
) -> None:
    for name, (number, percent) in said.items():
        assert declaration.model_fields[name].default == limits.Limit(number=number, percent=percent), name


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        (
            suspicion_policy.Suspicions,
            {
                "two_numbers": 20,
                "unlisted": 10,
                "reversal": 1,
                "renewal_days": 90,
                "restart": 5,
                "upcoming": 20,
            },
        ),
        (case_times.Visits, {"third_after_days": 3, "evening_from": 18, "word_holds_days": 60}),
        (
            money_policy.MoneyTerms,
            {"hearing_working_days": 10, "most_instalments": 36, "months_on_one_word": 3},
        ),
    ],
    ids=["suspicions", "visits", "money"],
)
def test_where_a_pack_says_nothing_these_terms_hold(
    declaration: type[Declaration], said: dict[str, int]
) -> None:
    assert {name: declaration.model_fields[name].default for name in said} == said
