"""追回接口 · Recoveries step by step in the order of the law, and what is paid to heirs against proof."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib import cases
from chalicelib.api import access_log, ids, pages, status
from chalicelib.api.answers.money import OwedStands, OwedToHeirsInList, RecoveriesInList, RecoveryStands
from chalicelib.api.bodies import NoBody, field_error
from chalicelib.api.middleware import Audience, Call
from chalicelib.api.problems import FieldError, Problem, invalid
from chalicelib.api.recovery_bodies import (
    ClosingProposal,
    HearingReport,
    HeirsShown,
    InstalmentPlan,
    MoneyReport,
    RecoveryDecision,
)
from chalicelib.engine.rules.benefits import Offset
from chalicelib.instruction_delivery import hand_over
from chalicelib.jurisdiction import current
from chalicelib.model import BenefitCode, OwedToHeirs, PersonId, Recovery, RecoveryState
from chalicelib.storage.dynamodb import people, worklists

recoveries = Audience(__name__)

Json = dict[str, Any]


@recoveries.route(
    "GET", "/v1/recoveries", query=("area", "stands", "overdue", "limit", "cursor"), answer=RecoveriesInList
)
def list_recoveries(call: Call) -> Json:
    """What of the authority's benefits is to come back and is not settled, the earliest term first.

    `overdue=true`: only what a person has to act on: a term is over, or an answer or a refund waits.
    """
    area, state, overdue = call.area, call.query.get("stands"), call.query.get("overdue")
    if state is not None and state not in set(RecoveryState):
        raise _not_one_of("stands", RecoveryState)
    if overdue not in (None, "true", "false"):
        raise _not_one_of("overdue", ("true", "false"))
    scope = f"recoveries {call.reach.authority} {area} {state} {overdue}"
    page = pages.page_below(area, call.page(scope))
    mine = (
        row
        for row in worklists.recoveries(area, page.after)
        if call.reach.runs(row.item.benefit)
        and state in (None, row.item.state)
        and (overdue != "true" or row.item.awaits_a_person(call.today))
    )
    rows, following = page.cut(mine, lambda row: row.place)
    return {"items": [_in_list(call, row) for row in rows], "next": following}


def _not_one_of(parameter: str, words: Iterable[str]) -> Problem:
    told = ", ".join(words)
    return invalid(
        FieldError("not_one_of", f"可选值：{told}。", f"must be one of: {told}", parameter=parameter)
    )


def _in_list(call: Call, row: worklists.Row[Recovery]) -> Json:
    access_log.look_in_list(call, row.person, f"recovery {row.item.number}")
    name = access_log.masked_name(people.identity_of(row.person).name)
    return {**_recovery(call, row.person, row.item), "name": name, "area": row.area}


def _recovery(call: Call, person: PersonId, recovery: Recovery) -> Json:
    return {
        "id": f"{person}.{recovery.number}",
        "person": person,
        "benefit": _titled(recovery.benefit),
        "months": dict(recovery.months),
        "fen": recovery.fen,
        "left_fen": recovery.left,
        "to_refund_fen": recovery.to_refund,
        "state": recovery.state.value,
        "opened": recovery.opened,
        "asked": recovery.asked,
        "answer_by": recovery.answer_by,
        "answer": recovery.answer,
        "heard_by": recovery.heard_by,
        "decided": recovery.decided,
        "decided_by": recovery.decided_by,
        "reason": recovery.because,
        "demanded": recovery.demanded,
        "due_by": recovery.due_by,
        "instalments": [{"due": part.due, "fen": part.fen} for part in recovery.instalments],
        "money": [
            {"way": b.way.value, "fen": b.fen, "on": b.on, "reference": b.reference, "by": b.by}
            for b in recovery.bookings
        ],
        "closing": _closing(recovery),
        "next_day": recovery.next_day,
        "overdue": recovery.awaits_a_person(call.today),
    }


def _closing(recovery: Recovery) -> Json | None:
    closing = recovery.closing
    if closing is None:
        return None
    return {
        "how": closing.how.value,
        "reason": closing.reason,
        "proposed_by": closing.proposed_by,
        "approved_by": closing.approved_by,
    }


def _titled(code: BenefitCode) -> Json:
    title = current().rules.benefit(code).title
    return {"benefit": code, "title": status.words((title.zh, title.en))}


@recoveries.route("POST", "/v1/recoveries/{id}/hearing", body=HearingReport, once=True, answer=RecoveryStands)
def record_hearing(call: Call, id: str) -> Json:
    """What those concerned said, before anything is decided; their own words stay on paper."""
    person, number = ids.numbered(id)
    answer = call.body(HearingReport).answer
    return _recovery(call, person, cases.record_answer(person, number, answer, by=call.caller.subject))


@recoveries.route(
    "POST", "/v1/recoveries/{id}/decision", body=RecoveryDecision, once=True, answer=RecoveryStands
)
def decide_recovery(call: Call, id: str) -> Json:
    """The authority decides, with its reason; what it owes the household and the law allows is set off."""
    person, number = ids.numbered(id)
    sent = call.body(RecoveryDecision)
    available = {
        Offset.FUNERAL_GRANT: sent.funeral_grant_fen,
        Offset.ACCOUNT_BALANCE: sent.account_balance_fen,
    }
    decided = cases.decide_recovery(
        person,
        number,
        because=sent.reason,
        available=available,
        reference=sent.reference,
        by=call.caller.subject,
    )
    return _recovery(call, person, decided)


@recoveries.route("POST", "/v1/recoveries/{id}/demand", body=NoBody, once=True, answer=RecoveryStands)
def demand_recovery(call: Call, id: str) -> Json:
    """What is left after a decision is asked back in writing, within the policy's working days."""
    person, number = ids.numbered(id)
    return _recovery(call, person, cases.demand_recovery(person, number, by=call.caller.subject))


