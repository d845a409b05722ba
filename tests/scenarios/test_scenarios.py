"""Every scenario of every pack comes out as its officer says, and every line of the rules is used in one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

import pytest

from chalicelib.engine.benefits import BenefitRules
from chalicelib.engine.claims import unclaimed
from chalicelib.engine.dues import amount_due, differences
from chalicelib.engine.ending import ENDED, ending
from chalicelib.engine.explain import explain
from chalicelib.engine.facts import states_on
from chalicelib.engine.money import last_month_due
from chalicelib.engine.periods import first_day, month_before
from chalicelib.engine.rulebook import RuleBook
from chalicelib.engine.suspicion import opened
from chalicelib.model import BenefitCode, Decision, Month, Outcome, PersonRecord, Proves, Strength
from tests.events import ALL_EVENTS, ALL_RULES
from tests.people import a_person, an_entitlement, some_evidence
from tests.scenarios.situations import ALL, FIRST, HERE, Tried


@pytest.mark.parametrize("tried", ALL, ids=str)
def test_scenario(tried: Tried) -> None:
    decision = tried.decide()
    for expected in tried.scenario.expect:
        code = expected.benefit or tried.benefit
        verdict = next(v for v in decision.verdicts if v.benefit == code)
        until = expected.valid_until or tried.end(expected.runs_from or tried.day, expected.by)
        found = (verdict.outcome, verdict.valid_until, verdict.route)
        assert found == (expected.outcome, until, expected.route)
        assert expected.because in {reason.code for reason in verdict.reasons}
    if tried.scenario.ends != "nothing":
        assert sorted(f.kind for f in decision.findings) == sorted(tried.scenario.findings)
    _check_ends(tried, decision)
    _check_money(tried)
    assert explain(decision, PersonRecord(tried.person, tuple(tried.drawn)), ALL_RULES[tried.pack]).zh


def _check_ends(tried: Tried, decision: Decision) -> None:
    if tried.scenario.ends is None:
        return
    rules = ALL_RULES[tried.pack]
    mine = [
        ended
        for finding in decision.findings
        for ended in ending(opened(finding, tried.day, rules.policy), tried.drawn, rules, tried.day)
        if ended.entitlement.benefit == tried.benefit
    ]
    if tried.scenario.ends == "nothing":
        assert mine == []
        return
    assert {ended.instruction for ended in mine} == {tried.scenario.ends}
    for ended in mine:
        assert ended.entitlement.status is ENDED[ended.instruction]
        assert month_before(ended.from_month) == tried.scenario.last_month


def _check_money(tried: Tried) -> None:
    rules, scenario = ALL_RULES[tried.pack], tried.scenario
    for month, fen in scenario.due.items():
        assert _due(tried, rules, Month(month)) == fen, month
    if scenario.paid:
        found = differences(
            tried.person, tried.drawn, tried.payments, tried.evidence, rules, related=tried.related
        )
        assert [difference.month for difference in found] == list(scenario.wrong)
    if scenario.unclaimed is not None:
        listed = unclaimed(tried.person, tried.drawn, tried.evidence, rules, tried.day, related=tried.related)
        assert [item.benefit for item in listed] == list(scenario.unclaimed)


def _due(tried: Tried, rules: RuleBook, month: Month) -> int | None:
    version = rules.benefit_on(BenefitCode(tried.benefit), first_day(month))
    states = states_on(tried.evidence, rules, first_day(month), related=tried.related)
    due = amount_due(tried.drawn[0], version, tried.person, states, month)
    return due.fen if due else None


# --- numbers ---------------------------------------------------------------------------------------


def test_scenarios_are_numbered_without_gaps() -> None:
    for (pack, benefit), tried in groupby(ALL, key=lambda t: (t.pack, t.benefit)):
        numbers = sorted({t.scenario.scenario for t in tried})
        assert numbers[0] in (1, 101), (pack, benefit)


def test_every_benefit_has_its_numbered_set() -> None:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for tried in ALL:
        counted[tried.pack, tried.benefit] += 1
    assert set(counted) == {(pack, code) for pack, rules in ALL_RULES.items() for code in rules.benefits}
    assert min(counted.values()) >= 29


def test_every_file_is_about_a_benefit_or_the_policy() -> None:
    for pack, rules in ALL_RULES.items():
        for path in (HERE / pack).glob("*.yaml"):
            assert path.stem == "policy" or path.stem in rules.benefits, path


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
    from chalicelib.engine.decide import decide

    decision = decide(a_person(), drawn, [item], rules, tried.day)
    (verdict,) = decision.verdicts
    assert (verdict.outcome is Outcome.STRONG) == (event.strength is Strength.STRONG)
    assert bool(verdict.evidence) == (event.strength is Strength.STRONG)
    if event.proves is Proves.LOSS:
        assert [finding.kind for finding in decision.findings] == [event.suspicion]
    elif event.proves is not Proves.EXCLUSION:
        assert decision.findings == ()


# --- every line of the rules -------------------------------------------------------------------------


def _declared(pack: str) -> Iterator[str]:
    """The lines of a pack's rules that can decide something."""
    rules = ALL_RULES[pack]
    yield from (f"policy/tiers/{n}" for n in range(1, len(rules.policy.periods.tiers) + 1))
    yield from (f"policy/weak/{row.feed}/{row.event}" for row in rules.policy.weak.points if row.points)
    for code, benefit in rules.benefits.items():
        for version in benefit.versions:
            yield from _lines(code, version)


