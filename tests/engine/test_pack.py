"""The bozhou pack: it loads with its real feeds, and every value says where it comes from."""

import re
from pathlib import Path

import pytest

from chalicelib.engine.rulebook import load_rule_book
from chalicelib.model import BenefitKind
from chalicelib.sources.feed import load_feeds
from tests.events import BOZHOU, EVENTS, RULES

FILES = [BOZHOU / "policy.yaml", *sorted((BOZHOU / "benefits").glob("*.yaml"))]
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


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_value_bears_its_source(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        said = line.strip().removeprefix("- ")
        is_value = ":" in said and not said.startswith("#") and not re.search(r":( *)(#.*)?$", said)
        if is_value and not said.startswith(SAYS_ITSELF):
            assert SOURCE.search(line), f"{path.name}:{number}: {said}"


def test_six_benefits_of_five_authorities_one_of_them_a_fee_relief() -> None:
    assert len(RULES.benefits) == 6
    assert len({benefit.run_by for benefit in RULES.benefits.values()}) == 5
    reliefs = [code for code, benefit in RULES.benefits.items() if benefit.kind is BenefitKind.FEE_RELIEF]
    assert reliefs == ["outpatient_chronic"]
    assert [RULES.benefit(code).suspendable for code in reliefs] == [False]


def test_there_are_at_least_three_tiers() -> None:
    assert {tier.months for tier in RULES.policy.periods.tiers} == {12, 9, 6}