@recoveries.route(
    "POST", "/v1/recoveries/{id}/instalments", body=InstalmentPlan, once=True, answer=RecoveryStands
)
def agree_instalments(call: Call, id: str) -> Json:
    """A plan that those concerned have agreed to: monthly parts, exact to the fen."""
    person, number = ids.numbered(id)
    sent = call.body(InstalmentPlan)
    if sent.first < call.today:
        raise invalid(field_error("/first", "not_in_range"))
    agreed = cases.agree_instalments(
        person, number, parts=sent.number, first=sent.first, by=call.caller.subject
    )
    return _recovery(call, person, agreed)


@recoveries.route(
    "POST", "/v1/recoveries/{id}/repayments", body=MoneyReport, once=True, answer=RecoveryStands
)
def record_repayment(call: Call, id: str) -> Json:
    """Money came back; the same reference again changes nothing."""
    return _money(call, id, cases.record_repayment)


@recoveries.route("POST", "/v1/recoveries/{id}/refunds", body=MoneyReport, once=True, answer=RecoveryStands)
def record_refund(call: Call, id: str) -> Json:
    """What had come too much has gone back to those who paid it."""
    return _money(call, id, cases.record_refund)


def _money(call: Call, id: str, record: Any) -> Json:
    person, number = ids.numbered(id)
    sent = call.body(MoneyReport)
    if sent.on > call.today:
        raise invalid(field_error("/on", "not_in_range"))
    booked = record(
        person, number, fen=sent.fen, on=sent.on, reference=sent.reference, by=call.caller.subject
    )
    return _recovery(call, person, booked)


@recoveries.route(
    "POST", "/v1/recoveries/{id}/closing", body=ClosingProposal, once=True, answer=RecoveryStands
)
def propose_closing(call: Call, id: str) -> Json:
    """Somebody with no part in it proposes to write off what is left, or to pass it on for fraud."""
    person, number = ids.numbered(id)
    sent = call.body(ClosingProposal)
    proposed = cases.propose_closing(
        person, number, how=RecoveryState(sent.how), reason=sent.reason, by=call.caller.subject
    )
    return _recovery(call, person, proposed)


@recoveries.route(
    "POST", "/v1/recoveries/{id}/closing/approve", body=NoBody, once=True, answer=RecoveryStands
)
def approve_closing(call: Call, id: str) -> Json:
    """Another one with no part in it approves that: only now is it given up, or passed on."""
    person, number = ids.numbered(id)
    return _recovery(call, person, cases.approve_closing(person, number, by=call.caller.subject))


# --- what heirs are owed -------------------------------------------------------------------------


@recoveries.route("GET", "/v1/owed-to-heirs", query=("area", "limit", "cursor"), answer=OwedToHeirsInList)
def list_owed_to_heirs(call: Call) -> Json:
    """What people who have died were owed while alive, until somebody shows that they are an heir."""
    area = call.area
    page = pages.page_below(area, call.page(f"owed to heirs {call.reach.authority} {area}"))
    mine = (row for row in worklists.owed_to_heirs(area, page.after) if call.reach.runs(row.item.benefit))
    rows, following = page.cut(mine, lambda row: row.place)
    return {"items": [_owed_in_list(call, row) for row in rows], "next": following}


def _owed_in_list(call: Call, row: worklists.Row[OwedToHeirs]) -> Json:
    access_log.look_in_list(call, row.person, f"owed to heirs {row.item.benefit}")
    name = access_log.masked_name(people.identity_of(row.person).name)
    return {**_owed(row.person, row.item), "name": name, "area": row.area}


def _owed(person: PersonId, owed: OwedToHeirs) -> Json:
    return {
        "id": ids.of_owed(person, owed),
        "person": person,
        "benefit": _titled(owed.benefit),
        "months": dict(owed.months),
        "fen": owed.fen,
        "set_off_fen": owed.offset_fen,
        "released_fen": owed.released_fen,
        "left_fen": owed.left,
        "opened": owed.opened,
        "proof": owed.proof,
        "released": owed.released,
        "released_by": owed.released_by,
    }


@recoveries.route("POST", "/v1/owed-to-heirs/{id}/release", body=HeirsShown, once=True, answer=OwedStands)
def release_to_heirs(call: Call, id: str) -> Json:
    """An officer has seen by what somebody is an heir: the authority is told to pay them what is left."""
    person, benefit = ids.owed_id(id)
    sent = call.body(HeirsShown)
    released = cases.release_to_heirs(
        person, benefit, proof=sent.proof, reference=sent.reference, by=call.caller.subject
    )
    hand_over(person)
    return _owed(person, released)
