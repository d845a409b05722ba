"""Five events of one person, in every order, once or twice each: the same decision (rules 2, 7 and 25)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import permutations, product

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.model import Evidence, EvidenceKey, FeedId, FileId, Outcome
from tests.engine.evidence_at_random import ALL_RULES
from tests.people import a_person, an_entitlement

ON = date(2025, 7, 1)
LIVES = {  # what happened, and whether it certifies
    "lives": (
        ["2025-05-02#hospital_inpatient#admitted", "2025-05-09#hospital_inpatient#discharged",
         "2025-06-20#bus_rides#ridden", "2025-03-01#counter#certified", "2025-06-01#gas_bills#paid"],
        True,
    ),
    "is said to be dead": (
        ["2025-05-02#hospital_inpatient#admitted", "2025-05-20#cremations#cremated",
         "2025-06-20#bus_rides#ridden", "2025-03-01#home_visits#seen",
         "2025-06-01#pharmacy_purchases#bought"],
        None,
    ),
    "is in custody": (
        ["2025-05-02#custody#sentence", "2025-05-09#custody#released", "2025-05-01#bus_rides#ridden",
         "2025-04-20#counter#certified", "2025-06-28#hospital_inpatient#treated"],
        None,
    ),
}  # fmt: skip


def item(name: str) -> Evidence:
    day, feed, event = name.split("#")
    return Evidence(EvidenceKey(date.fromisoformat(day), FeedId(feed), event), FileId(name), 1)


def every_order(events: list[Evidence]) -> Iterator[list[Evidence]]:
    """120 orders, each with every choice of what comes a second time: 3,840."""
    for order, twice in product(permutations(events), product((1, 2), repeat=len(events))):
        yield [*order, *(each for each, times in zip(order, twice, strict=True) if times == 2)]


@pytest.mark.parametrize("life", list(LIVES))
def test_every_order_and_repetition_decides_the_same(life: str) -> None:
    names, certifies = LIVES[life]
    events = [item(name) for name in names]
    person, drawn = a_person(), [an_entitlement()]
    expected = decide(person, drawn, events, ALL_RULES["bozhou"], ON)
    orders = list(every_order(events))
    assert len(orders) == 3_840
    differing = [o for o in orders if decide(person, drawn, o, ALL_RULES["bozhou"], ON) != expected]
    assert not differing, [str(each.key) for each in differing[0]]
    if certifies:
        assert {verdict.outcome for verdict in expected.verdicts} != {Outcome.INSUFFICIENT}
