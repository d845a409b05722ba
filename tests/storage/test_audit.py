"""Whoever alters the chain of one person is found out."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from chalicelib import clock
from chalicelib.errors import ConflictError
from chalicelib.model import PersonId
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import audit, people, tables
from chalicelib.storage.dynamodb.audit import UNTOLD, AuditEntry, Difference, Finding
from chalicelib.storage.dynamodb.audit_findings import findings_about
from chalicelib.storage.dynamodb.forgetting import forget_evidence
from chalicelib.storage.dynamodb.tables import Audit, People
from tests.storage.builders import change, evidence, known, put

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def person_id() -> PersonId:
    person_id = known()
    for number in range(1, 5):
        people.change(person_id, lambda _record, n=number: change(f"step {n}", details={"n": n}))  # type: ignore[misc]
    return person_id


def entry(person_id: PersonId, sequence: int) -> Audit:
    found = tables.get(Audit, f"P#{person_id}", f"~A#{sequence:08d}")
    assert found is not None
    return found


def flip(person_id: PersonId) -> None:
    item = entry(person_id, 3)
    stored = json.loads(item.body)
    stored["said"]["actor"] = "somebody else"
    tables.put(Audit(item.pk, item.sk, body=json.dumps(stored)))


def forge(person_id: PersonId) -> None:
    """Alter an entry and give it the hash that belongs to what it now says."""
    trail = people.audit_trail(person_id)
    forged = audit.sealed(replace(trail[2], actor="somebody else"), trail[1].hash)
    tables.put(Audit(f"P#{person_id}", forged.sort_key, body=forged.text))


def delete(person_id: PersonId) -> None:
    tables.delete(entry(person_id, 3))


def cut_off(person_id: PersonId) -> None:
    tables.delete(entry(person_id, 5))


def insert(person_id: PersonId) -> None:
    tables.put(Audit(f"P#{person_id}", "~A#00000006", body=entry(person_id, 5).body))


def swap(person_id: PersonId) -> None:
    second, third = entry(person_id, 2), entry(person_id, 3)
    tables.put(Audit(second.pk, second.sk, body=third.body))
    tables.put(Audit(third.pk, third.sk, body=second.body))


def forget_all(person_id: PersonId) -> None:
    for sequence in range(1, 6):
        tables.delete(entry(person_id, sequence))


@pytest.mark.parametrize("tamper", [flip, forge, delete, cut_off, insert, swap, forget_all])
def test_tampering_is_found(person_id: PersonId, tamper: Callable[[PersonId], None]) -> None:
    assert not findings_about(person_id)
    tamper(person_id)
    assert findings_about(person_id) == (Finding(Difference.CHAIN),)


def before_they_had_a_table(person_id: PersonId, *sequences: int) -> None:
    """Entries as functions of before kept them: in the person's own partition."""
    for sequence in sequences:
        found = entry(person_id, sequence)
        tables.put(People(found.pk, found.sk, body=found.body, writer="w"))
        tables.delete(found)


@pytest.mark.parametrize(
    "sequences", [(1, 2, 3), (1, 2, 3, 4, 5), (2, 4)], ids=["goes on", "all", "both at once"]
)
def test_a_chain_of_before_holds_and_goes_on(person_id: PersonId, sequences: tuple[int, ...]) -> None:
    """While functions are replaced one by one, those of before and those of now append in turn."""
    before_they_had_a_table(person_id, *sequences)
    put(person_id, evidence=(evidence(),))
    assert [entry.sequence for entry in people.audit_trail(person_id)] == [1, 2, 3, 4, 5, 6]
    assert not findings_about(person_id)
    tables.delete(People(f"P#{person_id}", f"~A#{sequences[-1]:08d}"))
    assert findings_about(person_id) == (Finding(Difference.CHAIN),)


def test_an_entry_that_stands_in_both_places_breaks_the_chain(person_id: PersonId) -> None:
    found = entry(person_id, 3)
    tables.put(People(found.pk, found.sk, body=found.body))
    assert findings_about(person_id) == (Finding(Difference.CHAIN),)


def test_nothing_is_appended_over_an_entry(person_id: PersonId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "pause", lambda _tries: None)
    there = Audit(f"P#{person_id}", "~A#00000006", body="of somebody else")
    tables.put(there)
    with pytest.raises(ConflictError):
        put(person_id, evidence=(evidence(),))
    assert people.load(person_id).evidence == ()
    assert entry(person_id, 6).body == "of somebody else"


ENTITLEMENT: Final = "ENT#resident_pension"
EVIDENCE: Final = "EV#2025-06-20#hospital_inpatient#admitted"


def item(person_id: PersonId, key: str) -> People:
    found = tables.get(People, f"P#{person_id}", key)
    assert found is not None
    return found


