"""Every line of the rules, down to a word of a list and either side of a figure, decides in a scenario."""

import pytest

from tests.events import ALL_RULES
from tests.scenarios.lines import decisive, declared
from tests.scenarios.situations import ALL


@pytest.mark.parametrize("pack", ALL_RULES)
def test_every_line_of_the_rules_is_decisive_in_a_scenario(pack: str) -> None:
    stood_at = {line for tried in ALL if tried.pack == pack for line in decisive(tried)}
    assert sorted(set(declared(pack)) - stood_at) == []
