"""Every ending, pause and suspension by every way that can show that it was wrong or is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.suspicion.mistaken_confirmation import (
    contradiction_true,
    objection_upheld,
    reversals,
    seen_alive,
)
from chalicelib.engine.suspicion.restart import granted_anew, restarts
from chalicelib.engine.suspicion.reversal import undone
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.engine.judging import RULES
from tests.people import a_key, a_person, a_reason, a_record, a_suspicion, an_entitlement, day
from tests.people import some_evidence as told

ON = day("2025-09-10")
CARE = BenefitCode("disability_living_subsidy")
CARD, POOR = "disability_certificates/valid", told("low_income/listed", "2025-09-01", category="marginal")


def ended(kind: SuspicionKind, what: str | None, benefit: str | None = None, **named: Any) -> PersonRecord:
    """Somebody whose payment two people have ended, or paused, because of something of 10 May 2025."""
    drawn = BenefitCode(benefit or "resident_pension")
    status = named.pop("status", EntitlementStatus.TERMINATED)
    found = a_suspicion(
        kind,
        state=SuspicionState.CONFIRMED,
        evidence=a_key(what, "2025-05-10") if what else None,
        reason=replace(a_reason(kind), rule=named.pop("rule", "")),
        benefit=BenefitCode(benefit) if benefit else None,
        closed=day("2025-06-01"),
        **{"verification": Verification.DOCUMENT, **named},
    )
    person = a_person(deceased_on="2025-05-10" if kind is SuspicionKind.DEATH else None)
    evidence = [told(what, "2025-05-10")] if what else []
    if benefit == CARE:
        evidence = [told(CARD, "2025-05-10", grade="grade_1", until="2025-05-09"), POOR]
    entitlement = an_entitlement(drawn, status=status, stopped_from="2025-06")
    return a_record(person, [entitlement], suspicions=[found], evidence=evidence)


ENDINGS = {
    "dead by a document": ended(SuspicionKind.DEATH, "cremations/cremated"),
    "dead at the door": ended(SuspicionKind.DEATH, None, verification=Verification.VISIT),
    "in prison": ended(SuspicionKind.CUSTODY, "custody/sentence"),
    "awaiting judgment": ended(
        SuspicionKind.CUSTODY, "custody/awaiting_judgment", status=EntitlementStatus.PAUSED
    ),
    "drawn twice": ended(SuspicionKind.DOUBLE_RECEIPT, "employee_pension/registered", "resident_pension"),
    "a card lapsed": ended(SuspicionKind.CONDITION, CARD, CARE, rule=f"{CARE}/conditions/1"),
    "doubted": ended(SuspicionKind.DOUBTED, None, "resident_pension"),
    "off the roster": ended(SuspicionKind.UNLISTED, None, "resident_pension"),
}


def _seen(what: str) -> Callable[[PersonRecord], Sequence[Suspicion]]:
    def see(record: PersonRecord) -> Sequence[Suspicion]:
        later: Evidence = told(what, "2025-09-08")
        return list(seen_alive(replace(record, evidence=(*record.evidence, later)), RULES, ON))

    return see


def _objected(record: PersonRecord) -> Sequence[Suspicion]:
    return list(objection_upheld(record, None, RULES, ON))


def _cleared(record: PersonRecord) -> Sequence[Suspicion]:
    kind, state = SuspicionKind.CONTRADICTION, SuspicionState.CLEARED
    return list(contradiction_true(record, a_suspicion(kind, "2025-09-08", state), RULES, ON))


def _withdrawn(record: PersonRecord) -> Sequence[Suspicion]:
    """Named: undone at once, unless people found it at the door."""
    (found,) = record.suspicions
    key = found.evidence or a_key("cremations/cremated", "2025-05-10")
    left = replace(record, evidence=tuple(item for item in record.evidence if item.key != key))
    undoing = undone(left, frozenset([key]), (), RULES, ON)
    return undoing.suspicions or list(reversals(left, frozenset([key]), frozenset(), RULES, ON))


def _withdrawn_of_another_day(record: PersonRecord) -> Sequence[Suspicion]:
    (found,) = record.suspicions
    key = found.evidence or a_key("cremations/cremated", "2025-05-10")
    other = frozenset([replace(key, day=day("2025-05-12"))])
    return list(reversals(record, other, other, RULES, ON))


def _over(what: str, **facts: str) -> Callable[[PersonRecord], Sequence[Suspicion]]:
    def report(record: PersonRecord) -> Sequence[Suspicion]:
        later: Evidence = told(what, "2025-09-01", **facts)
        return list(restarts(replace(record, evidence=(*record.evidence, later)), RULES, ON))

    return report


def _granted(record: PersonRecord) -> Sequence[Suspicion]:
    (drawn,) = record.entitlements
    return list(granted_anew(record, drawn.benefit, day("2025-09-01"), day("2025-09-01"), RULES, ON))


def _listed(record: PersonRecord) -> Sequence[Suspicion]:
    (drawn,) = record.entitlements
    return list(granted_anew(record, drawn.benefit, drawn.since, day("2025-09-01"), RULES, ON))


WAYS: dict[str, Callable[[PersonRecord], Sequence[Suspicion]]] = {
    "counter": _seen("counter/certified"),
    "visit": _seen("home_visits/seen"),
    "own face": _seen("self_certification/certified"),
    "objection": _objected,
    "contradiction": _cleared,
    "withdrawn": _withdrawn,
    "another day": _withdrawn_of_another_day,
    "released": _over("custody/released"),
    "renewed": _over(CARD, grade="grade_1", until="2035-01-01"),
    "granted": _granted,
    "listed": _listed,
}
BACK, UNDONE, AGAIN = SuspicionKind.REVERSAL, "undone", SuspicionKind.RESTART
DOUBT = SuspicionKind.CONTRADICTION
TABLE: dict[str, dict[str, object]] = {  # what is not named follows nothing: seeing somebody renews no card
    "dead by a document": dict.fromkeys(
        ("counter", "visit", "own face", "objection", "contradiction", "another day"), BACK
    )
    | {"withdrawn": UNDONE, "granted": DOUBT, "listed": DOUBT},
    "dead at the door": dict.fromkeys(
        ("counter", "visit", "own face", "objection", "contradiction", "another day"), BACK
    )
    | {"withdrawn": None, "granted": DOUBT, "listed": DOUBT},
    "in prison": dict.fromkeys(
        ("counter", "visit", "own face", "objection", "contradiction", "another day"), BACK
    )
    | {"withdrawn": UNDONE, "released": AGAIN, "granted": AGAIN},
    "awaiting judgment": dict.fromkeys(
        ("counter", "visit", "own face", "objection", "contradiction", "another day"), BACK
    )
    | {"withdrawn": UNDONE, "released": AGAIN, "granted": AGAIN},
    "drawn twice": {"objection": BACK, "another day": BACK, "withdrawn": UNDONE, "granted": AGAIN},
    "a card lapsed": {"objection": BACK, "withdrawn": UNDONE, "renewed": AGAIN, "granted": AGAIN},
    "doubted": {"objection": BACK, "granted": AGAIN},
    "off the roster": {"objection": BACK, "granted": AGAIN, "listed": AGAIN},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_door_has_its_way_back(ending: str, way: str) -> None:
    found = WAYS[way](ENDINGS[ending])
    expected = TABLE[ending].get(way)
    told_as = [UNDONE if s.state is SuspicionState.WITHDRAWN else s.kind for s in found]
    assert told_as == ([expected] if expected is not None else []), (ending, way)
    assert all(s.about == ENDINGS[ending].suspicions[0].name for s in found if s.kind in (BACK, AGAIN, DOUBT))


def test_whoever_was_released_and_is_seen_asks_for_a_restart_and_no_reversal() -> None:
    prison = ENDINGS["in prison"]
    released = told("custody/released", "2025-09-01")
    seen = told("counter/certified", "2025-09-08")
    both = replace(prison, evidence=(*prison.evidence, released, seen))
    assert list(seen_alive(both, RULES, ON)) == []
    assert [s.kind for s in restarts(both, RULES, ON)] == [AGAIN]
