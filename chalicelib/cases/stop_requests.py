"""自助停发 · A person asks that a payment stop, and may undo that; officers decide as of any suspicion."""

from __future__ import annotations

from chalicelib import clock
from chalicelib.cases import evidence_effects, suspicion_verification
from chalicelib.engine.suspicion import stop_requests
from chalicelib.errors import NotFoundError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    PersonId,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.storage.dynamodb import people


def ask_to_stop(person: PersonId, benefit: BenefitCode, *, by: str) -> Suspicion:
    """Take the request down and let its walk begin; the same again while one is open changes nothing."""

    def ask(record: PersonRecord) -> Change | None:
        if any(stop_requests.is_about(s, benefit) for s in record.open_suspicions):
            return None
        request = stop_requests.asked(record, benefit, by=by, rules=current().rules, on=clock.today())
        details = {"suspicion": request.name, "benefit": benefit}
        return Change("stop asked for", by, clock.now(), details, suspicions=(request,))

    record = people.change(person, ask)
    evidence_effects.wake_and_start(record)
    return next(s for s in record.open_suspicions if stop_requests.is_about(s, benefit))


def undo(person: PersonId, name: str, *, by: str) -> Suspicion:
    """The person takes a request back: nothing has stopped, and nothing will; again, it changes nothing."""

    def take_back(record: PersonRecord) -> Change | None:
        request = _request(record, name)
        if request.state is SuspicionState.WITHDRAWN:
            return None
        after = stop_requests.undone(request, by, clock.today())
        return Change("stop undone", by, clock.now(), {"suspicion": name}, suspicions=(after,))

    record = people.change(person, take_back)
    request = _request(record, name)
    suspicion_verification.go_on(record, request)
    return request


def _request(record: PersonRecord, name: str) -> Suspicion:
    found = suspicion_verification.suspicion_of(record, name)
    if found.kind is not SuspicionKind.STOP_ASKED:
        raise NotFoundError("no such request")
    return found
