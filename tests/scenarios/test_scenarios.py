"""Every scenario of every pack comes out as its officer says."""

from __future__ import annotations

from collections import defaultdict

import pytest

from admin.pages.scenarios import EVERY_PACK
from chalicelib.model import FeedId, Outcome, Proves, Strength, SuspicionKind, Trace
from tests.events import ALL_EVENTS, ALL_RULES
from tests.people import a_person, an_entitlement, some_evidence
from tests.scenarios.checking import check
from tests.scenarios.situations import ALL, FIRST, HERE, WORDS, Tried, scenarios_in


@pytest.mark.parametrize("tried", ALL, ids=str)
def test_scenario(tried: Tried) -> None:
    check(tried)


# --- numbers ---------------------------------------------------------------------------------------


def test_no_number_stands_twice_in_a_file() -> None:
    for path in sorted(set(HERE.rglob("*.yaml")) - {HERE / "words.yaml", HERE / "usual.yaml"}):
        numbers = [row.scenario for row in scenarios_in(path)]
        assert sorted(set(numbers)) == sorted(numbers), path


def test_every_benefit_has_its_numbered_set() -> None:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for tried in ALL:
        counted[tried.pack, tried.benefit] += 1
    assert set(counted) == {(pack, code) for pack, rules in ALL_RULES.items() for code in rules.benefits}
    assert min(counted.values()) >= 29


def test_every_file_is_about_a_benefit_or_the_policy() -> None:
    known = {pack: {"policy", *rules.benefits} for pack, rules in ALL_RULES.items()}
    known[EVERY_PACK] = set().union(*known.values())
    for folder, names in known.items():
        for path in (HERE / folder).glob("*.yaml"):
            assert path.stem in names, path


def test_the_word_for_every_death_leaves_none_out() -> None:
    for pack, events in ALL_EVENTS.items():
        deaths = {"/".join(key) for key, event in events.items() if event.suspicion is SuspicionKind.DEATH}
        assert set(WORDS[pack]["every death"]) == deaths


def test_a_word_for_a_trace_stands_for_an_event_that_leaves_it() -> None:
    """A bill is what a household leaves: where no department sends such, no scenario speaks of one."""
    traces = {"card": Trace.OWN_CARD, "account": Trace.ACCOUNT, "bill": Trace.HOUSEHOLD}
    for pack, rules in ALL_RULES.items():
        for word, trace in traces.items():
            name = WORDS[pack].get(word)
            if isinstance(name, str):
                feed, _, event = name.partition("/")
                assert rules.events[FeedId(feed), event].trace is trace, (pack, word)
        sent = {event.trace for event in rules.events.values()}
        assert ("bill" in WORDS[pack]) is (Trace.HOUSEHOLD in sent)


# --- every event, whatever the benefit ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "name"), [(pack, "/".join(key)) for pack, events in ALL_EVENTS.items() for key in events]
)
def test_every_event_is_worth_what_its_feed_declares(pack: str, name: str) -> None:
    rules = ALL_RULES[pack]
    item = some_evidence(name, "2025-05-01")
    event = rules.events[item.key.feed, item.key.event]
    drawn = [an_entitlement(FIRST[pack])]
    tried = Tried(pack, FIRST[pack], ALL[0].scenario)
    from chalicelib.engine.certification.decide import decide

    decision = decide(a_person(), drawn, [item], rules, tried.day)
    (verdict,) = decision.verdicts
    assert (verdict.outcome is Outcome.STRONG) == (event.strength is Strength.STRONG)
    assert bool(verdict.evidence) == (event.strength is Strength.STRONG)
    if event.proves is Proves.LOSS:
        assert [finding.kind for finding in decision.findings] == [event.suspicion]
    elif event.proves is not Proves.EXCLUSION:
        assert decision.findings == ()
