"""Joining two numbers dies at each call that writes; done again, one person goes on (rule 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.cases import joined_numbers
from chalicelib.model import Change, PersonId, Suspicion, SuspicionKind, SuspicionState
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.people import a_suspicion
from tests.storage.builders import AT, entitlement, evidence, identity, person
from tests.workflow.crashes import When, calls_of, die_once_then_again, points_of

pytestmark = pytest.mark.usefixtures("aws")


def a_pair(n: int) -> tuple[PersonId, Suspicion]:
    """Two numbers that people have found to be one person's; the second goes on."""
    ids = [
        people.create(
            identity(f"341602195002{n % 28 + 1:02d}{k}{n:02d}X"), person(), (entitlement(),), AT, "roster"
        ).person
        for k in (1, 2)
    ]
    found = a_suspicion(SuspicionKind.TWO_NUMBERS, "2025-06-01", SuspicionState.CONFIRMED)
    old, new = ids
    found = replace(found, other=new, survivor=new, verified_by="officer", evidence=None)
    change = Change(
        "asked", "test", datetime(2025, 7, 1, tzinfo=UTC), suspicions=(found,), evidence=(evidence(),)
    )
    people.change(old, lambda _: change)
    return old, found


def end_of(old: PersonId) -> object:
    record = people.load(old)
    return (
        record.person.id != old,
        [(e.benefit, e.status, e.valid_until) for e in record.entitlements],
        [entry.action for entry in people.audit_trail(record.person.id)].count("numbers joined"),
        not findings_about(record.person.id),
        not findings_about(old),
    )


def test_joining_dies_at_each_write_and_is_done_again() -> None:
    warm, asked = a_pair(20)
    joined_numbers.join(warm, asked, actor="test")  # keys are cached from here on
    old, found = a_pair(0)
    calls = calls_of(lambda: joined_numbers.join(old, found, actor="test"))
    expected = end_of(old)
    points = points_of(calls)
    assert len(points) >= 3
    for n, (number, when) in enumerate(points, 1):
        who, question = a_pair(n)
        assert die_once_then_again(
            lambda who=who, question=question: joined_numbers.join(who, question, actor="test"), number, when
        ), (number, when)
        assert end_of(who) == expected, (number, when, calls[number - 1])
    assert When.AFTER in {when for _, when in points}
    assert date(2025, 6, 1) == found.day