def raise_the_amount(person_id: PersonId) -> None:
    found = item(person_id, ENTITLEMENT)
    tables.put(People(found.pk, found.sk, body=json.dumps(json.loads(found.body) | {"fen": 999_900})))


def end_the_entitlement(person_id: PersonId) -> None:
    tables.delete(item(person_id, ENTITLEMENT))


def take_evidence_away(person_id: PersonId) -> None:
    tables.delete(item(person_id, EVIDENCE))


def slip_evidence_in(person_id: PersonId) -> None:
    found = item(person_id, EVIDENCE)
    later = json.loads(found.body) | {"key": {**json.loads(found.body)["key"], "day": "2025-06-29"}}
    tables.put(People(found.pk, EVIDENCE.replace("06-20", "06-29"), body=json.dumps(later)))


def move_to_another_area(person_id: PersonId) -> None:
    found = item(person_id, "PROFILE")
    body = json.dumps(json.loads(found.body) | {"area": "370899001001"})
    tables.put(People(found.pk, found.sk, body=body, sequence=found.sequence, head=found.head))


def give_another_identity(person_id: PersonId) -> None:
    found = item(person_id, "~I")
    other = item(known(number="37081119590101008X"), "~I")
    tables.put(People(found.pk, found.sk, sealed=other.sealed, mark=found.mark, named=found.named))


def withdraw_evidence(person_id: PersonId) -> None:
    tables.put(People(f"P#{person_id}", EVIDENCE.replace("EV#", "WD#", 1), body="{}"))


@pytest.mark.parametrize(
    ("tamper", "finding"),
    [
        (raise_the_amount, Finding(Difference.EDITED, ENTITLEMENT)),
        (end_the_entitlement, Finding(Difference.LACKING, ENTITLEMENT)),
        (take_evidence_away, Finding(Difference.LACKING, EVIDENCE)),
        (slip_evidence_in, Finding(Difference.INSERTED, EVIDENCE.replace("06-20", "06-29"))),
        (move_to_another_area, Finding(Difference.EDITED, "PROFILE")),
        (give_another_identity, Finding(Difference.EDITED, "~I")),
        (withdraw_evidence, Finding(Difference.INSERTED, EVIDENCE.replace("EV#", "WD#", 1))),
    ],
)
def test_what_is_altered_behind_the_chain_is_found(
    person_id: PersonId, tamper: Callable[[PersonId], None], finding: Finding
) -> None:
    put(person_id, evidence=(evidence(),))
    assert not findings_about(person_id)
    tamper(person_id)
    assert findings_about(person_id) == (finding,)


def test_what_was_taken_away_by_a_step_may_not_come_back(person_id: PersonId) -> None:
    put(person_id, evidence=(evidence(),))
    kept = item(person_id, EVIDENCE)
    forget_evidence(person_id, [evidence().key], clock.now(), "retention")
    assert not findings_about(person_id)
    tables.put(People(kept.pk, kept.sk, body=kept.body))
    assert findings_about(person_id) == (Finding(Difference.INSERTED, EVIDENCE),)


def test_a_chain_written_before_entries_held_digests_still_holds(person_id: PersonId) -> None:
    """Entries of before named items alone: whatever only they name may say anything."""
    named = AuditEntry(1, clock.now(), "created", "feed:roster", {}, dict.fromkeys([ENTITLEMENT], UNTOLD))
    before = [audit.sealed(named, "")]
    stored = before[0].text
    assert json.loads(stored)["said"]["items"] == [ENTITLEMENT], "as it was written then"
    assert audit.from_text(stored) == before[0]
    assert audit.holds([audit.from_text(stored)], 1, before[0].hash)
    assert not list(audit.differences(before, {"PROFILE": "{}", "~I": "sealed", ENTITLEMENT: "anything"}))
    assert list(audit.differences(before, {"ENT#another": "{}"})) == [
        Finding(Difference.INSERTED, "ENT#another")
    ]


def test_the_trail_says_who_did_what_to_which_items() -> None:
    person_id = known()
    put(person_id, evidence=(evidence(),))
    created, tested = people.audit_trail(person_id)
    assert (created.sequence, created.actor) == (1, "feed:roster")
    assert set(created.put) == {"PROFILE", "~I", "ENT#resident_pension"}
    assert tested.put == ("EV#2025-06-20#hospital_inpatient#admitted",)
    assert people.load(person_id).person.head == tested.hash


def test_a_change_during_the_check_is_no_alarm(person_id: PersonId, monkeypatch: pytest.MonkeyPatch) -> None:
    real, busy = people.audit_trail, [True]

    def meanwhile(of: PersonId) -> object:
        if busy:
            busy.pop()
            people.change(of, lambda _record: change("meanwhile"))
        return real(of)

    monkeypatch.setattr(people, "audit_trail", meanwhile)
    assert not findings_about(person_id)


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
        findings_about(person_id)
