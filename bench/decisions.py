"""What it costs to decide for every recipient, with the engine's own `decide`.

    python -m bench.decisions 34000

Only deciding is counted: people and their evidence are made beforehand, a few thousand at a time. They
draw any benefit for which they have the age: hardly anybody draws an orphan's allowance at eighty.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from chalicelib import jurisdiction
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedEvent,
    FileId,
    Person,
    PersonId,
    Proves,
)

ON: Final = date(2025, 6, 30)
PACK: Final = "bozhou"
BATCH: Final = 4_000
ITEMS: Final = 6  # newest items per person, on average: 8.3 million of 1.36 million people
INITIALS: Final = "abcdefghijklmnopqrstuvwxyz234567"  # of a person's id
ACCUSED: Final = 0.005
MORE_THAN_ONE: Final = 0.2  # share of people with a second entitlement

Case = tuple[Person, list[Entitlement], list[Evidence]]


def invented(count: int, seed: int) -> Iterator[list[Case]]:
    """So many people with what they draw and what is known of them, in batches."""
    rules = jurisdiction.load(PACK).rules
    presence = [event for event in rules.events.values() if event.proves is Proves.PRESENCE]
    losses = [event for event in rules.events.values() if event.proves is Proves.LOSS]
    may_draw = _by_age(rules)
    chance = random.Random(seed)
    for first in range(0, count, BATCH):
        batch: list[Case] = []
        for number in range(first, min(first + BATCH, count)):
            person = Person(
                PersonId(f"{INITIALS[number % 32]}{number:025d}"), AreaCode("341602001001"), "01",
                _born(number), True,
            )  # fmt: skip
            drawn = chance.sample(may_draw[_born(number)], 2 if chance.random() < MORE_THAN_ONE else 1)
            events = chance.choices(presence, k=chance.randint(1, 2 * ITEMS - 1))
            if chance.random() < ACCUSED:
                events.append(chance.choice(losses))
            batch.append((person, [_entitlement(code) for code in drawn], [_item(e, chance) for e in events]))
        yield batch


def _born(number: int) -> date:
    return date(1930 + number % 40, 1 + number % 12, 1)


def _by_age(rules: RuleBook) -> dict[date, list[BenefitCode]]:
    """By the month of birth, the benefits whose conditions hold while no department has said anything."""
    return {
        born: [code for code in sorted(rules.benefits) if _fits(rules, code, born)]
        for born in {_born(number) for number in range(40 * 12)}
    }


def _fits(rules: RuleBook, code: BenefitCode, born: date) -> bool:
    person = Person(PersonId(""), AreaCode(""), "", born, True)
    conditions = rules.benefit_on(code, ON).conditions
    return all(clause.holds(person, ON) is not False for clause in conditions)


def _entitlement(benefit: BenefitCode) -> Entitlement:
    until = date(2024, 12, 31)
    return Entitlement(
        benefit, EntitlementStatus.ACTIVE, 21_500, date(2015, 1, 1), until, until, "invented"
    )  # fmt: skip


def _item(event: FeedEvent, chance: random.Random) -> Evidence:
    key = EvidenceKey(ON - timedelta(days=chance.randint(0, 500)), event.feed, event.event)
    return Evidence(key, FileId("invented"), 1)


def cpu_seconds(count: int, seed: int = 1) -> tuple[float, int]:
    """CPU seconds of the decisions for so many people, and the number of verdicts."""
    rules = jurisdiction.load(PACK).rules
    spent, verdicts = 0.0, 0
    for batch in invented(count, seed):
        gc.collect()
        begun = time.process_time()
        for person, entitlements, evidence in batch:
            verdicts += len(decide(person, entitlements, evidence, rules, ON).verdicts)
        spent += time.process_time() - begun
    return spent, verdicts


if __name__ == "__main__":
    seconds, decided = cpu_seconds(int(sys.argv[1]))
    print(f"{seconds:.3f} CPU s, {decided} verdicts")
