"""Suspicions: who verifies by when, which finding opens one, what makes it moot (rule 13)."""

from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspicion.lifecycle import (
    LEVELS,
    TOWNSHIP,
    chased,
    confirmed,
    is_moot,
    is_unresolved,
    may_approve,
    may_open,
    needs_two,
    next_level,
    opened,
    verify_by,
)
from chalicelib.errors import RefusedError
from chalicelib.model import Suspicion, SuspicionKind, SuspicionState, Verification
from tests.events import RULES
from tests.people import (
    PENSION,
    a_finding,
    a_key,
    a_person,
    a_suspicion,
    an_entitlement,
    day,
    some_evidence,
)

OPEN, CONFIRMED, CLEARED = SuspicionState.OPEN, SuspicionState.CONFIRMED, SuspicionState.CLEARED
DEATH, CUSTODY, DOUBLE = SuspicionKind.DEATH, SuspicionKind.CUSTODY, SuspicionKind.DOUBLE_RECEIPT


@pytest.mark.parametrize(
    ("level", "by", "why"),
    [
        (0, "2025-05-15", "a village has 3 working days, over a weekend"),
        (1, "2025-05-26", "a township has 10"),
        (2, "2025-05-26", "so has the county"),
    ],
)
def test_verified_by(level: int, by: str, why: str) -> None:
    assert verify_by(day("2025-05-12"), level, RULES.policy) == day(by), why


@pytest.mark.parametrize(
    ("kind", "by"),
    [
        (SuspicionKind.TWO_NUMBERS, "2025-06-10"),
        (SuspicionKind.UNLISTED, "2025-05-26"),
        (SuspicionKind.REVERSAL, "2025-05-13"),
        (DEATH, "2025-05-26"),
    ],
)
def test_some_kinds_have_a_term_of_their_own(kind: SuspicionKind, by: str) -> None:
    assert verify_by(day("2025-05-12"), 1, RULES.policy, kind) == day(by)


def test_every_level_has_its_days() -> None:
    assert len(RULES.policy.suspicions.working_days) == LEVELS
    assert [next_level(level) for level in range(LEVELS)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("on", "level", "why"),
    [("2025-05-15", 0, "the last day is not overdue"), ("2025-05-16", 1, "overdue goes up a level")],
)
def test_overdue_goes_up_and_never_confirms_itself(on: str, level: int, why: str) -> None:
    suspicion = opened(a_finding(), day("2025-05-12"), RULES.policy)
    after = chased(suspicion, day(on), RULES.policy)
    assert (after.level, after.state) == (level, OPEN), why


def test_one_without_a_day_is_chased_at_once() -> None:
    assert chased(a_suspicion(verify_by=None), day("2025-05-12"), RULES.policy).level == 1


@pytest.mark.parametrize(
    ("known", "finding", "opens", "why"),
    [
        (None, a_finding(), True, "nothing known"),
        (a_suspicion(), a_finding(), False, "open for the same record"),
        (a_suspicion(state=CONFIRMED), a_finding(), False, "confirmed"),
        (a_suspicion(state=CLEARED), a_finding(), False, "cleared: looked into and found wrong"),
        (a_suspicion(), a_finding(on="2025-05-12"), False, "another record while one is open: one visit"),
        (a_suspicion(state=CONFIRMED), a_finding(on="2025-05-12"), False, "nobody dies a second time"),
        (a_suspicion(state=CLEARED), a_finding(on="2025-05-12"), True, "a new record of another day"),
        (
            a_suspicion(state=CLEARED),
            a_finding(evidence=a_key("hospital_inpatient/died", "2025-05-10")),
            False,
            "another record of the same kind and day is the same fact",
        ),
        (a_suspicion(), a_finding(CUSTODY), True, "another kind"),
        (a_suspicion(CUSTODY, state=CONFIRMED), a_finding(CUSTODY, "2025-06-01"), True, "a second spell"),
        (
            a_suspicion(DOUBLE, benefit=PENSION),
            a_finding(DOUBLE, "2025-06-01", benefit="veteran_subsidy"),
            True,
            "about another benefit",
        ),
    ],
)
def test_which_finding_opens_a_suspicion(
    known: Suspicion | None, finding: object, opens: bool, why: str
) -> None:
    suspicions = [] if known is None else [known]
    assert may_open(finding, suspicions) is opens, why  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("suspicions", "unresolved", "why"),
    [
        ([], True, "not even opened"),
        ([a_suspicion()], True, "open"),
        ([a_suspicion(state=CLEARED)], False, "answered"),
        ([a_suspicion(CUSTODY, state=CLEARED)], True, "another question was answered"),
    ],
)
def test_unresolved(suspicions: list[Suspicion], unresolved: bool, why: str) -> None:
    assert is_unresolved(a_finding(), suspicions) is unresolved, why


def test_an_opened_suspicion_carries_the_finding() -> None:
    finding = a_finding(DOUBLE, benefit=PENSION)
    suspicion = opened(finding, day("2025-05-12"), RULES.policy)
    assert (suspicion.kind, suspicion.day, suspicion.evidence, suspicion.benefit, suspicion.level) == (
        DOUBLE, finding.day, finding.evidence, PENSION, 0
    )  # fmt: skip


