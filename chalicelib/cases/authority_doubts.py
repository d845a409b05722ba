"""主管部门存疑 · An authority doubts a result about one of its benefits: people verify it, and the money
continues."""

from __future__ import annotations

from datetime import date

from chalicelib import clock
from chalicelib.cases import evidence_effects
from chalicelib.engine.suspicion.authority_doubts import doubted, doubts
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, Change, PersonId, PersonRecord, Suspicion
from chalicelib.storage.dynamodb import people


def doubt(person: PersonId, benefit: BenefitCode, since: date, *, by: str, because: str) -> Suspicion:
    """Open a doubt and let its walk begin; the same benefit again while one is open changes nothing."""

    def open_one(record: PersonRecord) -> Change | None:
        if any(doubts(suspicion, benefit) for suspicion in record.open_suspicions):
            return None
        on = clock.today()
        raised = doubted(record, benefit, since, by=by, because=because, rules=current().rules, on=on)
        details = {"suspicion": raised.name, "benefit": benefit, "reason": because}
        return Change("result doubted", by, clock.now(), details, suspicions=(raised,))

    record = people.change(person, open_one)
    evidence_effects.wake_and_start(record)
    return next(suspicion for suspicion in record.open_suspicions if doubts(suspicion, benefit))
