"""A period only rolls forward: a change of the policy takes nothing back from what happened before it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook, load_rule_book
from chalicelib.errors import DeclarationError
from chalicelib.model import AreaCode, BenefitCode, Evidence
from tests.engine.versions import CHANGED, FIRST, LONGER, SHORTER, STRICTER, changed
from tests.events import BOZHOU, EVENTS, RULES
from tests.people import a_person, an_entitlement, day, some_evidence
from tests.spelled_out import spell_out


def until(rules: RuleBook, *evidence: Evidence, on: str = "2025-06-30", area: str = "341602001001") -> str:
    drawn = [an_entitlement(certified_until=date(2024, 1, 31))]
    decision = decide(a_person("1950-03-01", area=AreaCode(area)), drawn, evidence, rules, day(on))
    return decision.verdicts[0].valid_until.isoformat()


def visit(happened: str) -> Evidence:
    return some_evidence("home_visits/seen", happened)


def weak(*days: str) -> list[Evidence]:
    rides = [some_evidence("bus_rides/ridden", happened) for happened in days[:-1]]
    return [*rides, some_evidence("gas_bills/paid", days[-1])]


def test_what_was_seen_before_shorter_periods_keeps_its_own() -> None:
    assert until(RULES, visit("2024-08-31")) == "2025-08-30"
    assert until(STRICTER, visit("2024-08-31")) == "2025-08-30"
    assert until(STRICTER, visit("2024-09-01")) == "2025-05-31"
    assert until(STRICTER, visit("2024-08-31"), visit("2024-09-01")) == "2025-08-30"
    assert until(STRICTER, visit("2024-08-31"), visit("2024-12-15")) == "2025-09-14"


def test_without_the_version_before_everything_would_be_taken_back() -> None:
    rules = changed({**FIRST, **_newest(STRICTER.policy)})
    assert until(rules, visit("2024-08-31")) == "2025-05-30"


def _newest(policy: Policy) -> dict[str, object]:
    return policy.model_dump(by_alias=True, include={"from_", "periods", "weak"})


def test_of_three_versions_each_day_has_its_own() -> None:
    assert until(CHANGED, visit("2024-08-31")) == "2025-08-30"
    assert until(CHANGED, visit("2025-02-28")) == "2025-11-27"
    assert until(CHANGED, visit("2024-03-01"), visit("2025-03-01")) == "2026-02-28"
    assert [CHANGED.weighing(d).since for d in (date.min, SHORTER, LONGER)] == [date.min, SHORTER, LONGER]


def test_what_was_seen_under_the_version_before_is_history_too() -> None:
    """Only who showed no strong evidence in the twelve months before has the shorter tier."""
    assert until(CHANGED, visit("2025-03-02")) == "2025-09-01"
    assert until(CHANGED, visit("2024-03-02"), visit("2025-03-02")) == "2026-03-01"


def test_weak_items_from_before_keep_what_they_gave_together() -> None:
    old = weak("2024-08-20", "2024-08-27", "2024-08-24")
    assert until(STRICTER, *old, on="2024-09-10") == "2024-11-26"
    new = weak("2024-09-20", "2024-09-27", "2024-09-24")
    assert until(STRICTER, *new, on="2024-10-10") == "2024-01-31", "100 points, and 120 are asked for"
    assert until(STRICTER, *old, *new[:1], on="2024-10-10") == "2024-11-26"


def test_a_combination_is_weighed_by_the_rules_of_its_newest_item() -> None:
    across = weak("2024-08-20", "2024-08-27", "2024-09-01", "2024-08-24")
    assert until(STRICTER, *across, on="2024-09-10") == "2024-11-26"  # two months, and three from 27 August
    three = [*across, some_evidence("bus_rides/ridden", "2024-09-02")]
    assert until(STRICTER, *three, on="2024-09-10") == "2024-11-26"
    assert (
        until(CHANGED, *weak("2025-02-20", "2025-02-27", "2025-02-24"), visit("2023-03-01")) == "2024-02-29"
    )


def test_a_new_recipient_starts_by_the_rules_of_the_first_day() -> None:
    person, code = a_person("1950-03-01"), BenefitCode("resident_pension")
    assert STRICTER.first_until(person, code, date(2024, 8, 31)) == date(2025, 8, 30)
    assert STRICTER.first_until(person, code, date(2024, 9, 1)) == date(2025, 5, 31)


def test_versions_of_a_policy_stand_in_order() -> None:
    with pytest.raises(ValueError, match="in the order"):
        changed({**FIRST, "from": LONGER}, {**FIRST, "from": SHORTER})


def test_a_rehearsal_takes_the_newest_words_as_if_they_had_always_held() -> None:
    assert until(STRICTER.as_if_always(), visit("2024-08-31")) == "2025-05-30"
    always = RULES.as_if_always()
    assert {len(benefit.versions) for benefit in always.benefits.values()} == {1}
    ill = always.for_area(AreaCode("341671001001"))
    assert (ill.before, ill.policy.weak.threshold) == (None, 120)


# --- counties ------------------------------------------------------------------------------------

COUNTY = """area: "341621"
title: {zh: 涡阳县, en: Guoyang County}
from: 2025-01-01
authority: "涡阳县人力资源和社会保障局"
reviewed: {by: "涡阳县待遇资格认证岗", date: 2024-12-20}
values:
  - {set: months, tier: 1, to: 6, why: 外出务工返乡周期}
