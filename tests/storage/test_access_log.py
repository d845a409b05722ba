"""Looks stand in a chain of their own: sealed as the steps are, and in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import access_log, audit, people, tables
from chalicelib.storage.dynamodb.tables import People
from tests.storage import faults
from tests.storage.builders import AT, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")


def look(person: PersonId, by: str = "officer") -> None:
    access_log.record(person, "looked", by, AT, {"what": "status"})


def test_looks_are_on_record_and_change_nothing_else() -> None:
    person = known()
    before = people.load(person)
    look(person)
    look(person, "auditor")
    assert people.load(person) == before
    assert [(e.action, e.actor, e.is_look) for e in people.audit_trail(person)] == [
        ("created", "feed:roster", False),
        ("looked", "officer", True),
        ("looked", "auditor", True),
    ]
    assert people.verify_chain(person)


def test_whoever_looks_all_the_time_keeps_no_evidence_from_being_written() -> None:
    person = known()
    inside: list[int] = []

    def meanwhile(_: Any) -> None:
        if not inside:
            inside.append(1)
            look(person)
            inside.clear()

    with faults.at_call("dynamodb", "TransactWriteItems", meanwhile) as transactions:
        put(person, evidence=(evidence(),))
    assert len(transactions) == 2, "one for the evidence, at the first try, and one for the look"
    assert len(people.load(person).evidence) == 1
    assert people.verify_chain(person)


def test_two_who_look_at_once_are_both_on_record() -> None:
    person = known()
    look(person, "first")
    inside: list[int] = []

    def meanwhile(_: Any) -> None:
        if not inside:
            inside.append(1)
            look(person, "second")

    with faults.at_call("dynamodb", "TransactWriteItems", meanwhile):
        look(person, "third")
    assert [e.actor for e in access_log.looks_at(person)] == ["first", "second", "third"]
    assert people.verify_chain(person)


def test_a_lost_acknowledgement_is_one_look() -> None:
    person = known()
    with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}):
        look(person)
    assert len(access_log.looks_at(person)) == 1


def test_a_look_that_cannot_be_recorded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise ConflictError("somebody else was first")

    person = known()
    monkeypatch.setattr(tables, "write_together", refused)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    with pytest.raises(ConflictError):
        look(person)


def forge(person: PersonId) -> None:
    entry = replace(access_log.looks_at(person)[0], actor="somebody else")
    tables.put(People(f"P#{person}", entry.sort_key, body=audit.to_text(entry)))


def cut_off(person: PersonId) -> None:
    tables.delete(People(f"P#{person}", "~L#00000002"))


def forget_all(person: PersonId) -> None:
    for number in (1, 2):
        tables.delete(People(f"P#{person}", f"~L#{number:08d}"))


@pytest.mark.parametrize("tamper", [forge, cut_off, forget_all])
def test_tampering_is_found(tamper: Callable[[PersonId], None]) -> None:
    person = known()
    look(person)
    look(person)
    assert people.verify_chain(person)
    tamper(person)
    assert not people.verify_chain(person)
