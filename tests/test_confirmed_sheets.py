"""What a village signs of a fact that was confirmed: the benefits that it ends, and no others."""

from __future__ import annotations

import pytest

from chalicelib.confirmed_sheets import benefits_of
from chalicelib.model import BenefitCode, EntitlementStatus, SuspicionKind, SuspicionState
from tests.people import PENSION, a_key, a_record, a_suspicion, an_entitlement, day

pytestmark = pytest.mark.usefixtures("aws")

AID = BenefitCode("medical_aid")
PENSION_ZH, AID_ZH = "城乡居民基本养老保险", "医疗救助"


@pytest.mark.parametrize(
    ("kind", "evidence", "status", "says", "why"),
    [
        (
            SuspicionKind.DEATH,
            None,
            "active",
            [f"{PENSION_ZH}：待主管部门批准", f"{AID_ZH}：待主管部门批准"],
            "all end",
        ),
        (
            SuspicionKind.CUSTODY,
            "custody/sentence",
            "active",
            [f"{PENSION_ZH}：待主管部门批准"],
            "the aid goes on",
        ),
        (SuspicionKind.CUSTODY, "custody/sentence", "terminated", [f"{PENSION_ZH}：已停发"], "and has ended"),
        (
            SuspicionKind.CUSTODY,
            "custody/awaiting_judgment",
            "paused",
            [f"{PENSION_ZH}：已中止"],
            "and is paused",
        ),
    ],
)
def test_only_what_the_fact_ends_is_said_to_end(
    kind: SuspicionKind, evidence: str | None, status: str, says: list[str], why: str
) -> None:
    key = a_key(evidence, "2025-05-10") if evidence is not None else None
    fact = a_suspicion(kind, state=SuspicionState.CONFIRMED, evidence=key)
    drawn = [an_entitlement(PENSION, status=EntitlementStatus(status)), an_entitlement(AID)]
    said = benefits_of(a_record(entitlements=drawn, suspicions=[fact]), fact, day("2025-06-10"))
    assert said.splitlines() == says, why
