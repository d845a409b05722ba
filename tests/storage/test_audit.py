"""Whoever alters the chain of one person is found out."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import audit, people, tables
from chalicelib.storage.dynamodb.tables import People
from tests.storage.builders import change, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def person_id() -> PersonId:
    person_id = known()
    for number in range(1, 5):
        people.change(person_id, lambda _record, n=number: change(f"step {n}", details={"n": n}))  # type: ignore[misc]
    return person_id


def entry(person_id: PersonId, sequence: int) -> People:
    found = tables.get(People, f"P#{person_id}", f"~A#{sequence:08d}")
    assert found is not None
    return found


def flip(person_id: PersonId) -> None:
    item = entry(person_id, 3)
    stored = json.loads(item.body)
    stored["said"]["actor"] = "somebody else"
    tables.put(People(item.pk, item.sk, body=json.dumps(stored)))


def forge(person_id: PersonId) -> None:
    """Alter an entry and give it the hash that belongs to what it now says."""
    trail = people.audit_trail(person_id)
    forged = replace(trail[2], actor="somebody else")
    forged = replace(forged, hash=audit.hash_of(forged, trail[1].hash))
    tables.put(People(f"P#{person_id}", forged.sort_key, body=audit.to_text(forged)))


def delete(person_id: PersonId) -> None:
    tables.delete(entry(person_id, 3))


def cut_off(person_id: PersonId) -> None:
    tables.delete(entry(person_id, 5))


def insert(person_id: PersonId) -> None:
    tables.put(People(f"P#{person_id}", "~A#00000006", body=entry(person_id, 5).body))


def swap(person_id: PersonId) -> None:
    second, third = entry(person_id, 2), entry(person_id, 3)
    tables.put(People(second.pk, second.sk, body=third.body))
    tables.put(People(third.pk, third.sk, body=second.body))


def forget_all(person_id: PersonId) -> None:
    for sequence in range(1, 6):
        tables.delete(entry(person_id, sequence))


@pytest.mark.parametrize("tamper", [flip, forge, delete, cut_off, insert, swap, forget_all])
def test_tampering_is_found(person_id: PersonId, tamper: Callable[[PersonId], None]) -> None:
    assert people.verify_chain(person_id)
    tamper(person_id)
    assert not people.verify_chain(person_id)


def test_the_trail_says_who_did_what_to_which_items() -> None:
    person_id = known()
    put(person_id, evidence=(evidence(),))
    created, tested = people.audit_trail(person_id)
    assert (created.sequence, created.actor, created.items) == (1, "feed:roster", ("ENT#resident_pension",))
    assert tested.items == ("EV#2025-06-20#hospital_inpatient#admitted",)
    assert people.load(person_id).person.head == tested.hash


def test_a_change_during_the_check_is_no_alarm(person_id: PersonId, monkeypatch: pytest.MonkeyPatch) -> None:
    real, busy = people.audit_trail, [True]

    def meanwhile(of: PersonId) -> object:
        if busy:
            busy.pop()
            people.change(of, lambda _record: change("meanwhile"))
        return real(of)

    monkeypatch.setattr(people, "audit_trail", meanwhile)
    assert people.verify_chain(person_id)


def test_a_record_that_never_rests_cannot_be_verified(
    person_id: PersonId, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = people.audit_trail

    def restless(of: PersonId) -> object:
        people.change(of, lambda _record: change("again"))
        return real(of)

    monkeypatch.setattr(people, "audit_trail", restless)
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    with pytest.raises(ConflictError):
        people.verify_chain(person_id)
