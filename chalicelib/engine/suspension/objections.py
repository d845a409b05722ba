"""申诉 · Objections (rule 22): by when one is to be decided, at which level, and who may: nobody involved.

The first against a measure holds it. Raised again after a rejection it is taken down, goes to the level
above and holds nothing: nobody is silenced, and nothing is held for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.suspicion.lifecycle import next_level
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Case,
    EntitlementStatus,
    InstructionKind,
    Objection,
    ObjectionAbout,
    ObjectionState,
    PersonRecord,
)

_TOWNSHIP = 1  # 0 village, 1 township, 2 county: a village has had its part in most of them


def decide_by(raised: date, policy: Policy) -> date:
    """The last day on which an objection may be answered."""
    return add_working_days(raised, policy.objection_working_days)


def level_on(objection: Objection, on: date) -> int:
    """Who is to decide on a day: a township's officer; what is overdue or raised again, the level above."""
    return _TOWNSHIP if objection.holds and on <= objection.decide_by else next_level(_TOWNSHIP)


def spared(record: PersonRecord, case: Case) -> frozenset[BenefitCode]:
    """The benefits suspended in a case of which somebody not involved has found since that it was wrong."""
    upheld = [
        o.decided
        for o in record.objections
        if o.spares(ObjectionAbout.SUSPENSION) and o.case == case.due and o.decided is not None
    ]
    told = {
        e.benefit: max(i.issued for i in stops)
        for e in record.entitlements
        if e.status is EntitlementStatus.SUSPENDED
        and (
            stops := [
                i for i in record.instructions if i.benefit == e.benefit and i.kind is InstructionKind.SUSPEND
            ]
        )
    }
    return frozenset(benefit for benefit, issued in told.items() if any(day >= issued for day in upheld))


def is_again(raised: Objection, record: PersonRecord) -> bool:
    """Whether somebody not involved has rejected an objection to the same measure already."""
    return any(o.state is ObjectionState.REJECTED and o.measure == raised.measure for o in record.objections)


def may_decide(objection: Objection, record: PersonRecord, actor: str) -> None:
    """Raises RefusedError once decided, and for whoever raised it, had a part in it or answered before."""
    if objection.state is not ObjectionState.OPEN:
        raise RefusedError("decided", "该异议已处理完毕。", f"the objection is {objection.state} already")
    before = {o.decided_by for o in record.objections if o.measure == objection.measure}
    if actor == objection.raised_by or actor in _involved(record) or actor in before:
        raise RefusedError(
            "involved",
            "异议须由未参与此事的人员处理。",
            "an objection is decided by somebody who had no part in it",
        )


def _involved(record: PersonRecord) -> Iterable[str | None]:
    """Everybody whose word a measure against the person may rest on."""
    yield from (who for visit in record.visits for who in visit.authors)
    for suspicion in record.suspicions:
        yield from (suspicion.raised_by, suspicion.verified_by, suspicion.approved_by)
        yield from suspicion.signed.values()
    for proposal in record.proposals:
        yield from (proposal.confirmed_by, proposal.approved_by)
