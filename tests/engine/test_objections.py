"""Objections (rule 22): fifteen working days, then the level above; decided by nobody involved."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.engine.suspension.objections import decide_by, is_again, level_on, may_decide, spared
from chalicelib.errors import RefusedError
from chalicelib.model import (
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    ObjectionAbout,
    ObjectionState,
    PersonRecord,
    ProposalState,
)
from tests.events import RULES
from tests.people import (
    PENSION,
    a_case,
    a_proposal,
    a_record,
    a_suspicion,
    a_visit,
    an_entitlement,
    an_objection,
    day,
)


def test_fifteen_working_days_of_the_chinese_calendar() -> None:
    assert decide_by(day("2025-06-23"), RULES.policy) == day("2025-07-14")
    # eight days of holiday, and the Sunday before and the Saturday after them worked
    assert decide_by(day("2025-09-26"), RULES.policy) == day("2025-10-23")


@pytest.mark.parametrize(("on", "level"), [("2025-06-23", 1), ("2025-07-14", 1), ("2025-07-15", 2)])
def test_what_is_overdue_goes_up_a_level(on: str, level: int) -> None:
    assert level_on(an_objection(), day(on)) == level


@pytest.mark.parametrize(
    ("record", "refused"),
    [
        (a_record(), None),
        (a_record(visits=[a_visit("2025-06-16 10:00", by="somebody")]), "involved"),
        (a_record(visits=[a_visit("2025-06-16 10:00", by="somebody else")]), None),
        (a_record(suspicions=[a_suspicion(verified_by="somebody")]), "involved"),
        (a_record(suspicions=[a_suspicion(approved_by="somebody")]), "involved"),
        (a_record(suspicions=[a_suspicion(signed={PENSION: "somebody"})]), "involved"),
        (a_record(proposals=[a_proposal(ProposalState.CONFIRMED, confirmed_by="somebody")]), "involved"),
        (a_record(proposals=[a_proposal(approved_by="somebody")]), "involved"),
    ],
)
def test_nobody_involved_decides(record: PersonRecord, refused: str | None) -> None:
    if refused is None:
        may_decide(an_objection(), record, "somebody")
        return
    with pytest.raises(RefusedError) as error:
        may_decide(an_objection(), record, "somebody")
    assert error.value.code == refused


@pytest.mark.parametrize(
    ("named", "refused"),
    [
        ({"raised_by": "somebody"}, "involved"),
        ({"state": ObjectionState.UPHELD}, "decided"),
        ({"state": ObjectionState.REJECTED}, "decided"),
    ],
)
def test_nor_whoever_raised_it_nor_anybody_twice(named: Mapping[str, Any], refused: str) -> None:
    with pytest.raises(RefusedError) as error:
        may_decide(an_objection(**named), a_record(), "somebody")
    assert error.value.code == refused


def test_raised_again_it_goes_to_the_level_above_at_once() -> None:
    assert level_on(an_objection(holds=False), day("2025-06-23")) == 2


@pytest.mark.parametrize(
    ("earlier", "again", "why"),
    [
        ({"state": ObjectionState.REJECTED}, True, "rejected once"),
        ({"state": ObjectionState.UPHELD}, False, "upheld: a new line is another matter"),
        ({"state": ObjectionState.OPEN}, False, "not decided yet"),
        ({"state": ObjectionState.REJECTED, "case": day("2024-06-30")}, False, "in another case"),
        ({"state": ObjectionState.REJECTED, "about": ObjectionAbout.RECOVERY}, False, "to something else"),
        ({"state": ObjectionState.REJECTED, "benefit": PENSION}, False, "of one benefit"),
    ],
)
def test_what_is_the_same_again(earlier: Mapping[str, Any], again: bool, why: str) -> None:
    record = a_record(objections=[an_objection(**{"case": day("2025-06-30"), **earlier})])
    assert is_again(an_objection(case=day("2025-06-30")), record) is again, why


def test_whoever_answered_before_does_not_answer_again() -> None:
    record = a_record(objections=[an_objection(ObjectionState.REJECTED, decided_by="somebody")])
    with pytest.raises(RefusedError) as error:
        may_decide(an_objection(holds=False), record, "somebody")
    assert error.value.code == "involved"
    may_decide(an_objection(about=ObjectionAbout.RECOVERY), record, "somebody")


@pytest.mark.parametrize(
    ("decided", "named", "is_spared", "why"),
    [
        ("2025-08-10", {}, True, "found wrong while it was in effect"),
        ("2025-07-31", {}, False, "found wrong before: the line was struck, and another one took effect"),
        ("2025-08-10", {"about": ObjectionAbout.RECOVERY}, False, "against something else"),
        ("2025-08-10", {"case": day("2024-06-30")}, False, "of an earlier case"),
        ("2025-08-10", {"state": ObjectionState.REJECTED}, False, "rejected"),
    ],
)
def test_a_suspension_found_wrong_resumes(
    decided: str, named: dict[str, Any], is_spared: bool, why: str
) -> None:
    upheld = an_objection(ObjectionState.UPHELD, decided=day(decided), case=day("2025-06-30"))
    stop = Instruction(
        PENSION,
        InstructionKind.SUSPEND,
        Month("2025-08"),
        15_000,
        "x",
        InstructionState.SEEN,
        day("2025-08-01"),
    )
    stopped = an_entitlement(status=EntitlementStatus.SUSPENDED, stopped_from="2025-08")
    other = an_entitlement("land_loss_pension", status=EntitlementStatus.SUSPENDED, stopped_from="2025-08")
    record = a_record(
        entitlements=[stopped, other, an_entitlement("veteran_subsidy")],
        objections=[replace(upheld, **named)],
        instructions=[stop],
    )
    assert spared(record, a_case()) == ({PENSION} if is_spared else frozenset()), why
