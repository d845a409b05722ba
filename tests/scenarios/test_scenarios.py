"""Numbered situations in officers' words (*.yaml here), each decided by the bozhou rules.

A file holds `about` and `scenarios`. A scenario names the day, the person, what they draw, what
departments sent, and what is expected of it; everything not named is as in `tests/people.py`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest
from pydantic import Field

from chalicelib.declarations import Declaration, read_declaration
from chalicelib.engine.decide import decide
from chalicelib.engine.explain import explain
from chalicelib.model import EntitlementStatus, Evidence, EvidenceKey, KeyGroup, Outcome, Route, SuspicionKind
from tests.events import EVENTS, RULES
from tests.people import a_key, a_person, an_entitlement, some_evidence

HERE: Final = Path(__file__).parent


class Who(Declaration):
    """The person of a scenario."""

    born: date = date(1958, 3, 1)
    key_groups: tuple[KeyGroup, ...] = ()
    deceased_on: date | None = None


class Drawn(Declaration):
    """One benefit that the person draws."""

    benefit: str = "resident_pension"
    certified_until: date = date(2024, 12, 31)
    since: date = date(2018, 4, 1)
    status: EntitlementStatus = EntitlementStatus.ACTIVE


class Sent(Declaration):
    """One record about the person: "feed/event", the day it happened, the end of a state."""

    what: str
    happened: date
    until: date | None = None

    def evidence(self) -> Evidence:
        facts = {"until": self.until.isoformat()} if self.until else {}
        return some_evidence(self.what, self.happened, **facts)

    def key(self) -> EvidenceKey:
        return a_key(self.what, self.happened)


class Expected(Declaration):
    """What must come out for one benefit; `because` is the code of a reason that must be among them."""

    benefit: str = "resident_pension"
    outcome: Outcome
    valid_until: date
    route: Route | None = None
    because: str


class Scenario(Declaration):
    """One situation."""

    scenario: int
    title: str = Field(min_length=6)
    rule: str
    day: date
    person: Who = Who()
    draws: tuple[Drawn, ...] = (Drawn(),)
    evidence: tuple[Sent, ...] = ()
    refuted: tuple[Sent, ...] = ()
    expect: tuple[Expected, ...] = Field(min_length=1)
    findings: tuple[SuspicionKind, ...] = ()


class Scenarios(Declaration):
    """One file."""

    about: str
    scenarios: tuple[Scenario, ...]


FILES: Final = sorted(HERE.glob("*.yaml"))
ALL: Final = [scenario for path in FILES for scenario in read_declaration(path, Scenarios).scenarios]


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: f"{s.scenario}-{s.title}")
def test_scenario(scenario: Scenario) -> None:
    who = scenario.person
    person = a_person(who.born, key_groups=who.key_groups, deceased_on=who.deceased_on)
    drawn = [an_entitlement(d.benefit, d.certified_until, d.since, status=d.status) for d in scenario.draws]
    evidence = [sent.evidence() for sent in scenario.evidence]
    refuted = frozenset(sent.key() for sent in scenario.refuted)
    decision = decide(person, drawn, evidence, RULES, scenario.day, refuted=refuted)
    for expected in scenario.expect:
        verdict = next(v for v in decision.verdicts if v.benefit == expected.benefit)
        found = (verdict.outcome, verdict.valid_until, verdict.route)
        assert found == (expected.outcome, expected.valid_until, expected.route)
        assert expected.because in {reason.code for reason in verdict.reasons}
    assert sorted(finding.kind for finding in decision.findings) == sorted(scenario.findings)
    assert explain(decision, RULES).zh


def test_scenarios_are_numbered_without_gaps() -> None:
    assert sorted(scenario.scenario for scenario in ALL) == list(range(1, len(ALL) + 1))


def test_every_event_stands_in_a_scenario() -> None:
    sent = {sent.key() for scenario in ALL for sent in scenario.evidence}
    assert {(key.feed, key.event) for key in sent} == set(EVENTS)
