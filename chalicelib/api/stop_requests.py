"""停发申请接口 · A person asks that a benefit of theirs stop (row B6), and undoes it by a word."""

from __future__ import annotations

from typing import Any

from chalicelib import cases
from chalicelib.api import ids, status
from chalicelib.api.answers.stop_requests import StopRequest
from chalicelib.api.bodies import NoBody, StopAsked
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import not_found
from chalicelib.model import BenefitCode, SuspicionKind

stop_requests = Audience(__name__)

Json = dict[str, Any]


@stop_requests.route("POST", "/v1/stop-requests", body=StopAsked, once=True, answer=StopRequest)
def ask_to_stop(call: Call) -> Json:
    """Somebody asks that their benefit stop: an officer speaks with them first; money continues."""
    person, benefit = call.record.person.id, BenefitCode(call.body(StopAsked).benefit)
    return status.stop_request(person, cases.ask_to_stop(person, benefit, by=call.caller.subject))


@stop_requests.route("POST", "/v1/stop-requests/{id}/undo", body=NoBody, once=True, answer=StopRequest)
def undo_stop(call: Call, id: str) -> Json:
    """The person takes it back, for any or no reason: everything goes on as before."""
    named = ids.suspicion_id(id)
    if named.kind is not SuspicionKind.STOP_ASKED:
        raise not_found()
    name = f"{named.kind}#{named.day.isoformat()}"
    return status.stop_request(named.person, cases.undo_stop(named.person, name, by=call.caller.subject))
