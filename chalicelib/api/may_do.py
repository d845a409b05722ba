"""可办事项 · What whoever asks may do about a person now: each open thing with the address that acts on it.

By the table (`policy`), by where each thing stands, and by who had a part in it. A hint for screens: the
endpoint decides again, and may refuse for a reason that only it looks into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.api import ids
from chalicelib.api.middleware import Call
from chalicelib.api.policy import POLICIES
from chalicelib.engine.suspicion.two_numbers import found_one
from chalicelib.model import InstructionState, PersonRecord, ProposalState

Thing = tuple[str, str, str]  # the route, what {id} stands for, and what is acted upon


def may_do(call: Call, record: PersonRecord) -> list[dict[str, Any]]:
    """What is open to the caller, most particular first; `record` as far as it concerns them."""
    person = record.person.id
    always: list[Thing] = [
        ("/v1/self-certifications", "", ""),
        ("/v1/visits", "", ""),
        ("/v1/objections", "", ""),
        ("/v1/suspicions", "", ""),
        ("/v1/restarts", "", ""),
        *([("/v1/joining-doubts", "", "")] if found_one(record) else []),
    ]
    things = [
        *_lines(call, record),
        *_suspicions(call, record),
        *_others(record),
        *([] if record.died is not None else always),
    ]
    return [
        {"method": "POST", "path": route.replace("{id}", f"{person}{named}"), "about": about or None}
        for route, named, about in things
        if POLICIES["POST", route].admits(call.caller)
    ]


def _lines(call: Call, record: PersonRecord) -> Iterator[Thing]:
    base = "/v1/suspension-proposals/{id}"
    for line in record.proposals:
        named, about = f".{line.number}", f"proposal {line.number}"
        if line.state is ProposalState.PROPOSED:
            yield f"{base}/confirm", named, about
        elif line.state is ProposalState.CONFIRMED and line.confirmed_by != call.caller.subject:
            yield f"{base}/approve", named, about
        if line.state in (ProposalState.PROPOSED, ProposalState.CONFIRMED):
            yield f"{base}/refuse", named, about


def _suspicions(call: Call, record: PersonRecord) -> Iterator[Thing]:
    me = call.caller.subject
    for suspicion in record.open_suspicions:
        if me == suspicion.raised_by or me in suspicion.involved:
            continue
        named = ids.of_suspicion(record.person.id, suspicion).removeprefix(record.person.id)
        yield "/v1/suspicions/{id}/outcome", named, suspicion.name
        is_undone = suspicion.undo_until is not None and call.today <= suspicion.undo_until
        if suspicion.verified_by is not None and suspicion.verified_by != me and not is_undone:
            yield "/v1/suspicions/{id}/approve", named, suspicion.name
    for suspicion in record.unfinished_suspicions:
        named = ids.of_suspicion(record.person.id, suspicion).removeprefix(record.person.id)
        yield "/v1/endings/{id}/approve", named, suspicion.name


def _others(record: PersonRecord) -> Iterator[Thing]:
    person = record.person.id
    for objection in record.open_objections:
        yield "/v1/objections/{id}/decision", f".{objection.number}", f"objection {objection.number}"
    for visit in record.visits:
        if visit.is_pending:
            yield "/v1/visits/{id}/outcome", f".{visit.number}", f"visit {visit.number}"
    for told in record.instructions:
        named = ids.of_instruction(person, told).removeprefix(person)
        if told.state is InstructionState.ISSUED:
            yield "/v1/instructions/{id}/acknowledge", named, told.name
        if told.waits_for_a_second:
            yield "/v1/instructions/{id}/approve", named, told.name
