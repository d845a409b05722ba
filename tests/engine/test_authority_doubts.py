"""Row A11: an authority doubts a result; its benefit alone is verified, and the money continues."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspension.objections import may_decide
from chalicelib.engine.suspicion.authority_doubts import doubted, doubts
from chalicelib.engine.suspicion.lifecycle import TOWNSHIP, confirmed, is_moot, may_approve, needs_two
from chalicelib.engine.suspicion.termination import ending
from chalicelib.engine.texts.receipt import explain
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    InstructionKind,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from tests.events import RULES
from tests.people import PENSION, a_record, a_suspicion, an_entitlement, an_objection, day

ON = day("2025-06-10")
OLD_AGE = BenefitCode("old_age_allowance")
DRAWN = [
    an_entitlement(certified_until="2025-12-31"),
    an_entitlement(OLD_AGE, certified_until="2025-12-31", since="2025-03-01"),
]


def doubt(record: PersonRecord, since: str = "2025-06-10", benefit: BenefitCode = PENSION) -> Suspicion:
    return doubted(record, benefit, day(since), by="zhou", because="户籍不符", rules=RULES, on=ON)


def test_it_names_the_authority_and_is_verified_in_the_village_first() -> None:
    raised = doubt(a_record(entitlements=DRAWN))
    assert (raised.kind, raised.day, raised.benefit) == (SuspicionKind.DOUBTED, ON, PENSION)
    assert (raised.level, raised.verify_by, raised.raised_by) == (0, day("2025-06-13"), "zhou")
    assert raised.reason.zh == (
        "人力资源和社会保障部门对城乡居民基本养老保险的认证结果提出疑问，请求核实：户籍不符。核实期间待遇照常。"
    )
    assert "Human Resources and Social Security has asked to verify" in raised.reason.en


def test_it_changes_nothing_by_itself_and_the_person_reads_of_it() -> None:
    before = a_record(entitlements=DRAWN)
    record = replace(before, suspicions=(doubt(before),))
    decision = decide(record.person, record.entitlements, [], RULES, ON, refuted=record.refuted)
    assert decision == decide(before.person, before.entitlements, [], RULES, ON)
    receipt = explain(decision, record, RULES)
    assert record.suspicions[0].reason.zh in receipt.zh
    assert not receipt.is_certificate
    assert not is_moot(record.suspicions[0], decision), "no file refutes an authority's word"


def test_it_begins_with_the_benefit_at_the_earliest() -> None:
    assert doubt(a_record(entitlements=DRAWN), "2020-01-01", OLD_AGE).day == day("2025-03-01")


def test_two_benefits_doubted_on_one_day_are_two_suspicions() -> None:
    """Kind and day are the key of a suspicion: the second is filed a day later."""
    record = a_record(entitlements=DRAWN)
    first = doubt(record)
    second = doubt(replace(record, suspicions=(first,)), benefit=OLD_AGE)
    assert (second.day, second.benefit) == (day("2025-06-11"), OLD_AGE)
    assert [doubts(each, OLD_AGE) for each in (first, second, a_suspicion(benefit=OLD_AGE))] == [
        False,
        True,
        False,
    ]


def test_what_people_have_answered_is_not_asked_again() -> None:
    record = a_record(entitlements=DRAWN)
    answered = replace(doubt(record), state=SuspicionState.CLEARED)
    with pytest.raises(RefusedError, match="already_ended"):
        doubt(replace(record, suspicions=(answered,)))
    assert doubt(replace(record, suspicions=(answered,)), "2025-05-01").day == day("2025-05-01")


def test_nobody_doubts_what_is_not_drawn() -> None:
    ended = an_entitlement(status=EntitlementStatus.TERMINATED)
    for drawn in ([], [ended]):
        with pytest.raises(RefusedError, match="not_drawn"):
            doubt(a_record(entitlements=drawn))


@pytest.mark.parametrize(
    ("since", "first"), [("2025-04-01", "2025-04"), ("2025-04-02", "2025-05"), ("2025-04-30", "2025-05")]
)
def test_found_right_it_ends_its_own_benefit_and_no_other(since: str, first: str) -> None:
    record = a_record(entitlements=DRAWN)
    raised = doubt(record, since)
    (ended,) = ending(raised, record.entitlements, RULES, ON)
    assert (ended.entitlement.benefit, ended.instruction) == (PENSION, InstructionKind.TERMINATE)
    assert ended.from_month == first
    assert "as its authority doubted" in ended.reason
    assert needs_two(raised, record.entitlements, RULES, ON)


def test_whoever_raised_it_has_no_part_in_finding_it_right() -> None:
    record = a_record(entitlements=DRAWN)
    raised = doubt(record)
    with pytest.raises(RefusedError, match="involved"):
        confirmed(raised, "zhou", Verification.DOCUMENT, ON, two=True, level=TOWNSHIP)
    once = confirmed(raised, "wu", Verification.DOCUMENT, ON, two=True, level=TOWNSHIP)
    assert (once.state, once.verified_by) == (SuspicionState.OPEN, "wu")
    with pytest.raises(RefusedError, match="involved"):
        may_approve(once, "zhou")
    with pytest.raises(RefusedError, match="same_person"):
        may_approve(once, "wu")
    may_approve(once, "li")
    objected = replace(record, suspicions=(raised,), objections=(an_objection(),))
    with pytest.raises(RefusedError, match="involved"):
        may_decide(objected.objections[0], objected, "zhou")
