"""What is confirmed ends by the word of each benefit's own authority (rule 15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.suspicion.approvals import Runs, approved, awaiting, reminded
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    ObjectionAbout,
    ObjectionState,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from tests.events import RULES
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, an_objection, day

ON = day("2025-06-10")
OTHER = BenefitCode("old_age_allowance")
CONFIRMED = a_suspicion(state=SuspicionState.CONFIRMED, verified_by="zhou", approved_by="wu")
BOTH = a_record(entitlements=[an_entitlement(), an_entitlement(OTHER)])


def runs(*mine: str) -> Runs:
    return lambda benefit: benefit in mine


def with_others(*others: Suspicion, **named: object) -> PersonRecord:
    return replace(BOTH, suspicions=(CONFIRMED, *others), **named)  # type: ignore[arg-type]


CONTRADICTED = a_suspicion(SuspicionKind.CONTRADICTION)
REVERSAL = replace(a_suspicion(SuspicionKind.REVERSAL), about=CONFIRMED.name)
OBJECTED = (an_objection(about=ObjectionAbout.TERMINATION),)


@pytest.mark.parametrize(
    ("mine", "record", "signed", "why"),
    [
        ((), BOTH, {}, "a village, a township"),
        ((OTHER,), BOTH, {OTHER: "wu"}, "of one authority"),
        ((PENSION, OTHER), BOTH, {PENSION: "wu", OTHER: "wu"}, "of both"),
        ((PENSION,), with_others(CONTRADICTED), {}, "somebody was seen after the day"),
        ((PENSION,), with_others(REVERSAL), {}, "two others look into it"),
    ],
)
def test_the_word_that_confirms_approves_what_its_speaker_runs(
    mine: tuple[str, ...], record: PersonRecord, signed: dict[str, str], why: str
) -> None:
    after = awaiting(record, CONFIRMED, "wu", runs(*mine), RULES, ON)
    assert (after.ends, after.signed) == ((PENSION, OTHER), signed), why
    assert after.is_unfinished
    waits = bool(after.unsigned)
    assert (after.level, after.verify_by) == ((2, day("2025-06-24")) if waits else (0, CONFIRMED.verify_by))


def test_one_that_ends_nothing_waits_for_nobody() -> None:
    contradiction = replace(CONTRADICTED, state=SuspicionState.CONFIRMED)
    after = awaiting(BOTH, contradiction, "wu", runs(), RULES, ON)
    assert (after.ends, after.is_unfinished, after.verify_by) == ((), False, contradiction.verify_by)


WAITS = replace(CONFIRMED, ends=(PENSION, OTHER))


def test_each_authority_says_it_of_its_own() -> None:
    once = approved(BOTH, WAITS, "li", runs(PENSION))
    assert (once.signed, once.unsigned) == ({PENSION: "li"}, (OTHER,))
    assert approved(BOTH, once, "li", runs(PENSION)) == once, "the same again changes nothing"
    both = approved(BOTH, once, "wang", runs(OTHER))
    assert (both.signed, both.unsigned) == ({PENSION: "li", OTHER: "wang"}, ())


@pytest.mark.parametrize(
    ("suspicion", "record", "code"),
    [
        (a_suspicion(), BOTH, "not_confirmed"),
        (replace(WAITS, state=SuspicionState.WITHDRAWN), BOTH, "not_confirmed"),
        (replace(WAITS, ends=(OTHER,)), BOTH, "already_approved"),
        (replace(WAITS, ends=None), BOTH, "already_approved"),
        (replace(WAITS, signed={PENSION: "somebody else"}), BOTH, "already_approved"),
        (replace(WAITS, raised_by="li"), BOTH, "involved"),
        (WAITS, with_others(CONTRADICTED), "being_verified"),
        (WAITS, with_others(REVERSAL), "being_verified"),
        (WAITS, with_others(objections=OBJECTED), "being_verified"),
    ],
)
def test_what_nobody_approves(suspicion: Suspicion, record: PersonRecord, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        approved(record, suspicion, "li", runs(PENSION))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "record",
    [
        with_others(replace(CONTRADICTED, state=SuspicionState.CLEARED)),
        with_others(replace(REVERSAL, about="death#2020-01-01")),
        with_others(objections=(an_objection(about=ObjectionAbout.RECOVERY),)),
        with_others(
            objections=(an_objection(about=ObjectionAbout.TERMINATION, state=ObjectionState.REJECTED),)
        ),
    ],
)
def test_what_holds_no_approval(record: PersonRecord) -> None:
    assert approved(record, WAITS, "li", runs(PENSION)).signed == {PENSION: "li"}


def test_a_contradiction_holds_a_death_and_no_custody() -> None:
    custody = replace(WAITS, kind=SuspicionKind.CUSTODY)
    assert approved(with_others(CONTRADICTED), custody, "li", runs(PENSION)).signed == {PENSION: "li"}


def test_authorities_are_reminded_once_they_are_overdue_and_not_twice_for_one_term() -> None:
    late = replace(CONFIRMED, verify_by=day("2025-06-09"))
    once = reminded(late, ON, RULES.policy)
    assert once.reminders == 1
    assert once.verify_by is not None
    assert once.verify_by > ON
    assert reminded(once, ON, RULES.policy) == once, "a step that is called again"
    assert reminded(replace(late, verify_by=None), ON, RULES.policy).reminders == 1
