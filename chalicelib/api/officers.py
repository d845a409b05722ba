"""经办人接口 · For officers and auditors: suspension lists, suspicions, instructions."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from chalicelib import cases, clock
from chalicelib.api import access_log, ids, pages, reach, status
from chalicelib.api.answers.work import (
    EndingStands,
    EndingsToApprove,
    InstructionStands,
    InstructionsToDo,
    ProposalLine,
    ProposalsToDecide,
    SuspicionStands,
    SuspicionsToVerify,
)
from chalicelib.api.bodies import (
    DoubtReport,
    JoiningDoubt,
    NoBody,
    Refusal,
    RestartReport,
    SuspicionReport,
    field_error,
)
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import invalid
from chalicelib.engine.suspension.signs_of_life import signs_of_life
from chalicelib.instruction_delivery import hand_over
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    EvidenceKey,
    Instruction,
    PersonId,
    PersonRecord,
    Proposal,
    Suspicion,
)
from chalicelib.storage.dynamodb import people, worklists

officers = Audience(__name__)

Json = dict[str, Any]
_LIST: Final = ("area", "limit", "cursor")


# --- suspension lists ------------------------------------------------------------------------


@officers.route("GET", "/v1/suspension-proposals", query=_LIST, answer=ProposalsToDecide)
def list_proposals(call: Call) -> Json:
    """The lines that wait for a township's word or an authority's."""
    area = call.area
    page = pages.page_below(area, call.page(f"proposals {area}"))
    mine = (
        row for row in worklists.proposals(area, page.after) if any(map(call.reach.runs, row.item.benefits))
    )
    rows, following = page.cut(mine, lambda row: row.place)
    return {"items": [_line_of_list(call, row) for row in rows], "next": following}


def _line_of_list(call: Call, row: worklists.Row[Proposal]) -> Json:
    """A line with what a careful person wants to see before a yes: who went there, and what they found."""
    record = access_log.look_in_list(call, row.person, f"proposal {row.item.number}")
    about = row.item.due.isoformat()
    visits = [v for v in record.visits if v.about == about and v.outcome is not None]
    return {
        **_proposal(call, record, row.item),
        "name": _name(row.person),
        "area": row.area,
        "visits": [
            {"made": v.made, "outcome": v.outcome, "by": v.by, "notice_left": v.notice_left} for v in visits
        ],
        "signs_of_life": [_sign(key) for key in _signs(record, row.item, call.today)],
        "why": _reasons(call, record, tuple(filter(call.reach.runs, row.item.benefits))),
    }


def _signs(record: PersonRecord, line: Proposal, on: date) -> tuple[EvidenceKey, ...]:
    """What the person's own card or body left since some time before the last visit that failed."""
    rules, about = current().rules, line.due.isoformat()
    days = [clock.civil_date(v.made) for v in record.visits if v.about == about and v.made is not None]
    return signs_of_life(record, rules, max(days, default=line.proposed), on)


def _sign(key: EvidenceKey) -> Json:
    """A trace too weak to certify: reason enough to look twice before a yes."""
    event = current().rules.events[key.feed, key.event]
    return {"day": key.day, "feed": key.feed, "event": key.event, "zh": event.zh, "en": event.en}


def _proposal(call: Call, record: PersonRecord, proposal: Proposal) -> Json:
    person, drawn, runs = record.person.id, record.entitlements, call.reach.runs
    return {
        "id": f"{person}.{proposal.number}",
        "person": person,
        "due": proposal.due,
        "benefits": [_titled(benefit) for benefit in proposal.benefits if runs(benefit)],
        "valid_until": {code: day.isoformat() for code, day in proposal.judged.items() if runs(code)},
        "fen": {e.benefit: e.fen for e in drawn if e.benefit in proposal.benefits and runs(e.benefit)},
        "proposed": proposal.proposed,
        "state": proposal.state.value,
        "confirmed_by": proposal.confirmed_by,
        "approved_for": sorted(filter(runs, proposal.signed)),
        "approved_by": proposal.approved_by,
        "effective": proposal.effective,
    }


@officers.route("POST", "/v1/suspension-proposals/{id}/confirm", body=NoBody, once=True, answer=ProposalLine)
def confirm(call: Call, id: str) -> Json:
    """The township says of one line: nobody could certify this person."""
    person, number = ids.numbered(id)
    return _proposal(call, call.record, cases.confirm_proposal(person, number, by=call.caller.subject))


@officers.route("POST", "/v1/suspension-proposals/{id}/approve", body=NoBody, once=True, answer=ProposalLine)
def approve(call: Call, id: str) -> Json:
    """An authority approves its benefits of a confirmed line: another level, and another person."""
    person, number = ids.numbered(id)
    signed = cases.approve_proposal(
        person, number, by=call.caller.subject, runs=reach.decides_for(call.caller)
    )
    return _proposal(call, call.record, signed)


