"""A rehearsal done part by part is that of all: counts add up, and of the examples the first few stay."""

from __future__ import annotations

import json

from chalicelib.engine.rehearsal.parts import add, to_json
from chalicelib.engine.rehearsal.replay import EXAMPLES, Replay, Subject, replay
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import EntitlementStatus
from tests.engine.judging import DEATH, ON, STRONG, WEAK
from tests.engine.test_replay import STRICTER, a_subject, with_oldest
from tests.events import RULES

FOLK = [
    a_subject(STRONG),
    a_subject(*WEAK),
    a_subject(*WEAK, status=EntitlementStatus.SUSPENDED),
    a_subject(*WEAK, benefit="outpatient_chronic"),
    a_subject(DEATH, born="1895-01-01"),
] * (EXAMPLES + 1)


def in_parts(then: RuleBook, *parts: list[Subject]) -> Replay:
    together = replay([], RULES, then, ON)
    for part in parts:
        add(together, json.loads(json.dumps(to_json(replay(part, RULES, then, ON)))))
    return together


def test_parts_come_to_what_all_come_to() -> None:
    whole = replay(FOLK, RULES, STRICTER, ON)
    assert in_parts(STRICTER, FOLK[:7], FOLK[7:8], FOLK[8:]) == whole
    assert any(len(examples) == EXAMPLES for examples in whole.examples.values()), "there were more"


def test_suspicions_that_come_and_go_add_up_too() -> None:
    then = with_oldest(140)
    whole = replay(FOLK, RULES, then, ON)
    assert whole.suspicions
    assert in_parts(then, FOLK[:5], FOLK[5:]) == whole
