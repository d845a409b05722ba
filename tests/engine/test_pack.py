"""The packs: they load with their real feeds, and every value says where it comes from."""

import re
from pathlib import Path

import pytest

from chalicelib.model import BenefitKind
from tests.events import ALL_RULES, PACKS, RULES

FILES = [*sorted(PACKS.glob("*/policy.yaml")), *sorted(PACKS.glob("*/benefits/*.yaml"))]
SOURCE = re.compile(r"# .*\[(J|A|B|pub|choice)\]")
SAYS_ITSELF = (
    "why:",
    "authority:",
    "because:",
    "title:",
    "code:",
    "kind: monthly",
    "jurisdiction:",
    "shown_by:",
    "beside:",
)


@pytest.mark.parametrize("pack", ALL_RULES)
def test_every_benefit_stands_on_a_law_a_reviewer_and_a_first_day(pack: str) -> None:
    for benefit in ALL_RULES[pack].benefits.values():
        for version in benefit.versions:
            assert version.authority
            assert version.reviewed.date <= version.from_


@pytest.mark.parametrize("pack", ALL_RULES)
def test_every_benefit_says_who_may_draw_it(pack: str) -> None:
    """By what data can tell (a condition, who is entitled), or else in words: its authority decides."""
    for code, benefit in ALL_RULES[pack].benefits.items():
        by_data = any(version.conditions or version.entitles for version in benefit.versions)
        assert by_data or benefit.for_whom is not None, code


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_every_value_bears_its_source(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        said = line.strip().removeprefix("- ")
        is_value = ":" in said and not said.startswith("#") and not re.search(r":( *)(#.*)?$", said)
        if is_value and not said.startswith(SAYS_ITSELF):
            assert SOURCE.search(line), f"{path.name}:{number}: {said}"


@pytest.mark.parametrize(("pack", "count"), [("jining", 12), ("bozhou", 22)])
def test_the_benefits_that_the_documents_count(pack: str, count: int) -> None:
    assert len(ALL_RULES[pack].benefits) == count


def test_anhui_names_none_and_gets_what_every_city_pays() -> None:
    assert len(ALL_RULES["anhui"].benefits) >= 10


def test_a_fee_relief_can_never_be_suspended() -> None:
    reliefs = [code for code, benefit in RULES.benefits.items() if benefit.kind is BenefitKind.FEE_RELIEF]
    assert reliefs == ["outpatient_chronic"]
    assert [RULES.benefit(code).suspendable for code in reliefs] == [False]


def test_there_are_at_least_three_tiers() -> None:
    assert {tier.months for tier in RULES.policy.periods.tiers} == {12, 9, 6}
