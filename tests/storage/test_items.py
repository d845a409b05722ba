import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.model import (
    Case,
    DroppedFile,
    Entitlement,
    Evidence,
    EvidenceKey,
    Instruction,
    Message,
    MessageState,
    Objection,
    Payment,
    Person,
    PersonId,
    Proposal,
    Suspicion,
    Visit,
)
from chalicelib.storage.dynamodb.items import KIND_OF, canonical, decode, encode, sort_key
from tests.storage import builders

STORED = (
    Case,
    DroppedFile,
    Entitlement,
    Evidence,
    EvidenceKey,
    Instruction,
    Message,
    Objection,
    Payment,
    Person,
    Proposal,
    Suspicion,
    Visit,
)


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_stored_comes_back_exactly(kind: type[Any], data: st.DataObject) -> None:
    thing = data.draw(st.from_type(kind))
    text = encode(thing)
    assert decode(kind, text) == thing
    assert encode(decode(kind, text)) == text, "one value has one spelling"


def test_a_value_that_is_the_default_is_left_out() -> None:
    stored = json.loads(encode(builders.entitlement()))
    assert "stopped_from" not in stored
    assert stored["status"] == "active"


def test_a_field_of_a_newer_program_is_not_dropped_in_silence() -> None:
    stored = json.loads(encode(builders.entitlement())) | {"invented_later": 1}
    with pytest.raises(TypeError, match="invented_later"):
        decode(Entitlement, json.dumps(stored))


def test_each_kind_of_item_has_a_place_of_its_own_below_the_audit_chain() -> None:
    things = (
        builders.entitlement(),
        builders.evidence(),
        builders.key(),
        builders.visit(),
        builders.suspicion(),
        builders.message(PersonId("a" * 26)),
    )
    keys = [sort_key(thing) for thing in things]
    assert keys == [
        "ENT#resident_pension",
        "EV#2025-06-20#hospital_inpatient#admitted",
        "WD#2025-06-20#hospital_inpatient#admitted",
        "VISIT#0001",
        "SUS#death#2025-06-01",
        f"MSG#{'a' * 26}.remind0001",
    ]
    assert {place.partition("#")[0] for place in keys} <= KIND_OF.keys()
    assert max(keys) < "~"


def test_nothing_else_has_a_place() -> None:
    with pytest.raises(TypeError, match="str"):
        sort_key("anything")


@pytest.mark.parametrize("hint", [complex, list[int]])
def test_a_type_without_a_way_to_store_it_is_refused(hint: Any) -> None:
    with pytest.raises(TypeError, match="no way to store"):
        decode(hint, "1")


def test_details_have_one_spelling() -> None:
    details = {
        "b": [builders.AT, builders.AT.date(), ("x", None)],
        "a": {"set": frozenset({"z", "y"}), "state": MessageState.SENT, "key": builders.key()},
        "n": 1.5,
    }
    assert json.loads(canonical(details)) == {
        "a": {"key": "2025-06-20#hospital_inpatient#admitted", "set": ["y", "z"], "state": "sent"},
        "b": ["2025-07-01T02:00:00+00:00", "2025-07-01", ["x", None]],
        "n": 1.5,
    }
    assert canonical(dict(reversed(details.items()))) == canonical(details)
