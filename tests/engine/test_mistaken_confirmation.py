"""What two people decide once a department takes back what a confirmed suspicion rests on, or another day
of the kind (rule 14)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.suspicion.lifecycle import not_involved
from chalicelib.engine.suspicion.mistaken_confirmation import (
    contradiction_true,
    noted,
    objection_upheld,
    reversals,
    reversed_by,
    seen_alive,
)
from chalicelib.engine.suspicion.reversal import REVERSED, reversed_by_people, taken_back
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    Interruption,
    Month,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from chalicelib.model.evidence import ANOTHER, NAME_SENT
from tests.engine.judging import RULES
from tests.people import (
    PENSION,
    a_key,
    a_person,
    a_record,
    a_suspicion,
    an_entitlement,
    day,
    some_evidence,
)

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


BEGUN_AGAIN = an_entitlement(
    interruptions=(Interruption(Month("2025-06"), Month("2025-07"), "custody#2025-05-10"),)
)


@pytest.mark.parametrize(
    ("record", "decided_by_two", "why"),
    [
        (dead(), True, "it has ended a payment"),
        (a_record(suspicions=[confirmed()]), False, "its authority has not signed: it has ended nothing"),
        (a_record(suspicions=[IN_CUSTODY]), False, "it has ended nothing"),
        (
            a_record(entitlements=[an_entitlement(status=TERMINATED)], suspicions=[IN_CUSTODY]),
            True,
            "prison has ended it",
        ),
        (
            a_record(
                entitlements=[BEGUN_AGAIN], suspicions=[replace(IN_CUSTODY, restarted=Month("2025-08"))]
            ),
            True,
            "months were not paid, though it has begun again",
        ),
    ],
)
def test_a_withdrawal_that_names_the_record_leaves_to_two_what_has_ended_a_payment(
    record: PersonRecord, decided_by_two: bool, why: str
) -> None:
    (about,) = record.suspicions
    assert about.evidence is not None
    gone = frozenset({about.evidence})
    undoing = taken_back(record, gone, RULES, ON)
    assert [s.state for s in undoing.suspicions] == ([] if decided_by_two else [SuspicionState.WITHDRAWN]), (
        why
    )
    assert (undoing.entitlements, undoing.instructions) == ((), ()), "nothing is paid by it"
    stands = {s.name: s for s in (*record.suspicions, *undoing.suspicions)}
    left = replace(record, suspicions=tuple(stands.values()))
    found = list(reversals(left, gone, frozenset(), RULES, ON))
    assert [s.about for s in found] == ([about.name] if decided_by_two else []), why
    assert all("took back the record on which" in s.reason.en for s in found)


def test_what_another_record_says_too_is_asked_of_nobody() -> None:
    said_twice = replace(dead(), evidence=(some_evidence("cremations/cremated", "2025-05-11"),))
    (death,) = said_twice.suspicions
    assert death.evidence is not None
    assert not asked(said_twice, death.evidence, matched=True)


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


# --- every other way that shows the mistake ---------------------------------------------------------

FOUND = confirmed(closed=day("2025-06-20"))
AT_A_COUNTER, AT_THE_DOOR = "counter/certified", "home_visits/seen"


@pytest.mark.parametrize(
    ("seen", "suspicions", "asked_again", "why"),
    [
        ([some_evidence(AT_A_COUNTER, "2025-07-01")], [FOUND], True, "at a counter"),
        ([some_evidence(AT_THE_DOOR, "2025-07-01")], [FOUND], True, "met at the door"),
        ([some_evidence(AT_A_COUNTER, "2025-06-20")], [FOUND], True, "on the very day"),
        ([some_evidence(AT_A_COUNTER, "2025-06-19")], [FOUND], False, "known when it was confirmed"),
        ([some_evidence("hospital_inpatient/admitted", "2025-07-01")], [FOUND], False, "a contradiction"),
        ([some_evidence("nobody/knows", "2025-07-01")], [FOUND], False, "no event"),
        (
            [some_evidence(AT_A_COUNTER, "2025-07-01", **{NAME_SENT: ANOTHER})],
            [FOUND],
            False,
            "somebody of another name",
        ),
        ([], [FOUND], False, "nobody has seen them"),
        ([some_evidence(AT_A_COUNTER, "2025-07-01")], [a_suspicion()], False, "nobody has confirmed it"),
        ([some_evidence(AT_A_COUNTER, "2025-07-01")], [IN_CUSTODY], False, "who is in prison may be seen"),
    ],
)
def test_who_was_confirmed_dead_and_is_seen(
    seen: list[Evidence], suspicions: list[Suspicion], asked_again: bool, why: str
) -> None:
    record = a_record(a_person(deceased_on="2025-05-10"), suspicions=suspicions, evidence=seen)
    found = list(seen_alive(record, RULES, ON))
    assert [s.about for s in found] == (["death#2025-05-10"] if asked_again else []), why
    if found:
        again = replace(record, suspicions=(*record.suspicions, *found))
        assert list(seen_alive(again, RULES, ON)) == [], "once"
        assert "工作人员" in found[0].reason.zh
        assert seen[0].key.day.isoformat() in found[0].reason.en


@pytest.mark.parametrize(("until", "asked_of"), [("2025-06-30", 0), ("2025-07-01", 1), ("2025-12-31", 1)])
def test_who_is_seen_when_the_term_is_over_was_not_confirmed_in_error(until: str, asked_of: int) -> None:
    found = replace(IN_CUSTODY, closed=day("2025-05-20"))
    sentence = some_evidence("custody/sentence", "2025-05-10", until=until)
    seen = some_evidence(AT_A_COUNTER, "2025-07-01")
    drawn = [an_entitlement(status=TERMINATED, stopped_from="2025-06")]
    record = a_record(a_person(), drawn, suspicions=[found], evidence=[sentence, seen])
    assert len(list(seen_alive(record, RULES, ON))) == asked_of, "a restart is asked instead (rule 15)"


def test_answered_it_is_asked_again_only_when_they_are_seen_again() -> None:
    seen = some_evidence(AT_A_COUNTER, "2025-07-01")
    record = a_record(suspicions=[FOUND], evidence=[seen])
    (first,) = seen_alive(record, RULES, ON)
    answered = replace(first, state=SuspicionState.CLEARED, closed=day("2025-07-02"))
    record = replace(record, suspicions=(FOUND, answered))
    assert list(seen_alive(record, RULES, ON)) == []
    again = replace(record, evidence=(seen, some_evidence(AT_THE_DOOR, "2025-07-03")))
    assert [s.generation for s in seen_alive(again, RULES, ON)] == [2]


@pytest.mark.parametrize(
    ("contradiction", "suspicions", "count"),
    [
        ({"state": SuspicionState.CLEARED}, [FOUND], 1),
        ({"state": CONFIRMED}, [FOUND], 0),
        ({"state": SuspicionState.CLEARED, "day": day("2025-05-10")}, [FOUND], 0),
        ({"state": SuspicionState.CLEARED, "kind": SuspicionKind.CUSTODY}, [FOUND], 0),
        ({"state": SuspicionState.CLEARED}, [a_suspicion()], 0),
    ],
)
def test_what_contradicted_a_death_is_so(
    contradiction: dict[str, Any], suspicions: list[Suspicion], count: int
) -> None:
    cleared = replace(a_suspicion(SuspicionKind.CONTRADICTION, "2025-05-20"), **contradiction)
    record = a_record(suspicions=[*suspicions, cleared])
    assert len(list(contradiction_true(record, cleared, RULES, ON))) == count


def test_an_objection_upheld_asks_about_all_that_ended_what_it_names() -> None:
    second = confirmed(SuspicionKind.CUSTODY, evidence=IN_CUSTODY.evidence)
    record = dead(FOUND, second, confirmed(SuspicionKind.WRONG_AMOUNT), a_suspicion(SuspicionKind.CONDITION))
    found = list(objection_upheld(record, None, RULES, ON))
    assert [s.about for s in found] == ["death#2025-05-10", "custody#2025-05-10"]
    assert len({s.name for s in found}) == 2, "each under a key of its own"
    assert len(list(objection_upheld(record, BenefitCode(PENSION), RULES, ON))) == 2
    assert list(objection_upheld(record, BenefitCode("old_age_allowance"), RULES, ON)) == []


def test_an_objection_upheld_asks_about_what_waits_for_its_authority() -> None:
    waits = confirmed(ends=(PENSION,))
    record = a_record(entitlements=[an_entitlement()], suspicions=[waits])
    assert [s.about for s in objection_upheld(record, None, RULES, ON)] == [waits.name]
