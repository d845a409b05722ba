"""The bozhou pack: it loads with its real feeds, and every value says where it comes from."""

import re
from pathlib import Path

import pytest

from chalicelib.engine.rulebook import load_rule_book
from chalicelib.model import BenefitKind
from chalicelib.sources.feed import load_feeds
from tests.events import BOZHOU, EVENTS, RULES

PACKS = BOZHOU.parent
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


def test_the_rules_hold_with_the_real_feeds() -> None:
    feeds = load_feeds(BOZHOU / "feeds")
    events = {(feed.id, code): event for feed in feeds.values() for code, event in feed.events.items()}
    rules = load_rule_book(BOZHOU, events)
    assert set(rules.benefits) == set(RULES.benefits)
    for key, event in EVENTS.items():
        real = events[key]
        assert (real.proves, real.strength, real.trace, real.route, real.stay, real.suspicion) == (
            event.proves, event.strength, event.trace, event.route, event.stay, event.suspicion
        ), key  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parents[1].name}-{path.stem}")
def test_every_value_bears_its_source(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        said = line.strip().removeprefix("- ")
        is_value = ":" in said and not said.startswith("#") and not re.search(r":( *)(#.*)?$", said)
        if is_value and not said.startswith(SAYS_ITSELF):
            assert SOURCE.search(line), f"{path.name}:{number}: {said}"


@pytest.mark.parametrize(("pack", "count"), [("jining", 12), ("bozhou", 22)])
def test_the_benefits_that_the_documents_count(pack: str, count: int) -> None:
    assert len(list((PACKS / pack / "benefits").glob("*.yaml"))) == count


def test_a_fee_relief_can_never_be_suspended() -> None:
    reliefs = [code for code, benefit in RULES.benefits.items() if benefit.kind is BenefitKind.FEE_RELIEF]
    assert reliefs == ["outpatient_chronic"]
    assert [RULES.benefit(code).suspendable for code in reliefs] == [False]


def test_there_are_at_least_three_tiers() -> None:
    assert {tier.months for tier in RULES.policy.periods.tiers} == {12, 9, 6}
