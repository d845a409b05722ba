"""A county's own values: named ones, within the city's bounds, from a day on (row J4)."""

import re
import shutil
from pathlib import Path

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.rulebook import RuleBook, load_rule_book
from chalicelib.errors import DeclarationError
from chalicelib.model import AreaCode, Evidence, KeyGroup, Outcome
from tests.events import BOZHOU, EVENTS, RULES
from tests.people import a_person, an_entitlement, day, some_evidence

GUOYANG = AreaCode("341621001001")
HEAD = """area: "341621"
title: {zh: 涡阳县, en: Guoyang County}
from: 2025-01-01
authority: "涡阳县人力资源和社会保障局"
reviewed: {by: "涡阳县待遇资格认证岗", date: 2024-12-20}
values:
"""
NINE_MONTHS = "  - {set: months, tier: 1, to: 9, why: 外出务工返乡周期}\n"
SHORTER = """  - {set: weak_months, to: 2, why: 弱数据少}
  - {set: threshold, to: 120, why: 公交卡多由家人代刷}
  - {set: points, feed: gas_bills, event: paid, to: 0, why: 户名多未更新}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    copy = tmp_path / "bozhou"
    shutil.copytree(BOZHOU, copy, ignore=shutil.ignore_patterns("feeds"))
    (copy / "counties").mkdir(exist_ok=True)
    return copy


def load(pack: Path, values: str, head: str = HEAD, name: str = "341621") -> RuleBook:
    (pack / f"counties/{name}.yaml").write_text(head + values, encoding="utf-8")
    return load_rule_book(pack, EVENTS)


def until(rules: RuleBook, *evidence: Evidence, area: str = GUOYANG, on: str = "2025-06-10") -> str:
    person = a_person(area=AreaCode(area))
    (verdict,) = decide(person, [an_entitlement()], evidence, rules, day(on)).verdicts
    return verdict.valid_until.isoformat()


def test_a_county_sets_months_of_its_own_and_its_neighbour_does_not(pack: Path) -> None:
    rules = load(pack, NINE_MONTHS)
    visit = some_evidence("home_visits/seen", "2025-05-01")
    assert until(rules, visit) == "2026-01-31"
    assert until(rules, visit, area="341602001001") == "2026-04-30"
    assert rules.for_area(AreaCode("341602")) is rules
    assert rules.for_area(GUOYANG) is rules.for_area(AreaCode("341621"))


def test_what_happened_before_is_worth_what_the_city_says(pack: Path) -> None:
    """A period only rolls forward: a county that sets shorter ones takes nothing back."""
    rules = load(pack, NINE_MONTHS)
    before = some_evidence("home_visits/seen", "2024-12-31")
    on_the_day = some_evidence("home_visits/seen", "2025-01-01")
    assert until(rules, before) == "2025-12-30"
    assert until(rules, on_the_day) == "2025-09-30"
    assert until(rules, before, on_the_day) == "2025-12-30"
    assert until(rules) == "2024-12-31"


def rides(*days: str) -> list[Evidence]:
    return [some_evidence("bus_rides/ridden", happened) for happened in days]


def test_threshold_and_points_of_its_own(pack: Path) -> None:
    rules = load(pack, SHORTER)
    purchase = some_evidence("pharmacy_purchases/bought", "2025-05-24")
    gas = some_evidence("gas_bills/paid", "2025-05-24")
    assert rules.for_area(GUOYANG).policy.weak.worth[gas.key.feed, gas.key.event] == 0
    assert until(rules, *rides("2025-05-20", "2025-05-27"), purchase) == "2025-07-26"  # 120 points, 2 months
    assert until(rules, *rides("2025-05-20", "2025-05-27"), gas) == "2024-12-31"
    many = rides("2025-05-19", "2025-05-20", "2025-05-21", "2025-05-22", "2025-05-27")
    assert until(rules, *many, gas) == "2024-12-31"  # without points it is no second trace
    assert until(rules, *rides("2025-05-20", "2025-05-27"), gas, area="341602001001") == "2025-08-26"


def test_weak_items_from_before_keep_what_the_city_gave_them(pack: Path) -> None:
    rules = load(pack, SHORTER)
    old = [*rides("2024-11-20", "2024-11-27"), some_evidence("gas_bills/paid", "2024-11-24")]
    assert until(rules, *old) == "2025-02-26"
    person = a_person(area=GUOYANG)
    new = rides("2025-05-27")
    (verdict,) = decide(person, [an_entitlement()], [*old, *new], rules, day("2025-01-10")).verdicts
    assert (verdict.outcome, verdict.valid_until) == (Outcome.WEAK, day("2025-02-26"))
    assert until(rules, *old, *new) == "2025-02-26"


def test_what_is_lacking_is_told_of_the_records_that_there_are(pack: Path) -> None:
    rules = load(pack, SHORTER)
    for happened in ("2024-12-20", "2025-05-20"):
        lone = rides(happened)
        (verdict,) = decide(
            a_person(area=GUOYANG), [an_entitlement()], lone, rules, day("2025-06-10")
        ).verdicts
        assert [reason.code for reason in verdict.reasons] == ["one_trace"], happened


def test_a_decision_names_the_countys_version(pack: Path) -> None:
    rules = load(pack, NINE_MONTHS)
    decision = decide(a_person(area=GUOYANG), [an_entitlement()], [], rules, day("2025-06-10"))
    city = rules.for_area(GUOYANG).before
    assert city is not None
    assert re.fullmatch(re.escape(f"{city.version}+341621-") + "[0-9a-f]{8}", decision.rules)
    assert len({rules.version, RULES.version, city.version}) == 3
    assert load(pack, SHORTER).version != rules.version


def test_an_extra_event_for_a_benefit_with_a_list_of_its_own(pack: Path) -> None:
    benefit = pack / "benefits/veteran_subsidy.yaml"
    text = benefit.read_text(encoding="utf-8")
    listed = "recognises: {strong: [{feed: counter, event: certified}]}\n    amount: rostered"
    benefit.write_text(text.replace("amount: rostered", listed), encoding="utf-8")
    policy = pack / "policy.yaml"
    allowed = "county_may_set:\n  recognises: [{feed: travel_agency, event: travelled}]"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("county_may_set:", allowed), encoding="utf-8"
    )
    value = (
        "  - {set: recognises, benefit: veteran_subsidy, feed: travel_agency, event: travelled, why: 出行}\n"
    )
    rules = load(pack, value)
    trip = some_evidence("travel_agency/travelled", "2025-05-01")
    drawn = [an_entitlement("veteran_subsidy")]
    for area, through in ((GUOYANG, "2026-04-30"), (AreaCode("341602001001"), "2024-12-31")):
        (verdict,) = decide(a_person(area=area), drawn, [trip], rules, day("2025-06-10")).verdicts
        assert verdict.valid_until == day(through)
    for benefit_code, says in (
        ("resident_pension", "recognises everything already"),
        ("no_such", "no benefit"),
    ):
        with pytest.raises(DeclarationError, match=says):
            load(pack, value.replace("veteran_subsidy", benefit_code))
    with pytest.raises(DeclarationError, match="does not allow to recognise"):
        load(pack, value.replace("travelled", "sold"))


@pytest.mark.parametrize(
    ("values", "line", "says"),
    [
        ("  - {set: months, tier: 1, to: 2, why: x}\n", 7, "may not set months to 2: 3 to 12"),
        ("  - {set: months, tier: 1, to: 13, why: x}\n", 7, "3 to 12"),
        ("  - {set: months, tier: 9, to: 9, why: x}\n", 7, "4 tiers"),
        ("  - {set: months, to: 9, why: x}\n", 6, "months needs"),
        ("  - {set: threshold, to: 90, why: x}\n", 7, "100 to 200"),
        ("  - {set: threshold, tier: 1, to: 110, why: x}\n", 6, "threshold needs"),
        ("  - {set: points, feed: gas_bills, event: paid, to: 50, why: x}\n", 7, "0 to 49"),
        ("  - {set: points, feed: gas, event: paid, to: 10, why: x}\n", 7, "weighs no gas/paid"),
        ("  - {set: months, tier: 1, to: 9}\n", 6, "why"),
        ("  - {set: hotline, to: 9, why: x}\n", 7, "set"),
        (NINE_MONTHS + NINE_MONTHS, 1, "set twice"),
        ("  - {set: months, tier: 4, to: 3, why: x}\n  - {set: weak_months, to: 3, why: x}\n", None, ""),
    ],
)
def test_what_the_city_does_not_allow_is_refused(
    pack: Path, values: str, line: int | None, says: str
) -> None:
    if line is None:
        load(pack, values)
        return
    with pytest.raises(DeclarationError) as refused:
        load(pack, values)
    assert says in refused.value.what
    assert refused.value.where.endswith(f"341621.yaml:{line}")


def test_values_that_cannot_stand_together_are_refused(pack: Path) -> None:
    policy = pack / "policy.yaml"
    text = policy.read_text(encoding="utf-8").replace("least: 3, most: 12", "least: 2, most: 12")
    policy.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match="together these values cannot be"):
        load(pack, "  - {set: months, tier: 4, to: 2, why: x}\n")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2024-12-20", "2025-01-02", "reviewed before"),
        ('"341621"', '"341622"', "must be named 341622.yaml"),
        ('"341621"', '"3416"', "area"),
    ],
)
def test_the_head_of_a_countys_file_must_hold(pack: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(DeclarationError, match=says):
        load(pack, NINE_MONTHS, head=HEAD.replace(old, new))


def test_a_county_of_another_city_is_refused(pack: Path) -> None:
    with pytest.raises(DeclarationError, match="its codes begin 3416"):
        load(pack, NINE_MONTHS, head=HEAD.replace('"341621"', '"370811"'), name="370811")


def test_values_may_be_reviewed_on_the_very_day(pack: Path) -> None:
    assert load(pack, NINE_MONTHS, head=HEAD.replace("2024-12-20", "2025-01-01"))


def test_a_city_that_allows_nothing_allows_nothing(pack: Path) -> None:
    policy = pack / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text[: text.index("county_may_set:")], encoding="utf-8")
    with pytest.raises(DeclarationError, match="does not allow it"):
        load(pack, NINE_MONTHS)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("least: 3, most: 12", "least: 12, most: 3", "least may not be more than most"),
        ("county_may_set:", "county_may_set:\n  recognises: [{feed: nobody, event: x}]", "unknown feed"),
        (
            "county_may_set:",
            "county_may_set:\n  recognises: [{feed: cremations, event: cremated}]",
            "declared as no proof of presence",
        ),
    ],
)
def test_the_bounds_themselves_must_hold(pack: Path, old: str, new: str, says: str) -> None:
    policy = pack / "policy.yaml"
    policy.write_text(policy.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DeclarationError, match=says):
        load(pack, NINE_MONTHS)


# --- the one that the pack ships -----------------------------------------------------------------

SOME_CARDS = (
    some_evidence("bus_rides/ridden", "2025-05-20"),
    some_evidence("bus_rides/ridden", "2025-05-27"),
    some_evidence("pharmacy_purchases/bought", "2025-05-24"),
)


@pytest.mark.parametrize(
    ("evidence", "in_the_city", "in_the_county", "why"),
    [
        (SOME_CARDS[:2], "2024-12-31", "2024-12-31", "one trace"),
        (SOME_CARDS, "2025-08-26", "2025-08-26", "40 + 40 + 40 are 120"),
        (
            (*SOME_CARDS[:2], some_evidence("gas_bills/paid", "2025-05-24")),
            "2025-08-26",
            "2024-12-31",
            "40 + 40 + 20 are enough for the city's 100, and not for the county's 120",
        ),
    ],
)
def test_the_shipped_county_decides_by_its_own_values(
    evidence: tuple[Evidence, ...], in_the_city: str, in_the_county: str, why: str
) -> None:
    assert until(RULES, *evidence, area="341602001001") == in_the_city, why
    assert until(RULES, *evidence, area="341671001001") == in_the_county, why


def test_the_shipped_county_carries_the_gravely_ill_for_six_months() -> None:
    visit = some_evidence("home_visits/seen", "2025-05-01")
    for area, last in (("341602001001", "2026-01-31"), ("341671001001", "2025-10-31")):
        ill = a_person(area=AreaCode(area), key_groups=(KeyGroup.GRAVELY_ILL,))
        (verdict,) = decide(ill, [an_entitlement()], [visit], RULES, day("2025-06-10")).verdicts
        assert verdict.valid_until == day(last)
        assert verdict.reasons[0].rule == "policy/tiers/3"
