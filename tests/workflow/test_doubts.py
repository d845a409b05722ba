"""An authority's doubt walks like any suspicion: money continues until two people have found it right."""

from __future__ import annotations

from datetime import date

from chalicelib import cases
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    InstructionKind,
    Month,
    Payment,
    PersonRecord,
    RecoveryState,
    StateName,
    Suspicion,
    SuspicionState,
    Template,
    Verification,
)
from chalicelib.storage.dynamodb import people
from tests.workflow.village import AUTHORITY, Recipient, Village

ONE = Recipient(980, until=date(2025, 12, 31), also=("大中型水库移民后期扶持",))
PENSION, RESETTLED = BenefitCode("resident_pension"), BenefitCode("reservoir_resettlement")
SINCE = date(2025, 1, 15)


def doubted(village: Village) -> PersonRecord:
    """The pension's authority doubts since January, when it is March."""
    village.settle(ONE)
    village.until(date(2025, 3, 3))
    person = village.person(ONE.number)
    paid = [Payment(PENSION, Month(month), 20_000, SINCE) for month in ("2025-01", "2025-02", "2025-03")]
    people.put_payments((person, payment) for payment in paid)
    cases.doubt(person, PENSION, SINCE, by="zhou", because="户籍登记不一致")
    village.sandbox.run_until_quiet()
    return village.record(ONE.number)


def verified(village: Village, suspicion: Suspicion, by: str, *, confirmed: bool) -> PersonRecord:
    cases.suspicion_verified(
        village.person(ONE.number),
        suspicion.kind,
        suspicion.day,
        confirmed=confirmed,
        by=by,
        verification=Verification.DOCUMENT,
        **AUTHORITY,
    )
    village.sandbox.run_until_quiet()
    return village.record(ONE.number)


def test_it_waits_for_people_and_stops_nothing(village: Village) -> None:
    record = doubted(village)
    (suspicion,) = record.open_suspicions
    assert suspicion.waiting is not None
    assert suspicion.waiting.state is StateName.VERIFY
    assert cases.doubt(record.person.id, PENSION, SINCE, by="zhou", because="再次") == suspicion
    village.days(40)  # overdue, it goes up; silence never confirms
    record = village.record(ONE.number)
    assert record.open_suspicions[0].level == 2
    assert {(e.status, e.valid_until) for e in record.entitlements} == {
        (EntitlementStatus.ACTIVE, date(2025, 12, 31))
    }
    assert (record.messages, record.instructions, record.cases) == ((), (), ())


def test_it_does_not_keep_data_from_certifying(village: Village) -> None:
    doubted(village)
    village.hospital(ONE.number, date(2025, 3, 1))
    record = village.record(ONE.number)
    (pension,) = (e for e in record.entitlements if e.benefit == PENSION)
    assert pension.valid_until == date(2026, 2, 28)
    assert [s.state for s in record.suspicions] == [SuspicionState.OPEN], "nor do data end it"


def test_found_right_by_two_it_ends_that_payment_alone(village: Village) -> None:
    (suspicion,) = doubted(village).open_suspicions
    record = verified(village, suspicion, "wu", confirmed=True)
    assert {e.status for e in record.entitlements} == {EntitlementStatus.ACTIVE}
    village.second_word(ONE.number, "li")
    record = village.record(ONE.number)
    status = {e.benefit: (e.status, e.stopped_from) for e in record.entitlements}
    assert status == {
        PENSION: (EntitlementStatus.TERMINATED, "2025-02"),
        RESETTLED: (EntitlementStatus.ACTIVE, None),
    }
    assert {i.kind: (i.benefit, i.month, i.fen) for i in record.instructions} == {
        InstructionKind.TERMINATE: (PENSION, "2025-02", 20_000),
        InstructionKind.RECOVER: (PENSION, "2025-02", 40_000),
    }
    assert {m.template for m in record.messages} == {Template.TERMINATED, Template.RECOVERY_HEARING}
    assert [(r.benefit, r.fen, r.state) for r in record.recoveries] == [
        (PENSION, 40_000, RecoveryState.HEARING)
    ], "asked first"


def test_found_wrong_nothing_has_changed(village: Village) -> None:
    before = doubted(village)
    record = verified(village, before.open_suspicions[0], "wu", confirmed=False)
    assert [(s.state, s.waiting) for s in record.suspicions] == [(SuspicionState.CLEARED, None)]
    assert record.entitlements == before.entitlements
    assert (record.messages, record.instructions) == ((), ())