@officers.route("POST", "/v1/suspension-proposals/{id}/refuse", body=Refusal, once=True, answer=ProposalLine)
def refuse(call: Call, id: str) -> Json:
    """Either level strikes a line, with a reason."""
    person, number = ids.numbered(id)
    reason = call.body(Refusal).reason
    struck = cases.refuse_proposal(person, number, by=call.caller.subject, reason=reason)
    return _proposal(call, call.record, struck)


# --- suspicions ------------------------------------------------------------------------------


@officers.route("GET", "/v1/suspicions", query=_LIST, answer=SuspicionsToVerify)
def list_suspicions(call: Call) -> Json:
    """What must be verified in an area, and until when."""
    area = call.area
    page = pages.page_below(area, call.page(f"suspicions {area}"))
    found = access_log.concerned(call, worklists.suspicions(area, page.after))
    rows, following = page.cut(found, lambda row: row.place)
    return {"items": [_suspected(call, row) for row in rows], "next": following}


def _suspected(call: Call, row: worklists.Row[Suspicion]) -> Json:
    access_log.look_in_list(call, row.person, f"suspicion {row.item.name}")
    return {**_suspicion(row.person, row.item), "name": _name(row.person), "area": row.area}


def _suspicion(person: PersonId, suspicion: Suspicion) -> Json:
    return {
        "id": ids.of_suspicion(person, suspicion),
        "person": person,
        "kind": suspicion.kind.value,
        "day": suspicion.day,
        "opened": suspicion.opened,
        "raised_by": suspicion.raised_by,
        "state": suspicion.state.value,
        "level": suspicion.level,
        "verify_by": suspicion.verify_by,
        "undo_until": suspicion.undo_until,
        "confirmed_by": suspicion.verified_by,
        "approved_by": suspicion.approved_by,
        "denied_by": suspicion.denied_by,
        "benefit": suspicion.benefit,
        "other": suspicion.other,
        "about": suspicion.about,
        "since": suspicion.since,
        "why": status.reason_of(suspicion.reason),
    }


@officers.route("POST", "/v1/suspicions", body=DoubtReport, once=True, answer=SuspicionStands)
def doubt_result(call: Call) -> Json:
    """The authority of a benefit doubts a result: people verify it, for it alone; money continues."""
    sent, person = call.body(DoubtReport), call.record.person.id
    since = sent.since or call.today
    if since > call.today:
        raise invalid(field_error("/since", "not_in_range"))
    benefit = BenefitCode(sent.benefit)
    raised = cases.doubt(person, benefit, since, by=call.caller.subject, because=sent.reason)
    return _suspicion(person, raised)


@officers.route("POST", "/v1/restarts", body=RestartReport, once=True, answer=SuspicionStands)
def ask_for_restart(call: Call) -> Json:
    """A release, a new card or a new grant was shown that nobody has reported: two others decide on it."""
    sent, person = call.body(RestartReport), call.record.person.id
    if sent.since > call.today:
        raise invalid(field_error("/since", "not_in_range"))
    benefit = BenefitCode(sent.benefit)
    raised = cases.raise_restart(person, benefit, sent.since, sent.paper, by=call.caller.subject)
    return _suspicion(person, raised)


@officers.route("POST", "/v1/joining-doubts", body=JoiningDoubt, once=True, answer=SuspicionStands)
def doubt_joining(call: Call) -> Json:
    """Two numbers that were joined may be two people's: two others decide on it, and separate them if so."""
    sent = call.body(JoiningDoubt)
    person, other = PersonId(sent.person), PersonId(sent.other)
    raised = cases.doubt_joining(person, other, by=call.caller.subject, because=sent.reason)
    return _suspicion(call.record.person.id, raised)


@officers.route(
    "POST", "/v1/suspicions/{id}/outcome", body=SuspicionReport, once=True, answer=SuspicionStands
)
def report_suspicion(call: Call, id: str) -> Json:
    """A person has looked into a suspicion: confirmed, or cleared; what ends a payment waits for a second."""
    named, report = ids.suspicion_id(id), call.body(SuspicionReport)
    ended = cases.suspicion_verified(
        named.person,
        named.kind,
        named.day,
        confirmed=report.confirmed,
        by=call.caller.subject,
        verification=report.verification,
        level=call.caller.level,
        runs=reach.decides_for(call.caller),
        since=report.since,
    )
    return _suspicion(named.person, ended)


@officers.route("POST", "/v1/suspicions/{id}/approve", body=NoBody, once=True, answer=SuspicionStands)
def approve_suspicion(call: Call, id: str) -> Json:
    """Another person says the same of what ends a payment: only now it is confirmed.

    Each benefit ends on its own authority's approval: that of whoever is asked here counts for what it runs.
    """
    named, caller = ids.suspicion_id(id), call.caller
    approved = cases.approve_suspicion(
        named.person,
        named.kind,
        named.day,
        by=caller.subject,
        level=caller.level,
        runs=reach.decides_for(caller),
    )
    return _suspicion(named.person, approved)