def _lines(code: str, version: BenefitRules) -> Iterator[str]:
    for word in ("conditions", "excluded", "excludes", "together", "custody"):
        yield from (f"{code}/{word}/{n}" for n in range(1, len(getattr(version, word)) + 1))
    if not isinstance(version.tiers, str):
        yield from (f"{code}/tiers/{n}" for n in range(1, len(version.tiers) + 1))
    if not isinstance(version.amount, str):
        yield from (f"{code}/amount/{n}" for n in range(1, len(version.amount) + 1))
    if version.entitles is not None:
        yield f"{code}/entitles"
    yield f"{code}/last_month_due"


def _decisive(tried: Tried) -> Iterator[str]:
    """The lines that were decisive in a scenario."""
    rules, decision = ALL_RULES[tried.pack], tried.decide()
    for verdict in decision.verdicts:
        yield from (reason.rule for reason in verdict.reasons)
        if verdict.outcome is Outcome.WEAK:
            yield from (f"policy/weak/{key.feed}/{key.event}" for key in verdict.evidence)
    yield from (finding.reason.rule for finding in decision.findings)
    for month in tried.scenario.due:
        version = rules.benefit_on(BenefitCode(tried.benefit), first_day(Month(month)))
        states = states_on(tried.evidence, rules, first_day(Month(month)), related=tried.related)
        due = amount_due(tried.drawn[0], version, tried.person, states, Month(month))
        yield due.rule if due else ""
    if tried.scenario.unclaimed:
        yield from (f"{code}/entitles" for code in tried.scenario.unclaimed)
    yield from _ended_and_allowed(tried, decision)


def _ended_and_allowed(tried: Tried, decision: Decision) -> Iterator[str]:
    rules = ALL_RULES[tried.pack]
    version = rules.benefit_on(BenefitCode(tried.benefit), tried.day)
    if tried.scenario.ends not in (None, "nothing"):
        key = decision.findings[0].evidence
        for number, code in enumerate(version.custody, 1):
            if code.shown_by.key == (key.feed, key.event):
                yield f"{tried.benefit}/custody/{number}"
        if decision.findings[0].kind == "death":
            assert last_month_due(version, key.day) == tried.scenario.last_month
            yield f"{tried.benefit}/last_month_due"
    drawn = {entitlement.benefit for entitlement in tried.drawn}
    for number, row in enumerate(version.together, 1):
        if row.benefit in drawn and not decision.findings:
            yield f"{tried.benefit}/together/{number}"


@pytest.mark.parametrize("pack", ALL_RULES)
def test_every_line_of_the_rules_is_decisive_in_a_scenario(pack: str) -> None:
    decisive = {line for tried in ALL if tried.pack == pack for line in _decisive(tried)}
    assert sorted(set(_declared(pack)) - decisive) == []
