"""Separating two numbers dies at each call that writes; done again, two people go on (rules 14 and 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.cases import joined_numbers, separated_numbers
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Month,
    Payment,
    PersonId,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.people import a_suspicion
from tests.storage.builders import AT, entitlement, evidence, identity, person
from tests.workflow.crashes import When, calls_of, die_once_then_again, points_of

pytestmark = pytest.mark.usefixtures("aws")

SUBSIDY = "martyr_family_pension"


def paid(month: str) -> Payment:
    return Payment(
        BenefitCode("resident_pension"), Month(month), 19_500, date.fromisoformat(f"{month}-10"), "f"
    )


def two_joined(n: int) -> tuple[PersonId, PersonId]:
    """Two numbers of two people that were joined, and that two others have found to be two people's."""
    left, stays = (
        people.create(
            identity(f"341602195002{n % 28 + 1:02d}{k}{n:02d}X"), person(), drawn, AT, "roster"
        ).person
        for k, drawn in ((1, (entitlement(), entitlement(SUBSIDY))), (2, (entitlement(),)))
    )
    found = a_suspicion(SuspicionKind.TWO_NUMBERS, "2025-06-01", SuspicionState.CONFIRMED, evidence=None)
    joined = replace(found, survivor=stays, verified_by="officer")
    at = datetime(2025, 7, 1, tzinfo=UTC)
    for who, other, known in ((left, stays, (evidence(),)), (stays, left, ())):
        asked = Change("asked", "test", at, suspicions=(replace(joined, other=other),), evidence=known)
        people.change(who, lambda _, asked=asked: asked)
    people.put_payments([(left, paid("2025-05")), (stays, paid("2025-05"))])
    joined_numbers.join(left, replace(joined, other=stays), actor="test")
    people.put_payments([(stays, replace(paid("2025-06"), under=left)), (stays, paid("2025-06"))])
    reversal = a_suspicion(SuspicionKind.REVERSAL, "2025-06-01", SuspicionState.CONFIRMED, evidence=None)
    decided = replace(reversal, about=found.name, verified_by="first", approved_by="second")
    people.change(stays, lambda _: Change("decided", "test", at, suspicions=(decided,)))
    return left, stays


def separated(stays: PersonId) -> None:
    """As the step does it: on the record as it stands."""
    known: dict[str, Suspicion] = {s.kind: s for s in people.load(stays).suspicions}
    joined, decided = known[SuspicionKind.TWO_NUMBERS], known[SuspicionKind.REVERSAL]
    separated_numbers.separate(stays, joined, decided, actor="test")


def end_of(left: PersonId, stays: PersonId) -> object:
    return [
        (
            record.person.id == who,
            record.person.joined_to,
            [(e.benefit, e.status, e.valid_until) for e in record.entitlements],
            [i.key for i in record.evidence],
            [(s.kind, s.state) for s in record.suspicions],
            sorted(m.template for m in record.messages),
            [i.name for i in record.instructions],
            [(p.month, p.fen, p.under) for p in people.payments_of(who)],
            [entry.action for entry in people.audit_trail(who)].count("numbers separated"),
            not findings_about(who),
        )
        for who in (left, stays)
        for record in (people.load(who),)
    ]


def test_two_people_go_on() -> None:
    left, stays = two_joined(20)
    assert people.load(left).person.id == stays
    separated(stays)
    mine, other = people.load(left), people.load(stays)
    assert mine.person.id == left
    assert [e.status for e in mine.entitlements] == [EntitlementStatus.ACTIVE] * 2
    assert {e.benefit: e.status for e in other.entitlements} == {
        "resident_pension": EntitlementStatus.ACTIVE,
        SUBSIDY: EntitlementStatus.TERMINATED,
    }
    assert (len(mine.evidence), len(other.evidence)) == (1, 0)
    for who in (left, stays):
        assert [(p.month, p.under) for p in people.payments_of(who)] == [("2025-05", None), ("2025-06", None)]
        assert people.load(who).instructions == ()
    assert [r.person.id for r in people.everyone() if r.person.id in (left, stays)].count(left) == 1


def test_separating_dies_at_each_write_and_is_done_again() -> None:
    expected = None
    _, warm = two_joined(20)
    separated(warm)  # keys are cached from here on
    left, stays = two_joined(0)
    calls = calls_of(lambda: separated(stays))
    expected = end_of(left, stays)
    points = points_of(calls)
    assert len(points) >= 6
    for n, (number, when) in enumerate(points, 1):
        left, stays = two_joined(n)
        assert die_once_then_again(lambda stays=stays: separated(stays), number, when), (number, when)
        assert end_of(left, stays) == expected, (number, when, calls[number - 1])
    assert When.AFTER in {when for _, when in points}


def test_what_nobody_has_decided_separates_nothing() -> None:
    left, stays = two_joined(21)
    record = people.load(stays)
    known = {s.kind: s for s in record.suspicions}
    undecided = replace(known[SuspicionKind.REVERSAL], state=SuspicionState.OPEN)
    separated_numbers.separate(stays, known[SuspicionKind.TWO_NUMBERS], undecided, actor="test")
    nobody = replace(known[SuspicionKind.TWO_NUMBERS], other=None)
    separated_numbers.separate(stays, nobody, known[SuspicionKind.REVERSAL], actor="test")
    assert people.load(left) == record