@pytest.mark.parametrize(
    ("suspicion", "moot", "why"),
    [
        (a_suspicion(), False, "its record stands"),
        (a_suspicion(SuspicionKind.CONTRADICTION), True, "its record was refuted or withdrawn"),
        (a_suspicion(SuspicionKind.CONTRADICTION, state=CLEARED), False, "ended already"),
        (a_suspicion(SuspicionKind.CONTRADICTION, evidence=None), False, "rests on somebody's word"),
        (a_suspicion(SuspicionKind.WRONG_AMOUNT), False, "ends by what is paid"),
        (
            a_suspicion(SuspicionKind.CONTRADICTION, verification=Verification.VISIT),
            False,
            "found at the door: a second person answers",
        ),
        (
            a_suspicion(DOUBLE, evidence=a_key(f"roster/{PENSION}.twice", "2025-03-10")),
            False,
            "two lines of the rosters still stand",
        ),
    ],
)
def test_moot(suspicion: Suspicion, moot: bool, why: str) -> None:
    death = some_evidence("cremations/cremated", "2025-05-10")
    decision = decide(a_person(), [an_entitlement()], [death], RULES, day("2025-05-12"))
    assert is_moot(suspicion, decision) is moot, why


def test_one_that_stands_beside_another_finding_is_not_moot() -> None:
    evidence = [
        some_evidence("cremations/cremated", "2025-05-10"),
        some_evidence("hospital_inpatient/admitted", "2025-05-11"),
    ]
    decision = decide(a_person(), [an_entitlement()], evidence, RULES, day("2025-05-12"))
    assert {finding.kind for finding in decision.findings} == {DEATH, SuspicionKind.CONTRADICTION}
    assert not is_moot(a_suspicion(), decision)
    assert not is_moot(a_suspicion(SuspicionKind.CONTRADICTION), decision)


def test_one_that_came_back_is_of_the_next_generation() -> None:
    finding = a_finding()
    first = opened(finding, day("2025-05-12"), RULES.policy)
    assert first.generation == 1
    withdrawn = replace(first, state=SuspicionState.WITHDRAWN)
    assert opened(finding, day("2025-05-19"), RULES.policy, [withdrawn]).generation == 2


@pytest.mark.parametrize(
    ("suspicion", "two", "why"),
    [
        (a_suspicion(), True, "a death, even of somebody who draws nothing any more"),
        (a_suspicion(CUSTODY, evidence=a_key("custody/sentence", "2025-05-10")), True, "ends the payment"),
        (a_suspicion(CUSTODY, evidence=a_key("custody/awaiting_judgment", "2025-05-10")), False, "a pause"),
        (a_suspicion(CUSTODY, evidence=a_key("custody/suspended_sentence", "2025-05-10")), False, "goes on"),
        (a_suspicion(DOUBLE, benefit=PENSION), True, "the one that gives way ends"),
        (a_suspicion(DOUBLE, benefit="veteran_subsidy"), False, "of a benefit that is not drawn"),
        (a_suspicion(SuspicionKind.CONDITION, benefit=PENSION), True, "what entitled is lost"),
        (a_suspicion(SuspicionKind.WRONG_AMOUNT, benefit=PENSION), False, "ends nothing"),
    ],
)
def test_what_ends_a_payment_needs_two(suspicion: Suspicion, two: bool, why: str) -> None:
    drawn = [] if suspicion.kind is DEATH else [an_entitlement()]
    assert needs_two(suspicion, drawn, RULES, day("2025-05-12")) is two, why


@pytest.mark.parametrize(
    ("two", "words", "state", "signed"),
    [
        (True, ["zhou"], OPEN, ("zhou", None)),
        (True, ["zhou", "zhou"], OPEN, ("zhou", None)),
        (True, ["zhou", "wu"], CONFIRMED, ("zhou", "wu")),
        (False, ["zhou"], CONFIRMED, ("zhou", None)),
    ],
)
def test_whose_word_confirms(
    two: bool, words: list[str], state: SuspicionState, signed: tuple[str, str | None]
) -> None:
    suspicion = a_suspicion()
    for by in words:
        suspicion = confirmed(
            suspicion, by, Verification.DOCUMENT, day("2025-05-12"), two=two, level=TOWNSHIP
        )
    assert (suspicion.state, (suspicion.verified_by, suspicion.approved_by)) == (state, signed)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "not_confirmed"),
        ({"verified_by": "wu"}, "same_person"),
        ({"verified_by": "zhou", "state": CONFIRMED}, "not_confirmed"),
        ({"verified_by": "zhou", "state": CLEARED}, "not_confirmed"),
    ],
)
def test_whose_second_word_counts_for_nothing(said: dict[str, object], code: str) -> None:
    suspicion = replace(a_suspicion(), **said)  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as refused:
        may_approve(suspicion, "wu")
    assert refused.value.code == code


def test_somebody_else_may_say_the_second_word() -> None:
    may_approve(replace(a_suspicion(), verified_by="zhou"), "wu")


def test_what_the_first_person_verified_it_by_stays() -> None:
    once = confirmed(a_suspicion(), "wu", Verification.VISIT, day("2025-05-12"), two=True, level=TOWNSHIP)
    twice = confirmed(once, "zhou", Verification.DOCUMENT, day("2025-05-13"), two=True, level=TOWNSHIP)
    assert (twice.verification, twice.verified_by, twice.approved_by) == (Verification.VISIT, "wu", "zhou")


def test_two_of_a_village_end_no_payment() -> None:
    """Rule 15: two people, one of them of the township or above."""
    on, document = day("2025-07-01"), Verification.DOCUMENT
    village, township = 0, 1
    first = confirmed(a_suspicion(), "wu", document, on, two=True, level=village)
    assert (first.state, first.verified_at_level) == (SuspicionState.OPEN, village)
    with pytest.raises(RefusedError) as error:
        confirmed(first, "li", document, on, two=True, level=village)
    assert error.value.code == "township_needed"
    assert confirmed(first, "zhou", document, on, two=True, level=township).state is SuspicionState.CONFIRMED
    higher = confirmed(a_suspicion(), "zhou", document, on, two=True, level=township)
    assert confirmed(higher, "wu", document, on, two=True, level=village).state is SuspicionState.CONFIRMED
