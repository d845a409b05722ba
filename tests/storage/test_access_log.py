"""Looks stand in a chain of their own: sealed as the steps are, and in nobody's way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bench.city.capacity import size_of
from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import access_log, people, tables
from chalicelib.storage.dynamodb.audit import AuditEntry, sealed
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.tables import Audit, People
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
    assert not findings_about(person)


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
    assert len(transactions) == 1, "the evidence, at the first try"
    assert len(access_log.looks_at(person)) == 1
    assert len(people.load(person).evidence) == 1
    assert not findings_about(person)


def test_two_who_look_at_once_are_both_on_record() -> None:
    person = known()
    look(person, "first")
    inside: list[int] = []

    def meanwhile(_: Any) -> None:
        if not inside:
            inside.append(1)
            look(person, "second")

    with faults.at_call("dynamodb", "PutItem", meanwhile):
        look(person, "third")
    assert [e.actor for e in access_log.looks_at(person)] == ["first", "second", "third"]
    assert not findings_about(person)


def test_a_lost_acknowledgement_is_one_look() -> None:
    person = known()
    for _ in range(8):
        with faults.at_call("dynamodb", "PutItem", faults.lost_ack, calls={1}):
            look(person)
    for _ in range(8):
        with faults.at_call("dynamodb", "TransactWriteItems", faults.lost_ack, calls={1}):
            look(person)
    assert len(access_log.looks_at(person)) == 16


def test_a_look_that_cannot_be_recorded_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise ConflictError("somebody else was first")

    person = known()
    monkeypatch.setattr(tables, "put_if", refused)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    with pytest.raises(ConflictError):
        look(person)


def test_looks_of_many_fill_items_and_each_is_one_write_of_one_unit() -> None:
    person = known()
    for number in range(20):
        look(person, f"officer-{number}")
    put_away = tables.query(Audit, f"P#{person}", Audit.sk.startswith("~L"))
    found = {
        item.sk: item for item in [*put_away, *tables.query(People, f"P#{person}", People.sk == "~LOOKS")]
    }
    assert [e.actor for e in access_log.looks_at(person)] == [f"officer-{number}" for number in range(20)]
    assert [e.sequence for e in access_log.looks_at(person)] == list(range(1, 21))
    assert 3 <= len(found) <= 6, "the end, and what it has put away"
    assert all(size_of(item.serialize()) <= 1024 for item in found.values())
    assert not findings_about(person)


def test_a_long_look_has_an_item_for_itself() -> None:
    person = known()
    for _ in range(3):
        access_log.record(person, "looked", "officer", AT, {"what": "x" * 900})
    assert len(access_log.looks_at(person)) == 3
    assert not findings_about(person)


def as_before(person: PersonId, *actors: str) -> None:
    """Looks as functions of before kept them: an item each, with its hash."""
    head = ""
    for number, actor in enumerate(actors, 1):
        entry = AuditEntry(number, AT, "looked", actor, {"what": "status"}, is_look=True)
        entry = sealed(entry, head)
        tables.put(People(f"P#{person}", entry.sort_key, body=entry.text, writer="w"))
        tables.put(People(f"P#{person}", "~LOOKS", sequence=number, head=entry.hash))
        head = entry.hash


def test_a_chain_of_before_is_read_and_goes_on() -> None:
    person = known()
    as_before(person, "a", "b")
    assert [e.actor for e in access_log.looks_at(person)] == ["a", "b"]
    assert not findings_about(person)
    for _ in range(8):
        look(person, "c")
    assert [e.actor for e in access_log.looks_at(person)] == ["a", "b", *["c"] * 8]
    assert not findings_about(person)
    tables.delete(People(f"P#{person}", "~L#00000001"))
    assert findings_about(person)


def changed(person: PersonId, sort_key: str, change: Callable[[Any], None]) -> None:
    item = tables.get(People if sort_key == "~LOOKS" else Audit, f"P#{person}", sort_key)
    assert item is not None
    change(item)
    tables.put(item)


def forge(item: People) -> None:
    item.body = item.body.replace("officer-", "somebody-")


def cut_off(item: People) -> None:
    item.body = json.dumps(json.loads(item.body)[:-1])


def insert(item: People) -> None:
    looks = json.loads(item.body)
    item.body = json.dumps([*looks, looks[0]])


def forget(item: People) -> None:
    item.body = "[]"


def set_back(item: People) -> None:
    item.body, item.sequence = "[]", item.sequence - 1


@pytest.mark.parametrize("place", ["~LOOKS", "~L#00000001"])
@pytest.mark.parametrize("tamper", [forge, cut_off, insert, forget, set_back])
def test_tampering_is_found(tamper: Callable[[People], None], place: str) -> None:
    if tamper is set_back and place != "~LOOKS":
        return
    person = known()
    for number in range(12):
        look(person, f"officer-{number}")
    assert not findings_about(person)
    changed(person, place, tamper)
    assert findings_about(person)
