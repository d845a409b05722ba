"""What was taken back stays out, until a correction of the correction brings it back."""

from __future__ import annotations

import pytest

from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.audit_findings import findings_about
from tests.storage.builders import change, evidence, key, known, put

pytestmark = pytest.mark.usefixtures("aws")


def test_restored_it_counts_again_and_can_be_taken_back_again() -> None:
    person = known()
    put(person, evidence=(evidence(),))
    put(person, withdraw=(key(),))
    put(person, evidence=(evidence(),))
    assert (people.load(person).evidence, people.load(person).withdrawn) == ((), {key()})
    put(person, restore=(key(),), evidence=(evidence(),))
    record = people.load(person)
    assert (record.evidence, record.withdrawn) == ((evidence(),), frozenset())
    put(person, withdraw=(key(),))
    assert people.load(person).evidence == ()
    assert not findings_about(person)


def test_restoring_what_was_never_withdrawn_changes_nothing() -> None:
    person = known()
    before = people.load(person)
    assert people.change(person, lambda _: change(restore=(key(),))) == before