@officers.route("GET", "/v1/endings", query=_LIST, answer=EndingsToApprove)
def list_endings(call: Call) -> Json:
    """What people have confirmed that ends benefits of the caller's authority, until it has approved that."""
    area = call.area
    page = pages.page_below(area, call.page(f"endings {call.reach.authority} {area}"))
    mine = (
        row for row in worklists.endings(area, page.after) if any(map(call.reach.runs, row.item.unsigned))
    )
    rows, following = page.cut(mine, lambda row: row.place)
    return {"items": [_to_be_ended(call, row) for row in rows], "next": following}


def _to_be_ended(call: Call, row: worklists.Row[Suspicion]) -> Json:
    access_log.look_in_list(call, row.person, f"ending {row.item.name}")
    return {**_ending(call, row.person, row.item), "name": _name(row.person), "area": row.area}


def _ending(call: Call, person: PersonId, suspicion: Suspicion) -> Json:
    """A confirmed fact, and which of the caller's benefits it ends once that is approved."""
    runs = call.reach.runs
    return {
        **_suspicion(person, suspicion),
        "benefits": [_titled(benefit) for benefit in filter(runs, suspicion.unsigned)],
        "approved_for": sorted(filter(runs, suspicion.signed)),
        "confirmed_on": suspicion.closed,
        "reminders": suspicion.reminders,
    }


@officers.route("POST", "/v1/endings/{id}/approve", body=NoBody, once=True, answer=EndingStands)
def approve_ending(call: Call, id: str) -> Json:
    """An authority approves that its benefits end: until then they are paid, whoever confirmed the fact."""
    named = ids.suspicion_id(id)
    approved = cases.approve_ending(
        named.person, named.kind, named.day, by=call.caller.subject, runs=reach.decides_for(call.caller)
    )
    return _ending(call, named.person, approved)


# --- instructions ----------------------------------------------------------------------------


@officers.route("GET", "/v1/instructions", query=_LIST, answer=InstructionsToDo)
def list_instructions(call: Call) -> Json:
    """What the caller's authority is told to do with payments, and has not yet been seen to do."""
    area = call.area
    page = call.page(f"instructions {call.reach.authority} {area}")
    mine = (line for line in worklists.open_instructions() if call.reach.runs(line[1].benefit))
    behind = (line for line in mine if _place(*line) > page.after)
    here = (line for line in behind if people.load(line[0]).person.area.startswith(area))
    shown, following = page.cut(here, lambda line: _place(*line))
    return {"items": [_instructed(call, *line) for line in shown], "next": following}


def _place(person: PersonId, instruction: Instruction) -> str:
    return f"{instruction.name}#{person}"


def _instructed(call: Call, person: PersonId, instruction: Instruction) -> Json:
    record = access_log.look_in_list(call, person, f"instruction {instruction.name}")
    payee = next((e.payee for e in record.entitlements if e.benefit == instruction.benefit), None)
    return {**_instruction(person, instruction), "payee": payee, "area": record.person.area}


def _instruction(person: PersonId, instruction: Instruction) -> Json:
    return {
        "id": ids.of_instruction(person, instruction),
        "person": person,
        "benefit": _titled(instruction.benefit),
        "kind": instruction.kind.value,
        "month": instruction.month,
        "fen": instruction.fen,
        "reason": instruction.reason,
        "state": instruction.state.value,
        "issued": instruction.issued,
        "changed": instruction.changed,
        "held_months": list(instruction.held),
        "certified_by": instruction.certified_by,
    }


@officers.route("POST", "/v1/instructions/{id}/acknowledge", body=NoBody, once=True, answer=InstructionStands)
def acknowledge(call: Call, id: str) -> Json:
    """The authority has read an instruction and will act on it."""
    person, name = ids.instruction_id(id)
    return _instruction(person, cases.acknowledge_instruction(person, name, by=call.caller.subject))


@officers.route("POST", "/v1/instructions/{id}/approve", body=NoBody, once=True, answer=InstructionStands)
def approve_arrears(call: Call, id: str) -> Json:
    """A second person approves the arrears that one person's word does not bring; what is told then."""
    person, name = ids.instruction_id(id)
    approved = cases.approve_arrears(person, name, by=call.caller.subject)
    hand_over(person)
    return _instruction(person, approved)


# --- words -----------------------------------------------------------------------------------


def _name(person: PersonId) -> str:
    return access_log.masked_name(people.identity_of(person).name)


def _titled(code: BenefitCode) -> Json:
    title = current().rules.benefit(code).title
    return {"benefit": code, "title": {"zh": title.zh, "en": title.en}}


def _reasons(call: Call, record: PersonRecord, benefits: tuple[BenefitCode, ...]) -> list[Json]:
    decision = cases.judge(record, call.today)
    reasons = [reason for benefit in benefits for reason in decision.verdict_for(benefit).reasons]
    return list({reason.code: status.reason_of(reason) for reason in reasons}.values())