earlier:
  - from: 2024-10-01
    authority: "涡阳县人力资源和社会保障局"
    reviewed: {by: "涡阳县待遇资格认证岗", date: 2024-09-20}
    values:
      - {set: months, tier: 1, to: 10, why: 外出务工返乡周期}
"""
GUOYANG = "341621001001"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    copy = tmp_path / "bozhou"
    shutil.copytree(BOZHOU, copy, ignore=shutil.ignore_patterns("feeds"))
    spell_out(copy, RULES)  # so that the policy may be written anew
    return copy


def load(pack: Path, county: str = COUNTY, policy: Policy = STRICTER.policy) -> RuleBook:
    (pack / "counties/341621.yaml").write_text(county, encoding="utf-8")
    (pack / "policy.yaml").write_text(policy.model_dump_json(by_alias=True), encoding="utf-8")
    return load_rule_book(pack, EVENTS)


@pytest.mark.parametrize(
    ("happened", "through", "why"),
    [
        ("2024-08-31", "2025-08-30", "the city's twelve months"),
        ("2024-09-30", "2025-06-29", "the city's nine"),
        ("2024-10-01", "2025-07-31", "the county's ten"),
        ("2024-12-31", "2025-10-30", "the county's ten"),
        ("2025-01-01", "2025-06-30", "the county's six"),
    ],
)
def test_versions_of_city_and_county_follow_each_other(
    pack: Path, happened: str, through: str, why: str
) -> None:
    assert until(load(pack), visit(happened), area=GUOYANG) == through, why


def test_a_change_of_the_city_leaves_a_county_its_own_values(pack: Path) -> None:
    county = (
        COUNTY[: COUNTY.index("earlier:")]
        .replace("2025-01-01", "2024-06-01")
        .replace("2024-12-20", "2024-05-20")
    )
    rules = load(pack, county.replace("set: months, tier: 1, to: 6", "set: threshold, to: 130"))
    book = rules.for_area(AreaCode(GUOYANG))
    assert [
        book.weighing(day(d)).policy.weak.threshold for d in ("2024-05-31", "2024-06-01", "2024-09-01")
    ] == [
        100,
        130,
        130,
    ]
    assert until(rules, visit("2024-08-31"), area=GUOYANG) == "2025-08-30"
    assert until(rules, visit("2024-09-01"), area=GUOYANG) == "2025-05-31"


def test_a_county_that_sets_nothing_any_more(pack: Path) -> None:
    own = "values:\n  - {set: months, tier: 1, to: 6, why: 外出务工返乡周期}\n"
    rules = load(pack, COUNTY.replace(own, ""))
    assert until(rules, visit("2024-12-31"), area=GUOYANG) == "2025-10-30"
    assert until(rules, visit("2025-01-01"), area=GUOYANG) == "2025-09-30"
    with pytest.raises(DeclarationError, match="say at least one"):
        load(pack, COUNTY[: COUNTY.index("values:")])


def test_a_county_says_anew_whom_a_tier_concerns(pack: Path) -> None:
    words = STRICTER.policy.model_dump(mode="json", by_alias=True)
    words["periods"]["tiers"] = list(reversed(words["periods"]["tiers"]))
    county = (
        COUNTY[: COUNTY.index("earlier:")]
        .replace("2025-01-01", "2024-06-01")
        .replace("2024-12-20", "2024-05-20")
    )
    with pytest.raises(DeclarationError, match="concerns others from 2024-09-01 on"):
        load(pack, county, Policy.model_validate(words))


def test_versions_of_a_county_stand_in_order(pack: Path) -> None:
    with pytest.raises(DeclarationError, match="in the order"):
        load(pack, COUNTY.replace("2024-10-01", "2025-10-01"))
    with pytest.raises(DeclarationError, match=r"341621.yaml:13: no benefit"):
        load(
            pack,
            COUNTY.replace(
                "set: months, tier: 1, to: 10", "set: recognises, benefit: x, feed: counter, event: certified"
            ),
        )
