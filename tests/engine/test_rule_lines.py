"""Lines of the rule book in words: the same on a benefit's page and on a receipt."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.rule_lines import (
    fade_line,
    lines_of,
    tier_line,
    weak_line,
    weak_months_line,
)
from chalicelib.engine.rules.policy import Tier
from chalicelib.model import KeyGroup, Reason
from tests.events import RULES
from tests.people import a_key, day

ON = day("2025-06-10")
BONAN = RULES.counties["341671"]
POLICY = RULES.policy


def by(rule: str, happened: str | None = "2025-06-01") -> Reason:
    key = a_key("hospital_inpatient/admitted", happened) if happened is not None else None
    return Reason("strong", "足以", "suffices", key, rule)


def test_a_tier_says_how_long_and_for_whom() -> None:
    asked = Tier(
        months=6,
        aged_at_least=80,
        in_key_group=(KeyGroup.BEDRIDDEN, KeyGroup.GRAVELY_ILL),
        no_strong_within_months=9,
        why="无强认证数据",
    )
    zh, en = tier_line(asked)
    assert zh == "6个月：无强认证数据"
    assert en == ("6 months (aged 80 or more, bedridden or gravely ill, no strong evidence within 9 months)")


def test_points_that_fade_say_so() -> None:
    zh, en = fade_line(POLICY.weak)
    assert zh == "从最新一条往前算，30日内的按100%计分，60日内的按50%计分，更早的不计"
    assert "50 % of its points within 60 days" in en


@pytest.mark.parametrize("rule", ["", "resident_pension/conditions/1", "old_age_allowance/excludes/2"])
def test_what_its_own_reason_says_is_not_said_twice(rule: str) -> None:
    assert lines_of([by(rule)], RULES, ON) == ()


def test_the_policys_lines_and_a_benefits_own() -> None:
    assert lines_of([by("policy/tiers/2")], RULES, ON) == (tier_line(POLICY.periods.tiers[1]),)
    weak = (weak_line(POLICY.weak), weak_months_line(POLICY))
    assert lines_of([by("policy/weak", None), by("policy/weak")], RULES, ON) == weak, "each once"
    own = RULES.benefit_on("unemployment_benefit", ON).tiers
    assert not isinstance(own, str)
    assert lines_of([by("unemployment_benefit/tiers/1")], RULES, ON) == (tier_line(own[0]),)


def test_a_countys_own_values_hold_for_what_happened_since() -> None:
    """What happened before was weighed by the city, and its line is the city's."""
    city, county = POLICY.periods.tiers[2], BONAN.policy.periods.tiers[2]
    assert (city.months, county.months) == (9, 6)
    assert lines_of([by("policy/tiers/3")], BONAN, ON) == (tier_line(county),)
    assert lines_of([by("policy/tiers/3", "2024-12-31")], BONAN, ON) == (tier_line(city),)
    assert lines_of([by("policy/weak", None)], BONAN, BONAN.since)[0] == weak_line(BONAN.policy.weak)
    assert lines_of([by("policy/weak")], replace(BONAN, since=ON), ON)[0] == weak_line(POLICY.weak)


def test_a_policy_that_bounds_weak_evidence_says_so() -> None:
    assert "不超过最近一次强认证数据或人工认证届满后12个月" in weak_months_line(POLICY)[0]
    periods = POLICY.periods.model_copy(update={"weak_alone_months": None})
    unbounded = POLICY.model_copy(update={"periods": periods})
    assert weak_months_line(unbounded)[0] == "仅凭弱认证数据组合：3个月"
