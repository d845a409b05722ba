"""What two people decide once a withdrawal names another day than that of a confirmed suspicion (rule 14)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.reversal import noted, reversals, reversed_by
from chalicelib.engine.suspicion import not_involved
from chalicelib.engine.undoing import REVERSED, reversed_by_people
from chalicelib.errors import RefusedError
from chalicelib.model import (
    EntitlementStatus,
    EvidenceKey,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.engine.judging import RULES
from tests.people import a_key, a_person, a_record, a_suspicion, an_entitlement, day

ON = day("2025-09-10")
OTHER_DAY = a_key("cremations/cremated", "2025-05-12")
TERMINATED, CONFIRMED = EntitlementStatus.TERMINATED, SuspicionState.CONFIRMED


def confirmed(kind: SuspicionKind = SuspicionKind.DEATH, **named: Any) -> Suspicion:
    given = {"verified_by": "one", "approved_by": "two", "verification": Verification.DOCUMENT, **named}
    return a_suspicion(kind, state=CONFIRMED, **given)


IN_CUSTODY = confirmed(SuspicionKind.CUSTODY, evidence=a_key("custody/sentence", "2025-05-10"))


def dead(*suspicions: Suspicion) -> PersonRecord:
    drawn = [an_entitlement(status=TERMINATED, stopped_from="2025-06")]
    return a_record(a_person(deceased_on="2025-05-10"), drawn, suspicions=suspicions or [confirmed()])


def asked(
    record: PersonRecord, gone: EvidenceKey = OTHER_DAY, *, matched: bool = False
) -> Sequence[Suspicion]:
    unmatched = frozenset() if matched else frozenset({gone})
    return list(reversals(record, frozenset({gone}), unmatched, RULES, ON))


def test_it_names_what_it_is_about_and_who_may_not_decide_it() -> None:
    (found,) = asked(dead())
    assert (found.name, found.about) == ("reversal#2025-05-10", "death#2025-05-10")
    assert (found.level, found.verify_by) == (1, day("2025-09-11"))
    assert found.involved == {"one", "two"}
    for by in ("one", "two"):
        with pytest.raises(RefusedError, match="no part"):
            not_involved(found, by)
    not_involved(found, "three")


@pytest.mark.parametrize(
    ("record", "gone", "matched", "why"),
    [
        (dead(), OTHER_DAY, True, "the record that was taken back is another one, and known"),
        (dead(a_suspicion()), OTHER_DAY, False, "nobody has confirmed it"),
        (dead(), a_key("custody/sentence", "2025-05-12"), False, "another kind"),
        (dead(), a_key("hospital_inpatient/admitted", "2025-05-12"), False, "no loss"),
        (dead(), a_key("nobody/knows", "2025-05-12"), False, "no event"),
        (
            a_record(
                suspicions=[
                    confirmed(SuspicionKind.CUSTODY, evidence=a_key("custody/sentence", "2025-05-10"))
                ]
            ),
            a_key("custody/sentence", "2025-05-12"),
            False,
            "it has ended nothing",
        ),
    ],
)
def test_nothing_is_asked(record: PersonRecord, gone: EvidenceKey, matched: bool, why: str) -> None:
    assert asked(record, gone, matched=matched) == [], why


def test_found_at_the_door_the_department_s_own_withdrawal_is_asked_about() -> None:
    at_the_door = confirmed(verification=Verification.VISIT)
    assert at_the_door.evidence is not None
    assert len(asked(dead(at_the_door), at_the_door.evidence, matched=True)) == 1
    condition = confirmed(SuspicionKind.CONDITION, verification=Verification.VISIT)
    assert condition.evidence is not None
    assert asked(dead(condition), condition.evidence, matched=True) == []


def test_while_nobody_has_confirmed_it_whoever_verifies_reads_of_it_once() -> None:
    (told,) = noted(dead(a_suspicion()), {OTHER_DAY}, RULES)
    assert told.reason.en.endswith("ask whether it was wrong.")
    assert list(noted(dead(told), {OTHER_DAY}, RULES)) == []
    assert list(noted(dead(a_suspicion()), {a_key("custody/sentence", "2025-05-12")}, RULES)) == []
    assert list(noted(dead(a_suspicion()), {a_key("nobody/knows", "2025-05-12")}, RULES)) == []


def test_asked_once_at_a_time_and_each_under_a_key_of_its_own() -> None:
    (first,) = asked(dead())
    assert asked(dead(confirmed(), first)) == []
    answered = replace(first, state=SuspicionState.CLEARED)
    (again,) = asked(dead(confirmed(), answered))
    assert (again.name, again.generation) == (first.name, 2)
    other = replace(answered, about="custody#2025-05-10")
    (apart,) = asked(dead(confirmed(), other))
    assert apart.name == "reversal#2025-05-11"


def test_upheld_the_person_lives_and_the_record_counts_as_refuted() -> None:
    (reversal,) = asked(dead())
    upheld = replace(reversal, state=CONFIRMED, verified_by="three", approved_by="four")
    record = dead(confirmed(), upheld)
    mistaken = reversed_by(record, upheld)
    assert mistaken is not None
    undoing = reversed_by_people(record, mistaken, upheld, [], RULES, ON)
    assert undoing.person.deceased_on is None
    assert [(s.state, s.verified_by, s.approved_by) for s in undoing.suspicions] == [
        (SuspicionState.CLEARED, "three", "four")
    ]
    assert [(i.fen, i.reason) for i in undoing.instructions] == [(3 * 15_000, REVERSED)]
    assert reversed_by(record, reversal) is None, "not upheld"
    assert reversed_by(dead(*undoing.suspicions, upheld), upheld) is None, "undone already"
