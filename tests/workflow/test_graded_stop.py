"""A month paid in person before a suspension, on the real state machine: one collects, another does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    InstructionKind,
    InstructionState,
    ProposalState,
    StateName,
    Template,
)
from tests.events import stopped_by_grades
from tests.workflow.village import SPRING, Recipient, Village

STARTS = SPRING
PENSION = BenefitCode("resident_pension")
COMES, STAYS = Recipient(980), Recipient(982, phone="13800000002")


@pytest.fixture
def graded(village: Village, monkeypatch: pytest.MonkeyPatch) -> Village:
    """The village's county pays a pension by grades, as no pack does."""
    rules = current().rules
    for book in (rules, *rules.counties.values()):
        benefits: Any = book.benefits
        monkeypatch.setitem(benefits, PENSION, stopped_by_grades(book.benefits[PENSION]))
    return village


def test_who_collects_is_certified_and_who_does_not_is_looked_at_once_more(graded: Village) -> None:
    village = graded
    village.settle(COMES, STAYS)
    for who in (COMES, STAYS):
        village.failed_visits(who.number)
    for who in (COMES, STAYS):
        village.until_state(who.number, StateName.PROPOSE_SUSPENSION)
        village.confirm(who.number)
        village.approve(who.number)
    village.until_state(STAYS.number, StateName.PAY_IN_PERSON)
    line = village.record(STAYS.number).proposals[-1]
    assert village.sandbox.today() == date(2025, 8, 1)
    assert (line.in_person, line.effective) == ("2025-08", "2025-09")
    for who in (COMES, STAYS):
        record = village.record(who.number)
        (told,) = record.instructions
        assert (told.kind, told.month) == (InstructionKind.PAY_IN_PERSON, "2025-08")
        assert record.entitlements[0].status is EntitlementStatus.ACTIVE
        assert Template.PAY_IN_PERSON in {m.template for m in record.messages}

    village.until(date(2025, 8, 10))
    village.certifies(COMES.number)  # the pay point checks the identity, and says so
    record = village.record(COMES.number)
    assert record.open_case is None
    assert [i.state for i in record.instructions] == [InstructionState.CANCELLED]
    assert record.proposals[-1].state is ProposalState.LAPSED

    visits = len(village.record(STAYS.number).visits)
    village.until_state(STAYS.number, StateName.AWAIT_RESUMPTION)
    record = village.record(STAYS.number)
    stop = next(i for i in record.instructions if i.kind is InstructionKind.SUSPEND)
    assert (stop.month, stop.issued) == ("2025-09", date(2025, 9, 1))
    assert (record.entitlements[0].status, record.entitlements[0].stopped_from) == (
        EntitlementStatus.SUSPENDED,
        "2025-08",
    )
    assert len(record.visits) == visits, "not collecting is no failed visit"
    village.certifies(STAYS.number)
    resumed = next(i for i in village.record(STAYS.number).instructions if i.kind is InstructionKind.RESUME)
    assert (resumed.month, resumed.arrears, resumed.fen) == ("2025-09", ("2025-08",), 20_000)
