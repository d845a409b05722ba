"""An authority doubts a result about one of its benefits: people verify it, and the money continues."""

from __future__ import annotations

from datetime import date

from chalicelib import clock
from chalicelib.cases import settling
from chalicelib.engine.doubts import doubted, doubts
from chalicelib.model import BenefitCode, Change, PersonId, PersonRecord, Suspicion
from chalicelib.pack import current
from chalicelib.storage import people


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
    settling.follow_up(record)
    return next(suspicion for suspicion in record.open_suspicions if doubts(suspicion, benefit))
