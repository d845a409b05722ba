"""Whoever visited neither confirms nor approves (rule 10 c), on the real state machine."""

from __future__ import annotations

import pytest

from chalicelib.errors import RefusedError
from chalicelib.model import EntitlementStatus, ProposalState, StateName
from tests.workflow.village import SPRING, Recipient, Village

STARTS = SPRING

ONE = Recipient(980)


def test_visitor_confirmer_and_approver_are_three_people(village: Village) -> None:
    village.settle(ONE)
    village.failed_visits(ONE.number)
    village.until_state(ONE.number, StateName.PROPOSE_SUSPENSION)
    with pytest.raises(RefusedError, match="whoever visited"):
        village.confirm(ONE.number, by="worker")
    assert village.record(ONE.number).proposals[-1].state is ProposalState.PROPOSED
    village.confirm(ONE.number)
    with pytest.raises(RefusedError, match="whoever visited"):
        village.approve(ONE.number, by="worker")
    village.approve(ONE.number)
    village.until_state(ONE.number, StateName.AWAIT_RESUMPTION)
    assert village.record(ONE.number).entitlements[0].status is EntitlementStatus.SUSPENDED
