"""Two numbers are one person's, who was found dead under one of them: the person goes on (rules 14, 19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.cases import executions, joined_numbers
from chalicelib.model import Change, EntitlementStatus, PersonId, Suspicion, SuspicionKind, SuspicionState
from chalicelib.storage.dynamodb import people
from tests.people import a_suspicion
from tests.storage.builders import AT, entitlement, identity, person

pytestmark = pytest.mark.usefixtures("aws")

DEATH = replace(a_suspicion(SuspicionKind.DEATH, "2025-06-02", SuspicionState.CONFIRMED), evidence=None)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose suspicions walk."""
    walks: list[str] = []
    monkeypatch.setattr(executions, "start_suspicion", lambda who, s: walks.append(f"{who} {s.name}"))
    return walks


def one_under_two(*also: Suspicion) -> tuple[PersonId, PersonId, Suspicion]:
    """Found dead under the number on the roster, drawing under another; and found to be one person."""
    dead, draws = (
        people.create(identity(f"34160219500207{n}12X"), person(), (entitlement(),), AT, "roster").person
        for n in (1, 2)
    )
    one = replace(
        a_suspicion(SuspicionKind.TWO_NUMBERS, "2025-06-20", SuspicionState.CONFIRMED),
        evidence=None,
        other=draws,
        survivor=dead,
        verified_by="officer",
    )
    found = people.load(dead)
    ended = Change(
        "found dead",
        "test",
        datetime(2025, 7, 1, tzinfo=UTC),
        person=replace(found.person, deceased_on=date(2025, 6, 2)),
        entitlements=tuple(replace(e, status=EntitlementStatus.TERMINATED) for e in found.entitlements),
        suspicions=(DEATH, *also, one),
    )
    people.change(dead, lambda _: ended)
    return dead, draws, one


def test_whoever_was_found_dead_under_the_number_on_the_roster_goes_on_under_the_other(
    asked: list[str],
) -> None:
    dead, draws, one = one_under_two()
    for _ in range(2):
        joined_numbers.join(dead, one, actor="test")
    record = people.load(dead)
    assert record.person.id == draws
    assert record.person.deceased_on is None
    assert [e.status for e in record.entitlements] == [EntitlementStatus.ACTIVE]
    assert [s.kind for s in record.open_suspicions] == [SuspicionKind.DEATH]
    assert set(asked) == {f"{draws} death#2025-06-02"}
    assert [e.action for e in people.audit_trail(draws)].count("numbers joined") == 1


def test_a_death_that_is_asked_anew_leaves_nothing_to_reverse(asked: list[str]) -> None:
    """It is found no more: a reversal of it, upheld, would change nothing; whoever clears it is heard."""
    mistaken = replace(a_suspicion(SuspicionKind.REVERSAL, "2025-06-02", evidence=None), about=DEATH.name)
    dead, draws, one = one_under_two(mistaken)
    joined_numbers.join(dead, one, actor="test")
    assert [s.kind for s in people.load(draws).open_suspicions] == [SuspicionKind.DEATH]
    assert asked == [f"{draws} death#2025-06-02"]
